"""淘宝助理's item file: UTF-16, tabs, three header rows, pages of HTML in a cell."""

import csv
import io

import pytest

from products.importers.item_file import parse_skus
from products.models import Product, Sku
from tests.products.harness import bring

KEYS = ["title", "cid", "price", "num", "has_showcase", "list_time", "description", "picture",
        "skuProps", "outer_id", "propAlias", "num_id", "item_size", "sell_promise"]  # fmt: skip
LABELS = ["宝贝名称", "宝贝类目", "宝贝价格", "宝贝数量", "橱窗推荐", "开始时间", "宝贝描述", "新图片",
          "销售属性组合", "商家编码", "销售属性别名", "数字ID", "尺寸", "承诺"]  # fmt: skip
HTML = '<p>厚\n实\r\n"三层"</p>\t<img src="x.jpg">' + "<br>\n" * 300
SKUS = "199.00:5:A-1:1627207:28341;20509:28314;209.5:0:4214.0:1627207:28341;20509:28315;"


def item(**cells):
    usual = {
        "title": "棉衣", "cid": "50008898", "price": "199.00", "num": "5", "has_showcase": "1",
        "list_time": "2026-02-01 10:00:00", "description": HTML,
        "picture": "abc:1:0:|https://img.example/1.jpg;", "skuProps": SKUS, "outer_id": "K-100",
        "propAlias": "1627207:28341:黑色;20509:28314:M;", "num_id": "969105067992", "item_size": "",
        "sell_promise": "1",
    }  # fmt: skip
    return [{**usual, **cells}[key] for key in KEYS]


def file(*items, delimiter="\t", encoding="utf-16-le", mark=b"\xff\xfe"):
    out = io.StringIO()
    out.write("version 1.00\r\n")
    csv.writer(out, delimiter=delimiter).writerows([KEYS, LABELS, *items])
    return mark + out.getvalue().encode(encoding)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_an_item_with_a_page_of_html_comes_in(delimiter):
    batch = bring(file(item(), delimiter=delimiter), "items.csv")

    product = Product.objects.get()
    assert (batch.state, batch.encoding, batch.rejected_count) == ("done", "utf-16", 0)
    assert (product.item_no, product.item_code, product.in_showcase) == (
        "969105067992",
        "K-100",
        True,
    )
    assert product.attributes["detail"].startswith('<p>厚\n实\r\n"三层"</p>')
    assert product.attributes["pictures"] == ["https://img.example/1.jpg"]
    assert sorted(Sku.objects.values_list("code", "spec", "shelf_quantity")) == [
        ("4214", "黑色;20509:28315", 0),
        ("A-1", "黑色;M", 5),
    ]


@pytest.mark.django_db(transaction=True)
def test_an_item_that_nothing_can_be_joined_to_and_broken_props_are_rejected():
    batch = bring(
        file(item(num_id="", outer_id=""), item(num_id="969105067993", skuProps="199:x:A")), "i.csv"
    )

    assert batch.rejected_count == 2
    assert not Product.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_breaks_off_in_the_midst_of_a_sign_is_refused():
    batch = bring(file(item()) + b"\x41", "i.csv")

    assert (batch.state, batch.refusal.split("|")[0]) == ("refused", "utf16")


@pytest.mark.parametrize("text", ["1:2", "a:1:c:1:2;", "1:2:c:;", ";"])
def test_props_of_another_form_are_not_guessed(text):
    with pytest.raises(ValueError, match="销售属性组合"):
        parse_skus(text)


def test_no_props_are_no_skus():
    assert parse_skus("") == []
