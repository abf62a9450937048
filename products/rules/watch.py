"""The daily watch of main products: what is out of its own band, and which rank was lost suddenly."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST_DAYS = 5
FEWEST_RANKS = 2
_MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True, slots=True)
class Band:
    """Where a figure usually lies: median ± so many robust deviations."""

    low: float
    middle: float
    high: float


def robust_band(values: Sequence[float | None], *, width: float) -> Band | None:
    """Give the band of a history; None with fewer than five known days.

    A history without spread (all days alike) gets the width of one piece, not none.
    """
    known = [value for value in values if value is not None]
    if len(known) < FEWEST_DAYS:
        return None
    middle = statistics.median(known)
    deviation = statistics.median([abs(value - middle) for value in known]) * _MAD_TO_SIGMA
    spread = width * max(deviation, 1.0)
    return Band(max(0.0, middle - spread), middle, middle + spread)


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a rank. `position` None: not among the `looked_at` first."""

    position: int | None
    looked_at: int


@dataclass(frozen=True, slots=True)
class RankLoss:
    """A sudden loss: usual place, place now (None: gone), how many were looked at."""

    usual: int
    now: int | None
    looked_at: int


def rank_loss(history: Sequence[Seen], *, drop: int) -> RankLoss | None:
    """Tell whether the newest look is a sudden loss against the median of those before it.

    :param history: oldest first; looks at which the product was not found count as just behind
    :param drop: places lost from which it counts; a product that had two earlier ranks at least
    """
    *before, last = history if history else [None]
    ranked = [one for one in before if one is not None]
    if last is None or sum(one.position is not None for one in ranked) < FEWEST_RANKS:
        return None
    usual = int(statistics.median(_place(one) for one in ranked))
    return RankLoss(usual, last.position, last.looked_at) if _place(last) - usual >= drop else None


def _place(seen: Seen) -> int:
    return seen.position if seen.position is not None else seen.looked_at + 1
