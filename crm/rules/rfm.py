"""Classes of the trade from scores, and stages of life from days. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm.choices import LifeStage, RfmSegment

# A score from here on is high: the upper two fifths.
HIGH = 4
SCORES = 5
MEASURES = ("recency", "frequency", "monetary")

# By whether recency, frequency and monetary value are high.
SEGMENTS: Mapping[tuple[bool, bool, bool], RfmSegment] = {
    (True, True, True): RfmSegment.CHAMPION,
    (True, False, True): RfmSegment.DEVELOP,
    (False, True, True): RfmSegment.KEEP,
    (False, False, True): RfmSegment.WIN_BACK,
    (True, True, False): RfmSegment.REGULAR,
    (True, False, False): RfmSegment.FRESH,
    (False, True, False): RfmSegment.HOLD,
    (False, False, False): RfmSegment.PASSING,
}


def segment_of(recency: int, frequency: int, monetary: int) -> RfmSegment:
    """Give the class of three scores from 1 to 5."""
    return SEGMENTS[recency >= HIGH, frequency >= HIGH, monetary >= HIGH]


def score(value: int, cuts: Sequence[int], *, less_is_better: bool = False) -> int:
    """Give the score 1 to 5 of a value: one more for each cut point that it exceeds.

    A value equal to a cut point belongs below it. Where less is better (days since) it is turned round.
    """
    over = sum(value > cut for cut in cuts)
    return SCORES - over if less_is_better else 1 + over


def are_cuts(cuts: Mapping[str, Sequence[int]]) -> bool:
    """Say whether these are cut points: four for each measure, none smaller than the one before."""
    return all(
        len(cuts.get(name, ())) == SCORES - 1 and list(cuts[name]) == sorted(cuts[name])
        for name in MEASURES
    )


@dataclass(frozen=True, slots=True)
class LifeLimits:
    """Days since the last payment up to which one is active, cooling, asleep; then lost."""

    active: int
    cooling: int
    asleep: int
    by: str
    intervals: int = 0


# Where a shop has too few who came again to say something of its own.
START_LIMITS = LifeLimits(60, 120, 365, "start")
FEWEST_INTERVALS = 100


def limits_of(quantiles: Sequence[int], *, intervals: int) -> LifeLimits:
    """Give limits from the shop's own intervals between payments.

    `quantiles`: days within which 75, 90 and 97 of 100 came again. Who stays away longer than three in
    four needed is cooling, longer than nine in ten asleep. Each limit is at least a day over the one
    before.
    """
    active = max(quantiles[0], 1)
    cooling = max(quantiles[1], active + 1)
    return LifeLimits(active, cooling, max(quantiles[2], cooling + 1), "own", intervals)


def life_stage(*, paid_days: int, days_since: int | None, limits: LifeLimits) -> LifeStage:
    """Give the stage: new is who paid on one day only and could still be expected."""
    if days_since is None or not paid_days:
        return LifeStage.ASKED
    if days_since <= limits.active:
        return LifeStage.NEW if paid_days == 1 else LifeStage.ACTIVE
    if days_since <= limits.cooling:
        return LifeStage.COOLING
    return LifeStage.ASLEEP if days_since <= limits.asleep else LifeStage.LOST
