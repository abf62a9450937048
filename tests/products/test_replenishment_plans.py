"""Plans of what to order: from sales, stock and what is on its way."""

from datetime import timedelta
from decimal import Decimal

import pytest

from products import registry
from products.actions.replenishment import plan_skus
from products.choices import MoveKind
from products.models import (
    PurchaseLine,
    PurchaseOrder,
    ReplenishmentPlan,
    SkuDay,
    StockLevel,
    StockMove,
    SupplierPrice,
)
from products.queries.replenishment import days_without_stock, unknown_days
from products.queries.rules import replenishment_rule
from shopops.lib.business_time import business_date
from tests.factories.goods import SkuFactory, SupplierFactory, bundle, stocked

pytestmark = pytest.mark.django_db

DAYS = 140


def sell(code, pieces, now, days=DAYS, skip=()):
    today = business_date(now)
    SkuDay.objects.bulk_create(
        SkuDay(sku_code=code, date=today - timedelta(days=n), pieces=pieces, order_count=1)
        for n in range(1, days + 1)
        if n not in skip
    )


def plan(sku, now):
    plan_skus([sku.pk], rule=replenishment_rule(now=now), now=now)
    return ReplenishmentPlan.objects.get(sku=sku)


def test_a_steady_seller_is_ordered_for_lead_and_review_time(now):
    sku = stocked("MY-1", 10)
    sell("MY-1", 4, now)
    SupplierPrice.objects.create(
        supplier=SupplierFactory.create(lead_days=14),
        sku=sku,
        valid_from=business_date(now),
        amount=Decimal("9.90"),
        minimum_quantity=100,
    )

    found = plan(sku, now)

    assert found.lead_days == 14
    assert found.daily_demand == pytest.approx(Decimal(4), abs=Decimal("0.05"))
    assert found.reorder_point == 14 * 4 + found.safety_stock
    assert found.suggested_quantity == 100  # 74 are missing, the supplier sends a hundred
    assert found.runs_out_on == business_date(now) + timedelta(days=2)
    assert found.order_by == business_date(now) + timedelta(days=2 - 14)
    assert found.sold_weeks[-1] == 28
    assert len(found.back_test) == 12
    assert found.back_test[-1][0] == (business_date(now) - timedelta(days=7)).isoformat()


def test_what_is_on_its_way_is_not_ordered_again(now):
    sku = stocked("MY-1", 10)
    sell("MY-1", 4, now)
    purchase = PurchaseOrder.objects.create(
        supplier=SupplierFactory.create(),
        number="CG-1",
        created_at=now,
        state="paid",
        expected_on=business_date(now) + timedelta(days=1),
    )
    PurchaseLine.objects.create(purchase=purchase, sku=sku, quantity=300, arrived_quantity=100)

    found = plan(sku, now)

    assert (found.on_the_way, found.suggested_quantity) == (200, 0)
    assert found.order_by is not None
    assert found.order_by > business_date(now) + timedelta(days=14)


def test_pieces_sold_in_bundles_are_demand_of_the_parts(now):
    sku = stocked("MY-1", 10)
    bundle("TZ-1", (sku, 3))
    sell("MY-1", 1, now)
    sell("TZ-1", 2, now)

    assert plan(sku, now).daily_demand == pytest.approx(Decimal(7), abs=Decimal("0.1"))


def test_a_sku_whose_stock_is_not_kept_gets_a_demand_and_no_suggestion(now):
    sku = SkuFactory.create(code="MY-1")
    sell("MY-1", 4, now)

    found = plan(sku, now)

    assert found.daily_demand > 3
    assert (found.free, found.suggested_quantity, found.cover_days) == (None, 0, None)


def test_a_sku_that_never_sold_is_planned_as_that(now):
    found = plan(stocked("MY-1", 10), now)

    assert (found.daily_demand, found.suggested_quantity, found.kind) == (0, 0, "none")
    assert found.error is None


def test_days_that_nobody_knows_are_no_zeros(now):
    sku = stocked("MY-1", 10)
    sell("MY-1", 4, now, skip=range(8, 15))
    today = business_date(now)

    unknown = unknown_days(since=today - timedelta(days=30), until=today - timedelta(days=1))

    assert len(unknown) == 7
    assert plan(sku, now).daily_demand == pytest.approx(Decimal(4), abs=Decimal("0.05"))


def test_days_on_which_the_shelf_was_empty_are_no_zeros_either(now):
    sku = stocked("MY-1", 4)
    today = business_date(now)
    begin = now - timedelta(days=10)
    StockMove.objects.create(sku=sku, at=begin, quantity=-4, on_hand_after=0, kind=MoveKind.SALE)
    StockMove.objects.create(
        sku=sku, at=now - timedelta(days=6), quantity=50, on_hand_after=50, kind=MoveKind.RECEIPT
    )

    days = days_without_stock([sku.pk], since=today - timedelta(days=30), until=today)

    assert sorted(days["date"]) == [today - timedelta(days=n) for n in (9, 8, 7)]


def test_an_activity_signed_up_for_lifts_what_is_expected(now, monkeypatch):
    monkeypatch.setattr(registry, "_uplifts", [])
    sku = stocked("MY-1", 10)
    sell("MY-1", 4, now)
    plain = plan(sku, now)
    day = business_date(now) + timedelta(days=3)
    registry.register_uplift(lambda codes, since, until: {"MY-1": {day: 5.0}})

    lifted = plan(sku, now)

    assert lifted.uplift_pieces == pytest.approx(Decimal(16), abs=Decimal("0.3"))
    assert lifted.suggested_quantity >= plain.suggested_quantity + 15


def test_planning_again_changes_the_row_and_adds_none(now):
    sku = stocked("MY-1", 10)
    sell("MY-1", 4, now)
    before = plan(sku, now)
    StockLevel.objects.filter(sku=sku).update(on_hand=900)

    after = plan(sku, now)

    assert before.suggested_quantity > 0
    assert after.suggested_quantity == 0
    assert ReplenishmentPlan.objects.count() == 1
