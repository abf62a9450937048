"""An agent's figures: sums of known days, rates derived from the sums, targets. Pure.

A rate is of the days that know both of its parts, so that a day without one of them does not tilt it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

COUNTS = (
    "asked",
    "received",
    "in_three_minutes",
    "answers",
    "inquired",
    "ordered",
    "paid",
    "refunds",
    "rated",
    "satisfied",
    "reviews_good",
    "reviews_neutral",
    "reviews_bad",
)
AMOUNTS = ("paid_amount", "refund_amount")
SECONDS = ("first_seconds", "response_seconds")
FIGURES = (*COUNTS, *AMOUNTS, *SECONDS)
# A measure that is good when it is small.
LESS_IS_BETTER = frozenset({"first_response", "response", "refund_rate"})
RATES = frozenset({"three_minutes", "order_rate", "pay_rate", "refund_rate", "satisfaction"})


@dataclass(frozen=True, slots=True)
class Day:
    """What counts of one agent's day. None is unknown."""

    date: date
    asked: int | None = None
    received: int | None = None
    in_three_minutes: int | None = None
    answers: int | None = None
    inquired: int | None = None
    ordered: int | None = None
    paid: int | None = None
    refunds: int | None = None
    rated: int | None = None
    satisfied: int | None = None
    reviews_good: int | None = None
    reviews_neutral: int | None = None
    reviews_bad: int | None = None
    paid_amount: Decimal | None = None
    refund_amount: Decimal | None = None
    # The average of the day, in seconds.
    first_seconds: Decimal | None = None
    response_seconds: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of days: `sums` by figure (None: no day knows it), `measures` exact (None: unknown)."""

    days: int
    sums: Mapping[str, int | Decimal | None]
    measures: Mapping[str, Fraction | None]

    def measure(self, code: str) -> Decimal | None:
        """Give a measure as a decimal with six places, for showing."""
        value = self.measures[code]
        if value is None:
            return None
        return (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.000001"))


def total(days: Iterable[Day]) -> Total:
    """Sum days, then derive."""
    known = list(days)
    sums = {name: _sum(known, name) for name in (*COUNTS, *AMOUNTS)}
    return Total(
        len({one.date for one in known}), sums, {code: derive(known) for code, derive in _MEASURES}
    )


def _sum(days: Sequence[Day], name: str) -> int | Decimal | None:
    values = [value for one in days if (value := getattr(one, name)) is not None]
    return sum(values[1:], values[0]) if values else None


def _ratio(above: str, below: str) -> Callable[[Sequence[Day]], Fraction | None]:
    def derive(days: Sequence[Day]) -> Fraction | None:
        pairs = [(getattr(one, above), getattr(one, below)) for one in days]
        both = [(a, b) for a, b in pairs if a is not None and b is not None]
        under = sum(Fraction(b) for _a, b in both)
        return sum((Fraction(a) for a, _b in both), Fraction(0)) / under if under else None

    return derive


def _weighted(name: str, *weights: str) -> Callable[[Sequence[Day]], Fraction | None]:
    """Average seconds over days by how much there was to answer: the first weight that all days know."""

    def derive(days: Sequence[Day]) -> Fraction | None:
        timed = [one for one in days if getattr(one, name) is not None]
        for weight in weights:
            if timed and all(getattr(one, weight) is not None for one in timed):
                below = sum(getattr(one, weight) for one in timed)
                above = sum(
                    (Fraction(getattr(one, name)) * getattr(one, weight) for one in timed),
                    Fraction(0),
                )
                return above / below if below else None
        # Without any weight only a single day can be told.
        return Fraction(getattr(timed[0], name)) if len(timed) == 1 else None

    return derive


_MEASURES: tuple[tuple[str, Callable[[Sequence[Day]], Fraction | None]], ...] = (
    ("first_response", _weighted("first_seconds", "received", "asked")),
    ("response", _weighted("response_seconds", "answers", "received", "asked")),
    ("three_minutes", _ratio("in_three_minutes", "asked")),
    ("order_rate", _ratio("ordered", "inquired")),
    ("pay_rate", _ratio("paid", "inquired")),
    ("average_order", _ratio("paid_amount", "paid")),
    ("refund_rate", _ratio("refund_amount", "paid_amount")),
    ("satisfaction", _ratio("satisfied", "rated")),
)


def meets(code: str, value: Fraction | Decimal | None, target: Decimal | None) -> bool | None:
    """Say whether a measure meets its target, just meeting it included; None where one is unknown."""
    if value is None or target is None:
        return None
    at = Fraction(target)
    return Fraction(value) <= at if code in LESS_IS_BETTER else Fraction(value) >= at


def target_on(rows: Sequence[tuple[date, Decimal | None]], day: date) -> Decimal | None:
    """Give the value in force on a day from dated rows, in any order."""
    begun = [(since, value) for since, value in rows if since <= day]
    return max(begun, key=lambda one: one[0])[1] if begun else None


def missed_in_a_row(
    code: str, days: Sequence[Day], targets: Sequence[tuple[date, Decimal | None]], *, until: date
) -> int:
    """Count the days up to `until` that missed the target, one after the other.

    A day that is unknown ends the row: it was not seen to be missed.
    """
    by_day: dict[date, list[Day]] = {}
    for one in days:
        by_day.setdefault(one.date, []).append(one)
    count, day = 0, until
    while day in by_day:
        value = total(by_day[day]).measures[code]
        if meets(code, value, target_on(targets, day)) is not False:
            break
        count, day = count + 1, day - timedelta(days=1)
    return count
