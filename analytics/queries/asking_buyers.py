"""Buyers who asked before they paid, and those who paid without a word: where chat figures exist."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analytics.metrics import ratio
from analytics.queries.known import figures_of
from analytics.rules.spans import Days
from crm.queries.agents import Span, days_of


@dataclass(frozen=True, slots=True)
class Conversions:
    """Of those who asked, and of those who did not, how many paid; over the days that know all of it.

    `asked` and `asked_paid` are persons who wrote to the desk; `silent` visitors less those.
    """

    days: int
    asked: int | None = None
    asked_paid: int | None = None
    silent: int | None = None
    silent_paid: int | None = None

    @property
    def asked_rate(self) -> Decimal | None:
        """Give the conversion of those who asked."""
        return ratio(_decimal(self.asked_paid), self.asked)

    @property
    def silent_rate(self) -> Decimal | None:
        """Give the conversion of those who did not."""
        return ratio(_decimal(self.silent_paid), self.silent)

    @property
    def silent_share(self) -> Decimal | None:
        """Give the part of paying buyers who did not ask."""
        if self.silent_paid is None or self.asked_paid is None:
            return None
        return ratio(_decimal(self.silent_paid), self.silent_paid + self.asked_paid)


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def conversions(days: Days) -> dict[date, Conversions]:
    """Give the conversions of each day whose chat figures, visitors and paying buyers are known.

    A day on which more asked than came, or more of them paid than paid at all, is left out: two sources
    that contradict each other say nothing about the silent.
    """
    asked: dict[date, list[int]] = {}
    for rows in days_of(Span(days.since, days.until)).values():
        for one in rows:
            if one.inquired is not None and one.paid is not None:
                sums = asked.setdefault(one.date, [0, 0])
                sums[0] += one.inquired
                sums[1] += one.paid
    if not asked:
        return {}
    known = figures_of(["visitors", "paid_buyers"], since=days.since, until=days.until)
    found: dict[date, Conversions] = {}
    for day, (inquired, paid) in asked.items():
        visitors, buyers = known["visitors"][day].value, known["paid_buyers"][day].value
        if visitors is None or buyers is None:
            continue
        silent, silent_paid = int(visitors) - inquired, int(buyers) - paid
        if silent >= 0 and silent_paid >= 0:
            found[day] = Conversions(1, inquired, paid, silent, silent_paid)
    return found


def summed(by_day: dict[date, Conversions]) -> Conversions:
    """Add days up."""
    rows = list(by_day.values())
    if not rows:
        return Conversions(0)
    return Conversions(
        len(rows),
        sum(one.asked or 0 for one in rows),
        sum(one.asked_paid or 0 for one in rows),
        sum(one.silent or 0 for one in rows),
        sum(one.silent_paid or 0 for one in rows),
    )
