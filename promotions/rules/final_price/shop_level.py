"""Shop level: coupons (SH1) and multi-piece benefits (SH2) of the lines that use them.

Each function takes the whole basket's figures and the positions of the lines that use a benefit, and
gives the cut of each line, already held to what is left of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from promotions.rules.final_price.sharing import half_up, shared, times
from promotions.rules.final_price.tools import Tool

# R3: a buyer uses at most so many coupons of one shop; the row may say otherwise.
_MOST_COUPONS = 15


@dataclass(slots=True)
class Figures:
    """A basket while it is reckoned. `base`: 标价 × pieces (parallel) or what is left (sequential)."""

    quantities: list[int]
    base: list[int]
    # After the item level: by what order-level amounts are shared.
    net: list[int]
    left: list[int]
    remainder: str


def coupon_cuts(tool: Tool, users: Sequence[int], now: Figures) -> list[int]:
    """Cut by a coupon: sub-orders that reach it alone first, the rest together may use one more.

    At most one coupon per piece: each use takes as many pieces as reach the threshold; what a sub-order
    has over is spent. A coupon alone never brings a payment to zero (R3).
    """
    cuts = [0] * len(now.base)
    uses_left = min(tool.limit or _MOST_COUPONS, int(tool.row.parameters.get("cap", _MOST_COUPONS)))
    rest: list[int] = []
    for at in sorted(users, key=lambda one: (-now.left[one], one)):
        base, pieces = now.base[at], now.quantities[at]
        if base < tool.threshold:
            rest.append(at)
            continue
        needed = -(-tool.threshold * pieces // base)
        uses = min(pieces // needed, uses_left)
        uses_left -= uses
        cuts[at] = _not_all(uses * tool.off, now.left[at])
    if rest and uses_left > 0 and sum(now.base[at] for at in rest) >= tool.threshold:
        rest.sort()
        most = _not_all(tool.off, sum(now.left[at] for at in rest))
        weights = [_weight(tool, at, now) for at in rest]
        for at, share in zip(rest, shared(most, weights, now.remainder), strict=True):
            cuts[at] = min(share, now.left[at])
    return cuts


def _not_all(cut: int, left: int) -> int:
    return max(0, min(cut, left - 1))


def _weight(tool: Tool, at: int, now: Figures) -> int:
    return now.net[at] if tool.share_by == "item_net" else now.base[at]


def multi_cuts(tool: Tool, users: Sequence[int], counted: Sequence[int], now: Figures) -> list[int]:
    """Cut by a multi-piece benefit for `users`; the pieces and amounts of `counted` reach it."""
    cuts = [0] * len(now.base)
    pieces = sum(now.quantities[at] for at in counted)
    amount = sum(now.base[at] for at in counted)
    reached = _times_reached(tool, pieces, amount)
    if not reached or not users:
        return cuts
    if tool.perk.kind == "second_half":
        total = _second_half(users, now)
    elif tool.rate is not None:
        total = times(sum(now.base[at] for at in users), 1 - tool.rate)
    else:
        total = tool.off * reached
    by_base = tool.rate is not None or tool.perk.kind == "second_half"
    weights = [now.base[at] if by_base else _weight(tool, at, now) for at in users]
    for at, share in zip(users, shared(total, weights, now.remainder), strict=True):
        cuts[at] = min(share, now.left[at])
    return cuts


def _times_reached(tool: Tool, pieces: int, amount: int) -> int:
    have, needed = (pieces, tool.pieces) if tool.pieces else (amount, tool.threshold)
    count = have // needed if needed else 0
    return count if tool.repeats else min(count, 1)


def _second_half(users: Sequence[int], now: Figures) -> int:
    """Half of every second piece, dearest first: of each pair the cheaper one. Rounded once."""
    prices = sorted(
        ((Fraction(now.base[at], now.quantities[at]), now.quantities[at]) for at in users),
        reverse=True,
    )
    halved, odd = Fraction(0), 0
    for price, quantity in prices:
        halved += price * ((quantity + odd) // 2)
        odd = (quantity + odd) % 2
    return half_up(halved / 2)
