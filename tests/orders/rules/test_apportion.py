"""Money over pieces: nothing is lost and nothing is made."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules.apportion import LineFacts, apportion, goes_along, line_amounts, split_amount


def line(paid: str | None = "10.00", **changes: object) -> LineFacts:
    facts = {
        "quantity": 1,
        "list_price_amount": Decimal("10.00"),
        "paid_amount": paid if paid is None else Decimal(paid),
        "refund_amount": Decimal(0),
        "status": "WAIT_SELLER_SEND_GOODS",
        "refund_status": "NO_REFUND",
    }
    return LineFacts(**(facts | changes))  # type: ignore[arg-type]


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=30))
def test_the_parts_sum_to_the_whole_and_none_is_a_fen_off(total, weights):
    parts = apportion(total, weights)

    whole = sum(weights)
    assert sum(parts) == total
    if whole:
        assert all(
            abs(part * whole - total * w) < whole for part, w in zip(parts, weights, strict=True)
        )


def test_the_fen_left_over_go_to_the_largest_remainders_the_earlier_first():
    assert apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert apportion(100, [1, 2, 2, 1]) == [17, 33, 33, 17]


def test_weights_that_are_all_nought_share_alike():
    assert apportion(7, [0, 0]) == [4, 3]


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [-1, 2]), (1, [])])
def test_a_division_that_makes_no_sense_is_refused(total, weights):
    with pytest.raises(ValueError, match=r"negative|nobody"):
        apportion(total, weights)


def test_postage_is_spread_over_the_lines_by_what_they_cost():
    assert line_amounts(Decimal("40.00"), [line("10.00"), line("20.00")]) == [
        Decimal("13.33"),
        Decimal("26.67"),
    ]


def test_list_prices_count_where_the_file_does_not_tell_what_a_line_cost():
    lines = [line(None, quantity=3), line("99.00", list_price_amount=Decimal("30.00"))]

    assert line_amounts(Decimal("50.00"), lines) == [Decimal("25.00"), Decimal("25.00")]


def test_pieces_count_where_all_lines_were_free():
    lines = [line("0.00", quantity=3), line("0.00")]

    assert line_amounts(Decimal("8.00"), lines) == [Decimal("6.00"), Decimal("2.00")]


def test_pieces_of_a_line_part_to_the_fen():
    assert split_amount(Decimal("10.00"), [2, 1]) == [Decimal("6.67"), Decimal("3.33")]


@pytest.mark.parametrize(
    ("changes", "goes"),
    [
        ({}, True),
        ({"status": "TRADE_CLOSED"}, False),
        ({"refund_status": "SUCCESS", "refund_amount": Decimal("10.00")}, False),
        ({"refund_status": "SUCCESS", "refund_amount": Decimal("3.00")}, True),
        ({"refund_status": "WAIT_SELLER_AGREE", "refund_amount": Decimal("10.00")}, True),
    ],
)
def test_only_what_was_not_closed_or_paid_back_goes_along(changes, goes):
    assert goes_along(line(**changes)) is goes
