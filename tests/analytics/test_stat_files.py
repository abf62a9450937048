"""Files about the shop's days: found by their header, every word kept, the latest export counts."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.models import StatRow
from analytics.queries import known
from shopops.intake.models import RowError
from tests.products.harness import NOW, book, bring, take_back

DAY = date(2026, 3, 8)
HEAD = ["统计日期", "访客数", "PC端访客数", "无线端访客数", "浏览量", "跳失率", "加购人数", "下单买家数",
        "下单金额", "支付买家数", "支付老买家数", "支付金额", "支付转化率", "客单价", "直通车消耗",
        "万相台消耗", "成功退款金额", "描述相符评分", "服务态度评分", "物流服务评分"]  # fmt: skip


def day(**given):
    row = {
        "统计日期": "2026-03-08", "访客数": "11,269", "PC端访客数": "269", "无线端访客数": "11,000",
        "浏览量": "35,102", "跳失率": "48.15%", "加购人数": "812", "下单买家数": "310",
        "下单金额": "61,669.00", "支付买家数": "288", "支付老买家数": "61", "支付金额": "55,120.40",
        "支付转化率": "2.56%", "客单价": "191.39", "直通车消耗": "1,200.50", "万相台消耗": "-",
        "成功退款金额": "2,310.00", "描述相符评分": "4.81", "服务态度评分": "4.86", "物流服务评分": "4.79",
    }  # fmt: skip
    return [str({**row, **given}[name]) for name in HEAD]


def sheet(*rows, head=HEAD, above=(), encoding="gb18030"):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([*above, head, *rows])
    return text.getvalue().encode(encoding)


def value(code, on=DAY):
    return known.figures_of([code], since=on, until=on)[code][on].value


def reasons(batch):
    return list(
        RowError.objects.filter(batch=batch).order_by("line").values_list("reason", flat=True)
    )


pytestmark = pytest.mark.django_db(transaction=True)


class TestTheShopsDays:
    def test_figures_come_by_header_with_commas_percents_and_blanks(self):
        batch = bring(sheet(day()), "取数.csv")

        assert (batch.kind, batch.state, batch.rejected_count) == ("analytics.shop_day", "done", 0)
        row = StatRow.objects.get()
        assert row.figures["visitors"] == "11269"
        assert row.figures["visitors@wireless"] == "11000"
        assert Decimal(row.figures["bounce_rate"]) == Decimal("0.4815")
        assert "spend_wxt" not in row.figures
        assert value("ad_spend") == Decimal("1200.50")
        assert value("dsr_delivery") == Decimal("4.79")
        assert value("new_buyers") == 227

    def test_a_workbook_with_lines_above_its_header_and_real_numbers_says_the_same(self):
        rows: list[list[object]] = [["店铺日报"], ["店铺名称", "棉语家纺"], ["统计日期", "2026-03-08"], [*HEAD],
                ["2026-03-08", 11269, 269, 11000, 35102, 0.4815, 812, 310, 61669, 288, 61, 55120.4, 0.0256,
                 191.39, 1200.5, "-", 2310, 4.81, 4.86, 4.79]]  # fmt: skip
        batch = bring(book(rows), "日报.xlsx")

        assert (batch.kind, batch.rejected_count) == ("analytics.shop_day", 0)
        assert value("visitors") == 11269
        assert batch.facts["shop_name"] == "棉语家纺"

    def test_a_utf8_file_is_read_too(self):
        bring(sheet(day(), encoding="utf-8-sig"), "取数.csv")

        assert value("visitors") == 11269

    def test_a_day_imported_twice_keeps_both_and_the_later_export_counts(self):
        bring(sheet(day()), "a.csv", written_at=NOW)
        later = bring(sheet(day(访客数="11,300")), "b.csv", written_at=NOW + timedelta(hours=2))

        assert value("visitors") == 11300
        assert StatRow.objects.count() == 2
        assert "stat_differs|1" in later.facts["notes"]
        changes = later.preview["sample"][0]["changes"]
        assert {"column": "visitors", "old": "11269", "new": "11300"} in changes

    def test_an_older_export_that_comes_later_changes_nothing_but_fills_what_is_unknown(self):
        bring(sheet(day(浏览量="-")), "b.csv", written_at=NOW)
        older = bring(sheet(day(访客数="9,000")), "a.csv", written_at=NOW - timedelta(hours=2))

        assert (value("visitors"), value("page_views")) == (11269, 35102)
        assert "stat_older|1" in older.facts["notes"]

    def test_taking_the_later_file_back_lets_the_earlier_one_count_again(self):
        bring(sheet(day()), "a.csv", written_at=NOW)
        later = bring(sheet(day(访客数="11,300")), "b.csv", written_at=NOW + timedelta(hours=2))

        take_back(later)

        assert value("visitors") == 11269

    def test_the_same_file_twice_is_all_unchanged(self):
        bring(sheet(day()), "a.csv")
        again = bring(sheet(day(), encoding="utf-8-sig"), "b.csv", written_at=NOW + timedelta(1))

        assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 0, 1)

    def test_a_written_rate_that_does_not_follow_is_told_and_not_believed(self):
        batch = bring(sheet(day(支付转化率="3.10%")), "a.csv")

        assert "stat_doubts|1" in batch.facts["notes"]

    @pytest.mark.parametrize(
        ("column", "text", "reason"),
        [
            ("统计日期", "", "这一行缺少统计日期"),
            ("统计日期", "昨天", "不是日期，应当像 2026-06-18"),
            ("统计日期", "2026-02-30", "没有这个日期或时刻"),
            ("统计日期", "2026-03-01~2026-03-07", "这一行是 7 天的合计，分不到每一天，请在导出时选“分天”"),
            (
                "统计日期",
                "2026-03-08T00:00:00-07:00",
                "时间是 -07:00 的，不是北京时间，请按北京时间重新导出",
            ),
            ("访客数", "很多", "不是数字"),
            ("访客数", "12.5", "不是整数"),
            ("支付金额", "-3", "金额不能是负数"),
            ("跳失率", "148.15%", "跳失率超过了 100%"),
            ("支付转化率", "256%", "支付转化率超过了 100%"),
            ("支付买家数", "20,000", "支付买家数比访客数还多，比率超过了 100%"),
            ("服务态度评分", "5.2", "评分应当在 0 到 5 之间"),
        ],
    )  # fmt: skip
    def test_a_broken_cell_rejects_its_row_with_a_reason(self, column, text, reason):
        batch = bring(sheet(day(**{column: text}), day(统计日期="2026-03-09")), "a.csv")

        assert reasons(batch) == [reason]
        assert value("visitors") is None
        assert value("visitors", date(2026, 3, 9)) == 11269


class TestWholeFilesThatAreRefused:
    def test_a_file_of_two_shops(self):
        head = ["店铺名称", *HEAD]
        rows = [["棉语家纺", *day()], ["别家", *day(统计日期="2026-03-09")]]

        batch = bring(sheet(*rows, head=head), "两家.csv")

        assert batch.state == "refused"
        assert batch.refusal.startswith("stat_two_shops|")
        assert not StatRow.objects.exists()

    @pytest.mark.parametrize(
        "above", [[["时区", "GMT+9"]], [["统计口径：UTC-8"]], [["时区：太平洋时间"]]]
    )
    def test_a_file_that_states_another_time_zone(self, above):
        batch = bring(sheet(day(), above=above), "a.csv")

        assert batch.refusal.startswith("other_time_zone|")

    def test_a_header_that_states_another_time_zone(self):
        batch = bring(sheet(day(), head=["统计日期(UTC)", *HEAD[1:]]), "a.csv")

        assert batch.refusal == "other_time_zone|UTC"

    @pytest.mark.parametrize("above", [[["时区：北京时间"]], [["时区", "GMT+8"]]])
    def test_shanghais_own_zone_is_taken(self, above):
        assert bring(sheet(day(), above=above), "a.csv").state == "done"

    def test_a_report_of_sources_that_names_no_day(self):
        batch = bring(flow(("淘内免费", "手淘搜索", "300")), "来源.csv")

        assert batch.refusal == "stat_no_day"

    def test_a_report_of_sources_over_several_days(self):
        above = [["统计日期：2026-03-01 至 2026-03-07"]]
        batch = bring(flow(("淘内免费", "手淘搜索", "300"), above=above), "来源.csv")

        assert batch.refusal == "stat_span|2026-03-01|2026-03-07|7"

    def test_an_items_sources_without_the_item(self):
        batch = bring(item_flow(("手淘搜索", "", "30")), "商品来源_2026-03-08.csv")

        assert batch.refusal == "stat_no_item"


FLOW = ["来源", "来源明细", "访客数", "访客数变化", "下单买家数", "下单买家数变化",
        "下单转化率", "下单转化率变化"]  # fmt: skip
ITEM_FLOW = ["流量来源", "来源明细", "访客数", "浏览量", "支付金额", "浏览量占比", "店内跳转人数", "跳出本店人数",
             "收藏人数", "加购人数", "下单买家数", "下单转化率", "支付件数", "支付买家数", "支付转化率",
             "直接支付买家数", "收藏商品-支付买家数", "粉丝支付买家数", "加购商品-支付买家数"]  # fmt: skip


def flow(*rows, above=()):
    filled = [[*row, "-3.10%", "3", "0.00%", "1.00%", "-"] for row in rows]
    return sheet(*filled, head=FLOW, above=above)


def item_flow(*rows):
    return sheet(*[[*row, *["0"] * 16] for row in rows], head=ITEM_FLOW)


def found(scope):
    rows = StatRow.objects.filter(scope=scope).order_by("key", "device")
    return [(row.key, row.device, row.date, row.figures.get("visitors")) for row in rows]


class TestSourcesTradeToolsAndScores:
    def test_sources_take_day_and_terminal_from_the_lines_above(self):
        above = [["生意参谋"], ["统计日期：2026-03-08"], ["终端：无线端"], []]

        batch = bring(
            flow(("淘内免费", "汇总", "900"), ("淘内免费", "手淘搜索", "300"), above=above), "x.csv"
        )

        assert batch.kind == "analytics.flow"
        assert found("flow") == [
            ("淘内免费", "wireless", DAY, "900"),
            ("淘内免费 / 手淘搜索", "wireless", DAY, "300"),
        ]

    def test_sources_take_their_day_from_the_files_name_where_nothing_else_tells(self):
        bring(flow(("付费流量", "直通车", "40")), "流量来源_2026-03-08_2026-03-08.csv")

        assert found("flow") == [("付费流量 / 直通车", "all", DAY, "40")]

    def test_an_items_sources_are_kept_by_item(self):
        batch = bring(item_flow(("手淘搜索", "", "30")), "商品来源_969123456789_2026-03-08.csv")

        assert batch.kind == "analytics.item_flow"
        assert found("item_flow") == [("969123456789|手淘搜索", "all", DAY, "30")]

    def test_the_trade_trend_tells_of_terminals_and_only_the_whole_counts_as_the_shop(self):
        head = ["日期", "终端", "支付金额", "支付买家数", "客单价", "下单金额", "下单买家数",
                "支付转化率", "下单-支付转化率"]  # fmt: skip
        rows = [
            ["2026-03-08", "全部", "1,000.00", "10", "100.00", "1,200.00", "12", "1.00%", "83.33%"],
            ["2026-03-08", "无线端", "900.00", "9", "100.00", "1,100.00", "11", "1.00%", "81.82%"],
        ]

        batch = bring(sheet(*rows, head=head), "交易趋势.csv")

        assert batch.kind == "analytics.trade"
        assert value("ordered_buyers") == 12
        assert StatRow.objects.filter(device="wireless", source="trade").count() == 1

    def test_the_trade_trend_by_hour_keeps_its_hours(self):
        head = ["日期", "小时", "终端", "支付金额", "支付买家数", "下单金额", "下单买家数"]
        rows = [
            ["2026-03-08", "0:00-0:59", "全部", "10", "1", "10", "1"],
            ["2026-03-08", "13:00-13:59", "全部", "20", "2", "30", "3"],
        ]

        bring(sheet(*rows, head=head), "交易趋势.csv")

        hours = StatRow.objects.order_by("hour").values_list("hour", "figures__paid_amount")
        assert list(hours) == [(0, "10.00"), (13, "20.00")]
        assert value("ordered_buyers") is None

    def test_coupons_taken_and_used(self):
        head = ["统计日期", "领取张数", "使用张数", "支付金额", "支付买家数", "支付件数", "客单价"]

        batch = bring(
            sheet(["20260308", "120", "31", "4,100.00", "30", "44", "136.67"], head=head), "c.csv"
        )

        assert batch.kind == "analytics.coupon"
        row = StatRow.objects.get()
        assert (row.scope, row.key, row.figures["used"]) == ("coupon", "优惠券", "31")

    def test_scores_without_a_day_are_of_the_day_of_the_export(self):
        head = ["物流服务", "描述相符", "服务态度", "店铺id", "用户id", "用户昵称",
                "综合体验星级", "主营类目", "店铺类型"]  # fmt: skip

        batch = bring(
            sheet(
                ["4.79", "4.81234", "4.86", "123", "456", "棉语", "4.5", "家纺", "天猫"], head=head
            ),
            "店铺信息.csv",
        )

        assert batch.kind == "analytics.dsr"
        assert value("dsr_goods", date(2026, 3, 10)) == Decimal("4.81234")
