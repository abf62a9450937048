"""Which benefits each sub-order uses, where it has a choice: the buyer's cheapest way.

Parallel basis: the least total over all ways, as the law book asks (section 2). Sequential basis: each
stage takes the most it can, unaware of the next one; that is how a coupon could pull a basket under
a cross-shop tier and raise its total (V21).
"""

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from promotions.rules.final_price.settling import (
    Basket,
    Choice,
    Settled,
    figures,
    settle,
    take,
)
from promotions.rules.final_price.shop_level import Figures, coupon_cuts, multi_cuts

# Ways tried one by one; a basket with more is searched line by line from good beginnings.
MOST_WAYS = 4096
NONE = (-1, -1)


def options(goods: Basket) -> list[list[tuple[int, int]]]:
    """Give by line the (coupon, multi-piece benefit) it may use."""
    coupons = [frozenset(goods.users(tool)) for tool in goods.tools.of("coupon")]
    multis = [frozenset(goods.users(tool)) for tool in goods.tools.of("multi")]
    found = []
    for at in range(len(goods.lines)):
        mine = [position for position, users in enumerate(coupons) if at in users]
        many = [position for position, users in enumerate(multis) if at in users]
        if goods.tools.rules.is_best_of:
            ways = [*((one, -1) for one in mine), *((-1, one) for one in many)]
        else:
            ways = list(product([*mine, -1], [*many, -1]))
        # Alone in the basket, using a benefit is never dearer than leaving it.
        if len(goods.lines) > 1 or not ways:
            ways = [*(way for way in ways if way != NONE), NONE]
        found.append(ways)
    return found


def best(goods: Basket) -> tuple[Choice, Settled, bool]:
    """Give the cheapest way, what it comes to, and whether all ways were tried."""
    ways = options(goods)
    if not goods.tools.rules.is_parallel:
        choice = _by_stages(goods, ways)
        return choice, settle(goods, choice), True
    if prod(len(one) for one in ways) <= MOST_WAYS:
        return *_least(goods, product(*ways)), True
    return *_climbed(goods, ways), False


def _least(goods: Basket, choices: Iterator[Choice]) -> tuple[Choice, Settled]:
    found: tuple[Choice, Settled] | None = None
    for choice in choices:
        settled = settle(goods, choice)
        if found is None or settled.total < found[1].total:
            found = (choice, settled)
    if found is None:  # product() of anything gives at least one way
        raise AssertionError("no way to pay")
    return found


def _climbed(goods: Basket, ways: Sequence[Sequence[tuple[int, int]]]) -> tuple[Choice, Settled]:
    """Change one line at a time while it helps, from each benefit used wherever it may be."""
    starts = [tuple(line[0] for line in ways), own_larger(goods)]
    for one in sorted({way for line in ways for way in line}):
        starts.append(tuple(one if one in line else line[-1] for line in ways))
    ends = [_climb(goods, start, ways) for start in dict.fromkeys(starts)]
    return min(ends, key=lambda end: end[1].total)


def _climb(
    goods: Basket, start: Choice, ways: Sequence[Sequence[tuple[int, int]]]
) -> tuple[Choice, Settled]:
    choice, settled = start, settle(goods, start)
    helped = True
    while helped:
        helped = False
        for at, mine in enumerate(ways):
            for way in mine:
                tried = (*choice[:at], way, *choice[at + 1 :])
                result = settle(goods, tried)
                if result.total < settled.total:
                    choice, settled, helped = tried, result, True
    return choice, settled


def own_larger(goods: Basket) -> Choice:
    """Give each line the larger of its coupon and its multi-piece benefit, all others using the same.

    It is how the words of the rule may be read too: the larger one wins per sub-order.
    """
    cuts: list[dict[tuple[int, int], int]] = [{} for _line in goods.lines]
    for position, tool in enumerate(goods.tools.of("coupon")):
        for at, cut in enumerate(coupon_cuts(tool, goods.users(tool), figures(goods))):
            cuts[at][(position, -1)] = cut
    for position, tool in enumerate(goods.tools.of("multi")):
        users = goods.users(tool)
        for at, cut in enumerate(multi_cuts(tool, users, users, figures(goods))):
            cuts[at][(-1, position)] = cut
    return tuple(_largest(mine) for mine in cuts)


def _largest(cuts: dict[tuple[int, int], int]) -> tuple[int, int]:
    way = max(cuts, key=lambda one: (cuts[one], one), default=NONE)
    return way if cuts.get(way, 0) > 0 else NONE


def _by_stages(goods: Basket, ways: Sequence[Sequence[tuple[int, int]]]) -> Choice:
    """Choose multi-piece benefits first, then coupons on what is left, each for the most off now."""
    multis = [sorted({way[1] for way in line if way[1] >= 0}) for line in ways]
    now = figures(goods)
    many = _stage(goods, "multi", multis, now)
    coupons = [
        sorted({way[0] for way in line if way[0] >= 0})
        if not goods.tools.rules.is_best_of or many[at] < 0
        else []
        for at, line in enumerate(ways)
    ]
    mine = _stage(goods, "coupon", coupons, now)
    return tuple(zip(mine, many, strict=True))


def _stage(goods: Basket, level: str, ways: Sequence[Sequence[int]], now: Figures) -> list[int]:
    """Choose among one level's benefits by line; takes what they give off `now`."""
    tools = goods.tools.of(level)
    several = [line or [-1] for line in ways]
    count = prod(len(line) for line in several)
    tried = product(*several) if count <= MOST_WAYS else iter([tuple(one[0] for one in several)])
    found: tuple[int, tuple[int, ...], list[list[int]]] | None = None
    for choice in tried:
        lists = []
        for position, tool in enumerate(tools):
            users = [at for at, chosen in enumerate(choice) if chosen == position]
            if users:
                lists.append(
                    multi_cuts(tool, users, users, now)
                    if level == "multi"
                    else coupon_cuts(tool, users, now)
                )
        off = sum(map(sum, lists))
        if found is None or off > found[0]:
            found = (off, choice, lists)
    if found is None:
        return [-1] * len(ways)
    for cuts in found[2]:
        take(now, cuts, is_parallel=False)
    return list(found[1])
