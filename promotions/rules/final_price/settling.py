"""One basket under one way of using its benefits: what each of them takes off each line.

The way (`Choice`) says by line which coupon and which multi-piece benefit it uses. Finding the best
way is `choosing`; the sum in words is `engine`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from promotions.rules.final_price.item_level import ItemPrice, item_price
from promotions.rules.final_price.order_level import asset_cuts, cross_cuts
from promotions.rules.final_price.shapes import Level, Line
from promotions.rules.final_price.shop_level import Figures, coupon_cuts, multi_cuts
from promotions.rules.final_price.tools import Tool, Toolbox

# By line: (position of its coupon, position of its multi-piece benefit), -1: none.
type Choice = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one benefit takes off each line."""

    tool: Tool
    level: Level
    cuts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines with their item level worked out; the rest depends on the choice."""

    lines: tuple[Line, ...]
    tools: Toolbox
    prices: tuple[ItemPrice, ...]
    # 标价 × pieces
    base: tuple[int, ...]
    item: tuple[Taken, ...]
    left: tuple[int, ...]
    # Lines on which a benefit stands that must not meet cross-shop tiers (IT4).
    no_cross: frozenset[int]

    def users(self, tool: Tool) -> list[int]:
        """Give the positions of the lines that a benefit is for."""
        return [at for at, line in enumerate(self.lines) if tool.perk.covers(line.sku)]


def basket(lines: Sequence[Line], tools: Toolbox, barred: Collection[str] = ()) -> Basket:
    """Work out the item level of a basket. `barred`: codes of benefits left aside."""
    if barred:
        kept = {
            level: tuple(tool for tool in some if tool.code not in barred)
            for level, some in tools.by_level.items()
        }
        tools = Toolbox(tools.rules, kept, tools.unused)
    prices = tuple(item_price(line, tools) for line in lines)
    base = tuple(one.price * line.quantity for one, line in zip(prices, lines, strict=True))
    left = list(base)
    taken: dict[str, tuple[Tool, list[int]]] = {}
    no_cross: set[int] = set()
    for at, (line, price) in enumerate(zip(lines, prices, strict=True)):
        for tool, cut in price.cuts:
            held = min(cut * line.quantity, left[at])
            left[at] -= held
            taken.setdefault(tool.code, (tool, [0] * len(base)))[1][at] = held
            if tool.row.parameters.get("no_cross"):
                no_cross.add(at)
    item = tuple(Taken(tool, "item", cuts) for tool, cuts in taken.values())
    return Basket(tuple(lines), tools, prices, base, item, tuple(left), frozenset(no_cross))


@dataclass(frozen=True, slots=True)
class Settled:
    """What is left of each line to pay, and what took the rest, in order."""

    left: tuple[int, ...]
    taken: tuple[Taken, ...]

    @property
    def total(self) -> int:
        """Give what the goods cost in all."""
        return sum(self.left)


def figures(goods: Basket) -> Figures:
    """Give the figures of a basket as they are after the item level."""
    left = list(goods.left)
    base = list(goods.base) if goods.tools.rules.is_parallel else left
    remainder = str(goods.tools.rules.parameter("L7", "remainder"))
    quantities = [line.quantity for line in goods.lines]
    return Figures(quantities, base, list(left), left, remainder)


def take(now: Figures, cuts: Sequence[int], *, is_parallel: bool) -> None:
    """Take cuts off what is left; on a sequential basis they lower the base of what follows."""
    now.left = [left - cut for left, cut in zip(now.left, cuts, strict=True)]
    if not is_parallel:
        now.base = list(now.left)


def settle(
    goods: Basket, choice: Choice, *, counts_all: bool = False, meets_cross: bool = False
) -> Settled:
    """Reckon a basket under a choice: multi-piece, coupons, cross-shop, assets.

    :param counts_all: lines that took a coupon still count towards the pieces (open point 4)
    :param meets_cross: leave no line out of cross-shop tiers
    """
    now = figures(goods)
    is_parallel = goods.tools.rules.is_parallel
    taken = []
    for step in _shop_steps(goods, choice, counts_all=counts_all):
        cuts = step.cuts(now)
        taken.append(Taken(step.tool, "shop", cuts))
        take(now, cuts, is_parallel=is_parallel)
    sums = list(now.base)
    out = frozenset() if meets_cross else goods.no_cross
    crosses = [
        Taken(tool, "cross", cross_cuts(tool, goods.users(tool), sums, now, out))
        for tool in goods.tools.of("cross")
        if tool.share_by != "paid"
    ]
    for one in crosses:
        held = [min(cut, left) for cut, left in zip(one.cuts, now.left, strict=True)]
        taken.append(Taken(one.tool, one.level, held))
        take(now, held, is_parallel=is_parallel)
    for tool in (one for one in goods.tools.of("cross") if one.share_by == "paid"):
        now.base = list(now.left)
        cuts = cross_cuts(tool, goods.users(tool), now.left, now, out)
        taken.append(Taken(tool, "cross", cuts))
        take(now, cuts, is_parallel=is_parallel)
    for tool in goods.tools.of("asset"):
        cuts = asset_cuts(tool, goods.users(tool), now)
        taken.append(Taken(tool, "asset", cuts))
        take(now, cuts, is_parallel=is_parallel)
    return Settled(tuple(now.left), tuple(taken))


@dataclass(frozen=True, slots=True)
class ShopStep:
    """One shop-level benefit with the lines that use it and those that count towards it."""

    tool: Tool
    users: Sequence[int]
    counted: Sequence[int]

    def cuts(self, now: Figures) -> list[int]:
        """Give what it takes off each line."""
        if self.tool.level == "multi":
            return multi_cuts(self.tool, self.users, self.counted, now)
        return coupon_cuts(self.tool, self.users, now)


def _shop_steps(goods: Basket, choice: Choice, *, counts_all: bool) -> list[ShopStep]:
    steps = []
    for part, level in ((1, "multi"), (0, "coupon")):
        for position, tool in enumerate(goods.tools.of(level)):
            users = [at for at, chosen in enumerate(choice) if chosen[part] == position]
            if users:
                counted = goods.users(tool) if counts_all else users
                steps.append(ShopStep(tool, users, counted))
    return steps
