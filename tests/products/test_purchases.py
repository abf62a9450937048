"""Purchase orders from draft to arrival, what is late, and what a supplier's word is worth."""

from datetime import timedelta
from decimal import Decimal

import pytest

from products.actions import purchases as acts
from products.actions.errors import PurchaseRefusedError, StaleGoodsError
from products.actions.purchases import Arrival, Line, SupplierValues
from products.checks.stock import purchases_come_in_time
from products.choices import PurchaseState
from products.models import PurchaseOrder, StockLevel, StockMove, SupplierPrice
from products.queries import purchases
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.factories.goods import SkuFactory, SupplierFactory, bundle, stocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(now, manager):
    sku = SkuFactory.create(code="A")
    supplier = SupplierFactory.create(lead_days=7)
    lines = [Line(sku.pk, 100, Decimal("36.50"))]
    return acts.create_purchase(supplier_id=supplier.pk, lines=lines, by=manager, now=now)


def ordered(draft, now, manager):
    return acts.order_purchase(
        number=draft.number, expected_on=None, version=draft.version, by=manager, now=now
    )


def test_an_order_gets_the_days_number_and_the_promised_date(draft, now, manager):
    order = ordered(draft, now, manager)

    assert order.number == "PO260917-01"
    assert (order.state, order.expected_on) == ("ordered", business_date(now) + timedelta(days=7))
    assert SupplierPrice.objects.get().amount == Decimal("36.50")
    assert Operation.objects.filter(name="products.purchase.ordered").count() == 1


def test_a_second_order_of_the_day_has_the_next_number(draft, now, manager):
    line = Line(SkuFactory.create(code="B").pk, 1)

    other = acts.create_purchase(supplier_id=draft.supplier_id, lines=[line], by=manager, now=now)

    assert other.number == "PO260917-02"


def test_an_arrival_in_parts_is_received_less_what_is_defect(draft, now, manager):
    order = ordered(draft, now, manager)
    line = order.lines.get()

    order = acts.arrive(
        number=order.number,
        arrivals=[Arrival(line.pk, 60, 2)],
        version=order.version,
        by=manager,
        now=now,
    )
    assert order.state == PurchaseState.PART_ARRIVED
    order = acts.arrive(
        number=order.number,
        arrivals=[Arrival(line.pk, 45)],
        version=order.version,
        by=manager,
        now=now,
    )

    assert (order.state, order.arrived_at) == (PurchaseState.ARRIVED, now)
    assert StockLevel.objects.get().on_hand == 58 + 45
    receipts = StockMove.objects.order_by("pk").values_list("quantity", "reference", "kind")
    assert list(receipts) == [(58, order.number, "receipt"), (45, order.number, "receipt")]
    line.refresh_from_db()
    assert (line.arrived_quantity, line.defect_quantity) == (105, 2)


def test_more_defect_than_arrived_is_refused(draft, now, manager):
    order = ordered(draft, now, manager)

    with pytest.raises(PurchaseRefusedError, match="次品不能比到货多"):
        acts.arrive(
            number=order.number,
            arrivals=[Arrival(order.lines.get().pk, 1, 2)],
            version=order.version,
            by=manager,
            now=now,
        )

    assert not StockMove.objects.exists()


def test_a_draft_cannot_arrive_and_what_ended_cannot_end_again(draft, now, manager):
    with pytest.raises(PurchaseRefusedError, match="草稿"):
        acts.arrive(number=draft.number, arrivals=[], version=draft.version, by=manager, now=now)
    closed = acts.close_purchase(
        number=draft.number, reason="不做了", version=draft.version, by=manager, now=now
    )
    assert closed.state == PurchaseState.CANCELLED
    with pytest.raises(PurchaseRefusedError, match="已经结束"):
        acts.close_purchase(
            number=draft.number, reason="再来", version=closed.version, by=manager, now=now
        )


def test_a_stale_version_is_refused(draft, now, manager):
    ordered(draft, now, manager)

    with pytest.raises(StaleGoodsError, match="PO260917-01"):
        acts.pay_purchase(number=draft.number, version=1, by=manager, now=now)


def test_a_bundle_is_bought_by_its_parts(draft, now, manager):
    both = bundle("SET", (stocked("B", 1), 2))

    with pytest.raises(PurchaseRefusedError, match="采购它的部件"):
        acts.create_purchase(
            supplier_id=draft.supplier_id, lines=[Line(both.pk, 1)], by=manager, now=now
        )


def test_what_is_overdue_and_what_is_paid_and_not_sent_are_findings(draft, now, manager):
    order = ordered(draft, now, manager)
    assert purchases_come_in_time(business_date(now), now).findings == []
    acts.pay_purchase(number=order.number, version=order.version, by=manager, now=now)

    later = now + timedelta(days=3)
    unsent = purchases_come_in_time(business_date(later), later)
    assert [(one.severity, one.evidence) for one in unsent.findings] == [
        ("soon", "付款 3 天还没发出")
    ]
    much_later = now + timedelta(days=8)
    late = purchases_come_in_time(business_date(much_later), much_later)

    assert late.findings[0].severity == "late"
    assert "说好 2026-09-24 到，晚了 1 天" in late.findings[0].evidence


def test_a_suppliers_word_is_measured_by_what_arrived(draft, now, manager):
    order = ordered(draft, now, manager)
    acts.arrive(
        number=order.number,
        arrivals=[Arrival(order.lines.get().pk, 100, 5)],
        version=order.version,
        by=manager,
        now=now + timedelta(days=9),
    )

    row = purchases.suppliers()[0]

    assert (row.lead_days, row.kept_days, row.in_time_rate) == (7, Decimal("9.0"), Decimal(0))
    assert (row.defect_rate, row.defect_pieces, row.arrived_pieces) == (Decimal("0.05"), 5, 100)


def test_a_supplier_of_whom_nothing_arrived_is_unknown(draft):
    row = purchases.suppliers()[0]

    assert (row.kept_days, row.in_time_rate, row.defect_rate) == (None, None, None)


def test_prices_stay_as_history(draft, now, manager):
    ordered(draft, now, manager)
    sku_id = draft.lines.get().sku_id

    acts.set_supplier_price(
        supplier_id=draft.supplier_id,
        sku_id=sku_id,
        amount=Decimal("38"),
        minimum_quantity=50,
        by=manager,
        now=now + timedelta(days=1),
    )

    history = purchases.price_history(supplier_id=draft.supplier_id)
    assert [one.amount for one in history] == [Decimal("38.00"), Decimal("36.50")]


def test_two_suppliers_do_not_share_a_name(draft, now, manager):
    values = SupplierValues(draft.supplier.name, "", 7, "")

    with pytest.raises(PurchaseRefusedError, match="已经有一家"):
        acts.add_supplier(values=values, by=manager, now=now)


def test_the_tabs_count_what_is_open_and_late(draft, now, manager):
    ordered(draft, now, manager)
    day = business_date(now) + timedelta(days=30)

    assert purchases.tab_counts(day=day, unsent_days=3) == {"open": 1, "late": 1}
    rows, following = purchases.purchases(day=day, unsent_days=3, tab="late")
    assert ([row.number for row in rows], following) == ([PurchaseOrder.objects.get().number], None)
