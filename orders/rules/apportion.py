"""Money over pieces: whole fen by the largest remainder, so that the parts always sum to the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shopops.lib.money import from_fen, to_fen

_CLOSED = frozenset({"TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO"})


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of an order as parcels see it. `paid_amount` None: the file does not say."""

    quantity: int
    list_price_amount: Decimal
    paid_amount: Decimal | None
    refund_amount: Decimal
    status: str
    refund_status: str


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` (fen, or anything counted in ones) by `weights`, to the last one of it.

    Each part is its exact share rounded down; what is left goes one by one to the largest
    remainders, the earlier first. Weights that are all nought count as equal.

    :raises ValueError: if a weight or the total is negative, or there is nothing to divide among
    """
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("neither the total nor a weight may be negative")
    if not weights:
        raise ValueError("nobody to divide among")
    shares = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(shares)
    parts = [total * share // whole for share in shares]
    left = total - sum(parts)
    by_remainder = sorted(range(len(shares)), key=lambda at: (-(total * shares[at] % whole), at))
    for at in by_remainder[:left]:
        parts[at] += 1
    return parts


def goes_along(line: LineFacts) -> bool:
    """Say whether a line's pieces are to be packed.

    Not those whose trade the platform has closed, nor those whose money went back in full.
    """
    if line.status in _CLOSED:
        return False
    paid = line.paid_amount
    is_refunded = line.refund_status == "SUCCESS" and line.refund_amount > 0
    return not (is_refunded and paid is not None and line.refund_amount >= paid)


def line_amounts(paid_amount: Decimal, lines: Sequence[LineFacts]) -> list[Decimal]:
    """Divide what an order cost, postage included, among its lines.

    By what the lines cost; by list price where the file does not tell it of every line; by pieces
    where all of that is nought.
    """
    if not lines:
        return []
    weights = _weights(lines)
    return [from_fen(part) for part in apportion(to_fen(paid_amount), weights)]


def _weights(lines: Sequence[LineFacts]) -> list[int]:
    told = [line.paid_amount for line in lines]
    if all(amount is not None for amount in told):
        weights = [to_fen(amount) for amount in told if amount is not None]
    else:
        weights = [to_fen(line.list_price_amount) * line.quantity for line in lines]
    return weights if any(weights) else [line.quantity for line in lines]


def split_amount(amount: Decimal, quantities: Sequence[int]) -> list[Decimal]:
    """Divide the amount of some pieces of one line among parcels that take these quantities."""
    return [from_fen(part) for part in apportion(to_fen(amount), quantities)]
