"""The rules of writing to people: an edit counts from its day on, the rows before stay."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.actions.campaign_errors import CampaignRefusedError, StaleCampaignError
from crm.actions.campaign_locks import locked_message_rule
from crm.models import MessageRule
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

FIELDS = (
    "cap_count",
    "cap_days",
    "quiet_from",
    "quiet_to",
    "most_parts",
    "price_amount",
    "signature",
    "opt_out_words",
)


@transaction.atomic
def set_message_rule(
    *, values: dict[str, Any], seen_id: int, by: User, now: datetime
) -> MessageRule:
    """Write the rules that hold from today on.

    :param seen_id: key of the row that the page showed; 0: none
    :raises StaleCampaignError: if a colleague wrote another since
    :raises CampaignRefusedError: if nobody could be told how to refuse
    """
    row = locked_message_rule()
    if (row.pk if row else 0) != seen_id:
        raise StaleCampaignError(_("发消息的规矩"), version=row.pk if row else 0)
    if not values["opt_out_words"].strip():
        raise CampaignRefusedError(_("营销消息必须写明怎么退订。"), field="opt_out_words")
    today = business_date(now)
    old = {name: str(getattr(row, name)) for name in FIELDS} if row else {}
    if row is None or row.valid_from != today:
        row = MessageRule(valid_from=today)
    for name in FIELDS:
        setattr(row, name, values[name])
    row.save()
    operations.record(
        name="crm.message_rule.set",
        by=by,
        now=now,
        object_type="message_rule",
        object_key=today.isoformat(),
        old=old,
        new={name: str(values[name]) for name in FIELDS},
    )
    return row
