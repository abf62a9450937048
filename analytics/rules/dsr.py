"""The three scores of a shop (描述相符, 服务态度, 物流服务) by the platform's arithmetic. Pure.

Each score is the mean of the ratings of the last 180 days, today among them. Of one buyer only the
first three ratings of a calendar month count, wherever the 180 days cut that month. Nobody's silence
is a rating. Sums stay whole numbers; only what is shown is rounded, half up, to two decimals.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import accumulate

GOODS, SERVICE, DELIVERY = "goods", "service", "delivery"
SCORES: tuple[str, ...] = (GOODS, SERVICE, DELIVERY)
DAYS = 180
A_MONTH = 3
BEST = 5
_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rating:
    """What one buyer gave on a Shanghai date; None where that score was not given.

    `buyer` empty: nobody knows who it is, and the rating counts for itself. `place` orders ratings.
    """

    buyer: str
    day: date
    place: tuple[object, ...]
    goods: int | None = None
    service: int | None = None
    delivery: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many ratings, and their sum."""

    count: int = 0
    total: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, self.total + other.total)

    def __sub__(self, other: "Tally") -> "Tally":
        return Tally(self.count - other.count, self.total - other.total)

    @property
    def mean(self) -> Fraction | None:
        """Give the exact mean; None of nothing."""
        return Fraction(self.total, self.count) if self.count else None

    @property
    def shown(self) -> Decimal | None:
        """Give what the platform shows: two decimals, half up."""
        if not self.count:
            return None
        hundredths = (200 * self.total + self.count) // (2 * self.count)
        return (Decimal(hundredths) / 100).quantize(_STEP)


type Days = Mapping[date, Tally]
NONE = Tally()


def counted(ratings: Iterable[Rating]) -> dict[str, dict[date, Tally]]:
    """Give by score and day the ratings that count."""
    seen: dict[tuple[str, int, int], int] = {}
    found: dict[str, dict[date, Tally]] = {name: {} for name in SCORES}
    for one in sorted(ratings, key=lambda rating: (rating.day, rating.place)):
        if one.buyer:
            month = (one.buyer, one.day.year, one.day.month)
            seen[month] = seen.get(month, 0) + 1
            if seen[month] > A_MONTH:
                continue
        for name in SCORES:
            stars = getattr(one, name)
            if stars is not None:
                found[name][one.day] = found[name].get(one.day, NONE) + Tally(1, stars)
    return found


def first_day(day: date) -> date:
    """Give the oldest day that counts on a day."""
    return day - timedelta(days=DAYS - 1)


def window(days: Days, day: date) -> Tally:
    """Add up what counts on a day."""
    oldest = first_day(day)
    return _sum(tally for at, tally in days.items() if oldest <= at <= day)


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = NONE
    for one in tallies:
        total += one
    return total


def series(days: Days, since: date, until: date) -> dict[date, Tally]:
    """Give what counts on each day of a span: each day's ratings come, those of 180 days ago go."""
    found = {}
    now = window(days, since - timedelta(days=1))
    for number in range((until - since).days + 1):
        day = since + timedelta(days=number)
        now = now + days.get(day, NONE) - days.get(day - timedelta(days=DAYS), NONE)
        found[day] = now
    return found


def reaches(tally: Tally, target: Decimal) -> bool:
    """Say whether what is shown is the target or more; in whole numbers."""
    return tally.count > 0 and 200 * tally.total >= (2 * _hundredths(target) - 1) * tally.count


def _hundredths(target: Decimal) -> int:
    return int((target * 100).to_integral_value(ROUND_HALF_UP))


# --- the solver ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """How many 5s bring a score to the target on a day, over what is left of today's ratings then.

    `left` has what else is expected in it; `a_day` is one way to spread the 5s, from tomorrow on;
    `reached` the first day on which that spread shows the target, None where `fives` is 0.
    """

    fives: int
    left: Tally
    with_them: Tally
    a_day: tuple[int, ...]
    reached: date | None


class TooFarError(Exception):
    """A day that is not after today, or so far off that ratings of tomorrow no longer count then."""


def fives_for(
    days: Days, *, today: date, due: date, target: Decimal, expected: Tally = NONE
) -> Answer:
    """Say how many 5s must come after `today` and up to `due` so that the target is shown on `due`.

    :param expected: what else will come meanwhile, whatever we do
    :raises TooFarError: unless `due` is 1 to 179 days ahead: every new rating must still count then
    """
    ahead = (due - today).days
    if not 1 <= ahead < DAYS:
        raise TooFarError
    left = _left(days, today, due) + expected
    fives = _needed(left, target)
    spread = _spread(fives, ahead)
    return Answer(
        fives=fives,
        left=left,
        with_them=left + Tally(fives, BEST * fives),
        a_day=spread,
        reached=_first(days, today, spread, target, expected),
    )


def _left(days: Days, today: date, day: date) -> Tally:
    """Give what of today's ratings still counts on a later day."""
    oldest = first_day(day)
    return _sum(tally for at, tally in days.items() if oldest <= at <= today)


def _needed(left: Tally, target: Decimal) -> int:
    """Solve 200 (S + 5k) >= (2t - 1)(N + k) for the least whole k; t at most 500, so it always ends."""
    level = 2 * _hundredths(target) - 1
    lacking = level * left.count - 200 * left.total
    fives = max(-(-lacking // (200 * BEST - level)), 0)
    return max(fives, 1) if not left.count else fives


def _spread(fives: int, days: int) -> tuple[int, ...]:
    so_far = [fives * (number + 1) // days for number in range(days)]
    return tuple(upto - before for before, upto in zip([0, *so_far], so_far, strict=False))


def _first(
    days: Days, today: date, spread: Sequence[int], target: Decimal, expected: Tally
) -> date | None:
    """Give the first day that shows the target; what else is expected comes at once, on the first day."""
    if not sum(spread):
        return None
    for day, tally in path(days, today=today, a_day=spread, expected=expected):
        if reaches(tally, target):
            return day
    return None


def path(
    days: Days, *, today: date, a_day: Sequence[int], expected: Tally = NONE
) -> list[tuple[date, Tally]]:
    """Give what counts on each day to come if so many 5s arrive a day; `expected` comes on the first."""
    found = []
    for number, new in enumerate(accumulate(a_day), start=1):
        day = today + timedelta(days=number)
        # What arrived 180 days before that day has gone again, 5s too.
        gone = sum(a_day[: max(number - DAYS, 0)])
        kept = Tally(new - gone, BEST * (new - gone))
        tally = _left(days, today, day) + kept
        found.append((day, tally + expected if number <= DAYS else tally))
    return found


def reached_on(
    days: Days, *, today: date, target: Decimal, a_day: int, expected: Tally = NONE
) -> date | None:
    """Give the first day to come on which so many 5s a day show the target; None within 179 days."""
    rows = path(days, today=today, a_day=[a_day] * (DAYS - 1), expected=expected)
    return next((day for day, tally in rows if reaches(tally, target)), None)


# --- what goes, and what one rating does --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RollOff:
    """What leaves the 180 days on a day, and what is left then if nothing new comes."""

    day: date
    off: Tally
    left: Tally


def rolling_off(days: Days, *, today: date, ahead: int) -> list[RollOff]:
    """Give day by day what goes."""
    left = window(days, today)
    found = []
    for number in range(1, ahead + 1):
        day = today + timedelta(days=number)
        off = days.get(day - timedelta(days=DAYS), NONE)
        left -= off
        found.append(RollOff(day, off, left))
    return found


@dataclass(frozen=True, slots=True)
class Cost:
    """What one rating of so many stars does: the exact change, and how many 5s make it good again.

    `fives` None: never while it counts, for nothing is better than a 5.
    """

    before: Tally
    after: Tally
    change: Fraction
    fives: int | None


def cost_of(now: Tally, stars: int = 1) -> Cost | None:
    """Work out what one rating does to a score; None while there is no score."""
    if now.mean is None:
        return None
    after = now + Tally(1, stars)
    assert after.mean is not None  # noqa: S101
    change = after.mean - now.mean
    if change >= 0:
        return Cost(now, after, change, 0)
    room = BEST * now.count - now.total
    lacking = now.total - stars * now.count
    return Cost(now, after, change, -(-lacking // room) if room else None)


# --- beside the industry ------------------------------------------------------------------------


def against(score: Decimal | None, industry: Decimal | None) -> str:
    """Say where a score stands: "above" (the platform shows red), "below" (green), "level", "" unknown."""
    if score is None or industry is None:
        return ""
    if score == industry:
        return "level"
    return "above" if score > industry else "below"
