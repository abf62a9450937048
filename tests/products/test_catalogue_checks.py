"""Findings about the catalogue open and close: cost above price, one code where there should be several."""

from datetime import UTC, datetime

import pytest

from products.actions.conflicts import decide_conflicts
from products.models import CatalogueConflict, Sku
from shopops.checks.actions import run_check
from shopops.checks.registry import find_check
from shopops.work.models import Run
from tests.factories.goods import ProductFactory, SkuFactory
from tests.products.harness import bring
from tests.products.test_files import cost, costs_of

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


def findings(code):
    check = find_check(f"products.{code}")
    assert check is not None
    result = run_check(check, day=NOW.date(), now=NOW)
    return result.status, [(one["title"], one["evidence"]) for one in result.findings]


def test_a_cost_above_its_price_is_a_finding_without_the_cost_and_ends_with_it():
    product = ProductFactory(title="连衣裙")
    sku = SkuFactory(code="A", product=product, list_amount=100, cost_amount=140)
    SkuFactory(code="B", product=product, list_amount=100, cost_amount=100)
    SkuFactory(code="off", product=product, list_amount=1, cost_amount=2, is_on=False)

    assert findings("no_cost_is_above_its_price") == (
        "failed",
        [("「连衣裙」1 个 SKU 的成本高于售价", "A。核对成本表，或者改价")],
    )
    Sku.objects.filter(pk=sku.pk).update(cost_amount=90)
    assert findings("no_cost_is_above_its_price") == ("passed", [])


def test_a_sku_without_product_is_named_too_and_a_long_list_is_cut():
    for number in range(25):
        SkuFactory(code=f"L{number:02}", list_amount=1, cost_amount=2)

    _status, rows = findings("no_cost_is_above_its_price")

    assert rows[0][0] == "没有归到商品的 25 个 SKU 的成本高于售价"
    assert rows[0][1].startswith("L00、L01、")


def test_a_code_in_two_products_is_a_finding_until_somebody_decides(manager):
    one, two = ProductFactory(title="甲"), ProductFactory(title="乙", item_no="700000000001")
    sku = SkuFactory(code="A-1", product=one)
    conflict = CatalogueConflict.objects.create(
        sku=sku,
        found_at=NOW,
        field="product_id",
        source="products.shop_products",
        theirs=str(two.pk),
    )

    assert findings("every_code_is_of_one_sku") == (
        "failed",
        [("商家编码 A-1 在两个商品里", "现在归「甲」，文件说是「乙」；由人决定")],
    )
    decide_conflicts(ids=[conflict.pk], takes_theirs=False, by=manager, now=NOW)
    assert findings("every_code_is_of_one_sku") == ("passed", [])


def test_two_skus_that_one_spec_of_a_code_leads_to_are_a_finding():
    SkuFactory(code="4214#黑;M", merchant_code="4214", spec="黑;M")
    SkuFactory(code="4214#M;黑", merchant_code="4214", spec="尺码:M;颜色:黑")
    SkuFactory(code="4214#白", merchant_code="4214", spec="白")

    assert findings("every_code_is_of_one_sku") == (
        "failed",
        [("商家编码 4214 分不清", "4214#M;黑、4214#黑;M 的规格一样，订单不知道扣哪个的库存")],
    )


def test_a_file_of_goods_asks_for_the_findings_anew():
    bring(cost(costs_of("A-1", price=100.0, own_cost=140.0)), "c.xlsx")

    assert Run.objects.filter(kind="products.findings").exists()
