"""From suggestions to purchase orders: by supplier, at the newest price, and never twice."""

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection

from products.actions import purchases
from products.actions.errors import PurchaseRefusedError, StaleGoodsError
from products.actions.plan_orders import MOST_LINES, PlanLine, order_plans
from products.models import PurchaseOrder, ReplenishmentPlan, Supplier
from products.queries.plans import Filters, covered_of, ids_to_order, plans_of, tab_counts
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.factories.goods import SkuFactory, SupplierFactory
from tests.factories.staff import PersonFactory
from tests.products.plans import asked, planned
from tests.times import NOW

pytestmark = pytest.mark.django_db


def test_chosen_plans_become_one_draft_for_each_supplier(now, manager):
    near, far = SupplierFactory.create(lead_days=5), SupplierFactory.create(lead_days=12)
    one, two = planned("A", now, supplier=near), planned("B", now, supplier=near)
    three = planned("C", now, supplier=far)

    made = order_plans(
        lines=[PlanLine(one.pk, 40, 0), PlanLine(two.pk, 12, 0), PlanLine(three.pk, 7, 0)],
        by=manager,
        now=now,
    )

    assert [(po.supplier, po.state) for po in made] == [(near, "draft"), (far, "draft")]
    assert made[0].expected_on == business_date(now) + timedelta(days=5)
    lines = made[0].lines.order_by("sku__code").values_list("sku__code", "quantity", "price_amount")
    assert list(lines) == [("A", 40, Decimal("9.90")), ("B", 12, Decimal("9.90"))]
    named = Operation.objects.filter(name="products.purchase.created").order_by("pk")
    assert [row.object_key for row in named] == [po.number for po in made]
    assert {row.actor_name for row in named} == {manager.name}


def test_the_newest_price_of_a_supplier_that_is_on_counts(now, manager):
    old, gone = SupplierFactory.create(), SupplierFactory.create(is_on=False)
    sku = planned("A", now, supplier=old)
    asked(sku, gone, now + timedelta(days=1), amount="1.00")

    (made,) = order_plans(lines=[PlanLine(sku.pk, 1, 0)], by=manager, now=now)

    assert (made.supplier, made.lines.get().price_amount) == (old, Decimal("9.90"))


def test_what_stands_in_a_draft_is_not_ordered_again(now, manager):
    sku = planned("A", now, supplier=SupplierFactory.create())
    order_plans(lines=[PlanLine(sku.pk, 40, 0)], by=manager, now=now)
    today = business_date(now)

    with pytest.raises(StaleGoodsError, match="PO"):
        order_plans(lines=[PlanLine(sku.pk, 40, 0)], by=manager, now=now)

    assert PurchaseOrder.objects.count() == 1
    row = plans_of([sku.pk], today=today)[sku.pk]
    assert (row.suggested_quantity, row.covered.pieces, row.to_order) == (40, 40, 0)
    assert ids_to_order(filters=Filters(), today=today, most=9) == []
    assert tab_counts(today=today)["now"] == 0


def test_whoever_wants_more_than_the_draft_says_that_they_saw_it(now, manager):
    sku = planned("A", now, supplier=SupplierFactory.create())
    order_plans(lines=[PlanLine(sku.pk, 30, 0)], by=manager, now=now)
    row = plans_of([sku.pk], today=business_date(now))[sku.pk]

    order_plans(lines=[PlanLine(sku.pk, row.to_order, 30)], by=manager, now=now)

    assert row.to_order == 10
    assert covered_of([sku.pk])[sku.pk].pieces == 40


def test_a_cancelled_draft_leaves_the_need_and_is_told_to_who_looked_before(now, manager):
    sku = planned("A", now, supplier=SupplierFactory.create())
    (made,) = order_plans(lines=[PlanLine(sku.pk, 30, 0)], by=manager, now=now)
    purchases.close_purchase(number=made.number, reason="不要了", version=1, by=manager, now=now)

    with pytest.raises(StaleGoodsError, match="撤掉"):
        order_plans(lines=[PlanLine(sku.pk, 10, 30)], by=manager, now=now)

    assert plans_of([sku.pk], today=business_date(now))[sku.pk].to_order == 40


def test_an_order_counts_as_covered_until_the_next_plan_counts_it_itself(now, manager):
    sku = planned("A", now, supplier=SupplierFactory.create())
    (made,) = order_plans(lines=[PlanLine(sku.pk, 40, 0)], by=manager, now=now)
    purchases.order_purchase(
        number=made.number, expected_on=None, version=1, by=manager, now=now + timedelta(hours=1)
    )

    assert covered_of([sku.pk])[sku.pk].pieces == 40
    ReplenishmentPlan.objects.update(made_at=now + timedelta(hours=2))
    assert covered_of([sku.pk]) == {}


def test_what_is_left_of_a_suggestion_comes_in_packs_and_not_under_the_minimum(now, manager):
    supplier = SupplierFactory.create()
    sku = planned("A", now, quantity=48)
    sku.pack_size = 12
    sku.save(update_fields=["pack_size"])
    asked(sku, supplier, now, least=20)
    order_plans(lines=[PlanLine(sku.pk, 40, 0)], by=manager, now=now)

    assert plans_of([sku.pk], today=business_date(now))[sku.pk].to_order == 24


def test_a_sku_without_a_supplier_is_refused_by_name_and_nothing_is_written(now, manager):
    good = planned("A", now, supplier=SupplierFactory.create())
    bare = planned("B", now)

    with pytest.raises(PurchaseRefusedError, match="B 没有供应商"):
        order_plans(lines=[PlanLine(good.pk, 4, 0), PlanLine(bare.pk, 4, 0)], by=manager, now=now)

    assert PurchaseOrder.objects.count() == 0


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
def test_a_senseless_quantity_is_refused(quantity, now, manager):
    sku = planned("A", now, supplier=SupplierFactory.create())

    with pytest.raises(PurchaseRefusedError, match="A 的数量"):
        order_plans(lines=[PlanLine(sku.pk, quantity, 0)], by=manager, now=now)


def test_nothing_chosen_is_refused(now, manager):
    with pytest.raises(PurchaseRefusedError, match="先勾上"):
        order_plans(lines=[], by=manager, now=now)


def test_a_sku_twice_is_refused(now, manager):
    sku = planned("A", now, supplier=SupplierFactory.create())

    with pytest.raises(PurchaseRefusedError, match="只写一行"):
        order_plans(lines=[PlanLine(sku.pk, 1, 0), PlanLine(sku.pk, 1, 0)], by=manager, now=now)


def test_more_than_one_looks_through_is_refused(now, manager):
    lines = [PlanLine(number, 1, 0) for number in range(MOST_LINES + 1)]

    with pytest.raises(PurchaseRefusedError, match="一次最多"):
        order_plans(lines=lines, by=manager, now=now)


def test_a_sku_without_a_plan_is_refused(now, manager):
    sku = SkuFactory.create(code="A")

    with pytest.raises(PurchaseRefusedError, match="A 不在补货计划里"):
        order_plans(lines=[PlanLine(sku.pk, 1, 0)], by=manager, now=now)


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_order_once():
    manager = PersonFactory(role_codes=["manager"])
    suppliers = [SupplierFactory.create() for _number in range(2)]
    skus = [planned(f"A{n}", NOW, supplier=suppliers[n % 2]) for n in range(4)]
    lines = [PlanLine(sku.pk, 40, 0) for sku in skus]

    fared = race(
        [lambda: order_plans(lines=lines, by=manager, now=NOW)] * 2,
    )

    assert fared == ["StaleGoodsError", "done"]
    assert PurchaseOrder.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_buy_from_two_suppliers_at_once_get_two_numbers():
    manager = PersonFactory(role_codes=["manager"])
    skus = [planned(f"A{n}", NOW, supplier=SupplierFactory.create()) for n in range(2)]

    def buy(sku):
        return lambda: order_plans(lines=[PlanLine(sku.pk, 40, 0)], by=manager, now=NOW)

    assert race([buy(sku) for sku in skus]) == ["done", "done"]
    assert len(set(PurchaseOrder.objects.values_list("number", flat=True))) == 2
    assert Supplier.objects.count() == 2


def race(acts):
    """Do all at once; say how each fared, by name of its error."""
    fared: list[str] = []
    start = Barrier(len(acts))
    connection.close()

    def run(act):
        try:
            start.wait(20)
            act()
            fared.append("done")
        except Exception as error:  # noqa: BLE001 - its name is the outcome
            fared.append(type(error).__name__)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    return sorted(fared)
