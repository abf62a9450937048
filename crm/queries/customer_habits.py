"""What a customer usually buys and where to, what we gave and said, and what goes with what they have."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Max

from crm.choices import MemberState
from crm.models import CampaignMember, CustomerStat, FollowTouch, ProductPair
from crm.rules.habits import size_of
from orders.models import Order, OrderLine
from products.models import Sku

MOST_LINES = 2000
MOST_WORDS = 3
# A pair that hardly lifts is no advice.
LEAST_LIFT = 1.2


@dataclass(frozen=True, slots=True)
class Habits:
    """The habits of one customer; each list with the most frequent first, as (words, times)."""

    first_day: date | None
    # Days between two days of paying, on average; None where there was but one.
    interval: float | None
    categories: Sequence[tuple[str, int]]
    sizes: Sequence[tuple[str, int]]
    regions: Sequence[tuple[str, int]]
    # Orders paid below the list price, and by how much in all.
    cheaper_orders: int
    cheaper: Decimal
    messages: int
    last_message: datetime | None
    touches: int
    last_touch: datetime | None
    advice: Sequence[ProductPair]


def habits(customer_id: int, buyer_ids: Sequence[int], stat: CustomerStat | None) -> Habits:
    """Give the habits of a customer, by the orders of all their member names."""
    lines = OrderLine.objects.filter(order__buyer__in=buyer_ids, order__paid_at__isnull=False)
    rows = list(
        lines.order_by("-pk").values_list(
            "sku_code",
            "item_no",
            "spec",
            "quantity",
            "list_price_amount",
            "paid_amount",
            "order_id",
        )[:MOST_LINES]
    )
    known = dict(
        Sku.objects.filter(code__in={row[0] for row in rows if row[0]})
        .exclude(product__category="")
        .values_list("code", "product__category")
    )
    categories, sizes, off = Counter[str](), Counter[str](), dict[int, Decimal]()
    for code, _item, spec, pieces, list_price, paid, order in rows:
        categories[known.get(code) or ""] += pieces
        sizes[size_of(spec)] += pieces
        saved = list_price * pieces - paid if paid is not None else Decimal(0)
        off[order] = off.get(order, Decimal(0)) + max(saved, Decimal(0))
    sent = CampaignMember.objects.filter(customer=customer_id, state=MemberState.SENT)
    told = FollowTouch.objects.filter(task__customer=customer_id)
    messages = sent.aggregate(n=Count("pk"), last=Max("claimed_at"))
    touches = told.aggregate(n=Count("pk"), last=Max("at"))
    return Habits(
        first_day=stat.first_paid_date if stat else None,
        interval=_interval(stat),
        categories=_most(categories),
        sizes=_most(sizes),
        regions=_regions(buyer_ids),
        cheaper_orders=sum(one > 0 for one in off.values()),
        cheaper=sum(off.values(), Decimal(0)),
        messages=messages["n"],
        last_message=messages["last"],
        touches=touches["n"],
        last_touch=touches["last"],
        advice=_advice({row[1] or row[0] for row in rows}),
    )


def _interval(stat: CustomerStat | None) -> float | None:
    if stat is None or stat.paid_days < 2 or not (stat.first_paid_date and stat.last_paid_date):
        return None
    return (stat.last_paid_date - stat.first_paid_date).days / (stat.paid_days - 1)


def _most(found: Counter[str]) -> list[tuple[str, int]]:
    named = [(words, times) for words, times in found.items() if words]
    return sorted(named, key=lambda one: (-one[1], one[0]))[:MOST_WORDS]


def _regions(buyer_ids: Sequence[int]) -> list[tuple[str, int]]:
    orders = Order.objects.filter(buyer__in=buyer_ids, paid_at__isnull=False)
    counted = orders.values_list("receiver_province", "receiver_city").annotate(n=Count("pk"))
    found = Counter[str]()
    for province, city, times in counted.order_by():
        found[f"{province} {city}".strip()] += times
    return _most(found)


def _advice(bought: Collection[str]) -> list[ProductPair]:
    """Give what goes best with what they have and they have not yet, each thing once."""
    pairs = ProductPair.objects.filter(first__in=bought, lift__gte=LEAST_LIFT).exclude(
        then__in=bought
    )
    found: dict[str, ProductPair] = {}
    for one in pairs.order_by("-lift", "pk")[:50]:
        found.setdefault(one.then, one)
    return list(found.values())[:MOST_WORDS]
