from fractions import Fraction

import pytest

from promotions.rules.final_price import (
    Line,
    Perk,
    PerkError,
    RuleSet,
    allowed_range,
    check_ranges,
    quote,
    raises,
    toolbox,
)
from promotions.rules.final_price.answering import yuan
from promotions.rules.final_price.reading import read_basket
from promotions.rules.price_rule_rows import start_rows
from shopops.lib.business_time import parse_instant
from tests.promotions.rules.vectors import (
    FREIGHT_VECTORS,
    OLD,
    SINCE,
    TEMPLATES,
    VECTORS,
    Vector,
    line,
)

ROWS = start_rows()


def rules_at(text):
    return RuleSet.at(ROWS, parse_instant(text))


def answer_to(document):
    request = read_basket(document, instant=parse_instant)
    rules = RuleSet.at(ROWS, request.at)
    return quote(request.lines, request.perks, rules, request.audience, freight=request.freight)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one.name)
def test_a_published_example_comes_out_as_published(vector: Vector):
    answer = answer_to(vector.document)

    assert yuan(answer.total_cents) == vector.total
    if vector.lines:
        assert [yuan(one.pay_cents) for one in answer.lines] == vector.lines
    for code, off in vector.off.items():
        shares = [one for part in answer.lines for one in part.shares if one.code == code]
        assert yuan(sum(one.off_cents for one in shares)) == off


@pytest.mark.parametrize(("name", "lines", "freight"), FREIGHT_VECTORS)
def test_a_published_freight_comes_out_as_published(name, lines, freight):
    answer = answer_to({"at": SINCE, "lines": lines, "templates": TEMPLATES})

    assert yuan(answer.freight_cents) == freight
    assert answer.total_cents == answer.freight_cents + sum(one.pay_cents for one in answer.lines)


def test_a_merchants_own_super_cut_of_111_may_be_12_to_56():
    row = rules_at(SINCE).rows["IT4"]

    assert allowed_range(11_100, row.parameters) == (1_200, 5_600)


@pytest.mark.parametrize("off", ["11.99", "56.01"])
def test_a_super_cut_outside_its_range_is_refused(off):
    perk = {"code": "super", "kind": "official", "rule": "IT4", "off": off}

    basket = {"at": SINCE, "lines": [line("A", "111")], "benefits": [perk]}
    request = read_basket(basket, instant=parse_instant)

    with pytest.raises(PerkError, match="out_of_range"):
        check_ranges(request.lines, toolbox(request.perks, rules_at(SINCE)))


def test_refunding_one_line_of_a_shared_tier_gives_back_what_that_line_paid():
    basket = {
        "at": OLD,
        "lines": [line("A", "400"), line("B", "100")],
        "benefits": [{"code": "cross", "kind": "cross", "per": "500", "off": "50"}],
    }

    answer = answer_to(basket)

    assert {one.sku: yuan(one.pay_cents) for one in answer.lines} == {"A": "360.00", "B": "90.00"}


def test_under_the_sequential_basis_a_red_packet_that_raises_the_price_is_named():
    lines = [Line("A", 30_000, 1), Line("B", 20_000, 1), Line("C", 10_000, 1)]
    perks = [
        Perk("cross", "cross", {"per": "200", "off": "20"}),
        Perk("packet", "coupon", {"threshold": "0", "off": "5"}, frozenset({"B"})),
    ]

    found = raises(lines, perks, rules_at(OLD))

    assert [(one.code, one.with_cents, one.without_cents) for one in found] == [
        ("packet", 55_500, 54_000)
    ]


def test_a_coupon_that_would_break_up_a_piece_count_is_not_used_and_both_totals_are_shown():
    """Section 2: A, B, C at 100, three for 9 折, and a coupon 100-20 for A alone."""
    lines = [Line(sku, 10_000, 1) for sku in "ABC"]
    perks = [
        Perk("multi", "multi_rate", {"pieces": 3, "rate": "0.9"}),
        Perk("coupon", "coupon", {"threshold": "100", "off": "20"}, frozenset({"A"})),
    ]

    answer = quote(lines, perks, rules_at(SINCE))

    assert answer.total_cents == 27_000
    assert {one.code: one.total_cents for one in answer.readings} == {
        "larger_leaves_count": 28_000,
        "larger_still_counts": 26_000,
    }


def test_the_seventh_example_has_one_reading_only():
    seventh = next(one for one in VECTORS if one.name == "V7")

    assert answer_to(seventh.document).readings == ()


def test_a_coupon_is_used_by_each_sub_order_that_reaches_it_alone_then_by_the_rest_together():
    lines = [Line("A", 10_000, 2), Line("B", 6_000, 1), Line("C", 4_000, 1)]
    perks = [Perk("coupon", "coupon", {"threshold": "100", "off": "10"})]

    answer = quote(lines, perks, rules_at(SINCE))

    assert [one.pay_cents for one in answer.lines] == [18_000, 5_400, 3_600]


def test_a_limit_per_buyer_holds_over_the_whole_basket():
    lines = [Line("A", 10_000, 2), Line("B", 6_000, 1), Line("C", 4_000, 1)]
    perks = [Perk("coupon", "coupon", {"threshold": "100", "off": "10", "limit": 1})]

    assert quote(lines, perks, rules_at(SINCE)).total_cents == 29_000


def test_fifteen_coupons_are_the_most_a_buyer_uses():
    perks = [Perk("coupon", "coupon", {"threshold": "10", "off": "1"})]

    assert quote([Line("A", 1_000, 20)], perks, rules_at(SINCE)).total_cents == 18_500


def test_a_coupon_alone_leaves_a_cent_to_pay():
    perks = [
        Perk("item", "item_off", {"off": "95"}),
        Perk("coupon", "coupon", {"threshold": "100", "off": "20"}),
    ]

    assert quote([Line("A", 10_000, 1)], perks, rules_at(SINCE)).total_cents == 1


def test_a_row_that_nobody_has_read_is_off_and_the_sum_says_so():
    perks = [Perk("card", "price_tool", {"price": "80"}, audience="member")]

    answer = quote([Line("A", 10_000, 1)], perks, rules_at(SINCE), {"member"})

    assert answer.total_cents == 10_000
    assert [step.text for step in answer.steps if step.code == "card"] == ["unused|row_off|IT6|G"]


def test_a_member_benefit_is_for_members_only():
    perks = [Perk("member", "item_off", {"off": "5"}, audience="member")]
    lines = [Line("A", 10_000, 1)]

    assert quote(lines, perks, rules_at(SINCE)).total_cents == 10_000
    assert quote(lines, perks, rules_at(SINCE), {"member"}).total_cents == 9_500


def test_a_super_cut_and_a_cross_shop_tier_do_not_meet_and_the_cheaper_counts():
    cross = Perk("cross", "cross", {"per": "300", "off": "50"})
    small = Perk("super", "official", {"rule": "IT4", "off": "40"})
    large = Perk("super", "official", {"rule": "IT4", "off": "60"})
    lines = [Line("A", 30_000, 1)]

    assert quote(lines, [cross, small], rules_at(SINCE)).total_cents == 25_000
    assert quote(lines, [cross, large], rules_at(SINCE)).total_cents == 24_000


def test_of_two_price_tools_the_lower_sets_the_list_price():
    perks = [
        Perk("flash", "price_tool", {"price": "80"}),
        Perk("tool", "price_tool", {"rate": "0.9"}),
    ]

    answer = quote([Line("A", 10_000, 1)], perks, rules_at(SINCE))

    assert answer.total_cents == 8_000


def test_the_running_figure_of_the_last_step_is_the_total():
    for vector in VECTORS:
        answer = answer_to(vector.document)
        assert answer.steps[-1].running_cents == answer.total_cents
        taken = sum(step.off_cents for step in answer.steps)
        assert answer.steps[0].running_cents - taken == answer.total_cents


def test_free_postage_counts_only_once_its_row_was_checked():
    basket = {
        "at": SINCE,
        "lines": [line("A", "100", template="A")],
        "templates": TEMPLATES,
        "benefits": [{"code": "free", "kind": "postage", "from_amount": "99"}],
    }
    request = read_basket(basket, instant=parse_instant)
    on = [one if one.code != "F5" else type(one)(**{**_fields(one), "is_on": True}) for one in ROWS]

    off_answer = answer_to(basket)
    on_answer = quote(
        request.lines, request.perks, RuleSet.at(on, request.at), freight=request.freight
    )

    assert (off_answer.freight_cents, on_answer.freight_cents) == (800, 0)


def _fields(row):
    return {name: getattr(row, name) for name in row.__slots__}


def test_shares_of_a_percentage_round_once():
    perks = [Perk("multi", "multi_rate", {"pieces": 3, "rate": "0.9"})]
    lines = [Line("A", 3_333, 1), Line("B", 3_333, 1), Line("C", 3_333, 1)]

    answer = quote(lines, perks, rules_at(SINCE))

    off = round(Fraction(9_999, 10))
    assert answer.total_cents == 9_999 - off
    assert [one.shares[0].off_cents for one in answer.lines] == [333, 333, off - 666]
