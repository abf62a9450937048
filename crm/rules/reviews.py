"""Clocks and figures of reviews. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

# The shop's own clock for an answer, and how long the platform lets a seller explain.
ANSWER_HOURS = 24
CASE_DAYS = 30
# The score is the mean of the last 180 days; of one buyer three ratings in a calendar month count.
SCORE_DAYS = 180
A_MONTH = 3
# Where the file has no scores: what a rating is taken for. Said on the page.
ESTIMATE = {"good": 5, "neutral": 3, "bad": 1}
_CENT = Decimal("0.0001")


def answer_due(rated_at: datetime, complained_again_at: datetime | None) -> datetime:
    """Give until when the buyer's last complaint is to be answered."""
    last = max(rated_at, complained_again_at or rated_at)
    return last + timedelta(hours=ANSWER_HOURS)


@dataclass(frozen=True, slots=True)
class Sums:
    """Ratings that count: how many, and the sum of each score."""

    count: int
    goods: int
    service: int
    logistics: int


@dataclass(frozen=True, slots=True)
class Effect:
    """One score with and without a review; None where nothing is left to take the mean of."""

    with_it: Decimal | None
    without_it: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """What the review moves the score by."""
        if self.with_it is None or self.without_it is None:
            return None
        return self.with_it - self.without_it


def effects(all_of_them: Sums, without_it: Sums) -> dict[str, Effect]:
    """Give the three scores and their mean with and without a review, to four decimals."""
    found = {}
    for name in ("goods", "service", "logistics"):
        found[name] = Effect(
            _mean([getattr(all_of_them, name)], all_of_them.count),
            _mean([getattr(without_it, name)], without_it.count),
        )
    found["mean"] = Effect(
        _mean(_three(all_of_them), all_of_them.count * 3),
        _mean(_three(without_it), without_it.count * 3),
    )
    return found


def _three(sums: Sums) -> list[int]:
    return [sums.goods, sums.service, sums.logistics]


def _mean(sums: Iterable[int], count: int) -> Decimal | None:
    if not count:
        return None
    return (Decimal(sum(sums)) / count).quantize(_CENT, ROUND_HALF_UP)
