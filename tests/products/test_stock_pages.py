"""Stock pages and the API: what they show, what they refuse, and that lists ask no more for more rows."""

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from products.actions import allocation, counts, shortage
from products.models import PurchaseOrder, StockCount, StockLevel, StockMove, StockRule, Supplier
from products.rules.stock import Wanted
from tests.factories.goods import SkuFactory, SupplierFactory, stocked

pytestmark = pytest.mark.django_db


def said(response):
    """Give what the last act said: earlier words wait for a page that shows them."""
    return [str(one) for one in get_messages(response.wsgi_request)][-1:]


@pytest.mark.parametrize(
    "path",
    [
        "/stock/",
        "/stock/warnings/",
        "/stock/counts/",
        "/stock/shelf/",
        "/purchases/",
        "/suppliers/",
    ],
)
def test_an_empty_page_says_how_the_first_thing_gets_here(path, as_manager):
    page = as_manager.get(path).content.decode()

    assert "so-state" in page


def test_the_list_asks_no_more_for_forty_skus_than_for_two(as_manager, now):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert as_manager.get("/stock/").status_code == 200
        return len(queries)

    stocked("A1", 1)
    stocked("A2", 1)
    shortage.look(now=now)
    as_manager.get("/stock/")
    few = asked()
    for number in range(40):
        stocked(f"B{number}", number)
    shortage.look(now=now)

    assert asked() == few


def test_the_list_is_paged_by_code_there_and_back(as_manager):
    for number in range(120):
        stocked(f"S{number:03d}", 1)

    first = as_manager.get("/stock/").content.decode()
    assert "S049" in first
    assert "S050" not in first
    second = as_manager.get("/stock/?after=S049").content.decode()
    assert ("S050" in second, "S100" in second) == (True, False)
    back = as_manager.get("/stock/?before=S050").content.decode()

    assert ("S000" in back, "S049" in back) == (True, True)
    assert 'rel="prev"' not in back


def test_a_search_finds_by_code_barcode_and_words(as_manager):
    stocked("ABC-1", 1, title="枕套")
    stocked("XYZ-1", 1, title="浴巾", barcode="690123")

    for q, found in (("abc", "ABC-1"), ("690123", "XYZ-1"), ("浴巾", "XYZ-1")):
        page = as_manager.get("/stock/", {"q": q}).content.decode()
        assert found in page
        assert ({"ABC-1", "XYZ-1"} - {found}).pop() not in page


def test_a_sku_shows_its_ledger_and_for_whom_pieces_are_set_aside(as_manager, now):
    sku = stocked("A", 5)
    allocation.allocate([Wanted("4827339102651184273", "L1", "A", 2)], now=now)

    page = as_manager.get(reverse("products:ledger", args=[sku.pk])).content.decode()

    assert "4827339102651184273" in page
    assert "入库" in page


def test_a_receipt_is_entered_and_a_refusal_said_in_words(as_warehouse):
    sku = SkuFactory.create(code="A")
    url = reverse("products:move", args=[sku.pk, "receive"])

    done = as_warehouse.post(url, {"quantity": "40", "reference": "", "reason": ""})
    assert said(done) == ["入库已记下：A"]
    bad = as_warehouse.post(url, {"quantity": "x"})
    assert said(bad) == ["件数: 写一个整数"]
    adjust = reverse("products:move", args=[sku.pk, "adjust"])
    refused = as_warehouse.post(adjust, {"quantity": "-41", "reason": "找不到"})

    assert "少于已占用的 0 件" in said(refused)[0]
    assert StockLevel.objects.get().on_hand == 40


def test_a_count_is_opened_scanned_pasted_and_booked(as_warehouse):
    stocked("A", 5, barcode="690123")
    stocked("B", 2)
    url = as_warehouse.post("/stock/counts/", {"note": "A 区"}).url

    assert said(as_warehouse.post(url, {"part": "scan", "code": "690123", "pieces": "4"})) == [
        "A 数到 4 件"
    ]
    pasted = as_warehouse.post(url, {"part": "paste", "lines": "B 2\nB -1\n没有 1"})
    assert pasted.status_code == 422
    page = pasted.content.decode()
    assert "盘点数量不能是负数" in page
    assert "没有这个商家编码或条码" in page
    version = StockCount.objects.get().version
    booked = as_warehouse.post(url, {"part": "book", "version": version})

    assert said(booked) == ["已入账，差异写进了流水。"]
    assert StockMove.objects.get(kind="count").quantity == -1


def test_the_shelf_beside_the_ledger_names_what_is_offered_too_often(as_manager):
    stocked("A", 5, shelf_quantity=9)
    stocked("B", 5, shelf_quantity=5)

    page = as_manager.get("/stock/shelf/").content.decode()
    file = as_manager.get("/stock/shelf.csv").content.decode("utf-8-sig")

    assert "比了 2 个编码：1 个不一样，1 个货架多报" in page
    assert file.splitlines()[1:] == ["A,枕套 60支长绒棉 一对,9,5,4"]


def test_a_warning_is_acted_on_and_leaves_the_morning_list(as_warehouse, now):
    sku = stocked("A", 0)
    shortage.look(now=now)

    done = as_warehouse.post(f"/stock/warnings/{sku.pk}/", {"act": "advert"})

    assert said(done) == ["已记下：停了推广"]
    assert "停了推广" in as_warehouse.get("/stock/warnings/").content.decode()


def test_a_purchase_goes_from_draft_to_arrival_on_its_page(as_manager):
    SkuFactory.create(code="A")
    supplier = SupplierFactory.create()
    sent = {"supplier": supplier.pk, "code": "A", "quantity": "10", "price": "3.5"}
    url = as_manager.post("/purchases/", sent).url
    order = PurchaseOrder.objects.get()

    as_manager.post(url, {"part": "order", "version": 1, "expected_on": ""})
    stale = as_manager.post(url, {"part": "pay", "version": 1})
    assert "被同事改过" in said(stale)[0]
    as_manager.post(url, {"part": "pay", "version": 2})
    line = order.lines.get()
    bad = as_manager.post(url, {"part": "arrive", "version": 3, f"arrived-{line.pk}": "-1"})
    assert "不能是负数" in said(bad)[0]
    as_manager.post(
        url,
        {"part": "arrive", "version": 3, f"arrived-{line.pk}": "10.0", f"defect-{line.pk}": "1"},
    )

    order.refresh_from_db()
    assert order.state == "arrived"
    assert StockLevel.objects.get().on_hand == 9
    assert "9" in as_manager.get(url).content.decode()


def test_an_unknown_code_in_a_purchase_is_said_so(as_manager):
    sent = {"supplier": SupplierFactory.create().pk, "code": "?", "quantity": "1"}

    assert said(as_manager.post("/purchases/", sent)) == ["没有商家编码「?」。"]


def test_costs_are_hidden_from_who_may_not_see_them(as_warehouse, as_manager):
    SkuFactory.create(code="A")
    sent = {
        "supplier": SupplierFactory.create().pk,
        "code": "A",
        "quantity": "10",
        "price": "87.65",
    }
    url = as_manager.post("/purchases/", sent).url

    assert "87.65" in as_manager.get(url).content.decode()
    assert "87.65" not in as_warehouse.get(url).content.decode()
    assert "876.50" not in as_warehouse.get("/purchases/?tab=all").content.decode()


def test_two_who_change_a_supplier_see_both_versions(as_manager):
    supplier = SupplierFactory.create(name="海安")
    url = reverse("products:supplier", args=[supplier.pk])
    sent = {"name": "海安", "contact": "", "lead_days": "9", "note": "", "is_on": "on"}
    as_manager.post(url, {**sent, "version": 1})

    stale = as_manager.post(url, {**sent, "lead_days": "5", "version": 1})

    assert stale.status_code == 409
    assert "你要存的" in stale.content.decode()
    as_manager.post(url, {**sent, "lead_days": "5", "version": 2})
    assert Supplier.objects.get().lead_days == 5


def test_rules_are_saved_by_who_may_and_refused_where_they_make_no_sense(as_manager, as_service):
    values = {
        "allocate_at": "payment",
        "threshold": "5",
        "main_threshold": "20",
        "cover_days": "7",
        "main_cover_days": "14",
        "sales_days": "14",
        "unsent_days": "3",
        "version": "0",
    }

    assert as_service.post("/settings/stock/", values).status_code == 403
    assert as_manager.post("/settings/stock/", {**values, "sales_days": ""}).status_code == 422
    strange = as_manager.post("/settings/stock/", {**values, "main_threshold": "1"})
    assert said(strange) == ["主推款的要求不能比其他商品松。"]
    as_manager.post("/settings/stock/", values)

    assert StockRule.objects.get().allocate_at == "payment"


def test_the_api_moves_stock_and_says_why_not(as_warehouse):
    sku = SkuFactory.create(code="A")
    url = f"/api/stock/{sku.pk}/moves/"

    def post(**data):
        return as_warehouse.post(url, data, content_type="application/json")

    assert post(kind="receipt", quantity=5).status_code == 201
    refused = post(kind="scrap", quantity=9, reason="破")
    assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    row = as_warehouse.get(f"/api/stock/{sku.pk}/").json()

    assert (row["on_hand"], row["moves"][0]["kind"]) == (5, "receipt")
    assert as_warehouse.get("/api/stock/").json()["stock"][0]["code"] == "A"


def test_a_count_that_ended_offers_nothing_more(as_warehouse, warehouse, now):
    count = counts.open_count(note="", by=warehouse, now=now)
    counts.cancel_count(count_id=count.pk, by=warehouse, now=now)

    page = as_warehouse.get(f"/stock/counts/{count.pk}/").content.decode()

    assert "book-count" not in page
    assert "已取消" in page
