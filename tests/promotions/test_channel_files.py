"""Reports of paid channels come in: shapes, totals, doubts, what counts, what is taken back."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from products.models import Product
from promotions.demo.ad_sheets import ITEM_HEAD, ITEM_HEAD_72, PLAN_HEAD, Counted, Keys, row, sheet
from promotions.models import AdPlan, ChannelDay, ChannelFact, ChannelWarning
from promotions.queries import traffic
from promotions.queries.traffic import Span
from shopops.intake.models import RowError
from tests.products.harness import NOW, book, bring, take_back

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 8)
ONE = Counted(1000, 52, 3120, 9000, 900, 1, 1, 3, 1, 4, 2, 60, 48, 31, 2, 1)
TWO = Counted(400, 20, 1500, 0, 0, 0, 0, 1, 0, 0, 0, 22, 20, 9, 0, 0)


def keys(day=DAY, plan="111", item="969000000001", title="四件套"):
    return Keys(day, "关键词推广", plan, f"计划{plan}", item, title)


def as_csv(rows):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("gb18030")


def items(*pairs, head=ITEM_HEAD, total=None):
    lines = sheet(head, [row(key, one) for key, one in pairs])
    if total is not None:
        lines.append([total.get(name, "") for name in head])
    return as_csv(lines)


def plans(*pairs):
    return as_csv(sheet(PLAN_HEAD, [row(key, one) for key, one in pairs]))


def reasons(batch):
    rows = RowError.objects.filter(batch=batch).order_by("line")
    return list(rows.values_list("line", "column", "reason"))


def notes(batch):
    return batch.facts.get("notes", [])


def spend(view="items"):
    facts = traffic.counting(view)
    return sum(one.spend_amount for one in facts)


def test_an_item_report_in_gb18030_becomes_facts_by_day_plan_and_item():
    batch = bring(items((keys(), ONE), (keys(plan="222"), TWO)), "商品报表_20260309_090000.csv")

    assert (batch.kind, batch.encoding, batch.layout) == (
        "promotions.wxt_items",
        "gb18030",
        "2026",
    )
    assert (batch.created_count, batch.rejected_count) == (2, 0)
    assert batch.exported_at == datetime(2026, 3, 9, 1, tzinfo=UTC)
    assert batch.sums == {"花费": "46.20", "总成交金额": "99.00"}
    fact = ChannelFact.objects.get(plan_key="111")
    assert (fact.shown, fact.clicks, fact.spend_amount) == (1000, 52, Decimal("31.20"))
    assert (fact.deals, fact.deal_amount, fact.direct_amount) == (2, 99, 90)
    assert AdPlan.objects.get(key="111").name == "计划111"
    assert ChannelWarning.objects.count() == 0


def test_every_derived_column_that_the_platform_writes_is_recomputed_and_matches():
    made = [
        Counted(
            1000 + 37 * n, 20 + 3 * n, 907 + 613 * n, 4999 * (n % 3), 1234 * (n % 2), n % 3,
            n % 2, n, n % 4, n % 5, n % 3, 30 + n, 20 + n, 7 + n, (n % 3) + (n % 2), n % 2,
        )
        for n in range(60)
    ]  # fmt: skip
    pairs = [(keys(item=f"9690000000{n:02d}"), one) for n, one in enumerate(made)]
    as_text = items(*pairs)
    as_fractions = book(
        sheet(ITEM_HEAD_72, [row(key, one, as_fractions=True) for key, one in pairs])
    )

    bring(as_text, "商品报表_20260309_090000.csv")
    bring(as_fractions, "商品报表_20260309_091000.xlsx")

    assert ChannelWarning.objects.count() == 0
    assert ChannelDay.objects.filter(level="item_plan").get().row_count == 60
    assert ChannelDay.objects.filter(level="item").get().row_count == 60


@pytest.mark.parametrize(
    ("column", "wrong", "expected", "code"),
    [
        ("点击率", "5.30%", "0.0520", "ratio"),
        ("平均点击花费", "0.66", "0.60", "ratio"),
        ("千次展现花费", "31.00", "31.20", "ratio"),
        ("投入产出比", "3.20", "3.17", "ratio"),
        ("点击转化率", "1.92%", "0.0385", "ratio"),
        ("总成交成本", "31.20", "15.60", "ratio"),
        ("加购率", "7.00%", "0.0769", "ratio"),
        ("加购成本", "7.00", "7.80", "ratio"),
        ("宝贝收藏率", "9.69%", "0.0769", "ratio"),
        ("宝贝收藏成本", "", "7.80", "ratio"),
        ("引导访问率", "6.01%", "0.0600", "ratio"),
        ("引导访问潜客占比", "70.00%", "0.6458", "ratio"),
        ("成交新客占比", "40.00%", "0.5000", "ratio"),
        ("人均成交笔数", "2.00", "1.00", "ratio"),
        ("人均成交金额", "99.00", "49.50", "ratio"),
        ("店铺收藏成本", "15.00", "15.60", "ratio"),
        ("总收藏加购成本", "3.00", "3.12", "ratio"),
        ("宝贝收藏加购成本", "3.00", "3.90", "ratio"),
        ("含预售投产比", "3.00", "3.17", "ratio"),
        ("总收藏数", "7", "6.00", "sum"),
        ("总收藏加购数", "11", "10.00", "sum"),
        ("宝贝收藏加购数", "9", "8.00", "sum"),
    ],
)
def test_a_derived_figure_that_does_not_follow_is_told_and_the_row_is_kept(
    column, wrong, expected, code
):
    given = row(keys(), ONE) | {column: wrong}
    other = row(keys(item="969000000002"), ONE)

    batch = bring(as_csv(sheet(ITEM_HEAD, [given, other])), "a.csv")

    told = ChannelWarning.objects.filter(line=2, column=column).get()
    assert (told.value, told.expected, told.code) == (wrong, expected, code)
    assert ChannelFact.objects.count() == 2
    assert not ChannelWarning.objects.filter(line=3).exists()
    assert any(note.startswith("ad_doubts|") for note in notes(batch))


def test_direct_and_indirect_that_miss_the_total_are_told():
    given = row(keys(), ONE) | {"间接成交金额": "8.00"}

    bring(as_csv(sheet(ITEM_HEAD, [given])), "a.csv")

    told = ChannelWarning.objects.get(column="总成交金额")
    assert (told.value, told.expected) == ("99.00", "98.00")


def test_a_total_row_is_left_out_and_agrees():
    total = {"日期": "合计", "展现量": "1400", "点击量": "72", "花费": "46.20"}
    batch = bring(items((keys(), ONE), (keys(plan="222"), TWO), total=total), "a.csv")

    assert ChannelFact.objects.count() == 2
    assert "ad_total_agrees|1" in notes(batch)
    assert (batch.row_count, batch.rejected_count) == (2, 0)


def test_a_total_row_that_differs_is_told_with_both_figures():
    total = {"日期": "合计", "花费": "50.20", "展现量": "1400"}
    batch = bring(items((keys(), ONE), (keys(plan="222"), TWO), total=total), "a.csv")

    assert "ad_total_differs|花费|50.20|46.20" in notes(batch)
    assert spend() == Decimal("46.20")


def test_a_plan_report_under_the_name_of_an_item_report_is_taken_as_what_it_is_and_told():
    batch = bring(plans((keys(item=""), ONE)), "商品报表_20260309_090000.csv")

    assert batch.kind == "promotions.wxt_plans"
    assert "ad_is_plans" in notes(batch)
    assert ChannelDay.objects.get().level == "plan"


def test_item_and_plan_spend_are_never_added():
    bring(items((keys(), ONE), (keys(plan="222"), TWO)), "商品报表_20260309_090000.csv")
    bring(
        plans((keys(item=""), ONE), (keys(plan="222", item=""), TWO)),
        "计划报表_20260309_090100.csv",
    )

    span = Span(DAY, DAY)
    assert traffic.channel_days(span)["wxt"][DAY].spend_amount == Decimal("46.20")
    assert spend("plans") == spend("items") == Decimal("46.20")
    assert ChannelDay.objects.filter(serves_total=True).get().level == "plan"
    assert ChannelDay.objects.filter(serves_items=True).get().level == "item_plan"
    assert {one.day.level for one in traffic.counting("plans")} == {"plan"}


def test_two_shapes_of_the_item_report_of_a_day_are_not_added_either():
    bring(items((keys(), ONE), (keys(plan="222"), TWO)), "商品报表_20260309_090000.csv")
    bring(items((keys(), ONE + TWO), head=ITEM_HEAD_72), "商品报表_20260309_093000.csv")

    assert spend("items") == Decimal("46.20")


def test_an_item_of_several_plans_in_a_report_without_plans_is_added_up():
    batch = bring(items((keys(), ONE), (keys(), TWO), head=ITEM_HEAD_72), "a.csv")

    fact = ChannelFact.objects.get()
    assert (fact.spend_amount, fact.clicks, fact.row_count) == (Decimal("46.20"), 72, 2)
    assert batch.created_count == 2


def test_a_row_that_stands_twice_counts_once_and_is_told():
    batch = bring(items((keys(), ONE), (keys(), ONE)), "a.csv")

    assert spend() == Decimal("31.20")
    assert "ad_doubled|1" in notes(batch)


def test_the_same_day_twice_lets_the_later_export_win_whichever_came_first():
    late = bring(items((keys(), ONE + TWO)), "商品报表_20260309_120000.csv")
    early = bring(items((keys(), ONE)), "商品报表_20260309_090000.csv")

    assert spend() == Decimal("46.20")
    assert (early.created_count, early.updated_count, early.unchanged_count) == (0, 0, 1)
    assert ChannelFact.objects.count() == 2

    take_back(late)
    assert spend() == Decimal("31.20")
    take_back(early)
    assert ChannelFact.objects.count() == 0
    assert ChannelDay.objects.count() == 0
    assert AdPlan.objects.count() == 0


def test_taking_the_older_file_back_leaves_the_newer_and_then_nothing_comes_back():
    early = bring(items((keys(), ONE)), "商品报表_20260309_090000.csv")
    late = bring(items((keys(), ONE + TWO)), "商品报表_20260309_120000.csv")
    assert late.updated_count == 1

    take_back(early)
    assert spend() == Decimal("46.20")
    take_back(late)
    assert ChannelFact.objects.count() == 0


def test_a_report_written_during_the_day_gives_way_to_one_written_after_it():
    bring(plans((keys(item=""), ONE)), "计划报表_20260308_120000.csv")
    bring(items((keys(), ONE + TWO)), "商品报表_20260309_090000.csv")

    day = traffic.channel_days(Span(DAY, DAY))["wxt"][DAY]
    assert day.spend_amount == Decimal("46.20")


def test_a_plan_report_over_several_days_is_stored_by_day():
    later = DAY + timedelta(days=1)
    batch = bring(plans((keys(item=""), ONE), (keys(later, item=""), TWO)), "a.csv")

    found = traffic.channel_days(Span(DAY, later))["wxt"]
    assert found[DAY].spend_amount == Decimal("31.20")
    assert found[later].spend_amount == Decimal("15.00")
    assert "ad_days|2" in notes(batch)


def test_a_row_that_sums_several_days_up_is_rejected_with_its_reason():
    given = row(keys(item=""), ONE) | {"日期": "2026-03-01至2026-03-07"}
    batch = bring(as_csv(sheet(PLAN_HEAD, [given])), "a.csv")

    assert reasons(batch) == [(2, "日期", "这一行是 7 天的合计，分不到每一天，请在导出时选“分天”")]


def test_an_unknown_item_is_kept_and_told():
    Product.objects.create(item_no="969000000001", title="四件套", changed_at=NOW)
    batch = bring(items((keys(), ONE), (keys(item="555", title="别家"), TWO)), "a.csv")

    assert "ad_unknown_items|1" in notes(batch)
    names = traffic.item_names(["969000000001", "555"])
    assert names["969000000001"].product_id is not None
    assert (names["555"].title, names["555"].product_id) == ("别家", None)


@pytest.mark.parametrize(
    ("cell", "value", "reason"),
    [
        ("花费", "-3.00", "金额不能是负数"),
        ("花费", "", "这一行缺少花费"),
        ("点击量", "2000", "点击比展现还多"),
        ("点击率", "520.00%", "点击率超过了 100%"),
        ("成交新客占比", "1.2", "成交新客占比超过了 100%"),
        ("展现量", "很多", "不是整数"),
        ("日期", "昨天", "不是日期，应当像 2026-06-18"),
        ("日期", "2026-02-30", "没有这个日期或时刻"),
    ],
)
def test_what_cannot_be_is_rejected_with_its_reason(cell, value, reason):
    given = row(keys(), ONE) | {cell: value}
    batch = bring(as_csv(sheet(ITEM_HEAD, [given, row(keys(item="2"), TWO)])), "a.csv")

    assert (batch.created_count, batch.rejected_count) == (1, 1)
    assert reasons(batch)[0][2] == reason


def test_a_report_without_days_is_refused_by_name_of_the_column():
    head = [name for name in ITEM_HEAD if name != "日期"]
    batch = bring_refused(as_csv(sheet(head, [row(keys(), ONE)])))

    assert batch.refusal == "missing_columns|万相台商品报表|日期"


def bring_refused(content):
    from shopops.intake import actions
    from shopops.intake.choices import BatchSource
    from shopops.intake.models import Batch
    from shopops.lib import vault
    from shopops.work.engine import perform_inline

    received = actions.receive_file(
        stored=vault.store(io.BytesIO(content)), file_name="a.csv", source=BatchSource.COMMAND,
        by=None, now=NOW, written_at=NOW, auto_commit=True, wanted_kind="", ring=False,
    )  # fmt: skip
    perform_inline(received.run)
    return Batch.objects.get(pk=received.batch.pk)
