"""What is decided about partners: a price that was seen, the balance of an exchange, what tools cost."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

FEN = Decimal("0.01")
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Agreed:
    """A price agreed from a day on."""

    valid_from: date
    amount: Decimal


def agreed_on(day: date, rows: Iterable[Agreed]) -> Decimal | None:
    """Give the price agreed for a day: the newest row that had begun; None before the first."""
    begun = [row for row in rows if row.valid_from <= day]
    return max(begun, key=lambda row: row.valid_from).amount if begun else None


def judge_seen(
    *, amount: Decimal, agreed: Decimal | None, breaches_before: int
) -> Literal["none", "unknown", "warning", "ending"]:
    """Say what a seen price means: the first one under the agreed price warns, the next one ends it.

    :param breaches_before: breaches of the same distributor on earlier days, of whatever SKU; several
        prices seen on one day are one breach
    """
    if agreed is None:
        return "unknown"
    if amount >= agreed:
        return "none"
    return "ending" if breaches_before else "warning"


# What each side of an exchange is counted in.
MEASURES = ("shown", "clicks", "coupons_given", "coupons_used", "orders", "amount")

type Figures = Mapping[str, int | Decimal | None]


def balance(gave: Figures, got: Figures) -> dict[str, int | Decimal | None]:
    """Give by measure what we got less what we gave; None where one of the two is unknown."""
    found: dict[str, int | Decimal | None] = {}
    for name in MEASURES:
        one, other = gave.get(name), got.get(name)
        found[name] = None if one is None or other is None else other - one
    return found


def refuse_figures(side: Figures) -> str:
    """Give the code of what contradicts itself in a side's figures; empty if nothing does."""
    pairs = (("clicks", "shown"), ("coupons_used", "coupons_given"))
    for part, whole in pairs:
        some, all_of_it = side.get(part), side.get(whole)
        if some is not None and all_of_it is not None and some > all_of_it:
            return part
    return ""


def add_months(day: date, months: int) -> date:
    """Give the same day so many months later, the last of the month where there is no such day."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def monthly(cost: Decimal, cycle_months: int) -> Decimal:
    """Give what a cycle's cost is a month, in whole cents."""
    return (cost / cycle_months).quantize(FEN, ROUND_HALF_UP)


def yearly(cost: Decimal, cycle_months: int) -> Decimal:
    """Give what a cycle's cost is a year, exactly."""
    return (cost * MONTHS_A_YEAR / cycle_months).quantize(FEN, ROUND_HALF_UP)


def renewal(*, renews_on: date, notice_days: int, today: date) -> Literal["past", "near", "far"]:
    """Say how near a renewal is: past its day, within its notice, or further off."""
    if renews_on < today:
        return "past"
    return "near" if renews_on - timedelta(days=notice_days) <= today else "far"


def total(amounts: Sequence[Decimal]) -> Decimal:
    """Add amounts up."""
    return sum(amounts, Decimal(0))
