"""What one breach of a platform rule costs."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class PenaltyRule:
    """A dated rate with its bounds; `rate` is of the order's paid amount, bounds are yuan.

    `code`: late, stock_out, fake_shipping, tracking_timeout, tracking_anomaly; or a cap: order_cap
    (all penalties of one order), buyer_day_cap (all of one buyer on one payment day). The promise
    bounds limit the rule to orders promised over or up to so many hours. `after_hours`: for
    stock_out, the hours after the order became late.
    """

    code: str
    platform: str
    valid_from: date
    valid_to: date | None
    rate: Decimal
    minimum_amount: Decimal
    maximum_amount: Decimal | None
    promise_over_hours: int | None
    promise_up_to_hours: int | None
    after_hours: int
    id: int | None

    def applies(self, *, platform: str, paid_date: date, promise_hours: int | None) -> bool:
        """Say whether the rule judges an order paid on a date under a promise of so many hours.

        An unknown promise counts as a short one.
        """
        hours = promise_hours or 0
        return (
            self.platform == platform
            and self.valid_from <= paid_date
            and (self.valid_to is None or paid_date <= self.valid_to)
            and (self.promise_over_hours is None or hours > self.promise_over_hours)
            and (self.promise_up_to_hours is None or hours <= self.promise_up_to_hours)
        )


def penalty(paid_amount: Decimal, rule: PenaltyRule) -> Decimal:
    """Give what a breach costs: the rate, rounded half up to the fen, within the rule's bounds.

    Nothing paid costs nothing. In SQL: least(greatest(round(paid * rate, 2), minimum), maximum).
    """
    if paid_amount <= 0:
        return ZERO
    amount = (paid_amount * rule.rate).quantize(CENT, rounding=ROUND_HALF_UP)
    amount = max(amount, rule.minimum_amount)
    if rule.maximum_amount is not None:
        amount = min(amount, rule.maximum_amount)
    return amount.quantize(CENT)


def cap_by_buyer_day(
    risks: Iterable[tuple[Hashable, date, Decimal]], cap: Decimal
) -> list[Decimal]:
    """Limit what one buyer can cost on one payment day; one amount per risk, in the order given.

    `risks` are (buyer key, payment date, amount). Earlier ones are counted in full until the cap is
    reached, so the sum by buyer and day never exceeds it.
    """
    left: dict[tuple[Hashable, date], Decimal] = {}
    capped = []
    for buyer, paid_date, amount in risks:
        room = left.get((buyer, paid_date), cap)
        counted = min(amount, room)
        left[buyer, paid_date] = room - counted
        capped.append(counted)
    return capped
