"""Goods: listing, main products, competitors, violations, prices, quality, stock, purchases."""

from datetime import date, timedelta
from decimal import Decimal

from orders.models import PackingStandard
from products.models import (
    CatalogueConflict,
    Competitor,
    CompetitorSnapshot,
    ListingCheck,
    PriceChange,
    Product,
    PurchaseLine,
    PurchaseOrder,
    QualityRecord,
    ReplenishmentPlan,
    Sku,
    StockLevel,
    StockWarning,
    Violation,
)
from tests.checks.cases.case import Case, World
from tests.factories.goods import ProductFactory, SkuFactory, SupplierFactory, stocked


def _bad_listing(w: World) -> None:
    ListingCheck.objects.create(
        product=ProductFactory(is_main=True),
        checked_at=w.now,
        failed_count=1,
        unknown_count=0,
        points=[{"code": "title_length", "outcome": "fail", "evidence": ""}],
        is_latest=True,
    )


def _forbidden(w: World) -> None:
    Violation.objects.create(
        product=ProductFactory(), found_at=w.now, kind="滥发信息", forbids_listing=True
    )


def _cut(w: World) -> None:
    rival = Competitor.objects.create(shop="眠岛", title="枕套")
    for back, price in ((3, 100), (2, 60)):
        CompetitorSnapshot.objects.create(
            competitor=rival, date=w.day - timedelta(days=back), price_amount=Decimal(price)
        )


def _silent_violation(w: World) -> None:
    Violation.objects.create(found_at=w.now - timedelta(days=4), kind="描述不符")


def _waiting_price(w: World) -> None:
    PriceChange.objects.create(
        sku=SkuFactory(), asked_at=w.now, kind="list", state="waiting", reason="清仓"
    )


def _faulty(w: World) -> None:
    sku = SkuFactory(code="MY-1")
    QualityRecord.objects.create(
        sku=sku, date=w.day, days=30, sold_pieces=100, sold_people=90, damaged=9
    )
    PackingStandard.objects.create(
        sku_code="MY-1",
        needs_second_check=True,
        second_check_reason="quality|0.09|100",
        changed_at=w.now,
    )


def _warning(w: World, *, is_main: bool) -> None:
    StockWarning.objects.create(
        sku=stocked("MY-1", 0),
        since=w.now,
        looked_at=w.now,
        free=0,
        sold=9,
        threshold=10,
        wanted_days=7,
        kind="out",
        is_main=is_main,
    )


def _buy(w: World) -> None:
    purchase = _purchase(w, expected=w.day + timedelta(days=3))
    PurchaseLine.objects.create(purchase=purchase, sku=Sku.objects.get(), quantity=50)


def _purchase(w: World, *, expected: date) -> PurchaseOrder:
    return PurchaseOrder.objects.create(
        supplier=SupplierFactory(),
        created_at=w.now,
        ordered_at=w.now,
        paid_at=w.now,
        number="CG1",
        state="paid",
        expected_on=expected,
    )


def _oversold(w: World) -> None:
    stocked("MY-1", 2, shelf_quantity=9, shelf_at=w.now)


def _plan(w: World) -> None:
    ReplenishmentPlan.objects.create(
        sku=stocked("MY-1", 0),
        made_at=w.now,
        daily_demand=Decimal(3),
        reorder_point=20,
        suggested_quantity=50,
        lead_days=7,
        model="naive",
        order_by=w.day - timedelta(days=1),
    )


def _conflict(w: World) -> None:
    CatalogueConflict.objects.create(
        sku=SkuFactory(product=ProductFactory()),
        found_at=w.now,
        field="product_id",
        source="file",
        theirs=str(ProductFactory().pk),
    )


CASES = {
    "products.listings_pass": Case(
        _bad_listing, lambda w: ListingCheck.objects.update(failed_count=0, points=[])
    ),
    "products.nothing_forbidden_is_listed": Case(
        _forbidden, lambda w: Product.objects.update(status="forbidden")
    ),
    "products.mains_are_well": Case(
        lambda w: ProductFactory(is_main=True, status="off_shelf"),
        lambda w: Product.objects.update(status="on_shelf"),
    ),
    "products.rivals_are_quiet": Case(_cut, lambda w: CompetitorSnapshot.objects.all().delete()),
    "products.violations_are_answered": Case(
        _silent_violation, lambda w: Violation.objects.update(state="appealed")
    ),
    "products.no_price_waits": Case(
        _waiting_price, lambda w: PriceChange.objects.update(state="refused")
    ),
    "products.quality_is_known": Case(
        _faulty,
        lambda w: PackingStandard.objects.update(needs_second_check=False, second_check_reason=""),
    ),
    "products.no_cost_is_above_its_price": Case(
        lambda w: SkuFactory(list_amount=10, cost_amount=14),
        lambda w: Sku.objects.update(cost_amount=9),
    ),
    "products.every_code_is_of_one_sku": Case(
        _conflict, lambda w: CatalogueConflict.objects.update(decided_at=w.now)
    ),
    "products.stock_proof": Case(
        lambda w: [stocked("MY-1", 5), StockLevel.objects.update(on_hand=7)],
        lambda w: StockLevel.objects.update(on_hand=5),
    ),
    "products.stock_is_enough": Case(
        lambda w: _warning(w, is_main=False), lambda w: StockWarning.objects.all().delete()
    ),
    "products.mains_are_covered": Case(lambda w: _warning(w, is_main=True), _buy),
    "products.shelf_counts_agree": Case(_oversold, lambda w: Sku.objects.update(shelf_quantity=2)),
    "products.goods_are_ordered_in_time": Case(
        _plan, lambda w: ReplenishmentPlan.objects.update(suggested_quantity=0, order_by=None)
    ),
    "products.purchases_come_in_time": Case(
        lambda w: _purchase(w, expected=w.day - timedelta(days=2)),
        lambda w: PurchaseOrder.objects.update(state="arrived"),
    ),
}
