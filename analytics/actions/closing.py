"""Closing a month: its figures are kept as they stand, for good. Later data shows as a correction beside."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from analytics.models import MonthClose
from analytics.queries.statement import Statement, statement
from orders.queries.bill import month_end
from shopops.lib.business_time import business_date
from shopops.staff import locks, operations
from shopops.staff.models import User


class UnableToCloseError(Exception):
    """The month cannot be closed now; `str()` says why."""


def frozen(month: Statement) -> dict[str, Any]:
    """Give the figures of a statement as they are kept: whole fen by line, and what was not known."""
    return {
        "lines": {code: line.fen for code, line in month.lines.items()},
        "total": month.total,
        "orders": month.period.orders,
        "unknown_cost_orders": month.unknown_cost_orders,
        "covered_days": len(month.covered),
        "ad_days": month.ads.known_days,
        "gap_orders": month.gap_orders,
        "agrees": month.agrees,
    }


@transaction.atomic
def close_month(*, month: date, seen: int, note: str, by: User, now: datetime) -> MonthClose:
    """Close a month as it stands; a closed one anew, which takes its corrections in.

    :param seen: the number of its close that the person saw, 0 where there was none
    :raises UnableToCloseError: if it is not over, waits to be worked out, was closed by a colleague
        meanwhile, did not change since, or something is unknown or differs and no note says why it is closed
    """
    if business_date(now) <= month_end(month):
        raise UnableToCloseError(_("这个月还没过完，过完了再关。"))
    locks.locked_shop()
    found = statement(month=month)
    number = found.close.number if found.close else 0
    if number != seen:
        raise UnableToCloseError(_("同事刚刚关了这个月，看一下现在的数字，再决定要不要重关。"))
    if found.is_pending:
        raise UnableToCloseError(_("这个月还有几天的利润在重算，一分钟后再关。"))
    if not found.period.orders:
        raise UnableToCloseError(_("这个月没有付款的订单，没有可关的数字。"))
    figures = frozen(found)
    if found.close and found.close.figures == figures:
        raise UnableToCloseError(_("关账以后没有变化，不用重关。"))
    if _has_doubts(found) and not note.strip():
        raise UnableToCloseError(_("还有对不上或不知道的数字，写一句为什么现在关。"))
    row = MonthClose.objects.create(
        month=month,
        number=number + 1,
        closed_at=now,
        closed_by=by,
        note=note.strip()[:300],
        figures=figures,
    )
    operations.record(
        name="analytics.month.closed",
        by=by,
        now=now,
        object_type="month",
        object_key=f"{month:%Y-%m}",
        old={"number": number, "total": found.close.figures["total"]} if found.close else {},
        new={"number": row.number, "total": figures["total"]},
        reason=row.note,
    )
    return row


def _has_doubts(month: Statement) -> bool:
    return bool(
        month.unknown_cost_orders or len(month.covered) < month.days or month.agrees is not True
    )
