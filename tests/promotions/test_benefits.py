import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from promotions.actions.benefits import (
    change_benefit,
    create_benefit,
    given_of,
    switch_benefit,
)
from promotions.actions.errors import BenefitRefusedError, StalePriceError
from promotions.actions.lowest import KIND
from promotions.actions.price_rules import RuleGiven, change_price_rule
from promotions.choices import BenefitKind
from promotions.models import Benefit
from promotions.queries.price_rules import rules_at
from shopops.staff.models import Operation
from shopops.work.models import Run
from tests.factories.goods import SkuFactory
from tests.factories.orders import NOON
from tests.factories.promotions import BenefitFactory, BenefitSkuFactory
from tests.promotions.benefit_kit import given, make, rule

pytestmark = pytest.mark.django_db


def test_a_new_benefit_is_logged_and_asks_for_the_lowest_prices(manager):
    sku = SkuFactory.create(list_amount=Decimal("100.00"))

    row = make(manager, is_shop_wide=False, skus={sku.code: Decimal("12.50")})

    assert list(row.skus.values_list("sku_id", "amount")) == [(sku.pk, Decimal("12.50"))]
    operation = Operation.objects.get(name="promotions.benefit.created")
    assert (operation.object_key, operation.actor) == (row.code, manager)
    assert Run.objects.filter(kind=KIND).count() == 1


REFUSED = [
    ({"name": " "}, "起个名字"),
    ({"ends_at": NOON}, "晚于开始"),
    ({"parameters": {"off": "0"}}, "大于 0"),
    ({"parameters": {"off": "-1"}}, "大于 0"),
    ({"parameters": {}}, "写上金额"),
    ({"kind": BenefitKind.AUCTION, "parameters": {"start": "0"}}, "起拍价要大于 0"),
    ({"starts_at": NOON.replace(year=1), "ends_at": NOON}, "年份不对"),
    (
        {
            "kind": BenefitKind.MULTI_OFF,
            "parameters": {"pieces": 2, "off": "200"},
            "is_shop_wide": False,
            "skus": {"MY-A": None},
        },
        "白送",
    ),
    ({"is_shop_wide": False}, "写上商家编码"),
    ({"is_shop_wide": False, "skus": {"NO-1": None}}, "NO-1"),
    ({"is_shop_wide": False, "skus": {"MY-A": Decimal(0)}}, "大于 0"),
    ({"is_shop_wide": False, "skus": {"MY-A": Decimal(100)}}, "不比一口价"),
    ({"is_shop_wide": False, "skus": {"MY-A": None}, "parameters": {"off": "120"}}, "不比一口价"),
    (
        {
            "kind": BenefitKind.PRICE_TOOL,
            "parameters": {"price": "101"},
            "is_shop_wide": False,
            "skus": {"MY-A": None},
        },
        "高过一口价",
    ),
    ({"kind": BenefitKind.COUPON, "parameters": {"threshold": "100", "off": "100"}}, "门槛"),
    ({"kind": BenefitKind.OFFICIAL, "parameters": {"rate": "12"}}, "0 和 1"),
    (
        {
            "kind": BenefitKind.OFFICIAL,
            "parameters": {"off": "5", "rule": "IT4"},
            "is_shop_wide": False,
            "skus": {"MY-A": None},
        },
        "只能减",
    ),
]


@pytest.mark.parametrize(("facts", "words"), REFUSED)
def test_a_benefit_that_makes_no_sense_is_refused_in_words(manager, facts, words):
    SkuFactory.create(code="MY-A", list_amount=Decimal("100.00"))

    with pytest.raises(BenefitRefusedError, match=words):
        make(manager, **facts)

    assert not Benefit.objects.exists()


def test_two_exclusive_tools_of_one_sku_may_not_overlap(manager):
    sku = SkuFactory.create(code="MY-A", list_amount=Decimal("100.00"))
    first = BenefitFactory.create(is_shop_wide=False, name="开学季")
    BenefitSkuFactory.create(benefit=first, sku=sku)

    with pytest.raises(BenefitRefusedError, match="开学季"):
        make(manager, is_shop_wide=False, skus={"MY-A": None})


def test_they_may_follow_each_other_or_be_for_other_goods_or_people(manager):
    sku = SkuFactory.create(code="MY-A", list_amount=Decimal("100.00"))
    SkuFactory.create(code="MY-B", list_amount=Decimal("100.00"))
    first = BenefitFactory.create(is_shop_wide=False)
    BenefitSkuFactory.create(benefit=first, sku=sku)

    make(manager, is_shop_wide=False, skus={"MY-B": None})
    make(manager, is_shop_wide=False, skus={"MY-A": None}, audience="member")
    after = {"starts_at": first.ends_at, "ends_at": first.ends_at + timedelta(days=1)}
    make(manager, is_shop_wide=False, skus={"MY-A": None}, **after)

    assert Benefit.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_of_two_overlapping_tools_at_the_same_time_one_is_refused(manager):
    outcomes = []

    def act(name):
        try:
            make(manager, name=name)
            outcomes.append("made")
        except BenefitRefusedError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["made", "refused"]


def test_a_stale_change_is_refused(manager):
    row = make(manager)
    switch_benefit(benefit_id=row.pk, is_on=False, version=1, by=manager, now=NOON)

    with pytest.raises(StalePriceError):
        change_benefit(benefit_id=row.pk, given=given(), version=1, by=manager, now=NOON)


def test_switching_on_looks_at_the_others_again(manager):
    row = BenefitFactory.create(is_on=False)
    make(manager)

    with pytest.raises(BenefitRefusedError, match="重叠"):
        switch_benefit(benefit_id=row.pk, is_on=True, version=1, by=manager, now=NOON)


def test_a_stored_benefit_is_given_back_as_it_was_written(manager):
    SkuFactory.create(code="MY-A", list_amount=Decimal("100.00"))
    wanted = given(is_shop_wide=False, skus={"MY-A": Decimal("3.20")}, code="X1")

    row = create_benefit(given=wanted, by=manager, now=NOON)

    assert given_of(Benefit.objects.get(pk=row.pk)) == wanted


def rule_given(row, **facts):
    plain = {
        "parameters": row.parameters,
        "is_on": row.is_on,
        "mark": row.mark,
        "source": row.source,
        "valid_to": row.valid_to,
    }
    return RuleGiven(**(plain | facts))


def test_a_rule_changed_from_a_day_on_leaves_the_days_before_as_they_were(manager):
    row = rule()
    stacked = rule_given(row, parameters=row.parameters | {"shop_group": "stack"}, since=NOON)

    change_price_rule(rule_id=row.pk, given=stacked, version=row.version, by=manager, now=NOON)

    assert rules_at(NOON - timedelta(seconds=1)).is_best_of
    assert not rules_at(NOON).is_best_of
    assert Run.objects.filter(kind=KIND).exists()
    assert Operation.objects.filter(name="promotions.rule.changed").exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"since": NOON - timedelta(days=5000)},
        {"valid_to": NOON - timedelta(days=5000)},
        {"parameters": {"shop_group": "neither"}},
        {"parameters": {"cap": "many"}},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(manager, facts):
    row = rule()

    with pytest.raises(BenefitRefusedError):
        change_price_rule(
            rule_id=row.pk,
            given=rule_given(row, **facts),
            version=row.version,
            by=manager,
            now=NOON,
        )


def test_a_stale_rule_is_refused(manager):
    row = rule()
    with pytest.raises(StalePriceError):
        change_price_rule(
            rule_id=row.pk, given=rule_given(row), version=row.version + 1, by=manager, now=NOON
        )
