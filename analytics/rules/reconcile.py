"""Whether a bill and an order say the same of the buyer's money. Pure, in whole fen.

The platform pays out when the buyer confirms: what was paid less what had gone back by then; a refund after
that is booked as a line of its own. So what the bill paid out less what it took back is the order's net,
however the two are split between the lines.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CashState(StrEnum):
    """What a bill says of an order."""

    # Nothing to expect yet: the order is not over, or nothing of it was kept.
    NONE = "none"
    AGREED = "agreed"
    # The order is over and no bill paid it out.
    MISSING = "missing"
    # Another amount was paid out, or taken back.
    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Cash:
    """The word on one order: `gap_fen` is what the bill has more; `on` is the day that must be covered."""

    state: CashState
    on: date | None = None
    gap_fen: int = 0


@dataclass(frozen=True, slots=True)
class CashFacts:
    """Amounts in fen as positive numbers; dates in Shanghai."""

    paid_fen: int
    refund_fen: int
    ended_on: date | None
    refunded_on: date | None
    paid_out_fen: int
    taken_back_fen: int
    booked_on: date | None


def judge(facts: CashFacts) -> Cash:
    """Say whether bill and order agree, and by how much they do not."""
    net = facts.paid_fen - facts.refund_fen
    gap = facts.paid_out_fen - facts.taken_back_fen - net
    if facts.booked_on is None:
        if facts.ended_on is None or net <= 0:
            return Cash(CashState.NONE)
        return Cash(CashState.MISSING, facts.ended_on, -net)
    if gap == 0:
        return Cash(CashState.AGREED, facts.booked_on)
    if gap > 0 and facts.refunded_on is not None and facts.paid_out_fen == facts.paid_fen:
        # What went back is not (wholly) in a bill: the day of the refund must be covered to say so.
        return Cash(CashState.REFUND, max(facts.refunded_on, facts.booked_on), gap)
    is_paid_right = facts.paid_out_fen in {facts.paid_fen, net}
    return Cash(CashState.REFUND if is_paid_right else CashState.PAYMENT, facts.booked_on, gap)
