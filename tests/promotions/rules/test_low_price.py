"""The price intercept: boundaries to the fen."""

import pytest

from promotions.rules.line_paid import SoldLine, line_paid
from promotions.rules.low_price import LowPrice, PaidOrder, PriceLimits, PriceTerms, low_prices

EXACT = PriceTerms()
FLOOR = {"A": PriceLimits(floor_cents=8_000)}


def line(code="A", quantity=1, paid=None, listed=10_000):
    return SoldLine(f"L-{code}", code, quantity, paid, listed)


def faults(*lines, goods=None, limits=FLOOR, terms=EXACT, **options):
    total = sum(one.paid_cents or 0 for one in lines) if goods is None else goods
    return low_prices(PaidOrder("T", total, lines, **options), limits, terms)


@pytest.mark.parametrize(
    ("paid", "quantity", "is_low"),
    [(8_000, 1, False), (7_999, 1, True), (24_000, 3, False), (23_999, 3, True), (8_001, 1, False)],
)
def test_below_the_floor_is_below_it_by_a_fen(paid, quantity, is_low):
    found = faults(line(paid=paid, quantity=quantity))

    assert [one.which for one in found] == [LowPrice.FLOOR] * is_low


@pytest.mark.parametrize(("paid", "is_low"), [(7_999, False), (7_998, True)])
def test_a_tolerance_of_one_fen_is_one_fen(paid, is_low):
    assert bool(faults(line(paid=paid), terms=PriceTerms(tolerance_cents=1))) is is_low


@pytest.mark.parametrize(("paid", "is_low"), [(23_997, False), (23_996, True)])
def test_the_tolerance_is_of_each_piece(paid, is_low):
    terms = PriceTerms(tolerance_cents=1)

    assert bool(faults(line(paid=paid, quantity=3), terms=terms)) is is_low


@pytest.mark.parametrize(
    ("paid", "which"),
    [(8_999, [LowPrice.LOWEST]), (9_000, []), (7_999, [LowPrice.FLOOR])],
)
def test_the_lowest_price_of_the_day_stands_above_the_floor(paid, which):
    limits = {"A": PriceLimits(floor_cents=8_000, lowest_cents=9_000)}

    assert [one.which for one in faults(line(paid=paid), limits=limits)] == which


def test_the_lowest_price_does_not_count_where_the_shop_says_so():
    limits = {"A": PriceLimits(lowest_cents=9_000)}

    assert not faults(line(paid=1), limits=limits, terms=PriceTerms(below_lowest=False))


def test_an_unknown_lowest_price_leaves_the_floor_and_no_limit_at_all_leaves_nothing():
    assert faults(line(paid=7_000), limits={"A": PriceLimits(floor_cents=8_000)})
    assert not faults(line(paid=1), limits={"A": PriceLimits()})
    assert not faults(line(paid=1), limits={})


def test_a_gift_at_nothing_is_no_sale_and_goods_at_nothing_are():
    assert not faults(line(paid=0, listed=0))
    assert [one.which for one in faults(line(paid=0, listed=10_000))] == [LowPrice.FLOOR]
    order = PaidOrder("T", 0, (line(paid=0),))
    assert not low_prices(order, FLOOR, EXACT, gift_codes={"A"})


def test_of_a_deposit_nothing_can_be_said():
    assert not faults(line(paid=1_000), is_deposit=True)


def test_what_the_file_does_not_say_is_the_lines_part_of_the_order():
    low = faults(line("A"), line("B"), goods=15_998)

    assert [(one.line.sku_code, one.paid_cents) for one in low] == [("A", 7_999)]
    assert not faults(line("A"), line("B"), goods=16_000)


def test_an_order_of_which_only_postage_was_paid_is_too_cheap():
    assert [one.paid_cents for one in faults(line(), goods=0)] == [0]


@pytest.mark.parametrize(("holds", "which"), [(False, []), (True, [LowPrice.UNKNOWN])])
def test_where_nobody_can_tell_the_shops_rule_decides(holds, which):
    found = faults(line(listed=0), goods=5_000, terms=PriceTerms(holds_unknown=holds))

    assert [one.which for one in found] == which


@pytest.mark.parametrize(
    ("lines", "goods", "paid"),
    [
        ([line(paid=500), line()], 1_500, [500, 1_000]),
        ([line(paid=500), line()], 400, [500, None]),
        ([line(listed=0)], 400, [None]),
        ([line("A"), line("B"), line("C")], 100, [34, 33, 33]),
        ([line(quantity=2), line()], 300, [200, 100]),
        ([], 300, []),
    ],
)
def test_lines_share_what_is_left_to_the_fen(lines, goods, paid):
    assert line_paid(lines, goods) == paid


def test_what_a_person_settles_is_the_lines_figures_and_not_the_limit():
    (one,) = faults(line(paid=7_000))
    (other,) = faults(line(paid=7_000), limits={"A": PriceLimits(floor_cents=9_000)})
    (cheaper,) = faults(line(paid=6_999))

    assert one.figures == other.figures != cheaper.figures


def test_a_line_whose_money_went_back_is_not_judged_and_keeps_its_part_of_the_order():
    gone = SoldLine("L-B", "A", 1, None, 10_000, leaves=False)

    assert not faults(line(), gone, goods=16_000)
    assert [one.paid_cents for one in faults(line(), gone, goods=15_998)] == [7_999]
