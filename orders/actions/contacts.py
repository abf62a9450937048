"""Receiver data in plain text: revealed one at a time, with a reason, logged before it is shown."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders.actions.errors import OrderRefusedError
from orders.models import OrderContact
from shopops.lib.sealing import unseal
from shopops.staff.errors import RefusedError
from shopops.staff.models import User
from shopops.staff.reveals import take_reveal


@dataclass(frozen=True, slots=True)
class PlainContact:
    """A receiver as the file told it."""

    name: str
    phone: str
    address: str


@transaction.atomic
def reveal_contact(*, tid: str, reason: str, by: User, now: datetime) -> PlainContact:
    """Give one receiver in plain text; the log row stands in the same transaction.

    :raises OrderRefusedError: if there is no plain text (never came, or was erased), or the person's daily
        quota is used up
    """
    contact = OrderContact.objects.filter(order__tid=tid).first()
    if contact is None:
        raise OrderRefusedError(_("这单没有明文：平台给的就是打码信息，或已按期删除。"))
    try:
        take_reveal(object_type="order", object_key=tid, reason=reason, by=by, now=now)
    except RefusedError as error:
        raise OrderRefusedError(str(error)) from error
    plain = json.loads(unseal(bytes(contact.sealed)))
    return PlainContact(
        name=plain.get("name", ""), phone=plain.get("phone", ""), address=plain.get("address", "")
    )
