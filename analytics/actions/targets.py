"""Targets of months: every word about one is kept, the highest version counts."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from analytics.figures import figure
from analytics.models import Target
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

# Figures that a month may have a target for: those that add up by day, and what is derived of them.
TARGETED = (
    "paid_amount",
    "net_amount",
    "paid_orders",
    "paid_buyers",
    "visitors",
    "new_buyers",
    "pay_rate",
    "per_buyer",
    "gross_margin",
)
# Whoever sets targets waits for whoever does at the same moment.
_LOCK = 8_213_001


class TargetRefusedError(GoodsRefusedError):
    """This target cannot be; the message says why."""


@transaction.atomic
def set_targets(
    *,
    month: date,
    values: Mapping[str, Decimal | None],
    seen: Mapping[str, int],
    by: User,
    now: datetime,
    note: str = "",
) -> list[Target]:
    """Keep what the figures of a month shall be; one that is as it was gets no new row.

    :param seen: the version of each target as the person saw it, 0 where there was none
    :raises TargetRefusedError: for a month that is over, or a target of nought, or a rate over 1
    :raises StaleGoodsError: if somebody else set one of these since
    """
    month = month.replace(day=1)
    _check(month, values, now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    stored = _stored(month)
    changed = []
    for code in TARGETED:
        if code not in values:
            continue
        last = stored.get(code)
        old = last.value if last else None
        if values[code] == old:
            continue
        if (last.version if last else 0) != seen.get(code, 0):
            raise StaleGoodsError(_("%(month)s 的目标") % {"month": f"{month:%Y-%m}"})
        changed.append((code, old, (last.version if last else 0) + 1))
    made = [
        Target.objects.create(
            figure=code,
            month=month,
            version=version,
            value=values[code],
            note=note,
            set_at=now,
            set_by=by,
        )
        for code, _old, version in changed
    ]
    if made:
        operations.record(
            name="analytics.targets.set",
            by=by,
            now=now,
            object_type="targets",
            object_key=f"{month:%Y-%m}",
            old={code: _text(old) for code, old, _version in changed},
            new={one.figure: _text(one.value) for one in made},
            reason=note,
        )
    return made


def _check(month: date, values: Mapping[str, Decimal | None], now: datetime) -> None:
    if month < business_date(now).replace(day=1):
        raise TargetRefusedError(_("这个月已经过完，目标不能再改。"), field="month")
    for code, value in values.items():
        if value is None:
            continue
        if value <= 0:
            raise TargetRefusedError(_("目标要大于 0；没有目标就留空。"), field=code)
        if figure(code).unit == "rate" and value > 1:
            raise TargetRefusedError(_("转化率不能超过百分之百。"), field=code)


def _stored(month: date) -> dict[str, Target]:
    rows = Target.objects.filter(month=month).order_by("figure", "version")
    return {row.figure: row for row in rows}


def _text(value: Decimal | None) -> str:
    return "" if value is None else format(value.normalize(), "f")
