"""What an agent's month brings and costs, line by line, in whole fen. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crm.rules.agents import meets

STEP = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Rule:
    """The amounts, in fen; nought is no line. Starts with the trade's usual ones."""

    base: int = 0
    neutral: int = -10_000
    bad: int = -30_000
    # For each 0.1 of the shop's score for service between the ends of two months.
    score_up: int = 10_000
    score_down: int = -20_000
    # For each whole percentage point of asked-to-paid above the target.
    conversion: int = 5_000
    slow: int = 0
    three_minutes: int = 0
    satisfaction: int = 0
    # With fewer people who asked, rates of the month bring no line.
    least_asked: int = 30


DEDUCTIONS = frozenset({"neutral", "bad", "score_down", "slow", "three_minutes"})
AWARDS = frozenset({"base", "score_up", "conversion", "satisfaction"})


def rule_of(amounts: Mapping[str, Any]) -> Rule:
    """Give the rule of a stored row; what it lacks is as at the start."""
    known = {one.name for one in fields(Rule)}
    return Rule(**{name: int(value) for name, value in amounts.items() if name in known})


def stored(rule: Rule) -> dict[str, int]:
    """Give a rule as a row stores it."""
    return asdict(rule)


@dataclass(frozen=True, slots=True)
class Review:
    """A neutral or bad review. `ref` names it where one is known; else only its day is."""

    date: date
    count: int = 1
    ref: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of the month: its value as parts of counts, and the target in force at its end."""

    value: Fraction | None
    target: Decimal | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an agent's month. Scores: at the end of the month before, and of this one."""

    month: date
    asked: int = 0
    neutral: Sequence[Review] = ()
    bad: Sequence[Review] = ()
    score_before: tuple[date, Decimal] | None = None
    score_after: tuple[date, Decimal] | None = None
    conversion: Measured = Measured(None, None)
    first_response: Measured = Measured(None, None)
    three_minutes: Measured = Measured(None, None)
    satisfaction: Measured = Measured(None, None)


@dataclass(frozen=True, slots=True)
class Line:
    """One amount with its cause. `amount_fen` is `quantity` times `unit_fen`."""

    key: str
    kind: str
    quantity: int
    unit_fen: int
    evidence: Mapping[str, Any]

    @property
    def amount_fen(self) -> int:
        """Give what it brings."""
        return self.quantity * self.unit_fen


def lines(facts: Facts, rule: Rule) -> list[Line]:
    """Give the lines of a month, those of nothing left out."""
    found = [
        *_reviews("neutral", facts.neutral, rule.neutral),
        *_reviews("bad", facts.bad, rule.bad),
        *_score(facts, rule),
    ]
    if facts.asked >= rule.least_asked:
        found += [*_conversion(facts, rule), *_targets(facts, rule)]
    return [one for one in found if one.amount_fen]


def _reviews(kind: str, reviews: Sequence[Review], unit: int) -> list[Line]:
    return [
        Line(
            f"{kind}:{one.ref or one.date.isoformat()}",
            kind,
            one.count,
            unit,
            {"date": one.date.isoformat(), "ref": one.ref, "url": one.url},
        )
        for one in reviews
    ]


def _score(facts: Facts, rule: Rule) -> list[Line]:
    if facts.score_before is None or facts.score_after is None:
        return []
    (from_day, before), (to_day, after) = facts.score_before, facts.score_after
    steps = int(abs(after - before) / STEP)
    evidence = {
        "from": str(before),
        "to": str(after),
        "from_date": from_day.isoformat(),
        "to_date": to_day.isoformat(),
    }
    kind, unit = ("score_up", rule.score_up) if after > before else ("score_down", rule.score_down)
    return [Line(kind, kind, steps, unit, evidence)] if steps else []


def _conversion(facts: Facts, rule: Rule) -> list[Line]:
    value, target = facts.conversion.value, facts.conversion.target
    if value is None or target is None:
        return []
    points = int((value - Fraction(target)) * 100) if value > Fraction(target) else 0
    if not points:
        return []
    evidence = _figures(facts.conversion, facts)
    return [Line("conversion", "conversion", points, rule.conversion, evidence)]


def _targets(facts: Facts, rule: Rule) -> list[Line]:
    """Give one line each for a slow month, one under the 3-minute rate, one of content buyers."""
    asked = (
        ("slow", "first_response", facts.first_response, rule.slow, False),
        ("three_minutes", "three_minutes", facts.three_minutes, rule.three_minutes, False),
        ("satisfaction", "satisfaction", facts.satisfaction, rule.satisfaction, True),
    )
    return [
        Line(kind, kind, 1, unit, _figures(measured, facts))
        for kind, code, measured, unit, wanted in asked
        if meets(code, measured.value, measured.target) is wanted
    ]


def _figures(measured: Measured, facts: Facts) -> dict[str, Any]:
    value = measured.value or Fraction(0)
    exact = Decimal(value.numerator) / value.denominator
    return {
        "value": str(exact.quantize(Decimal("0.000001"))),
        "target": str(measured.target),
        "month": facts.month.isoformat(),
        "asked": facts.asked,
    }


def sum_of(base: int, amounts: Iterable[int]) -> int:
    """Add base and lines up without a floor."""
    return base + sum(amounts)


def paid_of(base: int, amounts: Iterable[int]) -> int:
    """Give what is paid: never below nought."""
    return max(0, sum_of(base, amounts))


def carried(*, fresh_total: int, closed_total: int, carried_elsewhere: int) -> int:
    """Give what a closed month lacks or has too much by today's data, less what other months carry."""
    return fresh_total - closed_total - carried_elsewhere
