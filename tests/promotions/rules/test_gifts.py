"""Who earned a gift, and who gets what is left: boundaries."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.rules.stock import Catalogue, Part
from promotions.rules.gifts import GiftOrder, GiftTerms, Left, Shelf, Why, earned_pieces, share_out
from promotions.rules.line_paid import SoldLine
from tests.times import NOW

START, END = NOW - timedelta(days=1), NOW + timedelta(days=1)
TERMS = GiftTerms(rule_id=1, gift_code="ZP", starts_at=START, ends_at=END)
PLENTY = Shelf(Catalogue({}), {})


def line(code="A", quantity=1, paid=10_000, list_cents=10_000):
    return SoldLine(f"L-{code}", code, quantity, paid, list_cents)


def order(number=1, *lines, paid_at=NOW, goods=10_000, buyer=None):
    return GiftOrder(
        number, f"T{number}", buyer or number, paid_at, goods, lines or (line(paid=goods),)
    )


def shelf(free):
    return Shelf(Catalogue({"ZP": (Part(9, "ZP"),), "A": (Part(1, "A"),)}), {9: free, 1: 1000})


def given_to(terms, orders, left=None, on_shelf=PLENTY, **options):
    rest = left or Left(pieces=terms.quota, orders=terms.first_orders)
    earned = [(one, [(terms, earned_pieces(terms, one))]) for one in orders]
    return share_out(earned, {1: rest}, on_shelf, own=options.pop("own", {}), **options)


@pytest.mark.parametrize(
    ("paid_at", "pieces"),
    [
        (START - timedelta(microseconds=1), 0),
        (START, 1),
        (END - timedelta(microseconds=1), 1),
        (END, 0),
    ],
)
def test_a_rule_counts_from_its_first_moment_up_to_its_last(paid_at, pieces):
    assert earned_pieces(TERMS, order(paid_at=paid_at)) == pieces


@pytest.mark.parametrize(("goods", "pieces"), [(19_899, 0), (19_900, 1), (19_901, 1), (0, 0)])
def test_from_an_amount_means_that_very_amount(goods, pieces):
    assert earned_pieces(replace(TERMS, from_cents=19_900), order(goods=goods)) == pieces


@pytest.mark.parametrize(
    ("bought", "pieces"), [(1, 0), (2, 1), (3, 1), (4, 2), (6, 3), (7, 3), (8, 3)]
)
def test_each_full_multiple_earns_once_more_up_to_the_most(bought, pieces):
    terms = replace(TERMS, every_pieces=2, most_times=3)

    assert earned_pieces(terms, order(1, line(quantity=bought))) == pieces


def test_pieces_of_a_gift_are_earned_each_time():
    terms = replace(TERMS, every_pieces=2, pieces=3)

    assert earned_pieces(terms, order(1, line(quantity=5))) == 6


def test_only_the_goods_that_count_are_counted():
    terms = replace(TERMS, codes=frozenset({"A", "B"}), every_pieces=2, from_cents=6_000)
    both = (line("A", 1, 3_000), line("B", 1, 3_000), line("C", 5, 50_000))

    assert earned_pieces(terms, order(1, *both, goods=56_000)) == 1
    assert earned_pieces(terms, order(1, *both[::2], goods=53_000)) == 0
    assert earned_pieces(terms, order(1, line("C", 9), goods=90_000)) == 0


def test_an_order_without_lines_earns_nothing():
    assert earned_pieces(TERMS, GiftOrder(1, "T1", 1, NOW, 50_000, ())) == 0


def test_what_a_line_cost_is_its_part_of_the_order_where_the_file_does_not_say():
    terms = replace(TERMS, codes=frozenset({"A"}), from_cents=5_000)
    lines = line("A", 1, None, 10_000), line("C", 1, None, 10_000)

    assert earned_pieces(terms, order(1, *lines, goods=10_000)) == 1
    assert earned_pieces(terms, order(1, *lines, goods=9_998)) == 0


def test_the_quota_goes_to_those_who_paid_first_and_the_rest_miss_it():
    terms = replace(TERMS, quota=2)

    grants = given_to(terms, [order(1), order(2), order(3)])

    assert [(one.order.order_id, one.why) for one in grants] == [
        (1, None),
        (2, None),
        (3, Why.QUOTA),
    ]


def test_a_gift_of_which_too_few_are_left_is_not_given_in_part_and_a_smaller_one_still_is():
    terms = replace(TERMS, quota=3, every_pieces=1)
    orders = [order(1, line(quantity=2)), order(2, line(quantity=2)), order(3)]

    assert [one.why for one in given_to(terms, orders)] == [None, Why.QUOTA, None]


def test_only_the_first_orders_get_it_and_nothing_is_said_to_the_others():
    grants = given_to(replace(TERMS, first_orders=2), [order(n) for n in range(1, 5)])

    assert [one.order.order_id for one in grants] == [1, 2]


def test_a_buyer_gets_one_and_buyers_whom_nobody_knows_are_not_one_buyer():
    terms = replace(TERMS, is_once_per_buyer=True)
    unknown = [replace(order(n), buyer_id=None) for n in (4, 5)]

    grants = given_to(terms, [order(1, buyer=7), order(2, buyer=7), order(3, buyer=8), *unknown])

    assert [one.order.order_id for one in grants] == [1, 3, 4, 5]


def test_a_buyer_who_had_it_before_gets_none():
    terms = replace(TERMS, is_once_per_buyer=True)

    assert given_to(terms, [order(1, buyer=7)], Left(buyers={7})) == []


def test_an_order_that_met_the_rule_gets_nothing_again():
    assert given_to(TERMS, [order(1)], Left(met={1})) == []


@pytest.mark.parametrize(
    ("free", "whys"), [(2, [None, None]), (1, [None, Why.STOCK]), (-1, [Why.STOCK] * 2)]
)
def test_what_is_not_on_the_shelf_is_not_given(free, whys):
    assert [one.why for one in given_to(TERMS, [order(1), order(2)], on_shelf=shelf(free))] == whys


def test_pieces_that_an_order_bought_come_before_its_gifts():
    grants = given_to(TERMS, [order(1)], on_shelf=shelf(1), own={1: [("ZP", 1)]})

    assert [one.why for one in grants] == [Why.STOCK]


def test_an_order_that_cannot_leave_gets_nothing_yet_unless_a_person_lets_it_go():
    own = {1: [("A", 2000)]}

    assert given_to(TERMS, [order(1)], on_shelf=shelf(1), own=own) == []
    (grant,) = given_to(TERMS, [order(1)], on_shelf=shelf(1), own=own, goes_short=frozenset({1}))
    assert grant.why is None


@given(
    st.integers(0, 20),
    st.integers(0, 20),
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 6)), max_size=30),
)
def test_never_more_than_quota_and_stock_whatever_is_asked_for(quota, free, wishes):
    terms = replace(TERMS, quota=quota, every_pieces=1, is_once_per_buyer=True)
    orders = [order(n, line(quantity=q), buyer=b) for n, (q, b) in enumerate(wishes, start=1)]

    grants = [one for one in given_to(terms, orders, on_shelf=shelf(free)) if one.why is None]

    assert sum(one.pieces for one in grants) <= min(quota, free)
    assert len({one.order.buyer_id for one in grants}) == len(grants)


def test_what_went_back_does_not_count_and_neither_does_a_line_that_stays_here():
    terms = replace(TERMS, from_cents=10_000, every_pieces=1)
    whole = order(1, line("A", 1, 6_000), line("B", 1, 6_000), goods=12_000)
    part = replace(
        order(1, line("A", 1, 6_000), replace(line("B", 1, 6_000), leaves=False), goods=12_000),
        refunded_cents=6_000,
    )

    assert (earned_pieces(terms, whole), earned_pieces(terms, part)) == (2, 0)
    assert earned_pieces(replace(terms, from_cents=None), part) == 1
