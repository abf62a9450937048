"""Several specs under one merchant code: orders name code and spec, stock knows the SKU."""

from datetime import timedelta

import pytest

from orders import goods
from orders.actions import audit
from orders.actions.sku_days import write_days
from orders.choices import Stage
from orders.models import AuditRuleRow, DirtyDay, KeywordRow, Order
from orders.queries import goods as wants
from orders.queries.audit import rules_in_force
from orders.wording.audit import reason_words
from products.models import Allocation, SkuDay, StockLevel, StockRule
from products.queries.catalogue_of import meant_by
from products.queries.proof import prove
from products.registry import open_lines
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline
from tests.factories.goods import SkuFactory, stocked
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.products.harness import bring
from tests.products.test_files import template

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_start_rules(db):
    AuditRuleRow.objects.all().delete()
    KeywordRow.objects.all().delete()


def shared(spec, on_hand=5, **values):
    return stocked(f"4214#{spec}", on_hand, merchant_code="4214", spec=spec, **values)


def order_of(spec, *, code="4214", quantity=1, **values):
    order = OrderFactory.create(**values)
    OrderLineFactory.create(order=order, sku_code=code, spec=spec, quantity=quantity)
    return order


def run_audit(now):
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    return audit.audit_orders(ids, rules=rules_in_force(now=now), now=now)


def settle(now):
    run = request_run(kind=goods.KIND, key=goods.KEY, now=now, again=True)
    return perform_inline(run, clock=lambda: now).result


def figures(spec):
    level = StockLevel.objects.get(sku__code=f"4214#{spec}")
    return level.on_hand, level.allocated


@pytest.mark.parametrize(
    "spec",
    [
        "颜色分类:黑色;尺码:M",
        "颜色分类：黑色；尺码：m",
        "尺码:M;颜色分类:黑色",
        "黑色;M",
        " 黑色 ; M ",
    ],
)
def test_a_code_that_specs_share_is_told_apart_by_the_spec(spec):
    shared("黑色;M")
    shared("黑色;L")

    assert meant_by({("4214", spec)}) == {("4214", spec): ("4214#黑色;M",)}


def test_a_code_that_one_sku_has_needs_no_spec():
    stocked("A", 1, spec="黑色;M")

    assert meant_by({("A", "颜色:白"), ("B", "")}) == {
        ("A", "颜色:白"): ("A",),
        ("B", ""): ("B",),
    }


def test_a_spec_that_nobody_has_is_unknown_even_beside_a_draft_of_the_code():
    shared("黑色;M")
    SkuFactory(code="4214", is_draft=True)

    assert meant_by({("4214", "颜色:白;尺码:M")}) == {("4214", "颜色:白;尺码:M"): ()}


def test_of_a_code_and_specs_under_it_the_one_whose_spec_fits_is_meant():
    stocked("4214", 1, spec="白色;M")
    shared("黑色;M")

    found = meant_by({("4214", "颜色:白色;尺码:M"), ("4214", "颜色:黑色;尺码:M"), ("4214", "灰")})

    assert found == {
        ("4214", "颜色:白色;尺码:M"): ("4214",),
        ("4214", "颜色:黑色;尺码:M"): ("4214#黑色;M",),
        ("4214", "灰"): (),
    }


def test_an_order_of_one_spec_takes_pieces_of_that_spec_and_the_proof_agrees(now):
    shared("黑色;M")
    shared("黑色;L")
    order_of("颜色分类:黑色;尺码:M", quantity=2)

    run_audit(now)

    assert (figures("黑色;M"), figures("黑色;L")) == ((5, 2), (5, 0))
    assert prove(open_lines=open_lines).differences == []
    assert settle(now)["set_aside"] == 0


def test_a_short_spec_holds_its_order_and_not_the_order_of_another_spec(now):
    shared("黑色;M", 0)
    shared("黑色;L", 3)
    short, passes = order_of("颜色:黑色;尺码:M"), order_of("颜色:黑色;尺码:L")

    run_audit(now)

    stages = dict(Order.objects.values_list("tid", "stage"))
    assert stages == {short.tid: Stage.HELD, passes.tid: Stage.APPROVED}
    assert short.holds.get().reason == "stock_short|4214#黑色;M|1|0"


def test_several_that_fit_hold_the_order_with_their_names_and_take_nothing(now):
    shared("黑色;M")
    stocked("4214#M;黑色", 5, merchant_code="4214", spec="M;黑色")
    StockRule.objects.create(valid_from=now.date(), changed_at=now, holds_unknown=True)
    order = order_of("颜色:黑色;尺码:M")

    run_audit(now)

    hold = order.holds.get()
    assert hold.kind == "unknown_code"
    assert reason_words(hold.reason) == (
        "商家编码 4214 同时对上 4214#M;黑色、4214#黑色;M，分不清是哪个"
    )
    assert not Allocation.objects.exists()


def test_a_spec_that_nobody_knows_holds_the_order_as_an_unknown_code(now):
    shared("黑色;M")
    StockRule.objects.create(valid_from=now.date(), changed_at=now, holds_unknown=True)
    order = order_of("颜色:灰;尺码:M")

    run_audit(now)

    assert order.holds.get().reason == "code_unknown|4214|1"


def test_what_left_elsewhere_is_booked_out_of_its_spec(now):
    StockLevel.objects.filter(sku=shared("黑色;M").pk).update(kept_since=now - timedelta(days=9))
    shared("黑色;L")
    order_of("颜色:黑色;尺码:M", stage=Stage.HANDED_OVER, paid_at=now, handed_over_at=now)

    result = settle(now)

    assert (result["left"], figures("黑色;M"), figures("黑色;L")) == (1, (4, 0), (5, 0))
    assert settle(now)["left"] == 0


def test_an_order_whose_spec_nobody_knows_is_not_asked_for_again_and_again(now):
    shared("黑色;M")
    order_of("颜色:灰", stage=Stage.APPROVED)

    assert wants.unserved_ids(at_payment=False, after=0, size=10) == []


def test_pieces_at_hand_are_those_of_the_spec_in_the_order(now):
    shared("黑色;M", 1)
    shared("黑色;L", 7)
    order = order_of("颜色:黑色;尺码:L")

    assert goods.pieces_at_hand(["4214"], [order.pk]) == {"4214": 7}


def test_sales_of_a_day_stand_under_the_spec_and_move_there_when_it_becomes_known(now):
    day = order_of("颜色:黑色;尺码:M", quantity=3, paid_at=now).paid_date
    write_days([day])
    assert list(SkuDay.objects.values_list("sku_code", "pieces")) == [("4214", 3)]

    shared("黑色;M")
    write_days([day])

    assert list(SkuDay.objects.values_list("sku_code", "pieces")) == [("4214#黑色;M", 3)]


@pytest.mark.django_db(transaction=True)
def test_a_file_that_brings_the_specs_has_the_days_of_their_code_written_anew(now):
    SkuDay.objects.create(sku_code="4214", date=now.date(), pieces=3, order_count=1)
    SkuDay.objects.create(
        sku_code="B", date=now.date() - timedelta(days=1), pieces=3, order_count=1
    )

    bring(template(["黑色", "M", 970, 3, 4214, 1], ["黑色", "L", 970, 4, 4214, 1]), "t.xlsx")

    assert list(DirtyDay.objects.values_list("basis", "date")) == [("paid", now.date())]
