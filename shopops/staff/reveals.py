"""Showing one receiver's plain text: counted, limited a day, written down before it is shown."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shopops.lib.business_time import business_date, day_bounds
from shopops.staff import locks
from shopops.staff.errors import QuotaError, RefusedError
from shopops.staff.models import Operation, Shop, User
from shopops.staff.operations import record

REVEALED = "staff.contact.revealed"


def revealed_today(person: User, *, now: datetime) -> int:
    """Count the contacts that a person revealed on the Shanghai day of `now`. One index range."""
    since, until = day_bounds(business_date(now))
    return Operation.objects.filter(
        actor=person, name=REVEALED, at__gte=since, at__lt=until
    ).count()


@transaction.atomic
def take_reveal(*, object_type: str, object_key: str, reason: str, by: User, now: datetime) -> int:
    """Use one reveal of today's quota and write it down. Gives how many are left.

    Call it before decrypting, in the transaction that reads the contact: what cannot be logged is
    not shown. Reveals of one person queue behind an advisory lock: parallel ones cannot slip by.

    :raises RefusedError: if no reason is given
    :raises QuotaError: if the quota of the day is used up
    """
    if not reason.strip():
        raise RefusedError(_("写一下为什么要看"))
    locks.hold(locks.REVEALS, by.pk)
    quota = Shop.objects.values_list("reveal_daily_quota", flat=True).get(id=1)
    used = revealed_today(by, now=now)
    if used >= quota:
        raise QuotaError(_("今天的查看次数用完了，请店长处理或明天再看"))
    record(
        name=REVEALED,
        by=by,
        now=now,
        object_type=object_type,
        object_key=object_key,
        reason=reason.strip(),
    )
    return quota - used - 1
