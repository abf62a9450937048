"""直通车, 引力魔方, 万相台 2022, SMS and 淘宝客 come in."""

from datetime import date
from decimal import Decimal

import pytest

from promotions.models import (
    AffiliateRefund,
    AffiliateSettlement,
    ChannelDay,
    ChannelFact,
    ChannelWarning,
)
from promotions.queries import affiliates, traffic
from promotions.queries.traffic import Span
from tests.products.harness import bring, take_back
from tests.promotions.test_channel_files import as_csv, notes, reasons

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 8)
ZTC = [
    "日期",
    "计划id",
    "计划名称",
    "推广类型",
    "单元id",
    "单元名称",
    "商品id",
    "展现量",
    "点击量",
    "花费",
    "点击率",
    "平均点击花费",
    "千次展现花费",
    "总收藏数",
    "宝贝收藏数",
    "店铺收藏数",
    "总购物车数",
    "直接购物车数",
    "间接购物车数",
    "加购成本",
    "宝贝收藏成本",
    "宝贝收藏转化率",
    "加购率",
    "总成交金额",
    "直接成交金额",
    "间接成交金额",
    "总成交笔数",
    "直接成交笔数",
    "间接成交笔数",
    "投入产出比",
    "点击转化率",
    "直接点击转化率",
]
ZTC_ROW = [
    "2026-03-08",
    "501",
    "主推",
    "关键词",
    "9001",
    "枕头",
    "969000000001",
    "1000",
    "50",
    "40.00",
    "5.00%",
    "0.80",
    "40.00",
    "3",
    "2",
    "1",
    "4",
    "3",
    "1",
    "10.00",
    "20.00",
    "4.00%",
    "8.00%",
    "120.00",
    "100.00",
    "20.00",
    "2",
    "1",
    "1",
    "3.00",
    "4.00%",
    "2.00%",
]
SETTLED = [
    "确认收货时间", '"账户支出时间"', " 淘客结算时间 ", "创建时间", "计划名称", "商品id", "商品名称", "实际成交价格",
    "成交商品数", "佣金比例", "佣金", "服务费率", "服务费金额", "淘宝父订单编号", "淘宝子订单编号", "来源或淘客昵称",
    "团长名称", "是否预售未付尾款订单", "备注",
]  # fmt: skip
BACK = [
    "淘宝订单编号", "淘宝子订单编号", "商品名称", "维权退款金额", "应退回服务费", "应退回佣金", "维权状态",
    "订单结算时间", "维权创建时间", "维权完成时间", "备注",
]  # fmt: skip


def settled(key="4827339102651184274", *, commission="5.00", rate="5.00%", at="2026-03-08"):
    cells = [
        f"{at} 10:00:00", f"{at} 12:00:00", f"{at} 11:00:00", "2026-03-01 09:00:00", "营销计划",
        "969000000001", "枕头", "100.00", "1", rate, commission, "1.00%", "1.00",
        "4827339102651184273", key, "淘客甲", "", "否", "",
    ]  # fmt: skip
    return [f"{one}\t" for one in cells]


def back(key="4827339102651184274", *, ended="2026-03-12 10:00:00"):
    return [
        "4827339102651184273", key, "枕头", "100.00", "1.00", "5.00",
        "维权成功" if ended else "维权创建", "2026-03-08 11:00:00", "2026-03-10 09:00:00", ended, "",
    ]  # fmt: skip


def without(head, row, *names):
    places = [n for n, name in enumerate(head) if name not in names]
    return [head[n] for n in places], [row[n] for n in places]


@pytest.mark.parametrize(
    ("left_out", "level"),
    [
        ((), "unit"),
        (("单元id", "单元名称", "商品id"), "plan"),
        (("单元id", "单元名称", "商品id", "计划id", "计划名称", "推广类型"), "account"),
    ],
)
def test_a_report_of_the_old_keyword_tool_is_at_the_level_that_its_columns_say(left_out, level):
    batch = bring(as_csv(without(ZTC, ZTC_ROW, *left_out)), "a.csv")

    assert batch.kind == "promotions.ztc"
    assert ChannelDay.objects.get().level == level
    assert ChannelWarning.objects.count() == 0
    day = traffic.channel_days(Span(DAY, DAY))["ztc"][DAY]
    assert (day.spend_amount, day.roas) == (Decimal("40.00"), Decimal(3))


def test_units_and_their_account_are_not_added():
    bring(as_csv([ZTC, ZTC_ROW]), "a.csv")
    bring(
        as_csv(
            without(ZTC, ZTC_ROW, "单元id", "单元名称", "商品id", "计划id", "计划名称", "推广类型")
        ),
        "b.csv",
    )

    assert traffic.channel_days(Span(DAY, DAY))["ztc"][DAY].spend_amount == Decimal("40.00")
    assert set(traffic.item_sums(Span(DAY, DAY))) == {"969000000001"}


def test_a_wrong_rate_of_the_old_tool_is_told_too():
    wrong = ["9.00%" if cell == "2.00%" else cell for cell in ZTC_ROW]
    bring(as_csv([ZTC, wrong]), "a.csv")

    assert ChannelWarning.objects.get().column == "直接点击转化率"


def test_rows_by_creative_are_added_up():
    head = [
        "日期",
        "计划组",
        "计划",
        "主体类型",
        "主体名称",
        "商品id",
        "创意",
        "消耗",
        "展现量",
        "点击量",
        "点击率",
        "千次展现成本",
        "点击成本",
        "引导访问量",
        "引导访问人数",
        "收藏宝贝量",
        "添加购物车量",
        "加购收藏量",
        "加购收藏成本",
        "成交订单量",
        "成交订单金额",
        "展现转化率",
        "点击转化率",
        "投资回报率",
    ]
    one = [
        "2026-03-08",
        "组",
        "拉新",
        "商品",
        "枕头",
        "969000000001",
        "图一",
        "10.00",
        "500",
        "20",
        "4.00%",
        "20.00",
        "0.50",
        "22",
        "18",
        "1",
        "2",
        "3",
        "3.33",
        "1",
        "30.00",
        "0.20%",
        "5.00%",
        "3.00",
    ]
    two = [
        "2026-03-08",
        "组",
        "拉新",
        "商品",
        "枕头",
        "969000000001",
        "图二",
        "30.00",
        "500",
        "30",
        "6.00%",
        "60.00",
        "1.00",
        "33",
        "28",
        "0",
        "1",
        "1",
        "30.00",
        "0",
        "0.00",
        "0.00%",
        "0.00%",
        "0.00",
    ]

    batch = bring(as_csv([head, one, two]), "a.csv")

    fact = ChannelFact.objects.get()
    assert batch.kind == "promotions.ylmf"
    assert (fact.plan_key, fact.spend_amount, fact.carts, fact.deals) == ("拉新", 40, 3, 1)
    assert ChannelWarning.objects.count() == 0


def test_another_window_of_the_first_smart_tool_tells_the_same_spend_and_is_rejected():
    head = [
        "日期",
        "优化目标",
        "效果模型",
        "统计口径",
        "转化周期",
        "消耗",
        "曝光量",
        "点击量",
        "点击率",
        "点击成本",
        "加购收藏成本",
        "总成交笔数",
        "总成交金额",
        "roi",
    ]
    one = [
        "2026-03-08",
        "拉新快",
        "展现",
        "全店",
        "15天",
        "20.00",
        "1000",
        "40",
        "4.00%",
        "0.50",
        "",
        "2",
        "60.00",
        "3.00",
    ]
    two = [
        "2026-03-08",
        "拉新快",
        "展现",
        "全店",
        "30天",
        "20.00",
        "1000",
        "40",
        "4.00%",
        "0.50",
        "",
        "3",
        "90.00",
        "4.50",
    ]

    batch = bring(as_csv([head, one, two]), "a.csv")

    assert batch.kind == "promotions.wxt_2022"
    assert ChannelFact.objects.get().spend_amount == 20
    assert reasons(batch) == [(3, "转化周期", "另一种口径说的是同一笔消耗，不能相加")]


def test_a_report_of_messages_is_a_channel_with_its_sendings():
    head = ["日期", "任务名称", "发送条数", "点击量", "花费", "成交订单量", "成交订单金额"]
    batch = bring(
        as_csv([head, ["2026-03-08", "召回", "2000", "60", "100.00", "4", "400.00"]]), "a.csv"
    )

    assert batch.kind == "promotions.sms"
    fact = ChannelFact.objects.get()
    assert (fact.channel, fact.plan_key, fact.sent, fact.spend_amount) == ("sms", "召回", 2000, 100)


def test_settlements_with_tabs_and_quoted_headers_are_read():
    batch = bring(as_csv([SETTLED, settled()]), "淘客结算_202603090900.csv")

    assert (batch.kind, batch.encoding) == ("promotions.tbk_settlements", "gb18030")
    row = AffiliateSettlement.objects.get()
    assert (row.line_key, row.commission_amount, row.commission_rate) == (
        "4827339102651184274",
        5,
        Decimal("0.05"),
    )
    assert (row.paid_date, row.item_no, row.plan_name) == (DAY, "969000000001", "营销计划")
    assert "tbk_without_order|1" in notes(batch)
    assert traffic.channel_days(Span(DAY, DAY))["tbk"][DAY].spend_amount == 6


def test_refunds_bring_commission_back_on_the_day_when_they_end():
    bring(as_csv([SETTLED, settled(), settled("4827339102651184275")]), "淘客结算_202603090900.csv")
    bring(
        as_csv([BACK, back(), back("4827339102651184275", ended="")]), "淘客维权_202603130900.csv"
    )

    span = Span(DAY, date(2026, 3, 12))
    days = traffic.channel_days(span)["tbk"]
    assert days[DAY].spend_amount == 12
    assert days[date(2026, 3, 12)].spend_amount == -6
    plan = affiliates.affiliate_plans(span)[0]
    assert (plan.orders, plan.commission, plan.service, plan.returned, plan.cost) == (
        2,
        Decimal(10),
        Decimal(2),
        Decimal(6),
        Decimal(6),
    )
    given = affiliates.returned(span)
    assert (given.count, given.amount, given.open_count, given.open_amount) == (
        1,
        Decimal(6),
        1,
        Decimal(6),
    )


def test_a_later_settlement_file_wins_and_both_can_be_taken_back():
    late = bring(as_csv([SETTLED, settled(commission="7.00")]), "淘客结算_202603101200.csv")
    early = bring(as_csv([SETTLED, settled()]), "淘客结算_202603090900.csv")

    assert AffiliateSettlement.objects.get(is_current=True).commission_amount == 7
    assert early.unchanged_count == 1
    take_back(late)
    assert AffiliateSettlement.objects.get(is_current=True).commission_amount == 5
    take_back(early)
    assert not AffiliateSettlement.objects.exists()
    assert not ChannelDay.objects.exists()


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (9, "500.00%", "佣金比例超过了 100%"),
        (10, "-5.00", "金额不能是负数"),
        (
14,
"4.82734E+18",
"淘宝子订单编号被 Excel 改成了 4.82734E+18，原号已丢失，请从千牛重新导出、不要用 Excel 另存"),
        (2, "昨天", "不是时间，应当像 2026-03-09 15:58:00"),
        (17, "也许", "应当填是或否"),
    ],
)  # fmt: skip
def test_what_cannot_be_of_a_settlement_is_rejected(place, value, reason):
    row = settled()
    row[place] = value
    batch = bring(as_csv([SETTLED, row, settled("1")]), "a.csv")

    assert AffiliateSettlement.objects.count() == 1
    assert reasons(batch)[0][2] == reason


def test_an_open_refund_has_brought_nothing_back_yet():
    bring(as_csv([BACK, back(ended="")]), "a.csv")

    assert AffiliateRefund.objects.get().returned_date is None
    assert not ChannelDay.objects.exists()
