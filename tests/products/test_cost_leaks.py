"""What goods cost, and how low they may go, is for those who may see costs: on every page and in the API."""

from decimal import Decimal

import pytest
from django.urls import reverse

from products.actions import listing, prices, purchases
from products.choices import PriceKind
from products.models import Product
from products.queries.prices import Suggested
from products.rules.prices import Suggestion
from products.views.prices import suggestion_row
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories.goods import SupplierFactory
from tests.factories.listing import SkuFactory
from tests.factories.staff import PersonFactory
from tests.products.harness import bring
from tests.products.test_files import cost, costs_of

pytestmark = pytest.mark.django_db
COST, FLOOR = "61.37", "83.19"


@pytest.fixture
def editor():
    return browser_of(PersonFactory(role_codes=["editor"]))


@pytest.fixture
def sku(now, manager):
    sku = SkuFactory(cost_amount=Decimal(COST), floor_amount=Decimal("70"))
    change(sku, PriceKind.FLOOR, FLOOR, manager, now)
    change(sku, PriceKind.LIST, "75.00", manager, now)
    return sku


def change(sku, kind, amount, by, now):
    wanted = prices.NewPrice(sku.pk, kind, Decimal(amount), "换季")
    return prices.change_price(wanted=wanted, by=by, now=now)


@pytest.mark.parametrize("page", ["products:prices", "products:sku_prices", "products:price_csv"])
def test_a_floor_is_shown_only_to_who_may_see_costs(page, sku, editor, as_manager):
    url = reverse(page, kwargs={} if page == "products:prices" else {"sku_id": sku.pk})

    def text(browser):
        answer = browser.get(url)
        parts = answer.streaming_content if answer.streaming else [answer.content]
        return b"".join(parts).decode()

    assert FLOOR in text(as_manager)
    assert FLOOR not in text(editor)
    assert "75.00" in text(editor)


def test_the_api_tells_a_floor_only_to_who_may_see_costs(sku, editor, as_manager):
    url = reverse("products_api:prices")

    assert FLOOR in as_manager.get(url).content.decode()
    assert FLOOR not in editor.get(url).content.decode()


def test_who_may_not_see_costs_sets_no_floor(sku, editor):
    page = reverse("products:sku_prices", kwargs={"sku_id": sku.pk})
    api = reverse("products_api:change_price")
    sent = {"kind": "floor", "amount": "1", "reason": "x"}

    by_page = editor.post(page, {**sent, "part": "price", "version": "1"})
    by_api = editor.post(api, {**sent, "sku_code": sku.code}, content_type="application/json")
    preview = editor.post(
        reverse("products:prices_bulk"), {"text": f"商家编码,新价,哪种价\n{sku.code},90,底价"}
    )

    assert (by_page.status_code, by_api.status_code) == (422, 403)
    assert "马上生效" not in preview.content.decode().partition("<table")[2]


def test_a_listing_check_says_below_floor_without_the_floor(sku, editor, as_manager, now, manager):
    sku.list_amount, sku.floor_amount = Decimal("80"), Decimal(FLOOR)
    sku.save()
    product = Product.objects.get(pk=sku.product_id)
    listing.check_product(product_id=product.pk, by=manager, now=now)
    page = reverse("products:listing_check", kwargs={"product_id": product.pk})
    api = reverse("products_api:checks", kwargs={"product_id": product.pk})

    for url in (page, api):
        assert FLOOR in as_manager.get(url).content.decode()
        assert FLOOR not in editor.get(url).content.decode()
    assert "低于底价" in editor.get(page).content.decode()


@pytest.mark.parametrize(("with_cost", "amount"), [(True, Decimal(FLOOR)), (False, None)])
def test_a_suggestion_at_the_floor_does_not_tell_it(with_cost, amount, sku):
    one = Suggestion(sku.code, "slow", Decimal(100), Decimal(FLOOR), "slow|9|0.1|90|60|0.1", True)

    row = suggestion_row(Suggested(sku, one), with_cost=with_cost)

    assert row["amount"] == amount
    assert (FLOOR in row["url"]) is with_cost


def test_the_operation_log_tells_who_changed_a_cost_but_not_the_figure(sku, now, manager):
    change(sku, PriceKind.COST, "62.41", manager, now)
    supplier = SupplierFactory.create()
    purchases.set_supplier_price(
        supplier_id=supplier.pk,
        sku_id=sku.pk,
        amount=Decimal("62.41"),
        minimum_quantity=1,
        by=manager,
        now=now,
    )
    draft = purchases.create_purchase(
        supplier_id=supplier.pk, lines=[purchases.Line(sku.pk, 1)], by=manager, now=now
    )
    line = purchases.Line(sku.pk, 2, Decimal("62.41"))
    purchases.change_line(number=draft.number, line=line, version=1, by=manager, now=now)

    told = [f"{one.old} {one.new}" for one in Operation.objects.order_by("pk")]

    assert not any("62.41" in text or FLOOR in text for text in told)
    assert any("75.00" in text for text in told)


@pytest.mark.django_db(transaction=True)
def test_rejected_rows_of_a_cost_table_are_for_its_bringer_and_who_may_see_costs(as_manager):
    bringer, other = (PersonFactory(role_codes=["service"]) for _number in range(2))
    batch = bring(cost(costs_of("A", own_cost="61.37元钱"), costs_of("B")), "c.xlsx", by=bringer)
    pages = [reverse(f"intake:{name}", args=[batch.pk]) for name in ("batch", "errors")]

    assert "61.37" in browser_of(bringer).get(pages[0]).content.decode()
    assert "61.37" in as_manager.get(pages[0]).content.decode()
    assert "61.37" not in browser_of(other).get(pages[0]).content.decode()
    answers = [who.get(pages[1]).status_code for who in (browser_of(other), browser_of(bringer))]
    assert answers == [403, 200]
