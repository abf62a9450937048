"""The price check: each question at its boundary."""

from datetime import date
from decimal import Decimal

import pytest

from promotions.rules.price_check import (
    Deal,
    Overlap,
    SignUp,
    SkuFacts,
    Trade,
    changes,
    check,
    figures,
    sku_points,
)
from promotions.rules.profit import START, kept_of, rates_of

RATES = rates_of({})
DEAL = Deal(Decimal("98.60"), date(2026, 9, 16), "4827339102651184273")


def facts(**given):
    return SkuFacts(
        **{
            "sku": "A", "lowest": Decimal("90.00"), "floor": Decimal("86.00"),
            "cost": Decimal("46.50"), "free": 100, "expected": 20, **given,
        }
    )  # fmt: skip


def point(code, **given):
    return next(one for one in sku_points(facts(**given), RATES) if one.code == code)


@pytest.mark.parametrize(
    ("lowest", "outcome"), [("86.00", "pass"), ("85.99", "fail"), (None, "unknown")]
)
def test_the_lowest_price_may_reach_the_floor_and_not_go_below(lowest, outcome):
    found = point("floor", lowest=Decimal(lowest) if lowest else None)

    assert found.outcome == outcome


def test_a_price_below_the_floor_says_by_how_much():
    assert point("floor", lowest=Decimal("83.20")).evidence == "floor_below|83.20|86.00|2.80"


def test_without_a_floor_nobody_knows():
    assert point("floor", floor=None).outcome == "unknown"


def test_all_costs_are_taken_off_the_price():
    kept = kept_of(Decimal("83.20"), goods=Decimal("46.50"), rates=RATES, gift=Decimal("2.80"))

    assert kept.fees == Decimal("5.08")  # 83.20 x (5 % + 0.5 % + 0.6 %) = 5.0752
    assert kept.returns == Decimal("0.54")
    assert kept.cost == Decimal("60.22")
    assert kept.margin == Decimal("22.98")


@pytest.mark.parametrize(
    ("lowest", "outcome"), [("90.00", "pass"), ("60.00", "look"), ("50.00", "fail")]
)
def test_a_loss_fails_and_a_thin_margin_is_looked_at(lowest, outcome):
    assert point("cost", lowest=Decimal(lowest), floor=Decimal(1)).outcome == outcome


def test_pieces_of_one_parcel_share_its_postage():
    one = figures(point("cost").evidence)
    two = figures(point("cost", quantity=2).evidence)

    assert Decimal(one["postage"]) == 2 * Decimal(two["postage"])


@pytest.mark.parametrize(("was", "outcome"), [("98.60", "pass"), ("98.61", "fail")])
def test_a_compared_price_may_not_exceed_the_lowest_deal_of_seven_days(was, outcome):
    assert point("week", was=Decimal(was), week_deal=DEAL).outcome == outcome


@pytest.mark.parametrize(("was", "outcome"), [("98.60", "pass"), ("98.61", "fail")])
def test_with_no_deal_in_seven_days_the_last_deal_counts(was, outcome):
    found = point("week", was=Decimal(was), last_deal=DEAL)

    assert found.outcome == outcome
    assert found.evidence.startswith("week_last_")


def test_a_compared_price_without_any_deal_is_unknown():
    assert point("week", was=Decimal("98.60")).outcome == "unknown"


def test_without_a_compared_price_a_higher_price_than_lately_is_looked_at():
    assert point("week", week_deal=DEAL).outcome == "pass"
    assert point("week", lowest=Decimal("98.61"), week_deal=DEAL).outcome == "look"


@pytest.mark.parametrize(("price", "outcome"), [("100.00", "pass"), ("100.01", "fail")])
def test_a_sign_up_price_may_not_exceed_the_lowest_list_price_of_the_days(price, outcome):
    asked = SignUp(15, Decimal(price), Decimal(100), date(2026, 9, 10))

    assert point("signup", signup=asked).outcome == outcome


def test_a_sign_up_without_a_list_price_is_unknown_and_without_a_rule_nothing_is_asked():
    unknown = SignUp(15, None, None, date(2026, 9, 10))

    assert point("signup", signup=unknown).outcome == "unknown"
    assert point("signup").evidence == "signup_none"


def test_an_activity_that_must_not_meet_weighs_more_than_one_that_may():
    may = Overlap("会员日", date(2026, 9, 1), date(2026, 9, 2), may_meet=True)
    not_ = Overlap("秋季上新", date(2026, 9, 22), date(2026, 9, 24), may_meet=False)

    found = point("overlap", overlaps=(may, not_))

    assert (found.outcome, found.evidence) == ("fail", "overlap_not|秋季上新|2026-09-22|2026-09-24")


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"free": 20, "expected": 20}, "pass"),
        ({"free": 15, "coming": 4, "expected": 20}, "look"),
        ({"free": 15, "coming": 5, "expected": 20}, "pass"),
        ({"free": 99, "promised": 100, "expected": 5}, "fail"),
        ({"free": None}, "look"),
        ({"expected": None}, "look"),
    ],
)
def test_stock_is_held_against_what_is_expected_and_promised(given, outcome):
    assert point("stock", **given).outcome == outcome


def test_a_second_fall_without_more_buyers_is_a_price_war():
    war = Trade(Decimal(110), 40, Decimal(100), 40)
    gained = Trade(Decimal(110), 40, Decimal(100), 60)
    rose = Trade(Decimal(95), 40, Decimal(100), 40)

    assert point("war", trade=war).outcome == "look"
    assert point("war", trade=gained).outcome == "pass"
    assert point("war", trade=rose).outcome == "pass"


def test_an_approval_ends_with_a_price_and_not_with_a_piece_sold():
    before = check([facts()], RATES).facts_hash

    assert check([facts(free=99)], RATES).facts_hash == before
    assert check([facts(lowest=Decimal("89.99"))], RATES).facts_hash != before
    assert check([facts(cost=Decimal("46.51"))], RATES).facts_hash != before
    other = rates_of({"commission_rate": "0.02"})
    assert check([facts()], other).facts_hash != before


def test_what_changed_since_the_last_check_is_named_by_sku_and_question():
    def points(**given):
        return [
            {"sku": p.sku, "code": p.code, "outcome": p.outcome, "evidence": p.evidence}
            for p in sku_points(facts(**given), RATES)
        ]

    found = list(changes(points(), points(lowest=Decimal("80.00"), free=90)))

    assert {one["code"] for one in found} == {"floor", "cost"}
    assert list(changes(points(), points())) == []


def test_a_row_of_rates_leaves_out_what_stays_as_it_was():
    assert rates_of({"return_rate": "0.2"}).return_rate == Decimal("0.2")
    assert rates_of({"return_rate": "0.2"}).points_rate == START["points_rate"]
