"""The lowest price of many SKUs that share their benefits, worked out at once.

The same arithmetic as `promotions.rules.final_price.lowest_figures` for baskets of one line on the
parallel basis, over arrays: rows are SKUs, columns are 1 to N pieces. A test holds the two together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from promotions.rules.final_price.lowest import most_pieces
from promotions.rules.final_price.tools import Tool, Toolbox

type Cents = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """By SKU: the least cents per piece (rounded up), with how many pieces, and cents of one piece."""

    amount: Cents
    quantity: Cents
    one_piece: Cents


def price_grid(
    tools: Toolbox, prices: Sequence[int], own: Mapping[str, Sequence[int]] | None = None
) -> Grid:
    """Work out the lowest price of each of these list prices under one set of benefits.

    :param own: by benefit, the cents of each SKU's own figure, -1: the benefit's parameters
    """
    owned = {code: np.array(some, np.int64) for code, some in (own or {}).items()}
    price = _list_prices(tools, np.array(prices, np.int64), owned)
    pieces = np.arange(1, most_pieces(tools.rules) + 1, dtype=np.int64)
    totals = _totals(tools, price, pieces, owned, bars_no_cross=False)
    if tools.of("cross") and any(_leaves_cross(tool) for tool in tools.of("official")):
        other = _totals(tools, price, pieces, owned, bars_no_cross=True)
        totals = np.minimum(totals, other)
    whole = lcm(*range(1, len(pieces) + 1))
    best = np.argmin(totals * (whole // pieces), axis=1)
    least = np.take_along_axis(totals, best[:, None], axis=1)[:, 0]
    quantity = best + 1
    return Grid(-(-least // quantity), quantity, totals[:, 0])


def item_level(
    tools: Toolbox, prices: Sequence[int], own: Mapping[str, Sequence[int]] | None = None
) -> tuple[Cents, Cents]:
    """Give what a piece of each costs by its 标价, and what the item level leaves of it."""
    owned = {code: np.array(some, np.int64) for code, some in (own or {}).items()}
    price = _list_prices(tools, np.array(prices, np.int64), owned)
    cut, _no_cross = _item_cuts(tools, price, owned, bars_no_cross=False)
    return price, np.maximum(0, price - cut)


def _leaves_cross(tool: Tool) -> bool:
    return bool(tool.row.parameters.get("no_cross"))


def _times(cents: Cents, rate: Fraction) -> Cents:
    """Take a rate, half up."""
    return (2 * cents * rate.numerator + rate.denominator) // (2 * rate.denominator)


def _list_prices(tools: Toolbox, prices: Cents, own: Mapping[str, Cents]) -> Cents:
    found = prices
    for tool in tools.of("price"):
        plain = (
            _times(prices, tool.rate)
            if tool.rate and not tool.off
            else np.full_like(prices, tool.off)
        )
        wanted = _owned(tool, plain, own)
        found = np.where((wanted > 0) & (wanted < found), wanted, found)
    return found


def _owned(tool: Tool, plain: Cents, own: Mapping[str, Cents]) -> Cents:
    mine = own.get(tool.code)
    return plain if mine is None else np.where(mine >= 0, mine, plain)


def _totals(
    tools: Toolbox, price: Cents, pieces: Cents, own: Mapping[str, Cents], *, bars_no_cross: bool
) -> Cents:
    cut, no_cross = _item_cuts(tools, price, own, bars_no_cross=bars_no_cross)
    base = price[:, None] * pieces
    left = np.maximum(0, base - cut[:, None] * pieces)
    left = _after_shop(tools, price[:, None], pieces, base, left)
    for tool in sorted(tools.of("cross"), key=lambda one: one.share_by == "paid"):
        sums = left if tool.share_by == "paid" else base
        off = np.where(no_cross[:, None], 0, _tier_off(tool, sums))
        left = left - np.minimum(off, left)
    for tool in tools.of("asset"):
        minimum = round(float(tool.row.parameters.get("minimum", "0")) * 100)
        left = left - np.minimum(tool.off, np.maximum(0, left - minimum))
    return left


def _item_cuts(
    tools: Toolbox, price: Cents, own: Mapping[str, Cents], *, bars_no_cross: bool
) -> tuple[Cents, NDArray[np.bool_]]:
    """Give the cut of one piece, and whether a benefit stands on it that meets no cross-shop tier."""
    best: dict[str, Cents] = {}
    no_cross = np.zeros(len(price), np.bool_)
    for tool in (*tools.of("item"), *tools.of("official")):
        if bars_no_cross and _leaves_cross(tool):
            continue
        is_official = tool.level == "official"
        key = "official" if is_official else f"{tool.row.code}:{tool.perk.audience}"
        cut = np.minimum(_owned(tool, _plain_cut(tool, price), own), price)
        known = best.get(key, np.zeros_like(price))
        if is_official:
            no_cross = np.where(cut > known, _leaves_cross(tool), no_cross)
        best[key] = np.maximum(known, cut)
    return sum(best.values(), np.zeros_like(price)), no_cross


def _plain_cut(tool: Tool, price: Cents) -> Cents:
    if tool.rate is None:
        return np.full_like(price, tool.off)
    if tool.level != "official":
        return _times(price, 1 - tool.rate)
    cut = _times(price, tool.rate)
    exact = -(-price * tool.rate.numerator // tool.rate.denominator)
    for over, step in reversed(tool.row.parameters.get("round_tiers", ())):
        up = round(float(step) * 100)
        cut = np.where(price > int(over) * 100, -(-exact // up) * up, cut)
    return cut


def _after_shop(tools: Toolbox, price: Cents, pieces: Cents, base: Cents, left: Cents) -> Cents:
    by_multi, by_coupon = [left], []
    for tool in tools.of("multi"):
        by_multi.append(left - np.minimum(_multi_off(tool, price, pieces, base), left))
    after_multi = np.minimum.reduce(by_multi)
    start = left if tools.rules.is_best_of else after_multi
    for tool in tools.of("coupon"):
        by_coupon.append(start - _coupon_off(tool, price, pieces, base, start))
    least: Cents = np.minimum.reduce([after_multi, *by_coupon])
    return least


def _multi_off(tool: Tool, price: Cents, pieces: Cents, base: Cents) -> Cents:
    have, needed = (pieces, tool.pieces) if tool.pieces else (base, tool.threshold)
    count = have // needed if needed else np.zeros_like(base)
    if not tool.repeats:
        count = np.minimum(count, 1)
    if tool.perk.kind == "second_half":
        return (price * (pieces // 2) + 1) // 2
    if tool.rate is not None:
        rated: Cents = np.where(count > 0, _times(base, 1 - tool.rate), 0)
        return rated
    fixed: Cents = count * tool.off + np.zeros_like(base)
    return fixed


def _coupon_off(tool: Tool, price: Cents, pieces: Cents, base: Cents, left: Cents) -> Cents:
    most = min(tool.limit or 15, int(tool.row.parameters.get("cap", 15)))
    needed = -(-tool.threshold // np.maximum(price, 1))
    uses = np.where(base >= tool.threshold, np.minimum(pieces // needed, most), 0)
    off: Cents = np.maximum(0, np.minimum(uses * tool.off, left - 1))
    return off


def _tier_off(tool: Tool, sums: Cents) -> Cents:
    if tool.tiers:
        off = np.zeros_like(sums)
        for least, amount in tool.tiers:
            off = np.where(sums >= least, np.maximum(off, amount), off)
        return off
    every: Cents = (
        sums // tool.threshold * tool.off if tool.threshold else np.full_like(sums, tool.off)
    )
    return every
