"""Who brings how much: shares, running shares, and how few bring four fifths. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

FOUR_FIFTHS = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one in the whole, and of it with all before it; None where the whole is nothing."""

    share: Decimal | None
    running: Decimal | None


def shares(amounts: Sequence[int]) -> list[Share]:
    """Give the shares of amounts that stand largest first. What is below zero takes from the whole."""
    whole = sum(amounts)
    if whole <= 0:
        return [Share(None, None)] * len(amounts)
    found: list[Share] = []
    run = 0
    for amount in amounts:
        run += amount
        found.append(Share(Decimal(amount) / whole, Decimal(run) / whole))
    return found


def needed(amounts: Sequence[int], part: Decimal = FOUR_FIFTHS) -> int:
    """Tell how many of the largest bring a part of the whole; 0 where there is no whole."""
    whole, run = sum(amounts), 0
    if whole <= 0:
        return 0
    for place, amount in enumerate(amounts, start=1):
        run += amount
        if run >= whole * part:
            return place
    return len(amounts)


def curve(amounts: Sequence[int], points: int = 10) -> list[Decimal | None]:
    """Give what part of the whole the first tenth, two tenths … of all bring."""
    found = shares(amounts)
    if not found:
        return [None] * points
    return [found[-(-len(found) * n // points) - 1].running for n in range(1, points + 1)]
