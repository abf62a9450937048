"""Coupons and other tools: taken, used, paid; sums over known days, with the file that says it."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.models import StatRow
from analytics.queries.tools import tools
from tests.clients import browser_of
from tests.products.harness import bring

FIRST, LAST = date(2026, 3, 8), date(2026, 3, 9)
HEAD = ["统计日期", "领取张数", "使用张数", "支付金额", "支付买家数", "支付件数", "客单价"]
SPAN = {"since": "2026-03-08", "until": "2026-03-09", "vs": "before"}
pytestmark = pytest.mark.django_db(transaction=True)


def sheet(*rows, head=HEAD):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([head, *rows])
    return text.getvalue().encode("gb18030")


def brought():
    bring(
        sheet(
            ["20260307", "100", "10", "1,000.00", "10", "12", "100.00"],
            ["20260308", "100", "20", "2,000.00", "20", "24", "100.00"],
            ["20260309", "300", "20", "2,500.00", "20", "24", "125.00"],
        ),
        "营销工具_优惠券.csv",
    )


def test_a_rate_over_days_is_what_was_used_by_what_was_taken():
    brought()

    (coupon,) = tools(since=FIRST, until=LAST)

    assert coupon.key == "优惠券"
    assert [coupon.total("taken"), coupon.total("used")] == [Decimal(400), Decimal(40)]
    assert coupon.use_rate == Decimal("0.1")
    assert coupon.total("paid_amount") == Decimal("4500.00")


def test_a_day_that_knows_only_one_side_is_left_out_of_the_rate():
    brought()
    StatRow.objects.filter(date=LAST).update(figures={"taken": "300"})

    (coupon,) = tools(since=FIRST, until=LAST)

    assert coupon.use_rate == Decimal("0.2")
    assert coupon.total("used") == 20


def test_coupons_that_a_file_names_stand_by_themselves():
    head = ["统计日期", "优惠券名称", *HEAD[1:]]
    bring(
        sheet(
            ["20260308", "满 199 减 20", "10", "5", "900.00", "5", "6", "180.00"],
            ["20260308", "新客 10 元", "30", "3", "300.00", "3", "3", "100.00"],
            head=head,
        ),
        "营销工具_优惠券.csv",
    )

    found = {one.key: one.use_rate for one in tools(since=FIRST, until=LAST)}

    assert found == {"优惠券 / 满 199 减 20": Decimal("0.5"), "优惠券 / 新客 10 元": Decimal("0.1")}


def test_the_page_shows_them_with_what_was_before_and_the_file(manager):
    brought()

    page = browser_of(manager).get(reverse("analytics:funnel"), SPAN).content.decode()

    assert "「优惠券」每天领了多少、用了多少" in page
    assert "10.00%" in page
    assert "¥4,500.00" in page
    assert "营销工具_优惠券.csv" in page
    # The two days before know one day: +350 %.
    assert "350.0%" in page


def test_a_day_without_a_file_is_unknown_on_the_page_and_empty_in_the_csv(manager):
    brought()
    StatRow.objects.filter(date=LAST).delete()
    client = browser_of(manager)

    page = client.get(reverse("analytics:funnel"), SPAN).content.decode()
    rows = list(
        csv.reader(
            io.StringIO(
                client.get(reverse("analytics:coupons_csv"), SPAN).getvalue().decode("utf-8-sig")
            )
        )
    )

    assert "缺 1 天" in page
    assert rows[1][:7] == ["2026-03-08", "优惠券", "100", "20", "0.2", "2000.00", "20"]
    assert rows[1][8:] == ["营销工具_优惠券.csv", "3"]
    assert rows[2] == ["2026-03-09", "优惠券", *[""] * 8]


def test_without_any_file_the_card_says_which_one_is_missing(manager):
    page = browser_of(manager).get(reverse("analytics:funnel"), SPAN).content.decode()

    assert "这段时间没有优惠券的数" in page
