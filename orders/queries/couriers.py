"""What choosing a carrier needs to know: rules and carriers in force, and parcels as the rules see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Q, QuerySet

from orders.models import Carrier, CourierRule, Order
from orders.rules.couriers import (
    CarrierChoice,
    CarrierFacts,
    CourierFacts,
    choose_carrier,
)
from orders.rules.couriers import CourierRule as Rule
from shopops.lib.business_time import business_date
from shopops.lib.fixed_queries import fixed

# A dry run looks at this many past days, and at no more orders than this.
TRIAL_DAYS = 30
TRIAL_ORDERS = 20_000


@dataclass(frozen=True, slots=True)
class CourierBook:
    """The shop's rules in its order, and its carriers at work by name."""

    rules: tuple[Rule, ...]
    carriers: dict[str, CarrierFacts]

    def choose(self, facts: CourierFacts, on_date: date) -> CarrierChoice:
        """Give the carrier of a parcel and why."""
        return choose_carrier(facts, self.rules, on_date, carriers=self.carriers)


@fixed
def _carriers_at_work() -> QuerySet[Carrier]:
    return Carrier.objects.filter(is_on=True).order_by("pk")


def carrier_names() -> list[str]:
    """Give the names of the carriers at work, the main one first."""
    return [row.name for row in _carriers_at_work()]


def carriers_at_work() -> dict[str, CarrierFacts]:
    """Give the carriers at work by name."""
    return {row.name: as_carrier(row) for row in _carriers_at_work()}


def as_carrier(row: Carrier) -> CarrierFacts:
    """Give a stored carrier as the rules understand it."""
    return CarrierFacts(row.name, tuple(row.unserved))


def as_rule(row: CourierRule) -> Rule:
    """Give a stored rule as the rules understand it."""
    return Rule(
        rule_id=row.pk,
        name=row.name,
        carrier=row.carrier,
        provinces=tuple(row.provinces),
        sku_codes=frozenset(row.sku_codes),
        minimum_grams=row.minimum_grams,
        maximum_grams=row.maximum_grams,
        minimum_amount=row.minimum_amount,
        maximum_amount=row.maximum_amount,
        only_if_requested=row.only_if_requested,
        is_on=row.is_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def rule_rows(*, on: date) -> "QuerySet[CourierRule]":
    """Give the rules that are not ended on a date, those switched off included, in the shop's order."""
    rows = CourierRule.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    return rows.select_related("changed_by").order_by("position", "pk")


def courier_book(*, on: date) -> CourierBook:
    """Give what carriers are chosen by on a date. Two queries."""
    rows = CourierRule.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), is_on=True)
    found = tuple(as_rule(row) for row in rows.order_by("position", "pk"))
    return CourierBook(found, carriers_at_work())


# Weight: pieces by their SKU, and the packing of the heaviest standard among them. One SKU without a
# weight makes it unknown. A merged parcel asks for what any of its orders asks for, its own first.
_PARCEL_FACTS = """
SELECT p.id, o.receiver_province, sum(l.amount), array_agg(DISTINCT l.sku_code),
  CASE WHEN bool_and(k.weight_grams IS NOT NULL) THEN sum(k.weight_grams * l.quantity) END
    + coalesce(max(s.material_grams), max(d.material_grams), 0),
  coalesce(nullif(max(o.requested_courier), ''), max(m.requested_courier), '')
FROM orders_parcel p JOIN orders_order o ON o.id = p.order_id
LEFT JOIN orders_parcelline l ON l.parcel_id = p.id
LEFT JOIN orders_order m ON m.id = l.order_id
LEFT JOIN products_sku k ON k.code = l.sku_code
LEFT JOIN orders_packingstandard s ON s.sku_code = l.sku_code AND s.sku_code <> ''
LEFT JOIN orders_packingstandard d ON d.sku_code = ''
WHERE p.id = ANY(%s) GROUP BY p.id, o.receiver_province
"""


def facts_of_parcels(parcel_ids: Sequence[int]) -> dict[int, CourierFacts]:
    """Give parcels as the rules see them. One query, however many."""
    with connection.cursor() as cursor:
        cursor.execute(_PARCEL_FACTS, [list(parcel_ids)])
        return {row[0]: _facts(*row[1:]) for row in cursor.fetchall()}


_ORDER_FACTS = """
SELECT o.id, o.receiver_province, o.paid_amount, array_agg(DISTINCT l.sku_code),
  CASE WHEN bool_and(k.weight_grams IS NOT NULL) THEN sum(k.weight_grams * l.quantity) END
    + coalesce(max(s.material_grams), max(d.material_grams), 0),
  o.requested_courier
FROM orders_order o
LEFT JOIN orders_orderline l ON l.order_id = o.id
LEFT JOIN products_sku k ON k.code = l.sku_code
LEFT JOIN orders_packingstandard s ON s.sku_code = l.sku_code AND s.sku_code <> ''
LEFT JOIN orders_packingstandard d ON d.sku_code = ''
WHERE o.id = ANY(%s) GROUP BY o.id
"""


def facts_of_orders(order_ids: Sequence[int]) -> dict[int, CourierFacts]:
    """Give orders as if each were one parcel: for the try-out and the dry run. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDER_FACTS, [list(order_ids)])
        return {row[0]: _facts(*row[1:]) for row in cursor.fetchall()}


def _facts(
    province: str,
    amount: Decimal | None,
    skus: Iterable[str | None],
    grams: int | None,
    requested: str,
) -> CourierFacts:
    return CourierFacts(
        province=province,
        amount=amount or Decimal("0.00"),
        sku_codes=frozenset(one for one in skus if one),
        grams=int(grams) if grams is not None else None,
        requested=requested or "",
    )


def trial_order_ids(*, now: datetime) -> list[int]:
    """Give orders paid in the last thirty days, the newest first, at most `TRIAL_ORDERS`.

    One range of `order_paid_date_idx`.
    """
    since = business_date(now) - timedelta(days=TRIAL_DAYS)
    rows = Order.objects.filter(paid_date__gte=since).order_by("-paid_date", "-pk")
    return list(rows.values_list("pk", flat=True)[:TRIAL_ORDERS])


@dataclass(frozen=True, slots=True)
class DryRun:
    """How many of the looked-at parcels each carrier would get, now and with the changed rules."""

    orders: int
    days: int
    counts: tuple[tuple[str, int, int], ...]  # carrier, now, then
    moved: int


def dry_run(*, changed: CourierBook, now: datetime) -> DryRun:
    """Choose carriers for past orders by today's rules and by changed ones. Writes nothing.

    Each past order counts as one parcel, as its rules of today would see it. Two queries for every
    two thousand orders.
    """
    today = business_date(now)
    book = courier_book(on=today)
    ids = trial_order_ids(now=now)
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    moved = 0
    for start in range(0, len(ids), 2000):
        for facts in facts_of_orders(ids[start : start + 2000]).values():
            old, new = book.choose(facts, today).carrier, changed.choose(facts, today).carrier
            before[old] = before.get(old, 0) + 1
            after[new] = after.get(new, 0) + 1
            moved += old != new
    names = sorted({*before, *after}, key=lambda name: (-after.get(name, 0), name))
    counts = tuple((name, before.get(name, 0), after.get(name, 0)) for name in names)
    return DryRun(len(ids), TRIAL_DAYS, counts, moved)
