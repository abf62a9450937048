from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from shopops.lib.templatetags import shop

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 17, 15, 18, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("1234.5"), "¥1,234.50"),
        (Decimal("0"), "¥0.00"),
        (Decimal("-3.005"), "−¥3.01"),
        ("48326.50", "¥48,326.50"),
        (None, "—"),
    ],
)
def test_money_is_written_with_thousands_parted_and_two_decimals(amount, text):
    assert shop.money(amount) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(9999, "9,999"), (10_000, "1.0万"), (1_466_000, "146.6万"), (None, "—"), (0, "0")],
)
def test_large_numbers_are_written_in_wan_from_ten_thousand_on(number, text):
    assert shop.wan(number) == text


@pytest.mark.parametrize(
    ("change", "text"),
    [(Decimal("0.062"), "▲ 6.2%"), (-0.031, "▼ 3.1%"), (0, "持平"), (None, "未知")],
)
def test_a_change_is_an_arrow_with_a_figure_and_an_unknown_one_is_never_zero(change, text):
    assert shop.pct_change(change) == text


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 9, 17, 23, 59, tzinfo=SHANGHAI), "今天 23:59"),
        (datetime(2026, 9, 18, 0, 0, tzinfo=SHANGHAI), "明天 00:00"),
        (datetime(2026, 9, 16, 0, 0, tzinfo=SHANGHAI), "昨天 00:00"),
        (datetime(2026, 9, 19, 0, 14, tzinfo=SHANGHAI), "周六 00:14"),
        (datetime(2026, 9, 24, 8, 0, tzinfo=SHANGHAI), "9月24日 08:00"),
        (datetime(2025, 9, 17, 8, 0, tzinfo=SHANGHAI), "2025年9月17日 08:00"),
    ],
)
def test_an_instant_is_written_as_people_say_it(at, words):
    assert f">{words}<" in shop.when(at, NOW)


def test_an_instant_in_utc_is_shown_on_its_shanghai_day():
    late_evening_in_utc = datetime(2026, 9, 16, 16, 30, tzinfo=ZoneInfo("UTC"))

    written = shop.when(late_evening_in_utc, NOW)

    assert ">今天 00:30<" in written
    assert 'title="2026-09-17 00:30:00"' in written


@pytest.mark.parametrize(
    ("left", "words", "tone"),
    [
        (timedelta(minutes=47), "剩 00:47", "soon"),
        (timedelta(0), "剩 00:00", "soon"),
        (timedelta(seconds=-1), "超 00:00", "late"),
        (timedelta(hours=-44, minutes=-18), "超 1天20时", "late"),
        (timedelta(hours=4), "剩 04:00", "soon"),
        (timedelta(hours=4, seconds=1), "剩 04:00", "wait"),
    ],
)
def test_a_deadline_is_counted_down_and_then_up(left, words, tone):
    assert shop.due(NOW + left, NOW) == words
    assert shop.due_tone(NOW + left, NOW) == tone


def test_a_deadline_without_now_is_unknown_rather_than_guessed():
    assert shop.due(NOW, None) == "—"
    assert shop.due_tone(NOW, None) == "wait"


def test_the_last_six_digits_of_an_order_number_stand_out_and_the_whole_is_copied():
    written = shop.tid("4827339167907400516")

    assert "<i>4827339167907</i>400516" in written
    assert 'data-copy="4827339167907400516"' in written


def test_what_a_file_brought_cannot_break_out_of_the_markup():
    assert "<script>" not in shop.tid("<script>alert(1)</script>")
    assert "<script>" not in shop.bar(1, 2, "us", "<script>")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=3.2), "3.2 秒"),
        (timedelta(seconds=45), "45 秒"),
        (timedelta(seconds=95), "1 分 35 秒"),
        (timedelta(hours=3, minutes=42), "03:42"),
        (timedelta(days=1, hours=20), "1天20时"),
        (None, "—"),
    ],
)
def test_a_length_of_time_is_as_exact_as_it_is_short(span, words):
    assert shop.duration(span) == words


def test_a_business_date_and_a_time_of_day_are_written_plainly():
    assert ">9月16日 周三<" in shop.day(date(2026, 9, 16))
    assert shop.clock(time(16, 0)) == "16:00"
    assert shop.clock(None) == "—"
