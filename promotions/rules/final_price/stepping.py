"""The lines of the sum: each step as evidence, `code|value|…`, in cents and pieces."""

from collections.abc import Sequence

from promotions.rules.final_price.settling import Basket, Choice, Settled, Taken
from promotions.rules.final_price.shapes import Line, Step
from promotions.rules.final_price.tools import Tool, Toolbox


def list_step(goods: Basket, lines: Sequence[Line]) -> Step:
    """Give the first line: list prices times pieces."""
    total = sum(line.price_cents * line.quantity for line in lines)
    parts = "+".join(f"{line.price_cents}*{line.quantity}" for line in lines)
    return Step(
        "", "list", f"list|{parts}", 0, total, "L2" if "L2" in goods.tools.rules.rows else ""
    )


def item_steps(goods: Basket) -> list[Step]:
    """Give the steps of the item level: the tool that sets the 标价, then each cut."""
    running = sum(line.price_cents * line.quantity for line in goods.lines)
    offs: dict[str, tuple[Tool, int, list[str]]] = {}
    for line, price in zip(goods.lines, goods.prices, strict=True):
        if (tool := price.setter) is not None:
            off = (line.price_cents - price.price) * line.quantity
            known = offs.setdefault(tool.code, (tool, 0, []))
            offs[tool.code] = (tool, known[1] + off, [*known[2], f"{price.price}*{line.quantity}"])
    steps = []
    for tool, off, parts in offs.values():
        running -= off
        steps.append(_step(tool, "item", f"price_tool|{'+'.join(parts)}", off, running))
    for taken in goods.item:
        running -= sum(taken.cuts)
        steps.append(_step(taken.tool, "item", _item_text(goods, taken), sum(taken.cuts), running))
    return steps


def _step(tool: Tool, level: str, text: str, off: int, running: int) -> Step:
    return Step(tool.code, level, text, off, running, tool.row.code, tool.row.mark)  # type: ignore[arg-type]


def _item_text(goods: Basket, taken: Taken) -> str:
    parts = []
    for line, price in zip(goods.lines, goods.prices, strict=True):
        for tool, cut in price.cuts:
            if tool.code == taken.tool.code:
                parts.append(f"{cut}*{line.quantity}*{price.price}")
    rate = f"{float(taken.tool.rate):.6g}" if taken.tool.rate is not None else ""
    return f"{taken.tool.perk.kind}|{rate}|{'+'.join(parts)}"


def taken_step(goods: Basket, taken: Taken, choice: Choice, running: int) -> Step:
    """Give the step of an order-level benefit, with what reached its threshold."""
    tool = taken.tool
    part = 1 if tool.level == "multi" else 0
    if taken.level == "shop":
        position = goods.tools.of(tool.level).index(tool)
        users = [at for at, chosen in enumerate(choice) if chosen[part] == position]
    else:
        users = goods.users(tool)
    base = sum(goods.base[at] for at in users)
    pieces = sum(goods.lines[at].quantity for at in users)
    rate = f"{float(tool.rate):.6g}" if tool.rate is not None else ""
    text = f"{tool.perk.kind}|{base}|{pieces}|{tool.threshold}|{tool.pieces}|{rate}|{tool.off}"
    return _step(tool, taken.level, text, sum(taken.cuts), running)


def idle_steps(goods: Basket, settled: Settled, running: int) -> list[Step]:
    """Give the order-level benefits for these goods that took nothing: not reached, or not the larger."""
    working = {taken.tool.code for taken in settled.taken if sum(taken.cuts)}
    return [
        Step(tool.code, "unused", "unused|idle", 0, running, tool.row.code, tool.row.mark)
        for level in ("multi", "coupon", "cross", "asset")
        for tool in goods.tools.of(level)
        if tool.code not in working and goods.users(tool)
    ]


def unused_steps(tools: Toolbox, running: int) -> list[Step]:
    """Give what does not count, with why: a benefit is never left out without a word."""
    return [
        Step(perk.code, "unused", f"unused|{reason}", 0, running) for perk, reason in tools.unused
    ]
