"""A figure over days, weeks or months: sum, then derive; and the five figures of the shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from analytics.figures import figure
from analytics.metrics import ratio
from analytics.models import RepurchaseRun
from analytics.queries.known import Known, figures_of, summed
from analytics.queries.sums import by_day
from analytics.rules.spans import Days
from promotions.queries import channel_money, traffic

# What the platform says again within so many days counts as of the day asked for.
_NEAR = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Point:
    """A figure over some days: its value, over how many of them it is known, who says it."""

    days: Days
    value: Decimal | None
    known_days: int
    sources: tuple[str, ...]


def base_series(code: str, days: Days) -> dict[str, dict[date, Known]]:
    """Give what is summed of a figure, by day: its parts, or itself with what it is weighed by."""
    return figures_of(figure(code).reads, since=days.since, until=days.until)


def point(code: str, series: Mapping[str, Mapping[date, Known]], days: Days) -> Point:
    """Sum a figure over days that know all of it, then derive (`known.summed`)."""
    value, known, sources = summed(code, series, days.days)
    return Point(days, value, len(known), sources)


def points(
    code: str, series: Mapping[str, Mapping[date, Known]], parts: Sequence[Days]
) -> list[Point]:
    """Give a figure of each of some spans."""
    return [point(code, series, one) for one in parts]


# --- the five figures


@dataclass(frozen=True, slots=True)
class Five:
    """New customer cost, whole-way return, conversion, repurchase, loyalty; None is unknown.

    `spend_days`: on how many days both spend and the shop's own figures are known. `repurchase_as_of`: of
    which day.
    """

    buyer_cost: Decimal | None
    whole_return: Decimal | None
    pay_rate: Decimal | None
    repurchase: Decimal | None
    loyalty: Decimal | None
    spend_days: int
    pay_days: int
    repurchase_as_of: date | None


def five(days: Days) -> Five:
    """Give the five figures over a span. A fixed number of queries, none over orders.

    Cost and return are over days on which spend and the shop's own earnings are both known. Repurchase is
    the share of the buyers of 365 days who paid more than once, as of the span's end. Loyalty is the part
    of the paid amount that came from old buyers.
    """
    span = traffic.Span(days.since, days.until)
    spent = _spend(span)
    shop = channel_money.shop_days(span)
    both = [day for day in days.days if day in spent and day in shop]
    spend = sum((spent[day] for day in both), Decimal(0)) if both else None
    earned = _earned([shop[day] for day in both])
    rate = point("pay_rate", base_series("pay_rate", days), days)
    as_of, again = repurchase(days.until)
    return Five(
        buyer_cost=channel_money.buyer_cost(spend, earned),
        whole_return=channel_money.whole_return(spend, earned) if spend else None,
        pay_rate=rate.value,
        repurchase=again,
        loyalty=_loyalty(days),
        spend_days=len(both),
        pay_days=rate.known_days,
        repurchase_as_of=as_of,
    )


def _spend(span: traffic.Span) -> dict[date, Decimal]:
    found: dict[date, Decimal] = {}
    for by_date in traffic.channel_days(span).values():
        for day, one in by_date.items():
            if one.spend_amount is not None:
                found[day] = found.get(day, Decimal(0)) + one.spend_amount
    return found


def _earned(rows: Sequence[channel_money.Earned]) -> channel_money.Earned:
    if not rows:
        return channel_money.Earned()

    def total(name: str) -> Decimal | None:
        known = [value for row in rows if (value := getattr(row, name)) is not None]
        return sum(known, Decimal(0)) if known else None

    first = [row.first_buyers for row in rows if row.first_buyers is not None]
    return channel_money.Earned(
        len(rows),
        sum(first) if first else None,
        total("net_amount"),
        total("costed_amount"),
        total("cost_amount"),
    )


def repurchase(day: date) -> tuple[date | None, Decimal | None]:
    """Give the share of the buyers of 365 days who paid more than once, and as of which day."""
    run = last_run(day)
    if run is None:
        return None, None
    buyers = sum(row[1] for row in run.by_orders)
    again = sum(row[1] for row in run.by_orders if row[0] > 1)
    return run.as_of, ratio(Decimal(again), buyers)


def last_run(day: date) -> RepurchaseRun | None:
    """Give who came again as of a day, or the nearest day before it within a month. One query."""
    rows = RepurchaseRun.objects.filter(as_of__lte=day, as_of__gte=day - _NEAR)
    return rows.order_by("-as_of").first()


def _loyalty(days: Days) -> Decimal | None:
    cells = by_day(basis="paid", dim="buyer_kind", since=days.since, until=days.until)
    kinds = [cell for by_kind in cells.values() for key, cell in by_kind.items() if key]
    whole = sum(cell.gross_fen for cell in kinds)
    old = sum(cell.gross_fen for cell in kinds if cell.key == "old")
    return ratio(Decimal(old), whole)
