from fractions import Fraction

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from promotions.rules.final_price import Line, Perk, lowest, quote, raises
from promotions.rules.final_price.sharing import shared
from tests.promotions.rules.strategies import (
    NOW,
    SEQUENTIAL,
    STACKED,
    baskets,
    brute_total,
    offers,
    perks,
    prices,
)

quick = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
rules = st.sampled_from([NOW, STACKED])
any_rules = st.sampled_from([NOW, STACKED, SEQUENTIAL])


@quick
@given(lines=baskets(), chosen=offers(), rules=any_rules)
def test_a_price_is_never_below_zero_and_lines_and_shares_sum_to_the_cent(lines, chosen, rules):
    answer = quote(lines, chosen, rules)

    assert answer.total_cents >= 0
    assert sum(line.pay_cents for line in answer.lines) == answer.total_cents
    for line, given_line in zip(answer.lines, lines, strict=True):
        assert line.pay_cents >= 0
        assert all(share.off_cents > 0 for share in line.shares)
        full = given_line.price_cents * given_line.quantity
        assert full - sum(share.off_cents for share in line.shares) == line.pay_cents


@quick
@given(lines=baskets(), chosen=offers(3), more=perks("P9"), rules=rules)
def test_another_benefit_never_raises_the_price_on_the_parallel_basis(lines, chosen, more, rules):
    assume(more.kind != "price_tool")  # sets the 标价, on which thresholds are taken
    without = quote(lines, chosen, rules).total_cents

    assert quote(lines, [*chosen, more], rules).total_cents <= without


@quick
@given(lines=baskets(), chosen=offers(), rules=any_rules, seed=st.randoms())
def test_the_order_of_benefits_means_nothing(lines, chosen, rules, seed):
    mixed = list(chosen)
    seed.shuffle(mixed)

    assert quote(lines, mixed, rules).lines == quote(lines, chosen, rules).lines


@quick
@given(lines=baskets(), chosen=offers(), rules=rules)
def test_the_total_is_the_least_of_all_assignments_tried_by_hand(lines, chosen, rules):
    expected = brute_total(lines, chosen, stack=rules is STACKED)

    assert quote(lines, chosen, rules).total_cents == expected


@quick
@given(price=prices, chosen=offers(), rules=rules)
def test_the_lowest_price_is_the_least_per_piece_over_all_counts(price, chosen, rules):
    found = lowest(Line("A", price, 1), chosen, rules)

    totals = {
        pieces: brute_total([Line("A", price, pieces)], chosen, stack=rules is STACKED)
        for pieces in range(1, 11)
    }
    each = min(Fraction(total, pieces) for pieces, total in totals.items())
    assert found.amount_cents == -(-each.numerator // each.denominator)
    assert found.one_piece_cents == totals[1]
    assert Fraction(totals[found.quantity], found.quantity) == each
    assert found.quote.goods_cents == totals[found.quantity]


@quick
@given(lines=baskets(), chosen=offers())
def test_under_the_sequential_basis_every_raise_is_found(lines, chosen):
    whole = quote(lines, chosen, SEQUENTIAL).total_cents
    found = {one.code for one in raises(lines, chosen, SEQUENTIAL)}

    for perk in chosen:
        less = quote(lines, [one for one in chosen if one is not perk], SEQUENTIAL).total_cents
        assert (perk.code in found) == (less < whole)


@quick
@given(lines=baskets(), chosen=offers(3), other=st.sampled_from(["MEMBER", "FIRST"]))
def test_a_benefit_for_others_changes_nothing_for_the_public(lines, chosen, other):
    mine = Perk(other, "item_off", {"off": "5"}, audience="member")

    assert quote(lines, [*chosen, mine], NOW).lines == quote(lines, chosen, NOW).lines


@given(
    total=st.integers(0, 10_000),
    weights=st.lists(st.integers(0, 500), min_size=1, max_size=8),
    remainder=st.sampled_from(["last", "largest"]),
)
def test_shares_are_never_negative_and_sum_exactly(total, weights, remainder):
    shares = shared(total, weights, remainder)

    assert min(shares) >= 0
    assert sum(shares) == (total if sum(weights) else 0)
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if not weight)


def test_a_lower_list_price_that_misses_a_tier_is_found_as_a_raise():
    chosen = [
        Perk("cross", "cross", {"per": "300", "off": "50"}),
        Perk("tool", "price_tool", {"price": "299"}),
    ]

    found = raises([Line("A", 30_000, 1)], chosen, NOW)

    assert [(one.code, one.with_cents, one.without_cents) for one in found] == [
        ("tool", 29_900, 25_000)
    ]


def test_a_buyer_who_combines_skus_to_cross_a_threshold_pays_lines_that_sum_exactly():
    lines = [Line("A", 6_999, 1), Line("B", 4_999, 1), Line("C", 8_005, 1)]
    chosen = [Perk("coupon", "coupon", {"threshold": "199", "off": "20"})]

    alone = [quote([line], chosen, NOW).total_cents for line in lines]
    together = quote(lines, chosen, NOW)

    assert alone == [6_999, 4_999, 8_005]
    assert together.total_cents == sum(alone) - 2_000
    assert sum(line.shares[0].off_cents for line in together.lines) == 2_000


def test_a_basket_with_too_many_ways_is_said_to_be_searched_not_proved():
    lines = [Line(f"S{at}", 3_000 + at, 2) for at in range(12)]
    chosen = [
        Perk("coupon", "coupon", {"threshold": "100", "off": "10"}),
        Perk("multi", "multi_rate", {"pieces": 3, "rate": "0.9"}),
    ]

    answer = quote(lines, chosen, NOW)

    assert not answer.is_exact
    assert answer.total_cents <= quote(lines, chosen[1:], NOW).total_cents
