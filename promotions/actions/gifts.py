"""Gifts at approval: by the thousand, each order once, within quota and stock.

Hung on to the audit of orders by `promotions.gift_wiring`. The rules are locked by key, then the levels
of all goods that these orders want, so that two workers who approve at once share out the same pieces
one after the other. What a rule has given stands in its row, which a constraint keeps under its quota.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection

from orders.actions.gifts import NewGift, add_gifts
from orders.choices import HoldKind
from orders.models import Hold, Order
from orders.queries.goods import wanted_of
from orders.rules.audit import AuditFacts, Need, cause_of
from products.actions import locks as product_locks
from products.choices import AllocationState
from products.models import Allocation
from products.queries.catalogue_of import catalogue_of
from products.queries.stock_facts import free_pieces, keeps_stock
from products.rules.stock import Catalogue, Wanted
from promotions.actions import gift_locks
from promotions.choices import GiftShortage, GrantState
from promotions.models import GiftGrant, GiftRule
from promotions.queries import gifts as queries
from promotions.rules.gifts import (
    GiftOrder,
    GiftTerms,
    Grant,
    Left,
    Shelf,
    Why,
    earned_pieces,
    share_out,
)
from promotions.wording.gifts import missed_words
from shopops.staff.models import Operation

MISSED_NAME = "promotions.gift.missed"
_NOTHING_KEPT = Shelf(Catalogue({}), {})
_SHORT = (HoldKind.STOCK_SHORT, HoldKind.GIFT_OUT_OF_STOCK)

type Earned = list[tuple[GiftOrder, Sequence[tuple[GiftTerms, int]]]]
type Own = dict[int, list[tuple[str, int]]]


def give_gifts(order_ids: Sequence[int], now: datetime) -> dict[int, Need]:
    """Give orders that pass audit the gifts they earned; give by id those that must wait for one.

    Registered with `orders.registry.after_approval`; the orders are locked. Cost: one query where no
    rule is in force, about thirty statements where orders earn gifts, however many they are.
    """
    terms = queries.rules_for(order_ids)
    if not terms:
        return {}
    earned = _earned(queries.gift_orders(order_ids), terms)
    wanted = {one.rule_id for _order, rules in earned for one, _pieces in rules}
    if not wanted:
        return {}
    rules = gift_locks.locked_gift_rules(wanted)
    earned = _still_in_force(earned, {rule.pk for rule in rules if rule.is_on})
    orders = [order for order, _rules in earned]
    left = queries.left_of(rules, orders)
    shelf, own = _shelf(order_ids, {rule.gift_sku.code for rule in rules})
    grants = share_out(earned, left, shelf, own=own, goes_short=_goes_short(order_ids, own))
    return _write(grants, {rule.pk: rule for rule in rules}, now)


def _earned(orders: Sequence[GiftOrder], terms: Sequence[GiftTerms]) -> Earned:
    """Say what each order earned. Those that earned nothing stay: they take pieces off the shelf."""
    return [
        (order, [(one, count) for one in terms if (count := earned_pieces(one, order))])
        for order in orders
    ]


def _still_in_force(earned: Earned, rule_ids: set[int]) -> Earned:
    """Leave out what a colleague switched off while we waited for the lock."""
    return [
        (order, [one for one in rules if one[0].rule_id in rule_ids]) for order, rules in earned
    ]


def _shelf(order_ids: Sequence[int], gift_codes: set[str]) -> tuple[Shelf, Own]:
    """Lock the levels of all that these orders want and of the gifts; say what is free, and for whom."""
    if not keeps_stock():
        return _NOTHING_KEPT, {}
    wanted = wanted_of(order_ids)
    catalogue = catalogue_of({one.sku_code for one in wanted} | gift_codes)
    levels = product_locks.locked_levels(catalogue.sku_ids)
    free = {sku_id: row.on_hand - row.allocated for sku_id, row in levels.items()}
    return Shelf(catalogue, free), _own(order_ids, wanted)


def _own(order_ids: Sequence[int], wanted: Sequence[Wanted]) -> Own:
    """Give what each order still wants of the shelf: what is set aside for it is off the shelf already."""
    ids = dict(Order.objects.filter(pk__in=list(order_ids)).values_list("tid", "pk"))
    rows = Allocation.objects.filter(tid__in=ids).exclude(state=AllocationState.RELEASED)
    served = set(rows.values_list("line_key", flat=True))
    own: Own = {}
    for one in wanted:
        if one.line_key not in served:
            own.setdefault(ids[one.tid], []).append((one.sku_code, one.quantity))
    return own


def _goes_short(order_ids: Sequence[int], own: Own) -> frozenset[int]:
    """Give the orders whose shortage a person settled: they leave all the same."""
    if not own:
        return frozenset()
    rows = Hold.objects.filter(order__in=list(order_ids), kind__in=_SHORT, closed_by__isnull=False)
    return frozenset(rows.values_list("order_id", flat=True))


# --- writing ------------------------------------------------------------------------------------


def _write(grants: Sequence[Grant], rules: dict[int, GiftRule], now: datetime) -> dict[int, Need]:
    """Put the gifts on the orders, count them, note those that are missed; give whom one must wait for."""
    gifts = {
        (one.order.order_id, rules[one.terms.rule_id].source): _gift(one, rules)
        for one in grants
        if one.why is None
    }
    made = {
        (order_id, source) for order_id, source, _code in add_gifts(list(gifts.values()), now=now)
    }
    grants = [
        one
        if one.why or (one.order.order_id, rules[one.terms.rule_id].source) in made
        else replace(one, why=Why.PICKING)
        for one in grants
    ]
    news = _news(grants)
    _keep(news, now=now)
    _count([one for one in grants if one.why is None], sign=1)
    missed = [one for one in news if one.why is not None]
    Operation.objects.bulk_create([_missed_words(one, rules, now) for one in missed])
    return _needs([one for one in grants if one.why in (Why.QUOTA, Why.STOCK)])


def _gift(one: Grant, rules: dict[int, GiftRule]) -> NewGift:
    rule = rules[one.terms.rule_id]
    return NewGift(one.order.order_id, one.order.tid, one.terms.gift_code, one.pieces, rule.source)


def _news(grants: Sequence[Grant]) -> list[Grant]:
    """Leave out what the order's note says already."""
    missed = [one for one in grants if one.why is not None]
    if not missed:
        return list(grants)
    rows = GiftGrant.objects.filter(
        order__in={one.order.order_id for one in missed}, state=GrantState.MISSED
    )
    noted = set(rows.values_list("rule_id", "order_id", "reason"))
    return [
        one
        for one in grants
        if one.why is None or (one.terms.rule_id, one.order.order_id, one.why.value) not in noted
    ]


def _keep(grants: Sequence[Grant], *, now: datetime) -> None:
    GiftGrant.objects.bulk_create(
        [
            GiftGrant(
                rule_id=one.terms.rule_id,
                order_id=one.order.order_id,
                buyer_id=one.order.buyer_id,
                given_at=now,
                pieces=one.pieces,
                is_only=one.terms.is_once_per_buyer,
                state=GrantState.MISSED if one.why else GrantState.GIVEN,
                reason=one.why.value if one.why else "",
            )
            for one in grants
        ],
        update_conflicts=True,
        unique_fields=["rule", "order"],
        update_fields=["given_at", "ended_at", "pieces", "is_only", "state", "reason", "buyer"],
        batch_size=1000,
    )


def _count(grants: Sequence[Grant], *, sign: int) -> None:
    sums: dict[int, tuple[int, int]] = {}
    for one in grants:
        pieces, orders = sums.get(one.terms.rule_id, (0, 0))
        sums[one.terms.rule_id] = pieces + one.pieces, orders + 1
    shift_used({rule: (sign * pieces, sign * orders) for rule, (pieces, orders) in sums.items()})


def shift_used(sums: dict[int, tuple[int, int]]) -> None:
    """Add pieces and orders to what locked rules have given. One statement."""
    if not sums:
        return
    ids = sorted(sums)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE promotions_giftrule r SET used_pieces = r.used_pieces + v.pieces,"
            " used_orders = r.used_orders + v.orders"
            " FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS v (id, pieces, orders)"
            " WHERE r.id = v.id",
            [ids, [sums[one][0] for one in ids], [sums[one][1] for one in ids]],
        )


def _missed_words(one: Grant, rules: dict[int, GiftRule], now: datetime) -> Operation:
    name = rules[one.terms.rule_id].name
    return Operation(
        at=now,
        name=MISSED_NAME,
        object_type="order",
        object_key=one.order.tid,
        new={"gift": name, "sku": one.terms.gift_code, "pieces": one.pieces},
        reason=missed_words(one.why),
    )


# --- who must wait ------------------------------------------------------------------------------


def _needs(missed: Sequence[Grant]) -> dict[int, Need]:
    """Give the holds of rules that let orders wait for their gift, those that a person settled left out."""
    needs = {one.order.order_id: need_of(one) for one in missed if one.terms.holds_when_out}
    if not needs:
        return {}
    rows = Hold.objects.filter(
        order__in=needs, kind=HoldKind.GIFT_OUT_OF_STOCK, closed_by__isnull=False
    )
    settled = set(rows.values_list("order_id", "cause"))
    return {pk: need for pk, need in needs.items() if (pk, need.cause) not in settled}


def need_of(one: Grant) -> Need:
    """Give the hold of an order that waits for a gift, with the figures."""
    word = "gift_quota_out" if one.why is Why.QUOTA else "gift_none_left"
    code = one.terms.gift_code.replace("|", "｜")
    kind = HoldKind.GIFT_OUT_OF_STOCK
    cause = cause_of(kind, "gift rule", one.terms.rule_id)
    return Need(kind, f"{word}|{code}|{one.pieces}", cause)


def judge_gifts(facts: Sequence[AuditFacts], now: datetime) -> dict[str, list[Need]]:
    """Say which of these orders wait for a gift that is out, of rules that let them wait.

    Registered with `orders.registry.audit_by`. Each order is held against what is left, not against the
    others: who gets the last one is decided when it is given. One query where no such rule is in force.
    """
    if not queries.giving().filter(when_out=GiftShortage.HOLD).exists():
        return {}
    tids = [one.tid for one in facts]
    ids = list(Order.objects.filter(tid__in=tids).values_list("pk", flat=True))
    terms = queries.rules_for(ids, only_holding=True)
    if not terms:
        return {}
    earned = [one for one in _earned(queries.gift_orders(ids), terms) if one[1]]
    rules = list(GiftRule.objects.filter(pk__in=[one.rule_id for one in terms]))
    left = queries.left_of(rules, [order for order, _rules in earned])
    catalogue, free = free_pieces({one.gift_code for one in terms})
    found = {}
    for order, deserved in earned:
        may = [
            (one, pieces)
            for one, pieces in deserved
            if left[one.rule_id].may(order, is_once_per_buyer=one.is_once_per_buyer)
        ]
        alone = {pk: Left(rest.pieces, rest.orders) for pk, rest in left.items()}
        grants = share_out([(order, may)], alone, Shelf(catalogue, free), own={})
        if needs := [need_of(one) for one in grants if one.why]:
            found[order.tid] = needs
    return found
