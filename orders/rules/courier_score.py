"""One figure for a carrier, with its arithmetic: four parts, each a share of its points. Pure.

A part whose figures are missing gives no points and asks for none: the score is what was reached of
what could be reached, out of a hundred.
"""

from collections.abc import Sequence
from dataclasses import dataclass

PICKUP, TRANSIT, SILENCE, FAULTS = "pickup", "transit", "silence", "faults"
POINTS: dict[str, int] = {PICKUP: 30, TRANSIT: 30, SILENCE: 20, FAULTS: 20}
# A share of stalled parcels, or of faults, from which on a part gives nothing.
WORST_SILENCE, WORST_FAULTS = 0.05, 0.02
# Fewer parcels say little.
SMALL = 30


@dataclass(frozen=True, slots=True)
class CarrierFigures:
    """What a period tells of one carrier. Shares are 0 to 1; None where nothing is known.

    `transit_days`: median from pickup to signature; `usual_days`: the same over all carriers.
    """

    parcels: int
    picked_in_time: float | None
    transit_days: float | None
    usual_days: float | None
    stalled: float | None
    faults: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: `share` of its `points`; None where it is unknown."""

    code: str
    points: int
    share: float | None

    @property
    def reached(self) -> float | None:
        """Give the points reached."""
        return None if self.share is None else self.points * self.share


@dataclass(frozen=True, slots=True)
class Score:
    """A carrier's score with its parts; `total` None where nothing is known."""

    total: float | None
    parts: tuple[Part, ...]
    is_small: bool


def score_of(figures: CarrierFigures) -> Score:
    """Work a carrier's score out."""
    shares: dict[str, float | None] = {
        PICKUP: figures.picked_in_time,
        TRANSIT: _as_quick_as_usual(figures.transit_days, figures.usual_days),
        SILENCE: _unless(figures.stalled, worst=WORST_SILENCE),
        FAULTS: _unless(figures.faults, worst=WORST_FAULTS),
    }
    parts = tuple(Part(code, points, shares[code]) for code, points in POINTS.items())
    return Score(_total(parts), parts, is_small=figures.parcels < SMALL)


def _total(parts: Sequence[Part]) -> float | None:
    known = [part for part in parts if part.share is not None]
    # Without its main work done a carrier has no score, however few complaints there are.
    if not any(part.code in {PICKUP, TRANSIT} for part in known):
        return None
    reached = sum(part.reached or 0.0 for part in known)
    return reached / sum(part.points for part in known) * 100


def _as_quick_as_usual(days: float | None, usual: float | None) -> float | None:
    if days is None or usual is None:
        return None
    return 1.0 if days <= usual else usual / days


def _unless(share: float | None, *, worst: float) -> float | None:
    return None if share is None else max(0.0, 1 - share / worst)
