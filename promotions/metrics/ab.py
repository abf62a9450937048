"""How a test of two forms or more is read: how many people it needs, and what it says once it has them.

A test is read once, at its first day on which every form has the planned people and the planned days are
over; what comes later does not move it. Looking every day and stopping at the first good day would name a
winner far more often than the promised one in twenty, so before that day there is no interval of the
difference and no winner at all.

Forms that share the same days (split by traffic) are compared as independent proportions (Newcombe's
interval). Forms that take turns have only as many independent looks as turns: a good Sunday counts for
whoever had it. They, and amounts, are compared by the scatter of their turns (a ratio of sums with its
linearised error, Student's t).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

ALPHA = 0.05
POWER = 0.8
# Split so askew by chance once in a thousand tests; something sorts the visitors.
SKEWED_BELOW = 0.001
CERTAIN = 1.0

type Verdict = Literal["better", "worse", "open"]
type Status = Literal["short", "skewed", "read"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What was set before the test began. `weights`: one per form, the first is what there is now."""

    weights: tuple[int, ...]
    planned_people: int
    planned_days: int
    starts_on: date
    # "traffic": all forms on all days; else they take turns of `block_days` each.
    takes_turns: bool
    is_amount: bool
    block_days: int = 1


@dataclass(frozen=True, slots=True)
class Day:
    """One form's figures of one day."""

    date: date
    form: int
    people: int
    hits: int
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """A value with its interval; `low` and `high` None where there is too little to say."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One form up to the day of reading: sums, and its rate or amount per person."""

    people: int
    hits: int
    amount: float
    days: int
    missing_people: int
    span: Span


@dataclass(frozen=True, slots=True)
class Contrast:
    """One form against the first: the difference with its interval, and what that says."""

    form: int
    difference: Span
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Reading:
    """What a test says. Contrasts are empty until it is read; `winner` None: no difference seen.

    `skew_p` None: the forms took turns, so their people cannot be expected to be even.
    """

    status: Status
    read_on: date | None
    days: int
    missing_days: int
    forms: tuple[Form, ...]
    contrasts: tuple[Contrast, ...]
    winner: int | None
    skew_p: float | None
    confidence: float


def people_for_rate(
    baseline: float, lift: float, *, forms: int = 2, power: float = POWER, alpha: float = ALPHA
) -> int:
    """Give how many people each form needs to find a change of `lift` (a part of the rate).

    :raises ValueError: if the rate after the change is not between 0 and 1
    """
    from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

    changed = baseline * (1 + lift)
    if not (0 < baseline < CERTAIN and 0 < changed < CERTAIN and lift != 0):
        raise ValueError("a rate lies between 0 and 1")
    needed = samplesize_proportions_2indep_onetail(
        changed - baseline,
        baseline,
        power,
        alpha=_alpha(alpha, forms),
        alternative="two-sided",
    )
    return math.ceil(float(needed))


def people_for_amount(
    baseline: float,
    lift: float,
    spread: float,
    *,
    forms: int = 2,
    power: float = POWER,
    alpha: float = ALPHA,
) -> int:
    """Give how many people each form needs to find a change of an amount per person.

    :param spread: standard deviation of one person's amount, of those too who pay nothing
    :raises ValueError: if one of the figures is not above zero
    """
    from statsmodels.stats.power import NormalIndPower

    if baseline <= 0 or spread <= 0 or lift == 0:
        raise ValueError("an amount, its change and its spread are above zero")
    needed = NormalIndPower().solve_power(
        effect_size=abs(baseline * lift) / spread, alpha=_alpha(alpha, forms), power=power
    )
    return math.ceil(float(needed))


def _alpha(alpha: float, forms: int) -> float:
    """Share the error among the comparisons with the first form (Bonferroni)."""
    return alpha / max(forms - 1, 1)


def turn_of(day: date, *, starts_on: date, forms: int, block_days: int) -> int:
    """Give the form whose turn a day is, from 0."""
    return ((day - starts_on).days // block_days) % forms


def skew(people: Sequence[int], weights: Sequence[int]) -> float:
    """Give how likely people so uneven are if they were split by the weights (chi-square)."""
    from scipy.stats import chisquare

    total, parts = sum(people), sum(weights)
    if not total:
        return 1.0
    return float(chisquare(people, [total * one / parts for one in weights]).pvalue)


def read(plan: Plan, days: Iterable[Day]) -> Reading:
    """Read a test from its days, in any order; those before its start do not count."""
    known = sorted((one for one in days if one.date >= plan.starts_on), key=lambda one: one.date)
    read_on = _read_on(plan, known)
    used = [one for one in known if read_on is None or one.date <= read_on]
    skew_p = None if plan.takes_turns else skew(_people(plan, used), plan.weights)
    alpha = _alpha(ALPHA, len(plan.weights))
    forms = tuple(_form(plan, used, place) for place in range(len(plan.weights)))
    whole = len(_whole_dates(plan, used))
    status: Status = "short"
    contrasts: tuple[Contrast, ...] = ()
    if skew_p is not None and skew_p < SKEWED_BELOW:
        status = "skewed"
    elif read_on is not None:
        status = "read"
        contrasts = tuple(
            _contrast(plan, used, place, alpha) for place in range(1, len(plan.weights))
        )
    return Reading(
        status=status,
        read_on=read_on,
        days=whole,
        missing_days=max(plan.planned_days - whole, 0),
        forms=forms,
        contrasts=contrasts,
        winner=_winner(forms, contrasts),
        skew_p=skew_p,
        confidence=1 - alpha,
    )


def _whole_dates(plan: Plan, days: Sequence[Day]) -> list[date]:
    """Give the days of which all figures are there: of the form whose turn it is, or of all forms."""
    forms: dict[date, set[int]] = defaultdict(set)
    for one in days:
        forms[one.date].add(one.form)
    needed = 1 if plan.takes_turns else len(plan.weights)
    return sorted(day for day, found in forms.items() if len(found) >= needed)


def _read_on(plan: Plan, days: Sequence[Day]) -> date | None:
    people = [0] * len(plan.weights)
    by_date: Mapping[date, list[Day]] = _by_date(days)
    whole = 0
    wholes = set(_whole_dates(plan, days))
    for day, rows in by_date.items():
        for one in rows:
            people[one.form] += one.people
        whole += day in wholes
        enough = min(people) >= plan.planned_people
        if enough and whole >= plan.planned_days and _can_compare(plan, days, day):
            return day
    return None


def _by_date(days: Sequence[Day]) -> dict[date, list[Day]]:
    found: dict[date, list[Day]] = defaultdict(list)
    for one in days:
        found[one.date].append(one)
    return found


def _can_compare(plan: Plan, days: Sequence[Day], until: date) -> bool:
    """Say whether every form has two turns at least, so that their scatter is known."""
    if not (plan.takes_turns or plan.is_amount):
        return True
    return all(
        len(_turns(plan, [d for d in days if d.date <= until], place)) > 1
        for place in range(len(plan.weights))
    )


def _people(plan: Plan, days: Sequence[Day]) -> list[int]:
    return [
        sum(one.people for one in days if one.form == place) for place in range(len(plan.weights))
    ]


def _form(plan: Plan, days: Sequence[Day], place: int) -> Form:
    mine = [one for one in days if one.form == place]
    people, hits = sum(one.people for one in mine), sum(one.hits for one in mine)
    return Form(
        people=people,
        hits=hits,
        amount=sum(one.amount for one in mine),
        days=len({one.date for one in mine}),
        missing_people=max(plan.planned_people - people, 0),
        span=_own_span(plan, mine, place),
    )


def _own_span(plan: Plan, mine: Sequence[Day], place: int) -> Span:
    people = sum(one.people for one in mine)
    if not people:
        return Span(None)
    if plan.takes_turns or plan.is_amount:
        value, error, turns = _ratio(_turns(plan, mine, place))
        if turns < 2:
            return Span(value)
        reach = _student(ALPHA, turns - 1) * error
        return Span(value, max(value - reach, 0.0), value + reach)
    from statsmodels.stats.proportion import proportion_confint

    hits = sum(one.hits for one in mine)
    low, high = proportion_confint(hits, people, alpha=ALPHA, method="wilson")
    return Span(hits / people, float(low), float(high))


def _contrast(plan: Plan, days: Sequence[Day], place: int, alpha: float) -> Contrast:
    first = [one for one in days if one.form == 0]
    other = [one for one in days if one.form == place]
    if plan.takes_turns or plan.is_amount:
        span = _turns_difference(plan, first, other, place, alpha)
    else:
        span = rates_difference(
            (sum(d.hits for d in first), sum(d.people for d in first)),
            (sum(d.hits for d in other), sum(d.people for d in other)),
            alpha=alpha,
        )
    verdict: Verdict = "open"
    if span.low is not None and span.low > 0:
        verdict = "better"
    elif span.high is not None and span.high < 0:
        verdict = "worse"
    return Contrast(place, span, verdict)


def rates_difference(
    first: tuple[int, int], other: tuple[int, int], *, alpha: float = ALPHA
) -> Span:
    """Give how much higher the other rate is than the first, with Newcombe's interval.

    :param first: those who did it, and all of them
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        other[0], other[1], first[0], first[1], method="newcomb", compare="diff", alpha=alpha
    )
    return Span(other[0] / other[1] - first[0] / first[1], float(low), float(high))


type Turn = tuple[float, float]


def _turns(plan: Plan, days: Sequence[Day], place: int) -> list[Turn]:
    """Give what a form did and how many saw it, turn by turn. A turn is a block of days, or a day."""
    size = plan.block_days if plan.takes_turns else 1
    done: dict[int, float] = defaultdict(float)
    seen: dict[int, float] = defaultdict(float)
    for one in days:
        if one.form == place:
            turn = (one.date - plan.starts_on).days // size
            done[turn] += one.amount if plan.is_amount else one.hits
            seen[turn] += one.people
    return [(done[turn], seen[turn]) for turn in sorted(seen)]


def _ratio(turns: Sequence[Turn]) -> tuple[float, float, int]:
    """Give a ratio of sums, its standard error by linearisation, and of how many turns."""
    seen = sum(people for _done, people in turns)
    count = len(turns)
    value = sum(done for done, _people in turns) / seen if seen else 0.0
    if count < 2 or not seen:
        return value, 0.0, count
    squares = sum((done - value * people) ** 2 for done, people in turns)
    return value, math.sqrt(count / (count - 1) * squares) / seen, count


def _turns_difference(
    plan: Plan, first: Sequence[Day], other: Sequence[Day], place: int, alpha: float
) -> Span:
    """Compare two forms by the scatter of their turns, with Welch's degrees of freedom."""
    one, one_error, one_count = _ratio(_turns(plan, first, 0))
    two, two_error, two_count = _ratio(_turns(plan, other, place))
    error = math.hypot(one_error, two_error)
    if not error:
        return Span(two - one, two - one, two - one)
    freedom = error**4 / (one_error**4 / (one_count - 1) + two_error**4 / (two_count - 1))
    reach = _student(alpha, freedom) * error
    return Span(two - one, two - one - reach, two - one + reach)


def _student(alpha: float, freedom: float) -> float:
    from scipy.stats import t

    return float(t.ppf(1 - alpha / 2, freedom))


def _winner(forms: Sequence[Form], contrasts: Sequence[Contrast]) -> int | None:
    """Give the best form if one is better than the first, the first if all others are worse."""
    better = [one.form for one in contrasts if one.verdict == "better"]
    if better:
        return max(better, key=lambda place: forms[place].span.value or 0.0)
    if contrasts and all(one.verdict == "worse" for one in contrasts):
        return 0
    return None
