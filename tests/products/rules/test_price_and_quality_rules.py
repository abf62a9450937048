"""Whether a price needs the manager, suggestions, quality thresholds, pasted tables."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.choices import GoodsRuleCode, PriceKind
from products.importers import pasted
from products.importers.pasted import Column, read_table
from products.rules.parameters import start_parameters
from products.rules.prices import (
    Prices,
    SkuTrade,
    needs_manager,
    refusal,
    season_is_over,
    suggestions,
)
from products.rules.quality import QualityFacts, second_check

PRICES = Prices(cost=Decimal(60), floor=Decimal(80), list=Decimal(100))
QUALITY = start_parameters(GoodsRuleCode.QUALITY)
SUGGEST = start_parameters(GoodsRuleCode.PRICE)


@pytest.mark.parametrize(
    ("kind", "amount", "codes"),
    [
        (PriceKind.LIST, "80", []),
        (PriceKind.LIST, "79.99", ["below_floor"]),
        (PriceKind.ACTIVITY, "59.99", ["below_floor", "below_cost"]),
        (PriceKind.FLOOR, "60", []),
        (PriceKind.FLOOR, "59.99", ["floor_below_cost"]),
        (PriceKind.FLOOR, "100.01", ["floor_over_list"]),
        (PriceKind.COST, "100", []),
        (PriceKind.COST, "100.01", ["cost_over_list"]),
    ],
)
def test_a_price_needs_the_manager_below_floor_or_cost(kind, amount, codes):
    found = needs_manager(kind, Decimal(amount), PRICES)

    assert [text.split("|")[0] for text in found] == codes


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity"])
def test_zero_negative_and_no_number_are_no_price(amount):
    assert refusal(PriceKind.LIST, Decimal(amount), PRICES) == "not_positive"


def test_the_price_of_now_is_nothing_new():
    assert refusal(PriceKind.LIST, Decimal("100.00"), PRICES) == "same"


@pytest.mark.parametrize(
    ("season", "day", "is_over"),
    [
        ("夏季", date(2026, 8, 31), False),
        ("夏季", date(2026, 9, 1), True),
        ("夏季", date(2026, 11, 30), True),
        ("夏季", date(2026, 12, 1), False),
        ("冬", date(2026, 2, 28), False),
        ("冬", date(2026, 3, 1), True),
        ("2025夏", date(2026, 7, 1), True),
        ("四季", date(2026, 9, 1), False),
    ],
)
def test_a_season_is_over_the_day_after_its_last_month(season, day, is_over):
    assert season_is_over(season, day) == is_over


@given(st.decimals(min_value=1, max_value=200, places=2), st.integers(0, 500))
def test_a_suggestion_never_goes_below_floor_or_cost(rival, stock):
    trade = SkuTrade("A", PRICES, "夏", stock, 0.1, "对手", rival)

    for one in suggestions(trade, SUGGEST, today=date(2026, 9, 17)):
        assert one.amount >= 80
        assert one.amount < one.now_amount


def test_unknown_sales_suggest_nothing():
    trade = SkuTrade("A", PRICES, on_hand=500, daily_pieces=None)

    assert suggestions(trade, SUGGEST, today=date(2026, 9, 17)) == []


def _facts(bad: int, people: int, sold: int = 100) -> QualityFacts:
    return QualityFacts("A", sold_pieces=sold, quality_returned=bad, complaining_people=people)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (_facts(3, 3), True),
        (_facts(3, 2), None),  # three pieces of two buyers
        (_facts(2, 2), None),  # between the lines: leave it
        (_facts(1, 1), False),
        (_facts(3, 3, sold=29), None),
        (_facts(0, 0, sold=0), None),  # nothing sold is unknown
    ],
)
def test_the_second_check_needs_the_rate_and_people(facts, expected):
    assert second_check(facts, QUALITY) == expected


COLUMNS = (
    Column("code", ("商家编码", "编码"), pasted.code),
    Column("amount", ("新价",), pasted.price),
    Column("note", ("备注",), pasted.words(5), required=False),
)


@pytest.mark.parametrize("delimiter", ["\t", ",", "，"])
def test_a_pasted_table_is_read_whatever_parts_it(delimiter):
    text = "\n".join(delimiter.join(row) for row in (["新价", "编码"], ["¥99.00", "4214.0"]))

    read = read_table(text, COLUMNS)

    assert read.errors == ()
    assert read.rows[0].values == {"code": "4214", "amount": Decimal("99.00"), "note": None}


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",99", "商家编码", "missing"),
        ("A,abc", "新价", "not_an_amount"),
        ("A,0", "新价", "not_positive"),
        ("A,-3", "新价", "not_positive"),
        ("A,9,太长的备注了", "备注", "too_long"),
    ],
)
def test_a_wrong_cell_is_named_with_line_column_and_reason(row, column, reason):
    read = read_table(f"编码,新价,备注\nB,5\n{row}", COLUMNS)

    assert [(one.line, one.column, one.reason) for one in read.errors] == [(3, column, reason)]
    assert [one.values["code"] for one in read.rows] == ["B"]


def test_a_table_without_a_needed_column_is_refused_as_a_whole():
    read = read_table("编码,价\nA,5", COLUMNS)

    assert read.rows == ()
    assert [(one.column, one.reason) for one in read.errors] == [("新价", "no_column")]


@pytest.mark.parametrize("text", ["", "\n\n", "编码,新价"])
def test_an_empty_table_says_so(text):
    assert [one.reason for one in read_table(text, COLUMNS).errors] == ["empty"]


@pytest.mark.parametrize(
    ("text", "number"), [("500+", 500), ("1.2万", 12_000), ("1,200", 1200), ("7.0", 7)]
)
def test_sales_are_read_as_the_platform_writes_them(text, number):
    assert pasted.whole(0, 100_000)(text) == number


@pytest.mark.parametrize("text", ["abc", "1.5", "-3", "9999999"])
def test_what_is_no_whole_number_is_refused(text):
    with pytest.raises(ValueError, match=r"not_a_number|out_of_bounds"):
        pasted.whole(0, 100_000)(text)


def test_a_file_may_be_utf8_or_gb18030_and_must_be_text():
    assert pasted.decoded("编码".encode("gb18030")) == "编码"
    assert pasted.decoded("\ufeff编码".encode()) == "编码"
    with pytest.raises(ValueError, match="not_text"):
        pasted.decoded(b"PK\x03\x04\x00\x00")
