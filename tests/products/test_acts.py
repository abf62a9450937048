"""What people do to products and SKUs: edits, conflicts, bundles, pictures, the template written back."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest
from django.urls import reverse
from PIL import Image

from products.actions import bundles, catalogue, images
from products.actions.conflicts import decide_conflicts
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.actions.template_file import template_bytes
from products.models import CatalogueConflict, Product, Sku, StockLevel
from products.rules.sources import SKU_POLICIES, Policy, Said, Verdict, verdict
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories.staff import PersonFactory
from tests.products.harness import sheets

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def files_in_a_folder_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def product(db):
    return Product.objects.create(item_no="969105067992", title="连衣裙", changed_at=NOW)


def sku(code, **values):
    return Sku.objects.create(code=code, changed_at=NOW, **values)


def png(size=(900, 900), colour="#ffffff"):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    out.seek(0)
    return out


# --- edits ---


def test_an_edit_is_logged_and_the_field_is_a_persons_from_then_on(product, manager):
    product.said_by = {"title": "products.product_days|2026-03-01T00:00:00+00:00"}
    product.save()

    done = catalogue.edit_product(
        product_id=product.pk, values={"title": "长裙", "brand": ""}, by=manager, now=NOW, version=1
    )

    product.refresh_from_db()
    assert (done.changed, product.title, product.version) == (("title",), "长裙", 2)
    assert product.said_by == {}
    operation = Operation.objects.get(name="products.product.edited")
    assert (operation.old, operation.new) == ({"title": "连衣裙"}, {"title": "长裙"})


def test_a_stale_edit_is_refused_with_both_versions_on_the_page(product, as_manager, manager):
    catalogue.edit_product(product_id=product.pk, values={"title": "甲"}, by=manager, now=NOW)
    form = {"title": "乙", "status": "draft", "version": "1"}

    response = as_manager.post(reverse("products:edit_product", args=[product.pk]), form)

    assert response.status_code == 409
    page = response.content.decode()
    assert "甲" in page
    assert "乙" in page
    product.refresh_from_db()
    assert product.title == "甲"


def test_a_barcode_of_another_sku_is_refused_in_words(manager):
    sku("A", barcode="690001")
    other = sku("B")

    with pytest.raises(GoodsRefusedError, match="690001 已经是 A 的"):
        catalogue.edit_sku(sku_id=other.pk, values={"barcode": "690001"}, by=manager, now=NOW)


def test_a_draft_that_somebody_looked_at_is_one_no_longer(manager):
    draft = sku("A", is_draft=True)

    catalogue.edit_sku(sku_id=draft.pk, values={"pack_size": 1}, by=manager, now=NOW)

    draft.refresh_from_db()
    assert not draft.is_draft


def test_a_warehouse_hand_may_look_but_not_edit(product, as_warehouse):
    assert as_warehouse.get(reverse("products:product", args=[product.pk])).status_code == 200
    response = as_warehouse.post(reverse("products:edit_product", args=[product.pk]), {})
    assert response.status_code == 403


# --- what things cost ---


def test_costs_are_shown_to_nobody_without_the_right(product, as_service, as_manager):
    one = sku("A", product=product, cost_amount="43.21", list_amount="100", purchase_amount="42.42")
    pages = [
        reverse("products:list"),
        reverse("products:product", args=[product.pk]),
        reverse("products:sku", args=[one.pk]),
        reverse("products:skus") + "?which=all",
        reverse("products_api:product", args=[product.pk]),
        reverse("products_api:skus"),
    ]

    seen = [as_service.get(url).content.decode() for url in pages]

    assert not any("43.21" in page or "42.42" in page or "56.8" in page for page in seen)
    assert "43.21" in as_manager.get(pages[1]).content.decode()


# --- conflicts ---


def conflict(one, field, ours, theirs, source="products.cost_table"):
    return CatalogueConflict.objects.create(
        sku=one, field=field, ours=ours, theirs=theirs, source=source, found_at=NOW
    )


def test_taking_what_the_file_says_writes_it_and_keeps_the_history(manager):
    one = sku("A", list_amount=120)
    asked = conflict(one, "list_amount", "120.00", "100.00")

    done = decide_conflicts(ids=[asked.pk], takes_theirs=True, by=manager, now=NOW)
    again = decide_conflicts(ids=[asked.pk], takes_theirs=False, by=manager, now=NOW)

    one.refresh_from_db()
    asked.refresh_from_db()
    assert (done.done, again.done, again.gone) == (1, 0, 1)
    assert (one.list_amount, one.version) == (Decimal("100.00"), 2)
    assert (asked.takes_theirs, asked.decided_by) == (True, manager)
    assert Operation.objects.get(name="products.conflict.decided").new["list_amount"] == "100.00"


def test_many_are_decided_at_once_and_one_that_cannot_be_is_told(as_manager):
    sku("X", barcode="690001")
    one, two = sku("A", spec="黑"), sku("B")
    first = conflict(one, "spec", "黑", "白")
    second = conflict(two, "barcode", "", "690001")
    form = {"conflict": [first.pk, second.pk], "choice": "theirs"}

    response = as_manager.post(reverse("products:decide"), form, follow=True)

    page = response.content.decode()
    assert "决定了 1 处" in page
    assert "条码 690001 已经是 X 的" in page
    assert CatalogueConflict.objects.get(decided_at=None) == second


def test_a_conflict_about_costs_is_not_decided_by_who_may_not_see_them(shop):
    editor = PersonFactory(username="bianji", name="小编", role_codes=["editor"])
    asked = conflict(sku("A", cost_amount=40), "cost_amount", "40.00", "41.00")
    client = browser_of(editor)

    client.post(reverse("products:decide"), {"one": f"{asked.pk}:theirs"})

    asked.refresh_from_db()
    assert asked.decided_at is None
    assert "41.00" not in client.get(reverse("products:conflicts")).content.decode()


# --- bundles ---


def test_a_bundle_that_contains_itself_or_nests_is_refused_in_words(manager):
    whole, part, inner = sku("W"), sku("P"), sku("I")

    def make(one, **parts):
        return bundles.set_bundle(sku_id=one.pk, parts=parts, by=manager, now=NOW)

    make(inner, P=2)
    for parts, words in (
        ({"W": 1}, "不能包含它自己"),
        ({"I": 1}, "I 本身是套装"),
        ({"Z": 1}, "没有编码是 Z"),
        ({"P": 0}, "应当在 1 到"),
    ):
        with pytest.raises(GoodsRefusedError, match=words):
            make(whole, **parts)
    with pytest.raises(GoodsRefusedError, match="P 是套装 I 的一部分"):
        make(part, W=1)
    assert whole.parts.count() == 0


def test_a_sku_with_stock_of_its_own_is_not_made_a_bundle(manager):
    whole, _part = sku("W"), sku("P")
    StockLevel.objects.create(sku=whole, on_hand=3)

    with pytest.raises(GoodsRefusedError, match="自己有库存 3 件"):
        bundles.set_bundle(sku_id=whole.pk, parts={"P": 1}, by=manager, now=NOW)


def test_the_lines_of_the_form_make_the_bundle(as_manager):
    whole, _part, _other = sku("W"), sku("P-1"), sku("P 2")
    url = reverse("products:bundle", args=[whole.pk])

    bad = as_manager.post(url, {"parts": "P-1 两件", "version": "1"})
    good = as_manager.post(url, {"parts": "P-1\nP 2 × 3", "version": "1"})

    assert (bad.status_code, good.status_code) == (422, 302)
    assert "的件数不是整数" in bad.content.decode()
    assert dict(whole.parts.values_list("part__code", "quantity")) == {"P-1": 1, "P 2": 3}


# --- pictures ---


def test_a_picture_is_written_anew_and_served_as_one(product, manager, as_warehouse):
    images.set_image(product_id=product.pk, file=png(), by=manager, now=NOW, version=1)
    product.refresh_from_db()

    whole = as_warehouse.get(reverse("products:image", args=[product.pk]))
    small = as_warehouse.get(reverse("products:image", args=[product.pk]) + "?s=small")

    assert (whole["Content-Type"], whole["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert Image.open(io.BytesIO(small.content)).size == (120, 120)
    assert product.image_path.endswith("|900x900")
    old = images.image_names(product.image_path)
    images.set_image(product_id=product.pk, file=png(colour="#000"), by=manager, now=NOW)
    from products.queries.pictures import stored_names

    assert stored_names(old) == set()


def test_a_telephones_picture_is_kept_as_a_jpeg_and_shown(product, manager, as_warehouse):
    out = io.BytesIO()
    first, second = (Image.new("RGB", (900, 900), colour) for colour in ("#fff", "#000"))
    first.save(out, "MPO", save_all=True, append_images=[second])
    out.seek(0)

    images.set_image(product_id=product.pk, file=out, by=manager, now=NOW, version=1)
    page = as_warehouse.get(reverse("products:image", args=[product.pk]))

    assert page["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(page.content)).format == "JPEG"


def test_the_thumbnail_of_a_see_through_picture_lies_on_white(product, manager):
    out = io.BytesIO()
    Image.new("RGBA", (900, 900), (0, 0, 0, 0)).save(out, "PNG")
    out.seek(0)

    images.set_image(product_id=product.pk, file=out, by=manager, now=NOW, version=1)
    product.refresh_from_db()
    content, _type = images.image_bytes(product, is_small=True)

    assert Image.open(io.BytesIO(content)).getpixel((60, 60)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg onload=alert(1)>", b"GIF89a" + b"\0" * 50, b"\x89PNG\r\n\x1a\n" + b"\0" * 99],
)
def test_a_picture_that_is_not_one_is_refused_and_nothing_is_kept(
    product, as_manager, content, settings
):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("a.png", content, "image/png")
    response = as_manager.post(
        reverse("products:set_image", args=[product.pk]), {"image": file}, follow=True
    )

    words = response.content.decode()
    assert "这不是能打开的图片" in words or "文件是空的" in words or "空" in words
    product.refresh_from_db()
    assert product.image_path == ""
    folder = settings.MEDIA_ROOT / "uploads"
    assert not folder.exists() or not list(folder.iterdir())


def test_a_stale_picture_leaves_nothing_in_the_vault(product, manager, settings):
    with pytest.raises(StaleGoodsError):
        images.set_image(product_id=product.pk, file=png(), by=manager, now=NOW, version=9)

    assert not list((settings.MEDIA_ROOT / "uploads").iterdir())


# --- the template, written back ---


def test_the_template_is_written_as_it_came_with_its_hidden_keys(product):
    rows = [
        sku("4214#黑;M", merchant_code="4214", spec="黑;M", product=product, list_amount=970),
        sku("4215", spec="黑;L", product=product, list_amount=980, shelf_quantity=4, is_on=False),
    ]
    StockLevel.objects.create(sku=rows[0], on_hand=7, allocated=2)

    found = sheets(template_bytes(rows, keys={"颜色分类": "p-1", "价格": "skuPrice"}))

    assert found["sku批量上传"][1:] == [
        ("颜色分类", "尺码", "价格", "数量", "商家编码", "是否上架"),
        ("黑", "M", 970, 5, "4214", 1),
        ("黑", "L", 980, 4, "4215", 0),
    ]
    assert found["sku批量上传_hide"][:3] == [
        ("颜色分类", "p-1"),
        ("尺码", None),
        ("价格", "skuPrice"),
    ]


# --- which source is believed ---


@pytest.mark.parametrize(
    ("policy", "said", "expected"),
    [
        (Policy.LATEST, "products.item_file", Verdict.TAKE),
        (Policy.FAMILY, "products.item_file", Verdict.TAKE),
        (Policy.FAMILY, "products.cost_table", Verdict.CONFLICT),
        (Policy.AGREE, "products.item_file", Verdict.CONFLICT),
        (Policy.AGREE, "products.shop_products", Verdict.TAKE),
        (Policy.ASK, "products.shop_products", Verdict.CONFLICT),
        (Policy.FILL, "products.item_file", Verdict.KEEP),
        (Policy.LATEST, "hand", Verdict.CONFLICT),
        (Policy.AGREE, "orders", Verdict.TAKE),
    ],
)
def test_who_is_believed_depends_on_who_said_it_last(policy, said, expected):
    found = verdict(
        "spec", policy=policy, stored="a", brought="b", said=Said(said, NOW),
        source="products.shop_products", at=NOW,
    )  # fmt: skip

    assert found == expected


def test_nothing_said_changes_nothing_and_what_is_empty_is_filled():
    by_file = partial(
        verdict, "barcode", policy=SKU_POLICIES["barcode"], said=None, source="x", at=NOW
    )

    assert by_file(stored="1", brought="") == Verdict.SAME
    assert by_file(stored="", brought="1") == Verdict.TAKE
    assert by_file(stored="1", brought="2") == Verdict.CONFLICT
