"""What the buyer paid for each line of an order, in fen. Pure.

A file that does not tell it of a line leaves the line its part of what the order cost, postage left
out, by list price. Where that cannot be said either the answer is None, never a guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from orders.rules.apportion import apportion


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line of an order. `paid_cents` None: the file does not say. `list_cents`: of one piece.

    `leaves`: it is to be sent; a line whose trade was closed or whose money went back is not, but it
    still had its part of what the order cost.
    """

    line_key: str
    sku_code: str
    quantity: int
    paid_cents: int | None
    list_cents: int = 0
    leaves: bool = True


def line_paid(lines: Sequence[SoldLine], goods_cents: int) -> list[int | None]:
    """Give what was paid for each line; `goods_cents`: for the whole order, postage left out.

    What known lines cost is taken off before the rest is divided among the others. None for these
    where nothing is left to divide by: no list price, or the known lines cost more than the order.
    """
    unknown = [line for line in lines if line.paid_cents is None]
    rest = goods_cents - sum(line.paid_cents or 0 for line in lines)
    weights = [line.list_cents * line.quantity for line in unknown]
    if not unknown or rest < 0 or not any(weights):
        return [line.paid_cents for line in lines]
    parts = iter(apportion(rest, weights))
    return [next(parts) if line.paid_cents is None else line.paid_cents for line in lines]
