"""What people and files get wrong about goods: each is told in words, and nothing is lost or guessed."""

import io
import struct
import threading
import zlib
from datetime import UTC, datetime

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from products.actions import bundles
from products.actions.errors import GoodsRefusedError
from products.models import BundlePart, CatalogueConflict, Sku, StockCount, StockLevel
from shopops.intake.models import RowError
from tests.clients import browser_of
from tests.factories.goods import ProductFactory, SkuFactory, stocked
from tests.factories.staff import PersonFactory
from tests.products.harness import bring
from tests.products.test_files import cost, costs_of, product_row, shop, template

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


def said(response):
    return [str(one) for one in get_messages(response.wsgi_request)]


# --- codes ---


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("written", [4214, 4214.0, "4214.0", "4214", " 4214 ", "４２１４"])
def test_a_code_is_text_however_the_spreadsheet_writes_it(written):
    bring(template(["黑", "M", 970, 3, written, 1]), "t.xlsx")

    assert Sku.objects.get().code == "4214"


@pytest.mark.django_db(transaction=True)
def test_an_unknown_code_of_a_counted_list_is_told_with_its_line_and_the_rest_is_kept():
    stocked("A", 1)

    batch = bring("商家编码,盘点数量\nA,4\n没有的,3\nA,-2\n".encode("utf-8-sig"), "盘点.csv")

    told = set(RowError.objects.filter(batch=batch).values_list("line", "reason"))
    assert (3, "没有这个商家编码或条码，或者它是套装") in told
    assert any(line == 4 and "负数" in reason for line, reason in told)
    assert StockCount.objects.get().lines.get().counted == 4


def test_an_unknown_code_of_a_bundle_is_named(as_manager):
    whole = SkuFactory(code="W")

    page = as_manager.post(
        f"/products/skus/{whole.pk}/bundle/", {"parts": "没有的 2", "version": whole.version}
    )

    assert page.status_code == 422
    assert "没有编码是 没有的 的 SKU" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_one_code_in_two_products_is_shown_side_by_side_and_moves_nothing(as_manager):
    bring(shop(product_row("969105067992", "A-1", title="甲")), "a.xlsx")

    bring(shop(product_row("969105067993", "A-1", title="乙")), "b.xlsx")

    assert Sku.objects.get().product.title == "甲"
    page = as_manager.get("/products/conflicts/").content.decode()
    assert "属于商品" in page
    assert "甲" in page
    assert "乙" in page


# --- amounts and counts ---


@pytest.mark.django_db(transaction=True)
def test_a_cost_above_the_price_is_kept_and_told_in_preview_list_and_finding(as_manager):
    batch = bring(cost(costs_of("A-1", price=100, own_cost=120)), "c.xlsx")

    assert "cost_above_price|1" in batch.facts["notes"]
    assert "成本高于售价" in as_manager.get("/products/?tab=dear").content.decode()


def test_a_price_below_its_cost_by_hand_waits_for_the_manager(shop):
    client = browser_of(PersonFactory(username="bianji", name="小编", role_codes=["editor"]))
    sku = SkuFactory(code="A", list_amount=100, cost_amount=40)
    sent = {"part": "price", "kind": "list", "amount": "30", "reason": "清仓", "version": "1"}

    response = client.post(f"/products/prices/{sku.pk}/", sent)

    assert said(response) == ["已提交，等店长批；批之前价格不变。"]
    sku.refresh_from_db()
    assert sku.list_amount == 100


@pytest.mark.parametrize("page", ["prices", "quality"])
def test_a_sku_that_belongs_to_no_product_has_its_pages(page, as_manager):
    sku = SkuFactory(code="A", title="", product=None)

    assert as_manager.get(f"/products/{page}/{sku.pk}/").status_code == 200


@pytest.mark.parametrize("pieces", ["-3", "-0.5"])
def test_a_negative_count_is_refused_in_words(pieces, as_manager):
    sku = stocked("A", 5)

    response = as_manager.post(f"/stock/{sku.pk}/receive/", {"quantity": pieces})

    assert said(response)
    assert StockLevel.objects.get().on_hand == 5


# --- bundles ---


def test_a_bundle_that_contains_itself_through_another_is_refused_both_ways(manager):
    one, other = SkuFactory(code="A"), SkuFactory(code="B")
    bundles.set_bundle(sku_id=other.pk, parts={"A": 1}, by=manager, now=NOW)

    with pytest.raises(GoodsRefusedError, match="B 本身是套装"):
        bundles.set_bundle(sku_id=one.pk, parts={"B": 1}, by=manager, now=NOW)

    assert list(BundlePart.objects.values_list("bundle__code", "part__code")) == [("B", "A")]


@pytest.mark.django_db(transaction=True)
def test_two_people_who_put_a_into_b_and_b_into_a_at_once_get_one_bundle(manager):
    one, other = SkuFactory(code="A"), SkuFactory(code="B")
    start, refused = threading.Barrier(2), []

    def put(whole, part):
        start.wait()
        try:
            bundles.set_bundle(sku_id=whole.pk, parts={part.code: 1}, by=manager, now=NOW)
        except GoodsRefusedError as refusal:
            refused.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=put, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert BundlePart.objects.count() == 1
    assert len(refused) == 1


# --- pictures ---


def bomb(width, height):
    """Write the head of a PNG of so many pixels, with next to nothing in it."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def pdf_as_picture():
    return b"%PDF-1.7\n" + b"\0" * 500


def cut_off():
    out = io.BytesIO()
    Image.effect_noise((400, 400), 60).save(out, "JPEG")
    return out.getvalue()[:3000]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pdf_as_picture(), "这不是能打开的图片（要 JPG、PNG 或 WebP）。"),
        (cut_off(), "这不是能打开的图片（要 JPG、PNG 或 WebP）。"),
        (bomb(8000, 8000), "图片的像素太多，最多 4000 万。"),
        (bomb(10_000, 10_000), "图片的像素太多，最多 4000 万。"),
        (bomb(60_000, 60_000), "图片的像素太多，最多 4000 万。"),
    ],
    ids=["a PDF", "cut off", "64 million", "100 million", "3600 million"],
)
def test_a_picture_that_is_none_or_a_bomb_is_refused_in_words(content, words, as_manager):
    product = ProductFactory()

    response = as_manager.post(
        f"/products/p/{product.pk}/image/set/",
        {"image": SimpleUploadedFile("a.png", content, "image/png"), "version": "1"},
    )

    assert said(response) == [words]
    product.refresh_from_db()
    assert product.image_path == ""
    assert not CatalogueConflict.objects.exists()
