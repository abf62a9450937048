"""A day imported twice with other figures: the later export counts, both are kept, and somebody is told."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.checks import stats as checks
from analytics.models import StatRow
from analytics.queries import known, lineage
from products.models import ProductDay
from shopops.intake.models import RowChange
from tests.analytics.test_product_scope import HEAD as PRODUCT_HEAD
from tests.analytics.test_product_scope import ROW as PRODUCT_ROW
from tests.analytics.test_stat_files import flow, item_flow, sheet
from tests.clients import browser_of
from tests.products.harness import NOW, book, bring, take_back

DAY, TODAY = date(2026, 3, 8), date(2026, 3, 10)
ITEM = PRODUCT_ROW[1]
COUPON = ["统计日期", "领取张数", "使用张数", "支付金额", "支付买家数", "支付件数", "客单价"]

pytestmark = pytest.mark.django_db(transaction=True)


def at(hours: int):
    return NOW - timedelta(hours=9 - hours)


def told():
    return checks.files_agree(TODAY, NOW).findings


def sources(visitors: str, hours: int):
    rows = [("淘内免费", "汇总", "900"), ("淘内免费", "手淘搜索", visitors)]
    return bring(
        flow(*rows, above=[["统计日期：2026-03-08"]]), f"来源{hours}.csv", written_at=at(hours)
    )


def test_sources_of_visitors():
    sources("300", 0)
    sources("330", 2)

    (found,) = told()

    rows = StatRow.objects.filter(scope="flow", key="淘内免费 / 手淘搜索").order_by("said_at")
    assert [(row.figures["visitors"], row.is_current) for row in rows] == [
        ("300", False),
        ("330", True),
    ]
    assert found.title == "2026-03-08 的生意参谋流量来源导入过 2 次，数不一样"
    assert (
        "先看「淘内免费 / 手淘搜索 访客数」；以前 300，现在算 330；一共 1 行不一样"
        in found.evidence
    )
    assert found.url == f"{reverse('analytics:traffic')}?since=2026-03-08&until=2026-03-08"


def test_an_older_export_that_comes_later_is_told_too_and_does_not_count():
    sources("330", 2)
    sources("300", 0)

    (found,) = told()

    assert "以前 300，现在算 330" in found.evidence


def test_the_same_sources_twice_are_nothing_to_tell():
    sources("300", 0)
    sources("300", 2)

    assert told() == []


def test_sources_of_an_item():
    for visitors, hours in (("30", 0), ("33", 2)):
        name = f"商品来源_{ITEM}_2026-03-08.csv"
        bring(item_flow(("手淘搜索", "", visitors)), name, written_at=at(hours))

    (found,) = told()

    assert StatRow.objects.filter(scope="item_flow").count() == 2
    assert "生意参谋商品流量来源" in found.title
    assert "以前 30，现在算 33" in found.evidence
    assert found.url.endswith(f"&item={ITEM}")


def test_coupons():
    for used, hours in (("31", 0), ("35", 2)):
        row = ["20260308", "120", used, "4,100.00", "30", "44", "136.67"]
        bring(sheet(row, head=COUPON), f"c{hours}.csv", written_at=at(hours))

    (found,) = told()

    assert StatRow.objects.filter(scope="coupon").count() == 2
    assert "营销工具效果" in found.title
    assert "先看「优惠券 使用张数」；以前 31，现在算 35" in found.evidence
    assert found.url == f"{reverse('analytics:funnel')}?since=2026-03-08&until=2026-03-08"


# --- products


def product_file(visitors: str, hours: int, *, buyers: str = "55"):
    # Another name each time: of two files that are the same byte by byte only one is read.
    row = [
        *PRODUCT_ROW[:2],
        f"四件套 {hours}",
        *PRODUCT_ROW[3:6],
        visitors,
        *PRODUCT_ROW[7:12],
        buyers,
        *PRODUCT_ROW[13:],
    ]
    return bring(book([PRODUCT_HEAD, row]), f"商品{hours}.xlsx", written_at=at(hours))


def words(code: str = "visitors"):
    said = lineage.words_about(code, DAY, scope=known.PRODUCT, key=ITEM)
    return [(one.value, one.why, one.file_name) for one in said if one.source == "product_days"]


def visitors() -> Decimal | None:
    return known.figures_of(["visitors"], since=DAY, until=DAY, scope=known.PRODUCT, key=ITEM)[
        "visitors"
    ][DAY].value


def test_products_later_export_counts_and_the_earlier_stands_below_it(manager):
    product_file("11,000", 0)
    product_file("11,300", 2)

    (found,) = told()

    assert visitors() == 11300
    assert words() == [(11300, "counts", "商品2.xlsx"), (11000, "older", "商品0.xlsx")]
    assert found.title == "2026-03-08 的生意参谋商品日报导入过 2 次，数不一样"
    assert f"先看「{ITEM} 访客数」；以前 11,000，现在算 11,300；一共 1 行不一样" in found.evidence
    page = browser_of(manager).get(found.url).content.decode()
    assert "11,300" in page
    assert "11,000" in page
    assert "同一来源后来有更新的数" in page


def test_products_older_export_that_comes_later_is_kept_and_told_and_does_not_count():
    product_file("11,300", 2)
    product_file("11,000", 0)

    assert visitors() == 11300
    assert words() == [(11300, "counts", "商品2.xlsx"), (11000, "older", "商品0.xlsx")]
    assert len(told()) == 1


def test_products_that_say_the_same_again_are_nothing_to_tell_and_no_file_in_between_wins():
    product_file("11,300", 0)
    product_file("11,300", 4)
    assert told() == []

    product_file("11,000", 2)

    assert visitors() == 11300
    assert words()[1:] == [(11000, "older", "商品2.xlsx")]


def test_each_figure_of_a_product_has_its_own_earlier_words():
    product_file("11,000", 0)
    product_file("11,300", 2)
    product_file("11,300", 4, buyers="60")

    assert words()[0] == (11300, "counts", "商品2.xlsx")
    assert words("paid_buyers") == [(60, "counts", "商品4.xlsx"), (55, "older", "商品0.xlsx")]


def test_a_file_taken_back_takes_its_words_along():
    product_file("11,000", 0)
    later = product_file("11,300", 2)

    take_back(later)

    assert visitors() == 11000
    assert words() == [(11000, "counts", "商品0.xlsx")]
    assert told() == []


def test_an_earlier_file_taken_back_says_nothing_any_more():
    earlier = product_file("11,000", 0)
    product_file("11,300", 2)
    assert told() != []

    take_back(earlier)

    assert visitors() == 11300
    assert words() == [(11300, "counts", "商品2.xlsx")]
    assert told() == []


def test_a_file_taken_back_does_not_come_again_with_the_end_of_a_later_one():
    earlier = product_file("11,000", 0)
    later = product_file("11,300", 2)

    take_back(earlier)
    take_back(later)

    assert not ProductDay.objects.exists()
    assert not RowChange.objects.filter(table__startswith="products_productday").exists()


def test_the_file_before_one_taken_back_counts_again_with_the_end_of_a_later_one():
    product_file("10,000", 0)
    between = product_file("11,000", 2)
    later = product_file("11,300", 4)

    take_back(between)
    assert words() == [(11300, "counts", "商品4.xlsx"), (10000, "older", "商品0.xlsx")]
    take_back(later)

    assert visitors() == 10000
    assert words() == [(10000, "counts", "商品0.xlsx")]


def test_an_older_word_counts_again_when_the_later_file_is_taken_back():
    later = product_file("11,300", 2)
    older = product_file("11,000", 0)

    take_back(later)

    assert visitors() == 11000
    assert words() == [(11000, "counts", "商品0.xlsx")]
    take_back(older)
    assert not ProductDay.objects.exists()
    assert not RowChange.objects.filter(table__startswith="products_productday").exists()


def test_a_word_in_between_counts_again_over_the_first_when_the_last_is_taken_back():
    product_file("10,000", 0)
    last = product_file("11,300", 4)
    between = product_file("11,000", 2, buyers="50")

    take_back(last)

    assert visitors() == 11000
    assert words() == [(11000, "counts", "商品2.xlsx"), (10000, "older", "商品0.xlsx")]
    take_back(between)
    assert visitors() == 10000
