"""The basket in which a SKU is cheapest while an activity runs: other SKUs of the shop cross a threshold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from promotions.queries.lowest import (
    LowestPrice,
    SkuPrice,
    Span,
    alike,
    own_cents,
    sku_prices,
    spans_of,
)
from promotions.queries.offers import offers_between
from promotions.queries.price_rules import rule_rows
from promotions.rules.final_price import Line, Perk, Quote, RuleSet, quote, toolbox
from shopops.lib.business_time import day_bounds
from shopops.lib.money import from_fen, to_fen

if TYPE_CHECKING:
    from promotions.metrics.basket_grid import Shelf

# Levels whose benefits several SKUs reach together.
_POOLED = ("coupon", "multi", "cross")


@dataclass(frozen=True, slots=True)
class CheapestBasket:
    """A basket in which its first line costs less a piece than it can alone."""

    # CNY a piece of the first line, rounded up.
    amount: Decimal
    lines: tuple[Line, ...]
    at: datetime
    _perks: tuple[Perk, ...] = field(repr=False, compare=False, default=())
    _rules: RuleSet | None = field(repr=False, compare=False, default=None)

    @property
    def pieces(self) -> int:
        """Give the pieces of all lines: they share a parcel."""
        return sum(line.quantity for line in self.lines)

    @property
    def text(self) -> str:
        """Write it as people do, and as `/promotions/prices/basket/` reads it back."""
        return "，".join(f"{line.sku} × {line.quantity}" for line in self.lines)

    def borne(self, shares: Mapping[str, Decimal]) -> Decimal:
        """Give what the platform gives back a piece of the first line, by its part of each benefit."""
        if not shares or not any(perk.code in shares for perk in self._perks):
            return Decimal(0)
        first = self.quote().lines[0]
        found = sum((shares.get(one.code, 0) * one.off_cents for one in first.shares), Decimal(0))
        return Decimal(int(found / self.lines[0].quantity)) / 100

    def quote(self) -> Quote:
        """Give the sum line by line."""
        return quote(self.lines, self._perks, self._rules or RuleSet({}))


def cheapest_in_baskets(
    lowest: Mapping[int, LowestPrice],
    days: Sequence[date],
    *,
    matters: Mapping[int, Decimal] | None = None,
    with_activity: int | None = None,
) -> dict[int, CheapestBasket]:
    """Find the baskets in which these SKUs cost less than alone, by SKU id. Five queries.

    Any SKU of the shop that is on may lie beside, at most two at a time.

    :param lowest: the lowest price of each alone, over these days
    :param matters: below which amount a SKU should not fall, as `cheapest_baskets` takes it
    :param with_activity: counts that activity's items and benefits whatever its state is
    """
    found: dict[int, CheapestBasket] = {}
    if not lowest or not days:
        return found
    shop = _shop(lowest)
    first, last = day_bounds(min(days))[0], day_bounds(max(days))[1]
    codes = {sku.sku_id: sku.code for sku in shop}
    offers = offers_between(first, last, codes, with_activity=with_activity)
    under = {pk: to_fen(price.amount) for pk, price in lowest.items()}
    seen = set()
    for span in spans_of(first, last, offers, rule_rows()):
        # Rows of rules begin and end without a change for what holds here.
        key = (tuple(o.perk.code for o in span.offers), tuple(map(id, span.rules.rows.values())))
        if key in seen or not _is_pooled(span):
            continue
        seen.add(key)
        _search(span, shop, under, matters, found)
    return found


def _shop(lowest: Mapping[int, LowestPrice]) -> list[SkuPrice]:
    """Give what may lie in a basket: all that is on, and what is asked for."""
    on = sku_prices()
    known = {sku.sku_id for sku in on}
    return [*on, *sku_prices([pk for pk in lowest if pk not in known])]


def _is_pooled(span: Span) -> bool:
    tools = toolbox([offer.perk for offer in span.offers], span.rules)
    return span.rules.is_parallel and any(tools.of(level) for level in _POOLED)


def _search(
    span: Span,
    shop: Sequence[SkuPrice],
    under: dict[int, int],
    matters: Mapping[int, Decimal] | None,
    found: dict[int, CheapestBasket],
) -> None:
    # numpy costs a tenth of a second to load: only a check that has thresholds pays for it.
    from promotions.metrics.basket_grid import cheapest_baskets

    shelf, order = _shelf(span, shop)
    wanted = [at for at, sku in enumerate(order) if sku.sku_id in under]
    bars = [under[order[at].sku_id] for at in wanted]
    limits = matters and [to_fen(matters[order[at].sku_id]) for at in wanted]
    perks = tuple(offer.perk for offer in span.offers)
    for at, basket in cheapest_baskets(shelf, wanted, bars, limits or None).items():
        sku_id = order[at].sku_id
        under[sku_id] = basket.amount
        found[sku_id] = CheapestBasket(
            from_fen(basket.amount), basket.lines, span.since, perks, span.rules
        )


def _shelf(span: Span, shop: Sequence[SkuPrice]) -> "tuple[Shelf, list[SkuPrice]]":
    import numpy as np

    from promotions.metrics.basket_grid import Shelf
    from promotions.metrics.price_grid import item_level

    order: list[SkuPrice] = []
    prices, nets = [], []
    for perks, members in alike(span, shop):
        own = own_cents(perks, members)
        tools = toolbox(perks, span.rules)
        price, net = item_level(tools, [sku.cents for sku in members], own)
        order += members
        prices.append(price)
        nets.append(net)
    tools = toolbox([offer.perk for offer in span.offers], span.rules)
    codes = [sku.code for sku in order]
    covers = {
        tool.code: np.array([tool.perk.covers(code) for code in codes], np.bool_)
        for level in (*_POOLED, "asset")
        for tool in tools.of(level)
    }
    shelf = Shelf(
        codes,
        [sku.cents for sku in order],
        np.concatenate(prices),
        np.concatenate(nets),
        covers,
        tools,
    )
    return shelf, order
