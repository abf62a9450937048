"""The final price of a basket as a sum anyone can follow. The only arithmetic of the final price."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from promotions.rules.final_price.choosing import best, own_larger
from promotions.rules.final_price.freight import free_postage, freight_cents, why_not_free
from promotions.rules.final_price.rows import RuleSet
from promotions.rules.final_price.settling import Basket, Choice, Settled, Taken, basket, settle
from promotions.rules.final_price.shapes import (
    Freight,
    Line,
    LineQuote,
    Perk,
    PerkError,
    Quote,
    Reading,
    Share,
    Step,
)
from promotions.rules.final_price.stepping import (
    idle_steps,
    item_steps,
    list_step,
    taken_step,
    unused_steps,
)
from promotions.rules.final_price.tools import Toolbox, toolbox


def quote(
    lines: Sequence[Line],
    perks: Sequence[Perk],
    rules: RuleSet,
    audience: Iterable[str] = (),
    *,
    freight: Freight | None = None,
) -> Quote:
    """Reckon the final price of a basket.

    :param lines: one per SKU, at its 标价 (a `price_tool` among the perks lowers it)
    :param audience: what the buyer is beside one of the public: member, first_order …
    :param freight: the templates that lines name; None: no line may name one
    :raises PerkError: if the basket or a benefit makes no sense
    """
    check_lines(lines)
    who = frozenset(audience)
    tools = toolbox(perks, rules, who)
    goods, choice, settled, is_exact = solve(lines, tools)
    steps = [list_step(goods, lines), *item_steps(goods)]
    running = steps[-1].running_cents if steps else 0
    for taken in settled.taken:
        if sum(taken.cuts):
            running -= sum(taken.cuts)
            steps.append(taken_step(goods, taken, choice, running))
    post, free = _freight(lines, perks, rules, freight, who, settled.total)
    if post or free[0]:
        steps.append(Step(free[0], "freight", f"freight|{post}", -post, running + post, free[1]))
    steps.extend(idle_steps(goods, settled, running + post))
    charged = freight if post else None
    steps.extend(_unused(tools, running + post, free[0], settled.total, charged))
    return Quote(
        total_cents=settled.total + post,
        freight_cents=post,
        lines=_line_quotes(lines, goods, settled),
        steps=tuple(steps),
        rules=_rule_codes(goods, steps),
        readings=_readings(goods, settled),
        is_exact=is_exact,
    )


def check_lines(lines: Sequence[Line]) -> None:
    """Refuse a basket that is none.

    :raises PerkError: evidence `no_lines`, `bad_quantity|sku|…`, `bad_price|sku|…`, `twice|sku`
    """
    if not lines:
        raise PerkError("no_lines")
    seen: set[str] = set()
    for line in lines:
        if line.quantity < 1:
            raise PerkError(f"bad_quantity|{line.sku}|{line.quantity}")
        if line.price_cents < 1:
            raise PerkError(f"bad_price|{line.sku}|{line.price_cents}")
        if line.sku in seen:
            raise PerkError(f"twice|{line.sku}")
        seen.add(line.sku)


def solve(lines: Sequence[Line], tools: Toolbox) -> tuple[Basket, Choice, Settled, bool]:
    """Find the cheapest way to pay a basket, also over benefits that must not meet.

    Where 超级立减 (IT4) meets a cross-shop tier on a line, only one of them can have been signed up
    for: both ways are tried and the cheaper one counts, so that no benefit ever raises a price.
    """
    goods = basket(lines, tools)
    found = (goods, *best(goods))
    if goods.no_cross and tools.of("cross"):
        barred = {one.tool.code for one in goods.item if one.tool.row.parameters.get("no_cross")}
        other = basket(lines, tools, barred)
        without = (other, *best(other))
        if without[2].total < found[2].total:
            return without
    return found


def _unused(
    tools: Toolbox, running: int, free: str, goods_cents: int, freight: Freight | None
) -> Iterable[Step]:
    """Give what did not count; of free postage, which changes no price of goods, why it is charged."""
    reasons = {
        perk.code: why_not_free(perk, goods_cents, tools.rules, freight)
        for perk, _reason in tools.unused
        if freight is not None and perk.kind == "postage"
    }
    for step in unused_steps(tools, running):
        reason = reasons.get(step.code)
        if not free or step.code != free:
            yield replace(step, text=f"unused|{reason}") if reason else step


def _freight(
    lines: Sequence[Line],
    perks: Sequence[Perk],
    rules: RuleSet,
    freight: Freight | None,
    who: frozenset[str],
    goods_cents: int,
) -> tuple[int, tuple[str, str]]:
    given = freight or Freight({})
    post = freight_cents(lines, given)
    if post and (free := free_postage(goods_cents, perks, rules, given, {"public", *who})):
        return 0, (free[0].code, free[1])
    return post, (
        "",
        "F4" if len({line.template for line in lines} - {""}) > 1 else "F2",
    ) if post else ("", "")


def _line_quotes(lines: Sequence[Line], goods: Basket, settled: Settled) -> tuple[LineQuote, ...]:
    taken: list[Taken] = [*goods.item, *settled.taken]
    found = []
    for at, line in enumerate(lines):
        shares = []
        price = goods.prices[at]
        if price.setter is not None:
            shares.append(
                Share(price.setter.code, (line.price_cents - price.price) * line.quantity)
            )
        shares += [Share(one.tool.code, one.cuts[at]) for one in taken if one.cuts[at]]
        full = line.price_cents * line.quantity
        found.append(LineQuote(line.sku, settled.left[at], tuple(shares), full))
    return tuple(found)


def _rule_codes(goods: Basket, steps: Sequence[Step]) -> tuple[str, ...]:
    """Name the rows that this price rests on: what joins benefits first, then their own rows."""
    rules = goods.tools.rules
    codes = [code for code in ("L2",) if code in rules.rows]
    used = {step.level for step in steps}
    if used & {"shop", "cross", "asset"}:
        codes += [code for code in ("SH1", "L6", "L7") if code in rules.rows]
    for step in steps:
        if step.level != "unused":
            codes += [one for one in step.rule.split(" ") if one]
    return tuple(dict.fromkeys(codes))


def _readings(goods: Basket, settled: Settled) -> tuple[Reading, ...]:
    """Give the other totals where best-of meets piece counts (open point 4), if they differ."""
    rules = goods.tools.rules
    if not (rules.is_best_of and rules.is_parallel) or len(goods.lines) < 2:
        return ()
    if not (goods.tools.of("coupon") and goods.tools.of("multi")):
        return ()
    choice = own_larger(goods)
    leaves = Reading("larger_leaves_count", settle(goods, choice).total)
    counts = Reading("larger_still_counts", settle(goods, choice, counts_all=True).total)
    return tuple(one for one in (leaves, counts) if one.total_cents != settled.total)
