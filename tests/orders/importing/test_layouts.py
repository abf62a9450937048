"""Each layout by its header list; each quirk of a cell in its file."""

import pyarrow as pa
import pytest

from orders.importers import item_list, order_list, refund_list
from shopops.intake.spec import Match
from tests.orders.importing.harness import Seal, block, dicts

ORDER_2012 = [
    "订单编号",
    "买家会员名",
    "买家支付宝账号",
    "买家应付货款",
    "买家应付邮费",
    "买家支付积分",
    "总金额",
    "返点积分",
    "买家实际支付金额",
    "买家实际支付积分",
    "订单状态",
    "买家留言",
    "收货人姓名",
    "收货地址 ",
    "运送方式",
    "联系电话 ",
    "联系手机",
    "订单创建时间",
    "订单付款时间 ",
    "宝贝标题 ",
    "宝贝种类 ",
    "物流单号 ",
    "物流公司",
    "订单备注",
    "宝贝总数量",
    "店铺Id",
    "店铺名称",
    "订单关闭原因",
    "卖家服务费",
    "买家服务费",
    "发票抬头",
    "是否手机订单",
]
ORDER_2016 = [*ORDER_2012, "分阶段订单信息", "特权订金订单id", "退款金额", "预约门店"]
ORDER_2018 = [*ORDER_2016, "新零售交易类型", "确认收货时间", "打款商家金额"]
ORDER_2018_09 = [*ORDER_2018, "支付单号", "支付详情"]
ORDER_2019 = [*ORDER_2018_09, "是否信用购", "配送类型", "主订单编号"]
ORDER_2020 = [*ORDER_2019, "满返红包金额", "直播返现状态"]
ORDER_2021 = [
    *(name for name in ORDER_2019 if name != "买家支付宝账号"),
    "买家会员昵称", "虚拟号过期时间", "预售订单", "发货时间", "商家备忘",
]  # fmt: skip
TEACHING = [
    "订单编号",
    "总金额",
    "买家实际支付金额",
    "收货地址 ",
    "订单创建时间",
    "订单付款时间 ",
    "退款金额",
]
ITEM_OLD = [
    "订单编号",
    "标题",
    "价格",
    "购买数量",
    "外部系统编号",
    "商品属性",
    "套餐信息",
    "备注",
    "订单状态",
    "商家编码",
]
ITEM_2021 = [
    "子订单编号",
    "主订单编号",
    "标题",
    "价格",
    "购买数量",
    "外部系统编号",
    "商品属性",
    "套餐信息",
    "备注",
    "订单状态",
    "商家编码",
    "支付单号",
    "买家应付货款",
    "买家实际支付金额",
    "退款状态",
    "退款金额",
    "订单创建时间",
    "订单付款时间",
    "商品id",
    "分阶段订单信息",
    "主订单备注",
    "主订单买家留言",
    "发货时间",
    "物流单号",
    "物流公司",
    "是否赔付",
    "赔付金额",
    "赔付出账时间",
]
ITEM_2024 = [
    "子订单编号",
    "主订单编号",
    "商品标题",
    "商品价格",
    "购买数量",
    "外部系统编号",
    "商品属性",
    "套餐信息",
    "联系方式备注",
    "订单状态",
    "商家编码",
    "支付单号",
    "买家应付货款",
    "买家实付金额",
    "退款状态",
    "退款金额",
    "订单创建时间",
    "订单付款时间",
    "淘鲜达渠道",
    "商品ID",
    "分阶段信息",
    "备注标签",
    "商家备注",
    "主订单买家留言",
    "发货时间",
    "物流单号",
    "物流公司",
    "是否主动赔付",
    "主动赔付金额",
    "主动赔付出账时间",
]
REFUND_2019 = [
    "订单编号",
    "退款编号",
    "支付宝交易号",
    "订单付款时间",
    "商品编码",
    "退款完结时间",
    "买家会员名称",
    "买家实际支付金额",
    "宝贝标题",
    "买家退款金额",
    "手工退款/系统退款",
    "是否需要退货",
    "退款的申请时间",
    "超时时间",
    "退款状态",
    "货物状态",
    "退货物流信息",
    "卖家真实姓名",
    "卖家退货地址",
    "卖家电话",
    "卖家手机",
    "退货物流单号",
    "退货物流公司",
    "买家退款原因",
    "买家退款说明",
    "责任方",
    "售中或售后",
    "部分退款/全部退款",
]
REFUND_2026 = [
    "订单编号",
    "退款编号",
    "支付宝交易号",
    "订单付款时间",
    "商品sku信息",
    "退款完结时间",
    "买家实际支付金额",
    "退款总额",
    "宝贝标题",
    "退款申请时间",
    "超时时间",
    "退款状态",
    "货物状态",
    "卖家退货地址",
    "卖家电话",
    "卖家手机",
    "退货物流单号",
    "退货物流公司",
    "买家退款原因",
    "买家退款说明",
    "责任方",
    "售中或售后",
    "部分退款/全额退款",
    "售后类型",
    "商品id",
    "退给买家金额",
    "卖家真实姓名",
    "商家编码",
]

ORDER = {
    "订单编号": '="35153131473293579"',
    "买家会员名": "买家会员01",
    "买家支付宝账号": "buyer01@example.com",
    "买家应付货款": "201.12",
    "买家应付邮费": "0.00",
    "总金额": "201.12",
    "买家实际支付金额": "201.12",
    "订单状态": "买家已付款，等待卖家发货",
    "收货人姓名": "收货人01",
    "收货地址 ": "广东省 广州市 越秀区 测试街道示例路1号1栋101室(510180)",
    "运送方式": "快递",
    "联系手机": "'13800000001",
    "订单创建时间": "2017-07-08 00:42:32",
    "订单付款时间 ": "2017-07-08 00:42:39",
    "宝贝标题 ": "雪平锅，煎锅",
    "宝贝种类 ": "1",
    "宝贝总数量": "1",
    "订单备注": "null",
    "订单关闭原因": "订单未关闭",
    "买家服务费": "0元",
    "退款金额": "0.00",
}
ITEM = {
    "订单编号": '="35153131473293579"',
    "标题": "雪平锅",
    "价格": "239.00",
    "购买数量": "1",
    "外部系统编号": "YO-PAN-20",
    "商品属性": "颜色分类：20厘米锅",
    "订单状态": "买家已付款，等待卖家发货",
    "商家编码": "YO-PAN-20",
}


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
        ("订单编号", None, "缺少订单编号"),
        ("总金额", "12.345", "不是金额"),
        ("总金额", None, "缺少总金额"),
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
