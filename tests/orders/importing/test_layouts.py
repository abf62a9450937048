"""Each layout by its header list; each quirk of a cell in its file."""

import pyarrow as pa
import pytest

from orders.importers import item_list, order_list, refund_list
from shopops.intake.spec import Match
from tests.orders.importing.harness import Seal, block, dicts
from tests.orders.importing.headers import (
    ITEM,
    ITEM_2021,
    ITEM_2024,
    ITEM_OLD,
    ORDER,
    ORDER_2012,
    ORDER_2016,
    ORDER_2018,
    ORDER_2018_09,
    ORDER_2019,
    ORDER_2020,
    ORDER_2021,
    REFUND_2019,
    REFUND_2026,
    TEACHING,
)


def clean_order(**changes):
    return order_list.clean(dicts([ORDER | changes]), seal=Seal())


def order_row(**changes):
    cleaned = clean_order(**changes)
    assert cleaned.errors == []
    return cleaned.rows.to_pylist()[0]


@pytest.mark.parametrize(
    ("headers", "layout"),
    [
        (ORDER_2012, "2012"),
        (ORDER_2016, "2016"),
        (ORDER_2018, "2018"),
        (ORDER_2018_09, "2018-09"),
        (ORDER_2019, "2019"),
        (ORDER_2020, "2020"),
        (ORDER_2021, "2021"),
        (TEACHING, "teaching"),
    ],
)
def test_an_order_export_is_known_by_its_header(headers, layout):
    assert order_list.match(headers) == Match(layout)
    assert item_list.match(headers) is None
    assert refund_list.match(headers) is None


@pytest.mark.parametrize(
    ("headers", "layout"), [(ITEM_OLD, "old"), (ITEM_2021, "2021"), (ITEM_2024, "2024")]
)
def test_an_item_export_is_known_by_its_header(headers, layout):
    assert item_list.match(headers) == Match(layout)
    assert order_list.match(headers) is None
    assert refund_list.match(headers) is None


@pytest.mark.parametrize(("headers", "layout"), [(REFUND_2019, "2019"), (REFUND_2026, "2026")])
def test_a_refund_export_is_known_by_its_header(headers, layout):
    assert refund_list.match(headers) == Match(layout)
    assert order_list.match(headers) is None
    assert item_list.match(headers) is None


def test_missing_columns_are_named():
    headers = [name for name in ORDER_2016 if name not in ("总金额", "订单状态")]

    assert order_list.match(headers) == Match("2016", ("总金额", "订单状态"))


def test_a_header_of_something_else_is_not_claimed():
    for headers in (["日期", "花费", "点击量"], ["商品id", "商品价格", "商品编码"], []):
        assert order_list.match(headers) is None
        assert item_list.match(headers) is None
        assert refund_list.match(headers) is None


def test_every_column_is_found_whatever_its_place():
    row = order_row()
    turned = dicts([dict(reversed(ORDER.items()))])

    again = order_list.clean(turned, seal=Seal()).rows.to_pylist()[0]

    assert again == row


def test_an_order_row_is_read_whole():
    row = order_row()

    assert row["tid"] == "35153131473293579"
    assert row["created_at"] == "2017-07-07 16:42:32+00"
    assert row["status"] == "WAIT_SELLER_SEND_GOODS"
    assert row["title"] == "雪平锅，煎锅"
    assert (row["seller_memo"], row["close_reason"]) == ("", "")
    assert row["receiver_province"] == "广东省"
    assert row["waybills"] is None


def test_plain_contacts_leave_only_sealed_and_masked():
    row = order_row()

    shown = {name: value for name, value in row.items() if name != "sealed"}
    assert "13800000001" not in str(shown)
    assert "收货人01" not in str(shown)
    assert "1栋101室" not in str(shown)
    assert "buyer01" not in str(row)
    sealed = bytes.fromhex(row["sealed"].removeprefix("\\x")).decode()
    assert '"13800000001"' in sealed
    assert row["phone_index"]


def test_masked_contacts_are_not_sealed_and_give_no_index():
    row = order_row(
        收货人姓名="张**",
        联系手机="*******5552",
        **{"收货地址 ": "广东省 广州市 越秀区 龙*街道花**路**号"},
    )

    assert (row["sealed"], row["phone_index"]) == (None, None)
    assert (row["receiver_name"], row["receiver_phone"]) == ("张**", "*******5552")


def test_another_house_number_changes_the_hash_though_its_mask_is_the_same():
    one = order_row()
    other = order_row(**{"收货地址 ": "广东省 广州市 越秀区 测试街道示例路2号1栋101室(510180)"})

    assert one["receiver_address"] == other["receiver_address"]
    assert one["row_hash"] != other["row_hash"]


def test_a_masked_nick_is_nobody():
    assert order_row(买家会员名="t**")["buyer_key"] is None
    assert order_row(买家会员名="t**")["buyer_nick"] == "t**"


def test_a_closed_trade_is_told_by_its_payment():
    assert order_row(订单状态="交易关闭")["status"] == "TRADE_CLOSED"
    unpaid = order_row(订单状态="交易关闭", **{"订单付款时间 ": None})
    assert unpaid["status"] == "TRADE_CLOSED_BY_TAOBAO"


@pytest.mark.parametrize("text", ["买家已付款,等待卖家发货", "买家已付款｜｜｜等待卖家发货"])
def test_mangled_status_texts_are_known(text):
    assert order_row(订单状态=text)["status"] == "WAIT_SELLER_SEND_GOODS"


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("订单编号", "1.37359E+14", "被 Excel 改成了"),
        ("订单编号", None, "这一行缺少订单编号"),
        ("总金额", "12.345", "不是金额"),
        ("总金额", None, "这一行缺少总金额"),
        ("订单状态", "等待玉皇大帝发货", "不认识的订单状态"),
        ("订单创建时间", "昨天", "不是时间"),
        ("宝贝总数量", "一", "不是整数"),
        ("退款金额", "-3.00", "负数"),
    ],
)
def test_a_broken_cell_rejects_its_row_with_line_column_value_and_reason(column, value, reason):
    cleaned = order_list.clean(dicts([ORDER, ORDER | {column: value}, ORDER]), seal=Seal())

    assert len(cleaned.rows) == 2
    (error,) = cleaned.errors
    assert (error.line, error.column, error.value) == (3, column, value or "")
    assert reason in error.reason


def test_blank_rows_and_rows_of_totals_are_left_out():
    blank = dict.fromkeys(ORDER)

    cleaned = order_list.clean(dicts([ORDER, blank, ORDER | {"订单编号": "合计"}]), seal=Seal())

    assert (len(cleaned.rows), cleaned.errors) == (1, [])
    assert (cleaned.facts["blank_rows"], cleaned.facts["total_rows"]) == (1, 1)


def test_the_teaching_extract_derives_its_status():
    rows: list[list[str | None]] = [
        ["1", "178.8", "0.0", "上海", "2020-02-21 00:00:00", None, "0.0"],
        ["2", "21.0", "21.0", "上海", "2020-02-20 23:59:54", "2020-02-21 00:00:02", "0.0"],
        ["5", "64.8", "0.0", "上海", "2020-02-20 23:57:04", "2020-02-20 23:57:11", "64.8"],
    ]

    cleaned = order_list.clean(block(TEACHING, rows), seal=Seal())

    assert cleaned.rows["status"].to_pylist() == [
        "TRADE_CLOSED_BY_TAOBAO", "TRADE_FINISHED", "TRADE_CLOSED",
    ]  # fmt: skip
    assert (cleaned.facts["refunded_rows"], cleaned.facts["refunded_rows_net"]) == (1, 1)


def test_an_old_item_row_is_read_though_it_has_no_sub_order_number():
    row = item_list.clean(dicts([ITEM]), seal=Seal()).rows.to_pylist()[0]

    assert (row["tid"], row["oid"], row["quantity"]) == ("35153131473293579", None, 1)
    assert row["refund_status"] is None


def test_a_merchant_code_that_became_a_float_is_its_text_again():
    row = item_list.clean(dicts([ITEM | {"商家编码": "4214.0"}]), seal=Seal()).rows.to_pylist()[0]

    assert row["sku_code"] == "4214"


def test_a_new_item_row_knows_refund_words_from_amounts():
    new = dict.fromkeys(ITEM_2024) | {
        "子订单编号": "11", "主订单编号": "1", "商品标题": "锅", "商品价格": "5", "购买数量": "2",
        "订单状态": "交易成功", "退款状态": "没有申请退款", "退款金额": "无退款申请", "备注标签": "红旗",
        "买家实付金额": "9.00", "物流单号": "No:YT1,YT2",
    }  # fmt: skip

    cleaned = item_list.clean(
        dicts([new, new | {"退款状态": "退款成功", "退款金额": "9.00"}]), seal=Seal()
    )

    assert cleaned.errors == []
    assert cleaned.rows["refund_status"].to_pylist() == ["", "SUCCESS"]
    assert [str(one) for one in cleaned.rows["refund_amount"].to_pylist()] == ["None", "9.00"]
    assert cleaned.rows["flag"].to_pylist() == [1, 1]
    assert cleaned.rows["waybills"].to_pylist()[0] == "YT1,YT2"


def test_a_line_of_no_pieces_is_rejected():
    (error,) = item_list.clean(dicts([ITEM | {"购买数量": "0"}]), seal=Seal()).errors

    assert error.column == "购买数量"


def test_a_refund_row_drops_the_sellers_contacts():
    row = dict.fromkeys(REFUND_2019) | {
        "订单编号": "1", "退款编号": "9", "买家退款金额": "5.00", "退款状态": "退款成功",
        "卖家电话": "057188888888", "卖家真实姓名": "王掌柜", "卖家退货地址": "示例路9号",
        "是否需要退货": "是", "部分退款/全部退款": "全部退款", "退款完结时间": "2019-03-01 10:00:00",
    }  # fmt: skip

    read = refund_list.clean(dicts([row]), seal=Seal()).rows.to_pylist()[0]

    assert "057188888888" not in str(read)
    assert "王掌柜" not in str(read)
    assert (read["type"], read["is_full"], read["status"]) == ("return_and_refund", True, "SUCCESS")


def test_a_block_without_rows_is_no_trouble():
    empty = block(ORDER_2021, [])

    assert len(order_list.clean(empty, seal=Seal()).rows) == 0
    assert isinstance(empty, pa.Table)
