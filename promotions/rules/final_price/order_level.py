"""Cross-shop tiers (CR…) and assets (AS…): what comes after the shop's own benefits."""

from collections.abc import Collection, Sequence

from promotions.rules.final_price.sharing import shared
from promotions.rules.final_price.shop_level import Figures
from promotions.rules.final_price.tools import Tool


def cross_cuts(
    tool: Tool, pool: Sequence[int], sums: Sequence[int], now: Figures, out: Collection[int] = ()
) -> list[int]:
    """Cut by so much per so much of the pool, shared in proportion; each line stops at zero.

    :param sums: by line, what counts towards the tier
    :param out: lines that an exclusive benefit keeps out
    """
    cuts = [0] * len(now.base)
    inside = [at for at in pool if at not in out]
    total = _tier_off(tool, sum(sums[at] for at in inside))
    weights = [now.net[at] if tool.share_by == "item_net" else now.base[at] for at in inside]
    for at, share in zip(inside, shared(total, weights, now.remainder), strict=True):
        cuts[at] = min(share, now.left[at])
    return cuts


def _tier_off(tool: Tool, amount: int) -> int:
    """Give what an amount brings: the highest of steps that was reached, or every `per` anew."""
    if tool.tiers:
        return max((off for least, off in tool.tiers if amount >= least), default=0)
    return amount // tool.threshold * tool.off if tool.threshold else tool.off


def asset_cuts(tool: Tool, pool: Sequence[int], now: Figures) -> list[int]:
    """Cut by an asset, shared by what is still to be paid, down to the row's remaining minimum."""
    cuts = [0] * len(now.base)
    minimum = round(float(tool.row.parameters.get("minimum", "0")) * 100)
    left = [now.left[at] for at in pool]
    total = min(tool.off, max(0, sum(left) - minimum))
    for at, share in zip(pool, shared(total, left, now.remainder), strict=True):
        cuts[at] = min(share, now.left[at])
    return cuts
