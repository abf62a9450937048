"""What a branch of causes is asked, and what it answers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise

from analytics.choices import Push, Verdict
from analytics.models import CauseWord


@dataclass(frozen=True, slots=True)
class Asked:
    """Why a figure lay below (`side` -1) or above (1) the usual on a day, seen against another day."""

    code: str
    day: date
    against: date
    side: int
    # The day of whoever asks; None: what stands so now says nothing of the day.
    today: date | None = None

    @property
    def is_fresh(self) -> bool:
        """Tell whether the day is today or yesterday, so that what stands so now may have stood so then."""
        return self.today is not None and (self.today - self.day).days in (0, 1)

    @property
    def hurt(self) -> int:
        """Give the side to which bad news push: of what came or went back more is worse, of all else less."""
        return -self.side if self.code in ("refund_amount", "bounce_rate") else self.side


@dataclass(frozen=True, slots=True)
class Cause:
    """One branch. `text` says what was found with its figures, `source` where; `url` opens the rows."""

    code: str
    label: str | Promise
    verdict: Verdict
    text: str
    source: str = ""
    url: str = ""
    # What a person said of it instead.
    word: CauseWord | None = None


def verdict_of(moved: int, side: int) -> Verdict:
    """Say yes if something moved the way the figure went; no if it did not move, or the other way."""
    return Verdict.YES if moved and moved == side else Verdict.NO


def moved(before: Decimal | None, after: Decimal | None, *, least: Decimal) -> int | None:
    """Tell which way a value went by at least so large a share: -1, 0, 1; None if a side is unknown."""
    if before is None or after is None:
        return None
    if not before:
        return 1 if after else 0
    share = (after - before) / before
    return 0 if abs(share) < least else (1 if share > 0 else -1)


def push_side(push: str) -> int:
    """Give the side to which an event pushes."""
    return {Push.DOWN: -1, Push.UP: 1}.get(Push(push), 0)
