"""Freight templates of the shop: written, changed from a day on, and what the buyer then pays."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from promotions.actions.errors import BenefitRefusedError, StalePriceError
from promotions.actions.freight import (
    AreasRefusedError,
    FreightGiven,
    change_freight,
    create_freight,
    set_products,
)
from promotions.choices import BenefitKind, FreightUnit
from promotions.models import FreightProduct, FreightTemplate, PriceRuleRow
from promotions.queries.freight import shop_freight
from promotions.queries.price_proof import basket_price, price_proof
from promotions.rules.freight import AreaGiven
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.factories.goods import ProductFactory, SkuFactory
from tests.factories.promotions import BenefitFactory

pytestmark = pytest.mark.django_db


def area(*regions, first="8.00", more="3.00", size=1):
    return AreaGiven(regions, size, Decimal(first), size, Decimal(more))


def given(*areas, **more):
    wanted: dict[str, Any] = {"name": "普通快递", "unit": FreightUnit.PIECES, "is_default": True}
    return FreightGiven(areas=areas or (area(),), **(wanted | more))


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def made(manager, now):
    wanted = given(area(), area("新疆", "西藏", first="20.00", more="10.00"))
    since = now - timedelta(days=30)
    return create_freight(code="T1", given=replace(wanted, since=since), by=manager, now=now)


def sku(code="MY-A", price="100.00", **facts):
    return SkuFactory.create(code=code, list_amount=Decimal(price), **facts)


def cents(codes, now, region=""):
    return basket_price(dict(codes), at=now, region=region).quote.freight_cents


def test_a_basket_pays_the_default_template_of_where_it_goes(made, now):
    sku()

    assert cents({"MY-A": 3}, now, "浙江省") == 1400
    assert cents({"MY-A": 3}, now, "新疆维吾尔自治区") == 4000
    assert cents({"MY-A": 3}, now) == 1400


def test_a_product_with_a_template_of_its_own_pays_the_larger_first_fee_once(made, manager, now):
    product = ProductFactory.create(item_no="612345")
    sku("MY-A")
    sku("MY-B", product=product)
    big = given(area(first="20.00", more="10.00"), name="大件", is_default=False)
    create_freight(code="BIG", given=big, by=manager, now=now - timedelta(days=1))
    set_products(code="BIG", wanted={"612345": None}, by=manager, now=now)

    assert cents({"MY-A": 2, "MY-B": 2}, now) == 2000 + 1000 + 300 * 2


def test_a_template_by_weight_needs_the_weight_and_says_whose(manager, now):
    wanted = given(area(size=500), unit=FreightUnit.WEIGHT, since=now - timedelta(days=1))
    create_freight(code="KG", given=wanted, by=manager, now=now)
    sku("MY-A", weight_grams=700)
    sku("MY-B")

    weighed = basket_price({"MY-A": 2}, at=now)
    unknown = basket_price({"MY-A": 2, "MY-B": 1}, at=now)

    assert weighed.quote.freight_cents == 800 + 2 * 300
    assert (unknown.quote.freight_cents, unknown.unmeasured) == (0, ("MY-B",))


def test_a_volume_is_entered_with_the_product(manager, now):
    product = ProductFactory.create(item_no="612345")
    sku("MY-A", product=product)
    wanted = given(area(size=100_000), unit=FreightUnit.VOLUME, since=now - timedelta(days=1))
    create_freight(code="M3", given=wanted, by=manager, now=now)
    set_products(code="M3", wanted={"612345": 250_000}, by=manager, now=now)

    assert cents({"MY-A": 1}, now) == 800 + 2 * 300


def test_a_change_from_a_day_on_leaves_what_held_before(made, manager, now):
    sku()
    later = now + timedelta(days=5)
    dearer = given(area(first="9.00"), since=later)

    change_freight(template_id=made.pk, given=dearer, version=made.version, by=manager, now=now)

    assert cents({"MY-A": 1}, now) == 800
    assert cents({"MY-A": 1}, later + timedelta(hours=1)) == 900
    assert FreightTemplate.objects.get(pk=made.pk).valid_to == later
    assert Operation.objects.get(name="promotions.freight.changed").new["areas"] == (
        "全国其余 首 1 件 ¥9.00，每加 1 件 ¥3.00"
    )


def test_a_change_of_somebody_who_did_not_see_the_last_one_is_refused(made, manager, now):
    change_freight(template_id=made.pk, given=given(), version=made.version, by=manager, now=now)

    with pytest.raises(StalePriceError):
        change_freight(
            template_id=made.pk, given=given(), version=made.version, by=manager, now=now
        )


def test_only_one_template_is_the_default(made, manager, now):
    create_freight(code="T2", given=given(name="新默认"), by=manager, now=now)

    assert list(FreightTemplate.objects.filter(is_default=True).values_list("code", flat=True)) == [
        "T2"
    ]


@pytest.mark.parametrize(
    ("areas", "words"),
    [
        ((area("浙江"),), "要有一行全国的"),
        ((area(), area()), "要有一行全国的"),
        ((area(), area("火星")), "火星"),
        ((area(), area("浙江"), area("浙江")), "写了两次"),
        ((area(first="2.00", more="3.00"),), "续费不能高过首费"),
        ((area(first="1000.00"),), "999.99"),
        ((area(size=0),), "大于 0"),
    ],
)
def test_rows_that_make_no_sense_are_refused(manager, now, areas, words):
    with pytest.raises(AreasRefusedError, match=words):
        create_freight(code="T", given=given(*areas), by=manager, now=now)

    assert not FreightTemplate.objects.exists()


def test_a_row_may_cost_nothing_first_and_something_after(manager, now):
    create_freight(code="T", given=given(area(first="0.00", more="2.00")), by=manager, now=now)

    assert FreightTemplate.objects.get().areas.get().add_amount == Decimal("2.00")


def test_a_code_is_given_once(made, manager, now):
    with pytest.raises(BenefitRefusedError, match="T1"):
        create_freight(code="T1", given=given(), by=manager, now=now)


def test_a_product_that_is_not_there_is_refused(made, manager, now):
    with pytest.raises(BenefitRefusedError, match="999"):
        set_products(code="T1", wanted={"999": None}, by=manager, now=now)

    assert not FreightProduct.objects.exists()


def test_free_postage_of_an_event_leaves_the_far_provinces_out(made, now):
    sku()
    BenefitFactory.create(
        kind=BenefitKind.POSTAGE,
        parameters={"rule": "F6", "from_amount": "150.00"},
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
    )

    assert cents({"MY-A": 2}, now, "浙江") == 0
    assert cents({"MY-A": 2}, now, "新疆") == 3000
    assert cents({"MY-A": 1}, now, "浙江") == 800


def test_free_postage_from_an_amount_counts_once_its_row_is_on(made, now):
    sku()
    BenefitFactory.create(
        kind=BenefitKind.POSTAGE,
        parameters={"from_amount": "150.00"},
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
    )

    assert cents({"MY-A": 2}, now, "浙江") == 1100
    PriceRuleRow.objects.filter(code="F5").update(is_on=True)
    assert cents({"MY-A": 2}, now, "浙江") == 0


def test_freight_never_decides_the_lowest_price(made, now):
    mine = sku()

    proof = price_proof(mine, day=business_date(now), region="新疆")

    assert proof.lowest.amount_cents == 10000
    assert [one.quote.freight_cents for one in proof.by_pieces[:2]] == [2000, 3000]
    assert shop_freight(["MY-A"], now).default == "T1"


def quoted(tmp_path, document):
    file = tmp_path / "basket.json"
    file.write_text(json.dumps(document))
    out = StringIO()
    call_command("quote", str(file), json=True, stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_a_quoted_line_may_name_a_template_of_the_shop(made, now, tmp_path):
    basket = {
        "at": now.isoformat(),
        "lines": [{"sku": "A", "price": "50.00", "quantity": 2, "template": "T1"}],
    }

    here = quoted(tmp_path, basket)
    far = quoted(tmp_path, {**basket, "region": "西藏"})
    own = {"T1": {"first": "1", "first_fee": "5", "add": "1", "add_fee": "1"}}
    theirs = quoted(tmp_path, {**basket, "templates": own})

    assert (here["freight"], here["total"]) == ("11.00", "111.00")
    assert far["freight"] == "30.00"
    assert theirs["freight"] == "6.00"


def test_the_sum_says_why_postage_is_charged(made, now, tmp_path):
    basket = {
        "at": now.isoformat(), "region": "新疆",
        "lines": [{"sku": "A", "price": "50.00", "quantity": 1, "template": "T1"}],
        "benefits": [
            {"code": "event", "kind": "postage", "rule": "F6"},
            {"code": "amount", "kind": "postage", "rule": "F6", "from_amount": "60"},
        ],
    }  # fmt: skip

    far = {one["code"]: one["text"] for one in quoted(tmp_path, basket)["steps"]}
    near = quoted(tmp_path, {**basket, "region": "", "benefits": basket["benefits"][1:]})

    assert far["event"] == "不包新疆"
    assert near["steps"][-1]["text"] == "商品 ¥50.00，没到 ¥60.00"


def test_a_coupon_that_two_sub_orders_reached_is_said_twice(now, tmp_path):
    lines = [{"sku": one, "price": "200.00", "quantity": 1} for one in "AB"]
    coupon = {"code": "c", "kind": "coupon", "threshold": "199", "off": "20"}

    answer = quoted(tmp_path, {"at": now.isoformat(), "lines": lines, "benefits": [coupon]})

    assert answer["total"] == "360.00"
    assert answer["steps"][1]["text"].endswith("减 ¥20.00 × 2")


# --- pages --------------------------------------------------------------------------------------

FIELDS = {
    "code": "T9", "name": "江浙沪", "unit": "pieces", "is_on": "on", "is_default": "on", "areas": "3",
    "a0-first": "1", "a0-first_amount": "8", "a0-add": "1", "a0-add_amount": "3",
    "a1-regions": "新疆、西藏自治区", "a1-first": "1", "a1-first_amount": "20", "a1-add": "1",
    "a1-add_amount": "10",
}  # fmt: skip


def test_a_manager_writes_a_template_on_the_page(as_manager):
    answer = as_manager.post(reverse("promotions:freight_new"), FIELDS, follow=True)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "运费模板已保存" in page
    assert [row.regions for row in FreightTemplate.objects.get().areas.order_by("pk")] == [
        [],
        ["新疆", "西藏"],
    ]
    assert (
        "首 1 件 ¥20.00，每加 1 件 ¥10.00"
        in as_manager.get(reverse("promotions:freight")).content.decode()
    )


def test_what_is_wrong_stands_at_its_row_and_nothing_is_lost(as_manager):
    sent = {**FIELDS, "a1-add_amount": "30", "a2-regions": "海南"}

    answer = as_manager.post(reverse("promotions:freight_new"), sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "要填" in page
    assert 'value="新疆、西藏自治区"' in page
    again = as_manager.post(reverse("promotions:freight_new"), {**sent, "a2-regions": ""})
    assert "续费不能高过首费" in again.content.decode()
    assert not FreightTemplate.objects.exists()


def test_two_who_change_the_same_template_see_both_versions(as_manager, made):
    url = reverse("promotions:freight_one", args=[made.pk])
    first = as_manager.post(url, {**FIELDS, "version": made.version})

    second = as_manager.post(url, {**FIELDS, "name": "别的名字", "version": made.version})

    page = second.content.decode()
    assert (first.status_code, second.status_code) == (302, 409)
    assert "别的名字" in page
    assert "江浙沪" in page


def test_products_are_listed_with_the_template_and_unknown_ones_refused(as_manager, made):
    ProductFactory.create(item_no="612345")
    url = reverse("promotions:freight_one", args=[made.pk])

    good = as_manager.post(url, {"part": "products", "products": "612345 0.02"}, follow=True)
    bad = as_manager.post(url, {"part": "products", "products": "612345\n777"})

    assert "1 个商品" in good.content.decode()
    assert FreightProduct.objects.get().volume_cm3 == 20_000
    assert bad.status_code == 422
    assert "777" in bad.content.decode()


def test_who_may_only_look_cannot_change_a_template(as_service, made):
    url = reverse("promotions:freight_one", args=[made.pk])

    assert as_service.get(url).status_code == 200
    assert as_service.post(url, {**FIELDS, "version": made.version}).status_code == 403


def test_the_tried_basket_shows_freight_and_where_it_goes(as_manager, made):
    sku()

    page = as_manager.get(
        reverse("promotions:price_basket"), {"basket": "MY-A 2", "region": "新疆"}
    ).content.decode()

    assert "一共 ¥230.00" in page
    assert "商品 ¥200.00 + 运费 ¥30.00" in page
    assert "寄到新疆" in page


def test_without_templates_the_page_says_that_freight_is_left_out(as_manager):
    sku()

    page = as_manager.get(reverse("promotions:price_basket"), {"basket": "MY-A"}).content.decode()

    assert "没有运费模板" in page


def test_the_api_writes_lists_and_refuses_templates(as_manager, as_service):
    url = reverse("promotions_api:freight_new")
    body = {
        "code": "T5", "name": "普通", "unit": "pieces",
        "areas": [
            {"regions": [], "first": 1, "first_amount": "8.00", "add": 1, "add_amount": "3.00"}
        ],
    }  # fmt: skip

    made = as_manager.post(url, json.dumps(body), content_type="application/json")
    twice = as_manager.post(url, json.dumps(body), content_type="application/json")
    refused = as_service.post(url, json.dumps(body), content_type="application/json")
    one = reverse("promotions_api:freight_edit", args=[made.json()["id"]])
    stale = as_manager.post(
        one, json.dumps({**body, "version": 7}), content_type="application/json"
    )

    assert (made.status_code, twice.status_code, refused.status_code) == (201, 409, 403)
    assert stale.status_code == 409
    assert (
        as_service.get(reverse("promotions_api:freight")).json()[0]["areas"][0]["first_amount"]
        == "8.00"
    )
