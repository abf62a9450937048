"""What gifts are decided by: rules in force, orders with what was paid for their lines, what is left."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from django.db.models import Exists, OuterRef, Q, QuerySet

from orders.models import Order, OrderLine
from orders.rules.apportion import LineFacts, goes_along
from products.models import Sku
from promotions.choices import ActivityState, GiftShortage, GrantState
from promotions.models import GiftGrant, GiftRule, GiftRuleProduct, GiftRuleSku
from promotions.rules.gifts import GiftOrder, GiftTerms, Left
from promotions.rules.line_paid import SoldLine
from shopops.lib.money import to_fen

# A rule of an activity gives while that runs. Orders paid before its end may pass audit after it.
GIVING_STATES = (ActivityState.RUNNING, ActivityState.ENDED, ActivityState.SUMMED_UP)


def giving() -> "QuerySet[GiftRule]":
    """Give the rules that are on, those of activities that never ran left out."""
    return GiftRule.objects.filter(
        Q(activity__isnull=True) | Q(activity__state__in=GIVING_STATES), is_on=True
    )


def rules_for(order_ids: Collection[int], *, only_holding: bool = False) -> list[GiftTerms]:
    """Give the rules in force when one of these orders was paid, by key. One query, three where some are."""
    paid_then = Order.objects.filter(
        pk__in=list(order_ids),
        paid_at__gte=OuterRef("starts_at"),
        paid_at__lt=OuterRef("ends_at"),
    )
    rows = giving().filter(Exists(paid_then))
    if only_holding:
        rows = rows.filter(when_out=GiftShortage.HOLD)
    return terms_of(rows)


def terms_of(rows: "QuerySet[GiftRule]") -> list[GiftTerms]:
    """Give rules as the pure ones take them, by key. One query; two more for those bound to goods."""
    rules = list(rows.select_related("gift_sku").order_by("pk"))
    codes = codes_of([rule.pk for rule in rules if not rule.is_shop_wide])
    return [as_terms(rule, codes.get(rule.pk, frozenset())) for rule in rules]


def as_terms(rule: GiftRule, codes: frozenset[str]) -> GiftTerms:
    """Give one rule as the pure ones take it. `codes`: what counts where not everything does."""
    return GiftTerms(
        rule_id=rule.pk,
        gift_code=rule.gift_sku.code,
        starts_at=rule.starts_at,
        ends_at=rule.ends_at,
        pieces=rule.pieces,
        codes=None if rule.is_shop_wide else codes,
        from_cents=None if rule.from_amount is None else to_fen(rule.from_amount),
        every_pieces=rule.every_pieces,
        most_times=rule.most_times,
        first_orders=rule.first_orders,
        quota=rule.quota,
        is_once_per_buyer=rule.is_once_per_buyer,
        holds_when_out=rule.when_out == GiftShortage.HOLD,
    )


def codes_of(rule_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Give the merchant codes that count for rules. Two queries, none without rules."""
    if not rule_ids:
        return {}
    pairs = [
        *GiftRuleSku.objects.filter(rule__in=rule_ids).values_list("rule_id", "sku__code"),
        *GiftRuleProduct.objects.filter(
            rule__in=rule_ids, product__skus__code__isnull=False
        ).values_list("rule_id", "product__skus__code"),
    ]
    return gathered(pairs)


def codes_for(*, sku_ids: Collection[int], product_ids: Collection[int]) -> frozenset[str]:
    """Give the merchant codes of SKUs and of products' SKUs. One query."""
    rows = Sku.objects.filter(Q(pk__in=list(sku_ids)) | Q(product__in=list(product_ids)))
    return frozenset(rows.values_list("code", flat=True))


def gathered(pairs: Iterable[tuple[int, str]]) -> dict[int, frozenset[str]]:
    """Gather codes by rule."""
    found: dict[int, set[str]] = {}
    for rule_id, code in pairs:
        found.setdefault(rule_id, set()).add(code)
    return {rule_id: frozenset(codes) for rule_id, codes in found.items()}


# --- orders -------------------------------------------------------------------------------------


def sold_lines(order_ids: Collection[int]) -> dict[int, tuple[SoldLine, ...]]:
    """Give the lines of orders with what was paid for them, by order. One query."""
    found: dict[int, list[SoldLine]] = {}
    columns = (
        "order_id", "line_key", "sku_code", "quantity", "paid_amount", "list_price_amount",
        "refund_amount", "status", "refund_status",
    )  # fmt: skip
    rows = OrderLine.objects.filter(order__in=list(order_ids)).order_by(
        "order_id", "position", "pk"
    )
    for order_id, key, code, quantity, paid, listed, refunded, *states in rows.values_list(
        *columns
    ):
        facts = LineFacts(quantity, listed, paid, refunded, *states)
        cents = None if paid is None else to_fen(paid)
        line = SoldLine(key, code, quantity, cents, to_fen(listed), leaves=goes_along(facts))
        found.setdefault(order_id, []).append(line)
    return {order_id: tuple(lines) for order_id, lines in found.items()}


def gift_orders(order_ids: Collection[int]) -> list[GiftOrder]:
    """Give orders as gift rules see them, those paid first coming first. Two queries."""
    rows = Order.objects.filter(pk__in=list(order_ids), paid_at__isnull=False)
    orders = [
        GiftOrder(
            order_id=pk,
            tid=tid,
            buyer_id=buyer,
            paid_at=paid_at,
            goods_cents=max(to_fen(paid) - to_fen(postage), 0),
            lines=(),
            refunded_cents=to_fen(refunded),
        )
        for pk, tid, buyer, paid_at, paid, postage, refunded in rows.order_by(
            "paid_at", "pk"
        ).values_list(
            "pk", "tid", "buyer_id", "paid_at", "paid_amount", "postage_amount", "refund_amount"
        )
        if paid_at is not None
    ]
    lines = sold_lines(order_ids)
    return [replace(one, lines=lines.get(one.order_id, ())) for one in orders]


# --- what is left -------------------------------------------------------------------------------

# Grants that an order keeps for good; one that missed it, or gave it back, may still get it.
_KEPT = (GrantState.GIVEN, GrantState.TAKEN_OFF)


def left_of(rules: Sequence[GiftRule], orders: Sequence[GiftOrder]) -> dict[int, Left]:
    """Give what is left of rules, with the orders and buyers of these that have theirs. Two queries."""
    left = {rule.pk: _left(rule) for rule in rules}
    grants = GiftGrant.objects.filter(rule__in=left)
    met = grants.filter(order__in=[one.order_id for one in orders], state__in=_KEPT)
    for rule_id, order_id in met.values_list("rule_id", "order_id"):
        left[rule_id].met.add(order_id)
    once = [rule.pk for rule in rules if rule.is_once_per_buyer]
    buyers = {one.buyer_id for one in orders if one.buyer_id is not None}
    if once and buyers:
        had = grants.filter(rule__in=once, state=GrantState.GIVEN, buyer__in=buyers)
        for rule_id, buyer_id in had.values_list("rule_id", "buyer_id"):
            if buyer_id is not None:
                left[rule_id].buyers.add(buyer_id)
    return left


def _left(rule: GiftRule) -> Left:
    return Left(
        pieces=None if rule.quota is None else rule.quota - rule.used_pieces,
        orders=None if rule.first_orders is None else rule.first_orders - rule.used_orders,
    )
