"""The demo shop's shelf: counted three days ago, with suppliers and purchase orders in every state.

What is sold comes from above (`DemoGoods`); all acts are the real ones, by the demo's people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from products.actions import counts, figures, purchases, shortage
from products.actions.purchases import Arrival, Line, SupplierValues
from products.models import PurchaseOrder, Sku, StockLevel, Supplier
from shopops.staff.models import User

# Days of sales on the shelf, by turns: most have plenty, some are near their end.
_DAYS_ON_SHELF = (31, 24, 45, 18, 12, 38, 27, 9, 52, 21, 16, 6)
_BEFORE_COUNT = timedelta(days=3)
SUPPLIERS = (
    ("海安纺织", "顾先生 · 旺旺 hafz", 7, "长绒棉、贡缎"),
    ("南通恒源家纺", "微信 ntHY88", 10, "被芯、枕芯"),
    ("高阳毛巾厂", "电话找老马", 5, "毛巾浴巾，起订 200"),
)


@dataclass(frozen=True, slots=True)
class DemoGoods:
    """One SKU of the demo shop; `popularity` is its share of what is sold, in no unit."""

    code: str
    price_fen: int
    popularity: float


def fill_stock(
    *,
    goods: Sequence[DemoGoods],
    pieces_a_day: float,
    by_name: Mapping[str, User],
    now: datetime,
) -> None:
    """Count the whole shelf, buy, receive; does nothing where stock is kept already."""
    if StockLevel.objects.exists():
        return
    lead, hand = by_name["zheng"], by_name["wu"]
    rows = Sku.objects.filter(code__in=[one.code for one in goods], parts__isnull=True)
    skus = {sku.code: sku for sku in rows}
    goods = [one for one in goods if one.code in skus]  # a bundle has no pieces of its own
    total = sum(one.popularity for one in goods)
    daily = {one.code: pieces_a_day * one.popularity / total for one in goods}
    at = now - _BEFORE_COUNT
    first = counts.open_count(note="全仓盘点，期初", by=lead, now=at)
    lines = [
        f"{one.code} {round(daily[one.code] * _DAYS_ON_SHELF[n % len(_DAYS_ON_SHELF)]) + 2}"
        for n, one in enumerate(goods)
    ]
    counts.enter(count_id=first.pk, lines=lines, by=hand, now=at)
    first.refresh_from_db()
    counts.book_count(count_id=first.pk, version=first.version, by=lead, now=at)
    _buy(list(goods), skus, daily, lead, now)
    _recount(list(goods), skus, hand, now)


def look_at_stock(*, now: datetime) -> None:
    """Write down what is short, once the sales are summed up and the orders have their pieces."""
    shortage.look(now=now)
    figures.write_figures(now=now)
    _shelf(now=now)


def _shelf(*, now: datetime) -> None:
    """Let the platform's shelf say what is free, but for a few."""
    skus = list(Sku.objects.filter(level__isnull=False).select_related("level").order_by("code"))
    for number, sku in enumerate(skus):
        if sku.shelf_quantity is None:
            off = {3: 12, 17: -6, 40: 25, 71: 4}.get(number, 0)
            free = sku.level.on_hand - sku.level.allocated
            sku.shelf_quantity, sku.shelf_at = max(free + off, 0), now
    Sku.objects.bulk_update(skus, ["shelf_quantity", "shelf_at"])


def _buy(
    goods: Sequence[DemoGoods],
    skus: Mapping[str, Sku],
    daily: Mapping[str, float],
    lead: User,
    now: datetime,
) -> None:
    who = [
        purchases.add_supplier(
            values=SupplierValues(name, contact, days, note), by=lead, now=now - timedelta(days=80)
        )
        for name, contact, days, note in SUPPLIERS
    ]
    _ask_prices(goods, skus, who, lead, now - timedelta(days=80))
    shop = _Buying(goods, skus, daily, lead, now)
    for number in range(4):  # long arrived: what the suppliers' word is worth
        late, defect = (0, 2, 1, 0)[number], (0, 3, 0, 1)[number]
        shop.arrived(
            who[number % 3], first=number * 9, days_ago=60 - number * 9, late=late, defect=defect
        )
    shop.on_its_way(who[0], first=7, days_ago=4, paid=True, sent=True)
    shop.on_its_way(who[1], first=11, days_ago=14, paid=True, sent=True)  # late
    shop.on_its_way(who[2], first=45, days_ago=5, paid=True, sent=False)  # paid, not sent
    shop.on_its_way(who[0], first=19, days_ago=1, paid=False, sent=False)
    shop.draft(who[1], first=30)


# What a supplier sends at least.
_LEAST = (20, 10, 60)


def _ask_prices(
    goods: Sequence[DemoGoods],
    skus: Mapping[str, Sku],
    who: Sequence[Supplier],
    lead: User,
    at: datetime,
) -> None:
    """Note what each style costs at its supplier; of a few styles nobody asked yet."""
    for one in goods:
        style = sum(map(ord, one.code.rpartition("-")[0]))
        if style % 13 == 0:
            continue
        purchases.set_supplier_price(
            supplier_id=who[style % 3].pk,
            sku_id=skus[one.code].pk,
            amount=(Decimal(one.price_fen) * 45 / 10_000).quantize(Decimal("0.01")),
            minimum_quantity=_LEAST[style % 3],
            by=lead,
            now=at,
        )


@dataclass(frozen=True, slots=True)
class _Buying:
    """Purchase orders as the warehouse lead writes them."""

    goods: Sequence[DemoGoods]
    skus: Mapping[str, Sku]
    daily: Mapping[str, float]
    lead: User
    now: datetime

    def draft(self, supplier: Supplier, *, first: int, days_ago: int = 0) -> PurchaseOrder:
        lines = [
            Line(
                self.skus[one.code].pk,
                max(round(self.daily[one.code] * 14 / 10) * 10, 20),
                (Decimal(one.price_fen) * 45 / 10_000).quantize(Decimal("0.01")),
            )
            for one in self.goods[first : first + 3]
        ]
        at = self.now - timedelta(days=days_ago)
        return purchases.create_purchase(supplier_id=supplier.pk, lines=lines, by=self.lead, now=at)

    def on_its_way(
        self, supplier: Supplier, *, first: int, days_ago: int, paid: bool, sent: bool
    ) -> PurchaseOrder:
        order = self.draft(supplier, first=first, days_ago=days_ago)
        at = self.now - timedelta(days=days_ago)
        order = purchases.order_purchase(
            number=order.number, expected_on=None, version=order.version, by=self.lead, now=at
        )
        if paid:
            order = purchases.pay_purchase(
                number=order.number, version=order.version, by=self.lead, now=at
            )
        if sent:
            order = purchases.send_purchase(
                number=order.number, expected_on=None, version=order.version, by=self.lead, now=at
            )
        return order

    def arrived(
        self, supplier: Supplier, *, first: int, days_ago: int, late: int, defect: int
    ) -> None:
        order = self.on_its_way(supplier, first=first, days_ago=days_ago, paid=True, sent=True)
        at = self.now - timedelta(days=days_ago - supplier.lead_days - late)
        arrivals = [
            Arrival(line.pk, line.quantity, defect if n == 0 else 0)
            for n, line in enumerate(order.lines.order_by("pk"))
        ]
        purchases.arrive(
            number=order.number, arrivals=arrivals, version=order.version, by=self.lead, now=at
        )


def _recount(
    goods: Sequence[DemoGoods], skus: Mapping[str, Sku], hand: User, now: datetime
) -> None:
    """Leave a count open with a few differences, as a morning does."""
    some = goods[24:36]
    again = counts.open_count(note="B 区抽盘", by=hand, now=now - timedelta(hours=2))
    on_hand = dict(
        StockLevel.objects.filter(sku__in=[skus[one.code].pk for one in some]).values_list(
            "sku_id", "on_hand"
        )
    )
    lines = []
    for number, one in enumerate(some):
        off = {2: -1, 5: 2, 9: -3}.get(number, 0)
        lines.append(f"{one.code} {max(on_hand[skus[one.code].pk] + off, 0)}")
    counts.enter(count_id=again.pk, lines=lines, by=hand, now=now - timedelta(hours=1))
