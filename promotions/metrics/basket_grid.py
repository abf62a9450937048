"""The basket in which each SKU is cheapest: with which other SKUs a buyer crosses a threshold.

Where a threshold is crossed by several SKUs, what comes off is shared out to lines; a line then bears more
of it a piece than it could alone. Tried are baskets of one SKU and at most two others, each of 1 to N
pieces (row LOW). Over arrays a great many baskets are judged by a bound that no basket goes below; the
engine itself then reckons the best of them, so that every answer is a basket with a quote.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

import numpy as np
from numpy.typing import NDArray

from promotions.metrics.basket_fill import Fills, fills_of
from promotions.rules.final_price.engine import solve
from promotions.rules.final_price.lowest import most_pieces
from promotions.rules.final_price.shapes import Line
from promotions.rules.final_price.tools import Tool, Toolbox

type Cents = NDArray[np.int64]
type Flags = NDArray[np.bool_]

# Baskets that the engine reckons at most for a SKU, from the most promising on: of one that could fall
# below what matters, and of any other. Where many are asked for, the others are left out.
TRIES, FEW_TRIES, MANY = 12, 2, 2000
# On so small a shelf all baskets are judged, and that many reckoned.
FEW_SKUS, MOST_TRIES = 6, 120
# So near to the bound (cents a piece) nothing better is looked for: sharing out rounds.
_NEAR = 1
# So many SKUs are searched at a time, to keep arrays small.
_BLOCK = 1000
# Multiples of a tier that are tried: in a large shop the first ones are hit almost exactly.
_MULTIPLES, _MULTIPLES_SMALL, _SMALL = 2, 16, 400
_MOST_USES = 15


@dataclass(frozen=True, slots=True)
class Shelf:
    """All SKUs of the shop under one set of benefits: 标价, what the item level leaves, who is covered."""

    codes: Sequence[str]
    list_cents: Sequence[int]
    price: Cents
    net: Cents
    # By code of an order-level benefit: whether it is for the SKU.
    covers: Mapping[str, Flags]
    tools: Toolbox


@dataclass(frozen=True, slots=True)
class Basket:
    """A basket with its first line as cheap as it gets: cents a piece of that line, rounded up."""

    amount: int
    lines: tuple[Line, ...]

    @property
    def pieces(self) -> int:
        """Give the pieces of all lines."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Tried:
    """Baskets as arrays: the SKU in question and two others (-1: none), with their pieces."""

    sku: Cents
    who: Cents
    pieces: Cents


@dataclass(frozen=True, slots=True)
class _Limits:
    """By place on the shelf: cents that a basket must stay below to count, and below which it matters."""

    under: Cents
    matters: Cents

    @classmethod
    def of(
        cls, shelf: Shelf, block: Cents, under: Sequence[int], matters: Sequence[int] | None
    ) -> "_Limits":
        given = np.zeros((2, len(shelf.codes)), np.int64)
        given[0, block] = under
        given[1, block] = under if matters is None else matters
        return cls(given[0], given[1])


def cheapest_baskets(
    shelf: Shelf, wanted: Sequence[int], under: Sequence[int], matters: Sequence[int] | None = None
) -> dict[int, Basket]:
    """Find for SKUs the basket in which each is cheapest a piece, if cheaper than `under` (cents).

    :param wanted: positions on the shelf
    :param matters: cents below which a SKU must not fall; None: searched thoroughly for all. With more
        than `MANY` SKUs those that cannot fall below are left out
    """
    found: dict[int, Basket] = {}
    tools = threshold_tools(shelf.tools)
    if not tools or len(shelf.codes) < 2:
        return found
    fills = {
        one.code: fills_of(shelf.price, shelf.net, shelf.covers[one.code], _most(shelf))
        for one in tools
    }
    for begin in range(0, len(wanted), _BLOCK):
        block = np.array(wanted[begin : begin + _BLOCK], np.int64)
        part = slice(begin, begin + _BLOCK)
        limits = _Limits.of(shelf, block, under[part], None if matters is None else matters[part])
        tried = _candidates(shelf, tools, fills, block)
        if tried is not None:
            found |= _best(shelf, limits, tried, few=0 if len(wanted) > MANY else FEW_TRIES)
    return found


def threshold_tools(tools: Toolbox) -> list[Tool]:
    """Give the benefits that several SKUs reach together."""
    found = [*tools.of("coupon"), *tools.of("multi"), *tools.of("cross")]
    return [one for one in found if one.threshold or one.pieces or one.tiers]


def _most(shelf: Shelf) -> int:
    return most_pieces(shelf.tools.rules)


# --- which baskets are tried ------------------------------------------------------------------------


def _candidates(
    shelf: Shelf, tools: Sequence[Tool], fills: Mapping[str, Fills], block: Cents
) -> _Tried | None:
    """Give baskets that just cross a threshold, or two of them, with as little else as possible."""
    counts = np.arange(1, _most(shelf) + 1, dtype=np.int64)
    skus, pieces = np.repeat(block, len(counts)), np.tile(counts, len(block))
    base = shelf.price[skus] * pieces
    rows: list[tuple[Cents, Cents, Cents]] = []
    for tool in tools:
        mine = np.flatnonzero(shelf.covers[tool.code][skus])
        for first, count in _first_fills(shelf, tool, fills[tool.code], skus, pieces, base, mine):
            rows += _with_second(shelf, tools, fills, (skus, pieces, base), mine, (first, count))
    if len(shelf.codes) <= FEW_SKUS:
        rows.append(_every_basket(shelf, len(skus), counts))
    if not rows:
        return None
    at = np.concatenate([one[0] for one in rows])
    who = np.concatenate([one[1] for one in rows])
    many = np.concatenate([one[2] for one in rows])
    good = (who[:, 0] >= 0) & (who != skus[at][:, None]).all(axis=1)
    at, who, many = at[good], who[good], many[good]
    return _Tried(
        skus[at],
        np.column_stack([skus[at], who]),
        np.column_stack([pieces[at], many]),
    )


def _every_basket(shelf: Shelf, rows: int, counts: Cents) -> tuple[Cents, Cents, Cents]:
    """Give each row with one other SKU and with two, in all their pieces."""
    codes = range(len(shelf.codes))
    who = [(one, -1) for one in codes] + list(combinations(codes, 2))
    others, many = [], []
    for one, two in who:
        for first, second in product(counts.tolist(), counts.tolist() if two >= 0 else [0]):
            others.append((one, two))
            many.append((first, second))
    at = np.repeat(np.arange(rows, dtype=np.int64), len(others))
    return (
        at,
        np.tile(np.array(others, np.int64), (rows, 1)),
        np.tile(np.array(many, np.int64), (rows, 1)),
    )


def _first_fills(  # noqa: PLR0913
    shelf: Shelf, tool: Tool, fill: Fills, skus: Cents, pieces: Cents, base: Cents, mine: Cents
) -> Iterator[tuple[Cents, Cents]]:
    """Give (others, their pieces), two columns each, that bring the pool of a benefit to a threshold."""
    if tool.pieces:
        missing = tool.pieces - pieces[mine]
        for key in ("base", "net"):
            who = np.where(
                (missing > 0) & (missing <= _most(shelf)), fill.cheapest(skus[mine], key), -1
            )
            none = np.full_like(who, -1)
            yield np.column_stack([who, none]), np.column_stack([np.maximum(missing, 0), none * 0])
        return
    has_coupon = bool(shelf.tools.of("coupon")) and tool.level != "coupon"
    for amount in _amounts(tool, base[mine], _multiples(shelf)):
        lack = amount - base[mine]
        for key, pairs in product(("base", "net"), (False, True)):
            yield fill.least(lack, skus[mine], key, pairs=pairs)
        if has_coupon:
            yield fill.least(lack, skus[mine], "base", pairs=True, even=True)


def _multiples(shelf: Shelf) -> int:
    return _MULTIPLES_SMALL if len(shelf.codes) <= _SMALL else _MULTIPLES


def _amounts(tool: Tool, base: Cents, multiples: int) -> Iterator[Cents]:
    """Give the sums at which a benefit gives more, from each basket's own sum on."""
    if tool.tiers:
        for least, _off in tool.tiers:
            yield np.full_like(base, least)
        return
    times = -(-base // tool.threshold) if _repeats(tool) else np.ones_like(base)
    for more in range(multiples if _repeats(tool) else 1):
        yield (np.maximum(times, 1) + more) * tool.threshold


def _repeats(tool: Tool) -> bool:
    return tool.repeats or tool.level == "cross"


def _with_second(
    shelf: Shelf,
    tools: Sequence[Tool],
    fills: Mapping[str, Fills],
    given: tuple[Cents, Cents, Cents],
    mine: Cents,
    first: tuple[Cents, Cents],
) -> Iterator[tuple[Cents, Cents, Cents]]:
    """Give a basket as it is, and where it has room a second SKU that crosses another threshold too."""
    skus, _pieces, base = given
    who, many = first
    yield mine, who, many
    room = np.flatnonzero((who[:, 0] >= 0) & (who[:, 1] < 0))
    if not len(room):
        return
    at, one, count = mine[room], who[room, 0], many[room, 0]
    for tool in tools:
        if tool.pieces:
            continue
        covers = shelf.covers[tool.code]
        there = base[at] + np.where(covers[one], shelf.price[one] * count, 0)
        for amount in _amounts(tool, there, _multiples(shelf)):
            lack = np.where(covers[skus[at]], amount - there, 0)
            other, extra = fills[tool.code].least(lack, skus[at], "base", pairs=False)
            fits = (other[:, 0] >= 0) & (other[:, 0] != one)
            if fits.any():
                pair = np.column_stack([one, other[:, 0]])[fits]
                yield at[fits], pair, np.column_stack([count, extra[:, 0]])[fits]


# --- what they come to -------------------------------------------------------------------------------


def _best(shelf: Shelf, limits: _Limits, tried: _Tried, *, few: int) -> dict[int, Basket]:
    """Have the engine reckon the most promising baskets of each SKU; keep the cheapest."""
    bound = np.ceil(_bound(shelf, tried) / tried.pieces[:, 0]).astype(np.int64)
    good = np.flatnonzero(bound < limits.under[tried.sku])
    order = good[np.lexsort((tried.pieces[good].sum(axis=1), bound[good], tried.sku[good]))]
    edges = [*np.flatnonzero(np.diff(tried.sku[order], prepend=-1)).tolist(), len(order)]
    found: dict[int, Basket] = {}
    for begin, end in pairwise(edges):
        rows, sku = order[begin:end], int(tried.sku[order[begin]])
        tries = TRIES if bound[rows[0]] < limits.matters[sku] else few
        if len(shelf.codes) <= FEW_SKUS:
            tries = MOST_TRIES
        basket = _reckoned(shelf, tried, bound, rows, int(limits.under[sku]), tries)
        if basket is not None:
            found[sku] = basket
    return found


def _reckoned(
    shelf: Shelf, tried: _Tried, bound: Cents, rows: Cents, under: int, tries: int
) -> Basket | None:
    best: Basket | None = None
    seen: set[tuple[tuple[str, int], ...]] = set()
    for row in rows:
        if len(seen) >= tries or (best is not None and best.amount <= bound[row] + _NEAR):
            break
        lines = _lines(shelf, tried.who[row].tolist(), tried.pieces[row].tolist())
        key = tuple((line.sku, line.quantity) for line in lines)
        if key in seen:
            continue
        seen.add(key)
        paid = solve(lines, shelf.tools)[2].left[0]
        amount = -(-paid // lines[0].quantity)
        if amount < (under if best is None else best.amount):
            best = Basket(amount, lines)
    return best


def _lines(shelf: Shelf, who: Sequence[int], pieces: Sequence[int]) -> tuple[Line, ...]:
    together: dict[int, int] = {}
    for one, count in zip(who, pieces, strict=True):
        if one >= 0:
            together[one] = together.get(one, 0) + count
    return tuple(Line(shelf.codes[one], shelf.list_cents[one], n) for one, n in together.items())


def _bound(shelf: Shelf, tried: _Tried) -> NDArray[np.float64]:
    """Give cents that the first line costs at least, whichever way its benefits are used."""
    is_there = tried.who >= 0
    base = np.where(is_there, shelf.price[tried.who] * tried.pieces, 0)
    net = np.where(is_there, shelf.net[tried.who] * tried.pieces, 0)
    coupon = multi = cross = np.zeros(len(base))
    for tool in shelf.tools.of("coupon"):
        coupon = np.maximum(coupon, _coupon(tool, _in(shelf, tool, tried), base, net, tried.pieces))
    for tool in shelf.tools.of("multi"):
        multi = np.maximum(multi, _multi(tool, _in(shelf, tool, tried), base, net, tried.pieces))
    for tool in shelf.tools.of("cross"):
        inside = _in(shelf, tool, tried)
        sums = np.where(inside, base, 0).sum(axis=1)
        weights = net if tool.share_by == "item_net" else base
        cross = cross + np.where(inside[:, 0], _tier(tool, sums) * _part(weights, inside), 0)
    shop = np.maximum(coupon, multi) if shelf.tools.rules.is_best_of else coupon + multi
    left = net[:, 0] - shop - cross
    for tool in shelf.tools.of("asset"):
        left = left - np.where(_in(shelf, tool, tried)[:, 0], tool.off, 0)
    # Each rate and each share is rounded half up.
    return np.asarray(np.maximum(0, left - 1), np.float64)


def _in(shelf: Shelf, tool: Tool, tried: _Tried) -> Flags:
    covers = shelf.covers.get(tool.code)
    if covers is None:
        return np.asarray(tried.who >= 0)
    return np.asarray((tried.who >= 0) & covers[tried.who])


def _part(weights: Cents, inside: Flags) -> NDArray[np.float64]:
    whole = np.where(inside, weights, 0).sum(axis=1)
    return np.asarray(weights[:, 0] / np.maximum(whole, 1))


def _groups(inside: Flags) -> Iterator[Flags]:
    """Give which lines use a benefit together with the first one."""
    for second, third in product((False, True), repeat=2):
        group = inside & np.array([True, second, third])
        yield np.asarray(group & group[:, :1])


def _coupon(
    tool: Tool, inside: Flags, base: Cents, net: Cents, pieces: Cents
) -> NDArray[np.float64]:
    alone = base[:, 0] >= tool.threshold
    needed = -(-tool.threshold * pieces[:, 0] // np.maximum(base[:, 0], 1))
    most = min(tool.limit or _MOST_USES, int(tool.row.parameters.get("cap", _MOST_USES)))
    uses = np.minimum(pieces[:, 0] // np.maximum(needed, 1), most)
    found = np.where(alone & inside[:, 0], uses * tool.off, 0).astype(float)
    weights = net if tool.share_by == "item_net" else base
    small = inside & (base < tool.threshold)
    for group in _groups(small):
        reached = np.where(group, base, 0).sum(axis=1) >= tool.threshold
        found = np.maximum(found, np.where(reached, tool.off * _part(weights, group), 0))
    return found


def _multi(
    tool: Tool, inside: Flags, base: Cents, net: Cents, pieces: Cents
) -> NDArray[np.float64]:
    found = np.zeros(len(base))
    for group in _groups(inside):
        have = np.where(group, pieces if tool.pieces else base, 0).sum(axis=1)
        needed = tool.pieces or tool.threshold
        times = have // needed if needed else np.zeros_like(have)
        times = times if tool.repeats else np.minimum(times, 1)
        if tool.perk.kind == "second_half":
            off = np.where(times > 0, base[:, 0] / 4, 0)
        elif tool.rate is not None:
            off = np.where(times > 0, base[:, 0] * float(1 - tool.rate), 0)
        else:
            weights = net if tool.share_by == "item_net" else base
            off = times * tool.off * _part(weights, group)
        found = np.maximum(found, np.where(group[:, 0], off, 0))
    return found


def _tier(tool: Tool, sums: Cents) -> Cents:
    if tool.tiers:
        off = np.zeros_like(sums)
        for least, amount in tool.tiers:
            off = np.where(sums >= least, np.maximum(off, amount), off)
        return off
    return sums // tool.threshold * tool.off if tool.threshold else np.full_like(sums, tool.off)
