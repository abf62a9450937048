"""Figures of single days and short periods, as the morning page compares them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Min, Q, Sum
from django.db.models.functions import ExtractIsoWeekDay

from analytics.choices import REFUNDED
from analytics.metrics import ratio
from analytics.models import DayRollup
from analytics.queries import coverage
from analytics.queries.known import figures_of
from analytics.queries.metrics import distinct_buyers
from orders.models import Order
from shopops.intake.choices import BatchState
from shopops.intake.models import Batch
from shopops.lib.business_time import business_date, day_bounds
from shopops.lib.money import from_fen

ZERO = Decimal("0.00")
HOURS = 24
PAID = "paid"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was paid on a day or in a period; None is unknown.

    `refund_amount` is what was paid back in that time, whenever the orders were paid.
    """

    gross_amount: Decimal | None = None
    buyers: int | None = None
    orders: int | None = None
    refund_amount: Decimal | None = None
    # Paying buyers and visitors of the days of which both are known, added up day by day.
    rated_buyers: Decimal | None = None
    visitors: Decimal | None = None

    @property
    def pay_rate(self) -> Decimal | None:
        """Give 支付转化率: summed first, over the days that know both sides."""
        return (
            self.rated_buyers / self.visitors
            if self.rated_buyers is not None and self.visitors
            else None
        )

    @property
    def per_buyer(self) -> Decimal | None:
        """Give 客单价: paid amount by distinct paying buyers."""
        return ratio(self.gross_amount, self.buyers)


UNKNOWN = Figures()


def daily(*, since: date, until: date) -> dict[date, Figures]:
    """Give the figures of each day of a period, both ends included. A fixed number of small queries."""
    known = coverage.known_days(basis=PAID, since=since, until=until)
    cells = {
        cell.date: cell
        for cell in DayRollup.objects.filter(
            basis=PAID, dim="total", date__range=(since, until)
        ).order_by("date")
    }
    refunds = refunds_by_day(since=since, until=until)
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    found = {
        day: _of_day(cells.get(day), is_known=day in known, refund=refunds.get(day)) for day in days
    }
    visits = figures_of(("visitors",), since=since, until=until)["visitors"]
    return {day: _with_visits(one, visits[day].value) for day, one in found.items()}


def _with_visits(one: Figures, visitors: Decimal | None) -> Figures:
    if visitors is None or one.buyers is None:
        return one
    return replace(one, rated_buyers=Decimal(one.buyers), visitors=visitors)


def _of_day(cell: DayRollup | None, *, is_known: bool, refund: Decimal | None) -> Figures:
    if cell is None:
        return Figures(ZERO, 0, 0, refund) if is_known else Figures(refund_amount=refund)
    return Figures(from_fen(cell.gross_fen), cell.buyers, cell.paid_orders, refund)


def refunds_by_day(*, since: date, until: date) -> dict[date, Decimal]:
    """Give what was paid back on each day that refund files cover; other days are missing."""
    rows = DayRollup.objects.filter(basis=REFUNDED, dim="total", date__range=(since, until))
    sums = {
        day: from_fen(fen) for day, fen in rows.order_by("date").values_list("date", "refund_fen")
    }
    first, last = refund_files_cover()
    if first is None or last is None:
        return {}
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return {day: sums.get(day, ZERO) for day in days if first <= day <= last}


def refund_files_cover() -> tuple[date | None, date | None]:
    """Give the days within which refund files tell everything: up to the day before the export."""
    ends = Batch.objects.filter(kind=coverage.REFUNDS, state=BatchState.DONE).aggregate(
        first=Min("period_from"), last=Max("exported_at")
    )
    if ends["first"] is None:
        return None, None
    return business_date(ends["first"]), business_date(ends["last"]) - timedelta(days=1)


def of_period(days: Sequence[date], by_day: dict[date, Figures]) -> Figures:
    """Add up the known ones of consecutive days; buyers of several days come from the orders."""
    rows = [by_day.get(day, UNKNOWN) for day in days]
    if len(rows) == 1:
        return rows[0]
    known = [row for row in rows if row.gross_amount is not None]
    if not known:
        return UNKNOWN
    return Figures(
        gross_amount=_sum(row.gross_amount for row in rows),
        buyers=distinct_buyers(basis=PAID, since=days[0], until=days[-1]),
        orders=sum(row.orders or 0 for row in known),
        refund_amount=_sum(row.refund_amount for row in rows),
        rated_buyers=_sum(row.rated_buyers for row in rows),
        visitors=_sum(row.visitors for row in rows),
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if known else None


def until_clock(days: Sequence[date], *, at: datetime) -> dict[date, Figures]:
    """Give the figures of whole days cut at the same time of day as `at`. One query over orders.

    Refunds are left unknown: a refund file of today tells only up to its own time.
    """
    since_midnight = at - day_bounds(business_date(at))[0]
    wanted = Q()
    for day in days:
        wanted |= Q(paid_date=day, paid_at__lte=day_bounds(day)[0] + since_midnight)
    rows = (
        Order.objects.filter(wanted)
        .values("paid_date")
        .annotate(
            gross=Sum("paid_amount"),
            orders=Count("pk"),
            buyers=Count("buyer", distinct=True),
        )
        .order_by("paid_date")
    )
    found = {row["paid_date"]: row for row in rows}
    known = coverage.known_days(basis=PAID, since=min(days), until=max(days))
    return {
        day: Figures(found[day]["gross"], found[day]["buyers"], found[day]["orders"])
        if day in found
        else (Figures(ZERO, 0, 0) if day in known else UNKNOWN)
        for day in days
    }


def data_until(*, day: date, now: datetime) -> datetime | None:
    """Give the instant up to which order files tell of `day`; None if none was exported on it."""
    start, _end = day_bounds(day)
    last: datetime | None = Batch.objects.filter(
        kind=coverage.ORDERS, state=BatchState.DONE, exported_at__gte=start
    ).aggregate(last=Max("exported_at"))["last"]
    return min(last, now) if last is not None else None


def heat(*, since: date, until: date) -> list[list[int | None]]:
    """Give paid orders by weekday (7, Monday first) and hour (24); unknown weekdays are None."""
    rows = (
        DayRollup.objects.filter(basis=PAID, dim="hour", date__range=(since, until))
        .values("key", weekday=ExtractIsoWeekDay("date"))
        .annotate(paid=Sum("paid_orders"))
        .order_by("weekday", "key")
    )
    known = {day.weekday() for day in coverage.known_days(basis=PAID, since=since, until=until)}
    table: list[list[int | None]] = [
        [0 if weekday in known else None] * HOURS for weekday in range(7)
    ]
    for row in rows:
        table[row["weekday"] - 1][int(row["key"])] = row["paid"]
    return table
