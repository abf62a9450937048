from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from orders.rules.couriers import (
    CarrierFacts,
    CourierFacts,
    CourierRule,
    choose_carrier,
    explain,
    same_carrier,
    try_rule,
)

TODAY = date(2026, 9, 17)
ZTO = CourierRule(3, "其余", "中通快递")
POST = CourierRule(2, "偏远", "邮政快递包裹", provinces=("西藏", "新疆"))
ASKED = CourierRule(1, "指定", "", only_if_requested=True)
RULES = (ASKED, POST, ZTO)
CARRIERS = {name: CarrierFacts(name) for name in ("中通快递", "申通快递", "邮政快递包裹")}
FACTS = CourierFacts("浙江省", Decimal("150.00"), frozenset({"MY-ZT60-BL"}), 900)


def chosen(facts=FACTS, rules=RULES, carriers=CARRIERS):
    return choose_carrier(facts, rules, TODAY, carriers=carriers)


def test_the_fall_back_takes_what_no_other_rule_takes():
    assert chosen().carrier == "中通快递"
    assert chosen().reason == "fallback|3|其余"


def test_a_remote_province_goes_with_the_carrier_for_it():
    choice = chosen(replace(FACTS, province="西藏自治区"))

    assert (choice.carrier, choice.reason) == ("邮政快递包裹", "rule|2|偏远|province:西藏自治区")


def test_a_requested_courier_of_ours_is_kept_and_a_strange_one_is_passed_over():
    assert chosen(replace(FACTS, requested="申通")).carrier == "申通快递"
    assert chosen(replace(FACTS, requested="顺丰")).carrier == "中通快递"


@pytest.mark.parametrize(
    ("grams", "fits"), [(999, False), (1000, True), (2999, True), (3000, False), (None, False)]
)
def test_weight_counts_from_its_lower_bound_to_just_under_its_upper_one(grams, fits):
    rule = CourierRule(9, "中件", "申通快递", minimum_grams=1000, maximum_grams=3000)

    assert try_rule(replace(FACTS, grams=grams), rule, TODAY, carriers=CARRIERS).fits is fits


@pytest.mark.parametrize(("amount", "fits"), [("499.99", False), ("500.00", True)])
def test_amount_counts_from_its_bound(amount, fits):
    rule = CourierRule(9, "贵的", "申通快递", minimum_amount=Decimal(500))

    assert (
        try_rule(replace(FACTS, amount=Decimal(amount)), rule, TODAY, carriers=CARRIERS).fits
        is fits
    )


def test_one_of_the_named_skus_is_enough():
    rule = CourierRule(9, "易碎", "申通快递", sku_codes=frozenset({"MY-ZT60-BL", "X"}))

    assert chosen(rules=(rule, ZTO)).reason == "rule|9|易碎|sku:MY-ZT60-BL"


def test_a_rule_off_not_begun_or_ended_is_passed_over():
    for change in (
        {"is_on": False},
        {"valid_from": date(2026, 9, 18)},
        {"valid_to": date(2026, 9, 16)},
    ):
        rule = replace(CourierRule(9, "申通", "申通快递"), **change)
        assert chosen(rules=(rule, ZTO)).carrier == "中通快递"
    kept = CourierRule(9, "申通", "申通快递", valid_from=TODAY, valid_to=TODAY)
    assert chosen(rules=(kept, ZTO)).carrier == "申通快递"


def test_a_carrier_that_rests_or_does_not_go_there_loses_the_parcel_to_the_next_rule():
    rests = {"中通快递": CarrierFacts("中通快递")}
    stays = {**CARRIERS, "申通快递": CarrierFacts("申通快递", ("浙江",))}
    rule = CourierRule(9, "申通", "申通快递")

    assert chosen(rules=(rule, ZTO), carriers=rests).carrier == "中通快递"
    assert chosen(rules=(rule, ZTO), carriers=stays).carrier == "中通快递"


def test_no_rule_gives_no_carrier_and_says_so():
    assert chosen(rules=(POST,)).carrier == ""
    assert chosen(rules=(POST,)).reason == "none"


def test_the_explanation_names_each_rule_asked_and_why_it_did_not_fit():
    asked = explain(FACTS, RULES, TODAY, carriers=CARRIERS)

    assert [(one.rule.name, one.misses) for one in asked] == [
        ("指定", ("requested:",)),
        ("偏远", ("province:浙江省",)),
        ("其余", ()),
    ]


@pytest.mark.parametrize("other", ["中通", "中通快递", "中通速递", " 中通快递(ZTO) "])
def test_people_name_one_carrier_in_several_ways(other):
    assert same_carrier("中通快递", other)
    assert not same_carrier("中通快递", "申通快递")
