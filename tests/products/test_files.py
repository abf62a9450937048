"""Files of goods come in: formats as exported, what is rejected, what is believed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from products.models import CatalogueConflict, Product, ProductDay, Sku
from shopops.intake.models import RowError
from tests.products.harness import NOW, book, bring, take_back

pytestmark = pytest.mark.django_db(transaction=True)

TEMPLATE = ["颜色分类", "尺码", "价格", "数量", "商家编码", "是否上架"]
HIDDEN = [["颜色分类", "p-1627207"], ["尺码", "p-20509"], ["价格", "skuPrice"]]
COST = [
    "图片", "款式编码", "商品编码", "商品名称", "商品简称", "颜色及规格", "颜色", "规格", "基本售价",
    "成本价", "采购价", "市场|吊牌价", "品牌",
]  # fmt: skip
DAYS = [
    "统计日期", "商品ID", "商品名称", "货号", "商品状态", "商品访客数", "商品浏览量", "平均停留时长",
    "商品详情页跳出率", "支付买家数", "支付件数", "支付金额", "成功退款金额", "竞争力评分",
]  # fmt: skip
SHOP = [
    "商品id",
    "发布时间",
    "商品名称",
    "品牌",
    "系列",
    "规格",
    "商品编码",
    "条形码",
    "商品价格",
    "颜色分类",
]


def template(*rows):
    return book([["请按照规范填写"], TEMPLATE, *rows], hidden=HIDDEN)


def cost(*rows):
    return book([COST, *rows])


def costs_of(code, style=1001, *, price=100.0, own_cost=40.0, brand="甲"):
    return ["", style, code, "连衣裙", "裙", "黄;L", "黄", "L", price, own_cost, 50, 199, brand]


def shop(*rows):
    return book([SHOP, *rows])


def product_row(item_no, code, *, barcode="", price=100.0, title="连衣裙"):
    return [item_no, "2026-01-02 10:00:00", title, "甲", "", "L", code, barcode, price, "黄"]


def day(item_no, *, visitors="11,269", pieces="86", style="1001", on="2026-03-09", title="连衣裙"):
    return [
        on, item_no, title, style, "当前在线", visitors, "25,528", "5.09", "60.17%", "80", pieces,
        "1,669,761.00", "-", "-",
    ]  # fmt: skip


def days(*rows):
    return book([["生意参谋"], [], ["数据说明"], [], DAYS, *rows])


def reasons(batch):
    return list(
        RowError.objects.filter(batch=batch).order_by("line").values_list("column", "reason")
    )


# --- template ---


def test_a_code_that_the_spreadsheet_made_a_number_is_text():
    bring(template(["黑", "M", 970.0, 3.0, 4214.0, 1.0]), "t.xlsx")

    sku = Sku.objects.get()
    assert (sku.code, sku.spec, sku.list_amount, sku.shelf_quantity) == ("4214", "黑;M", 970, 3)
    assert sku.said_by["list_amount"].startswith("products.sku_template|")


def test_a_code_that_was_typed_as_a_float_text_is_the_same_code():
    bring(template(["黑", "M", 970, 3, "4214.0", 1]), "a.xlsx")
    again = bring(template(["黑", "M", 980, 3, 4214, 1]), "b.xlsx")

    assert Sku.objects.get().list_amount == 980
    assert (again.created_count, again.updated_count) == (0, 1)


def test_specs_that_share_a_code_are_skus_of_one_style():
    bring(template(["黑", "M", 970, 3, 4214, 1], ["黑", "L", 970, 4, 4214, 0]), "t.xlsx")

    assert sorted(Sku.objects.values_list("code", "merchant_code", "is_on")) == [
        ("4214#黑;L", "4214", False),
        ("4214#黑;M", "4214", True),
    ]
    assert Product.objects.get().item_code == "4214"


def test_bad_cells_of_a_template_are_rejected_each_with_its_reason():
    batch = bring(
        template(
            ["黑", "M", 970, 3, "", 1],
            ["黑", "L", 970, -3, "A", 1],
            ["黑", "S", "九百", 3, "B", 1],
            ["黑", "X", 970, 3, "C", 7],
            ["黑", "Y", 970, 3, "1.37359E+14", 1],
            ["白", "Y", 970, 3, "D", 1],
        ),
        "t.xlsx",
    )

    assert (batch.created_count, batch.rejected_count) == (1, 5)
    assert reasons(batch) == [
        ("商家编码", "这一行缺少商家编码"),
        ("数量", "不是整数"),
        ("价格", "不是金额（最多两位小数的数字）"),
        ("是否上架", "是否上架应当填 0 或 1"),
        (
            "商家编码",
            "商家编码被 Excel 改成了 1.37359E+14，原号已丢失，请从千牛重新导出、不要用 Excel 另存",
        ),
    ]


# --- cost table ---


def test_remarks_beside_a_cost_table_do_not_cost_the_row():
    batch = bring(cost([*costs_of("A-1"), "套装要可以关联"]), "c.xlsx")

    sku = Sku.objects.get()
    assert batch.rejected_count == 0
    assert (sku.cost_amount, sku.purchase_amount, sku.tag_amount) == (40, 50, 199)
    assert (sku.product.item_code, sku.product.brand) == ("1001", "甲")


def test_a_cost_above_the_price_is_written_and_told_before():
    batch = bring(cost(costs_of("A-1", price=100, own_cost=120)), "c.xlsx")

    assert "cost_above_price|1" in batch.facts["notes"]
    assert Sku.objects.get().cost_amount == 120


def test_what_goods_cost_is_not_among_the_changes_that_a_preview_shows():
    bring(cost(costs_of("A-1")), "a.xlsx")
    batch = bring(cost(costs_of("A-1", own_cost=41, price=101)), "b.xlsx")
    from products.actions.importing.words import column_words

    shown = {
        column_words(one["column"]) for row in batch.preview["sample"] for one in row["changes"]
    }
    assert shown - {""} == {"售价"}


def test_prices_of_two_families_that_disagree_wait_for_a_person():
    bring(template(["黄", "L", 120, 3, "A-1", 1]), "t.xlsx")
    batch = bring(cost(costs_of("A-1", price=100)), "c.xlsx")

    conflict = CatalogueConflict.objects.get()
    assert (conflict.field, conflict.ours, conflict.theirs) == ("list_amount", "120.00", "100.00")
    assert Sku.objects.get().list_amount == 120
    assert Sku.objects.get().cost_amount == 40
    assert "conflicts|1" in batch.facts["notes"]


# --- days ---


def test_numbers_as_text_and_rates_in_percent_are_read():
    batch = bring(days(day("969105067992")), "d.xlsx")

    one = ProductDay.objects.get()
    assert (one.visitors, one.paid_amount) == (11_269, Decimal("1669761.00"))
    assert (one.bounce_rate, one.refunded_amount, one.score) == (Decimal("0.6017"), None, None)
    assert batch.sums == {"支付金额": "1669761.00", "成功退款金额": "0.00"}
    assert one.product.status == "on_shelf"


def test_a_later_export_wins_and_an_older_one_only_fills():
    bring(days(day("969105067992", visitors="100", pieces="-")), "d1.xlsx", written_at=NOW)
    older = NOW - timedelta(hours=5)
    bring(days(day("969105067992", visitors="90", pieces="7")), "d0.xlsx", written_at=older)
    assert ProductDay.objects.values_list("visitors", "paid_pieces").get() == (100, 7)

    newer = bring(days(day("969105067992", visitors="110", pieces="-")), "d2.xlsx", written_at=NOW)

    assert ProductDay.objects.values_list("visitors", "paid_pieces").get() == (110, 7)
    take_back(newer)
    assert ProductDay.objects.values_list("visitors", "paid_pieces").get() == (100, 7)


def test_a_day_that_is_none_and_a_number_that_is_broken_are_rejected():
    batch = bring(
        days(day("969105067992", on="昨天"), day("9.69E+11"), day("969105067993", visitors="许多")),
        "d.xlsx",
    )

    assert [column for column, _ in reasons(batch)] == ["统计日期", "商品ID", "商品访客数"]
    assert ProductDay.objects.count() == 0


# --- 商家中心 and matching ---


@pytest.mark.parametrize("turn", [0, 1, 2])
def test_a_product_of_each_file_is_one_whatever_the_order(turn):
    files = [
        (cost(costs_of("A-1")), "c.xlsx"),
        (shop(product_row("969105067992", "A-1", barcode="6948273000010")), "s.xlsx"),
        (days(day("969105067992")), "d.xlsx"),
    ]

    for content, name in [*files[turn:], *files[:turn]]:
        bring(content, name)

    assert Product.objects.values_list("item_no", "item_code").get() == ("969105067992", "1001")
    assert Sku.objects.get().product == Product.objects.get()
    assert not CatalogueConflict.objects.exists()


def test_one_code_in_two_products_stays_where_it_is_and_is_asked_about():
    rows = product_row("969105067992", "A-1"), product_row("969105067993", "A-1")

    bring(shop(*rows), "s.xlsx")

    sku, conflict = Sku.objects.get(), CatalogueConflict.objects.get()
    assert sku.product.item_no == "969105067992"
    other = Product.objects.get(item_no="969105067993")
    assert (conflict.field, conflict.theirs) == ("product_id", str(other.pk))
    bring(shop(product_row("969105067993", "A-1", price=99)), "later.xlsx")
    assert Sku.objects.get().product.item_no == "969105067992"


def test_a_barcode_of_another_sku_is_asked_about_not_taken():
    bring(shop(product_row("969105067992", "A-1", barcode="690001")), "a.xlsx")

    bring(shop(product_row("969105067993", "B-1", barcode="690001")), "b.xlsx")

    conflict = CatalogueConflict.objects.get(field="barcode")
    assert (conflict.sku.code, conflict.theirs) == ("B-1", "690001")
    assert Sku.objects.get(code="B-1").barcode == ""


def test_undo_takes_back_what_came_and_leaves_what_somebody_touched(manager):
    from products.actions.catalogue import edit_product

    batch = bring(
        shop(product_row("969105067992", "A-1"), product_row("969105067993", "B-1")), "s.xlsx"
    )
    kept = Product.objects.get(item_no="969105067993")
    edit_product(product_id=kept.pk, values={"season": "夏"}, by=manager, now=NOW)

    take_back(batch)

    assert list(Product.objects.values_list("item_no", flat=True)) == ["969105067993"]
    assert not Sku.objects.filter(code="A-1").exists()


def test_undo_of_a_change_brings_the_values_before_back():
    bring(cost(costs_of("A-1", own_cost=40)), "a.xlsx")
    before = dict(Sku.objects.values().get())

    batch = bring(cost(costs_of("A-1", own_cost=44)), "b.xlsx")
    take_back(batch)

    after = dict(Sku.objects.values().get())
    assert {key: after[key] for key in before if key != "changed_at"} == {
        key: before[key] for key in before if key != "changed_at"
    }
