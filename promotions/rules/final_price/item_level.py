"""Item level: the 标价 after the exclusive tool, and what comes off each piece."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promotions.rules.final_price.shapes import Line, PerkError
from promotions.rules.final_price.sharing import times, up_to
from promotions.rules.final_price.tools import Tool, Toolbox

# Line 5: over 100 yuan up to whole yuan, over 10 to a tenth, else half up to the cent. By row.
_TIERS = (("100", "1"), ("10", "0.1"))


@dataclass(frozen=True, slots=True)
class ItemPrice:
    """A line's 标价 (and the tool that set it) and the cuts of one piece, each with its tool."""

    price: int
    setter: Tool | None
    cuts: tuple[tuple[Tool, int], ...]


def item_price(line: Line, tools: Toolbox) -> ItemPrice:
    """Work out what one piece of a line costs before the shop's and the platform's order benefits."""
    price, setter = list_price(line, tools)
    rules = tools.rules
    best: dict[str, tuple[Tool, int]] = {}
    left = price
    for level in ("item", "official"):
        found: dict[str, tuple[Tool, int]] = {}
        for tool in tools.of(level):
            if not tool.perk.covers(line.sku):
                continue
            cut = _cut(tool, line.sku, price if rules.is_parallel else left)
            key = level if level == "official" else f"{tool.row.code}:{tool.perk.audience}"
            # One 单品立减 and one 官方立减 at a time: the larger counts.
            if cut > 0 and (key not in found or cut > found[key][1]):
                found[key] = (tool, cut)
        best.update(found)
        left = max(0, left - sum(cut for _tool, cut in found.values()))
    return ItemPrice(price, setter, tuple(best.values()))


def list_price(line: Line, tools: Toolbox) -> tuple[int, Tool | None]:
    """Give the 标价 of a line and the exclusive tool that set it: of several the lowest."""
    price, setter = line.price_cents, None
    for tool in tools.of("price"):
        if tool.perk.covers(line.sku):
            wanted = _tool_price(tool, line)
            if 0 < wanted < price:
                price, setter = wanted, tool
    return price, setter


def _tool_price(tool: Tool, line: Line) -> int:
    own = tool.perk.amounts.get(line.sku)
    if own is not None:
        return own
    return tool.off or (times(line.price_cents, tool.rate) if tool.rate else 0)


def _cut(tool: Tool, sku: str, price: int) -> int:
    """Give the cut of one piece at a 标价, never more than the piece costs."""
    own = tool.perk.amounts.get(sku)
    if own is not None or (tool.off and tool.rate is None):
        cut = own if own is not None else tool.off
    elif tool.level == "official":
        cut = official_cut(price, tool)
    elif tool.rate is not None:
        cut = times(price, 1 - tool.rate)
    else:
        cut = 0
    return min(cut, price)


def official_cut(price: int, tool: Tool) -> int:
    """Give the platform's cut of one piece: 标价 × rate, rounded by the size of the 标价 (line 5)."""
    rate = tool.rate
    if rate is None:
        return 0
    parameters = tool.row.parameters
    step = _step(price, parameters)
    if step:
        # Up from the exact product, which may have fractions of a cent.
        exact = -(-price * rate.numerator // rate.denominator)
        return up_to(exact, step)
    return times(price, rate)


def _step(price: int, parameters: Mapping[str, Any]) -> int:
    for over, step in parameters.get("round_tiers", _TIERS):
        if price > int(over) * 100:
            return round(float(step) * 100)
    return 0


def allowed_range(price: int, parameters: Mapping[str, Any]) -> tuple[int, int] | None:
    """Give the least and the most that a merchant may cut at a 标价 (IT4), None: no bounds.

    Both bounds are rounded up as cuts are: 111.00 allows 12.00 to 56.00 (V18; the text says under
    half, the published example allows it).
    """
    if "least_rate" not in parameters:
        return None
    bounds = []
    for key in ("least_rate", "most_rate"):
        share = round(float(parameters[key]) * 10_000)
        exact = -(-price * share // 10_000)
        step = _step(price, parameters)
        bounds.append(up_to(exact, step) if step else (2 * price * share + 10_000) // 20_000)
    return bounds[0], bounds[1]


def check_ranges(lines: Sequence[Line], tools: Toolbox) -> None:
    """Refuse a merchant's own figure outside of what the platform allows at a line's 标价.

    :raises PerkError: evidence `out_of_range|code|cut|price|least|most`, in cents
    """
    for line in lines:
        price, _setter = list_price(line, tools)
        for tool in tools.of("official"):
            if not tool.perk.covers(line.sku) or tool.rate is not None:
                continue
            cut = tool.perk.amounts.get(line.sku, tool.off)
            bounds = allowed_range(price, tool.row.parameters)
            if bounds and not bounds[0] <= cut <= bounds[1]:
                raise PerkError(f"out_of_range|{tool.code}|{cut}|{price}|{bounds[0]}|{bounds[1]}")
