"""Tiers follow what was paid; a plan is tried, warned of, saved once, and shown beside a colleague's."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from crm.actions import member_persons, tier_trial, tiers
from crm.actions.member_errors import MemberRefusedError, StaleMemberError
from crm.actions.tiers import PlanValues
from crm.models import Customer, Identity, TierChange, TierPlan, TierState
from crm.queries import tiers as queries
from crm.rules.tiers import Level, Plan
from orders.models import Order
from orders.registry import ForgottenPerson
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from shopops.work.models import Run
from tests.clients import browser_of
from tests.factories.orders import BuyerFactory, OrderFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db
TODAY = business_date(NOW)
PLAN = Plan((Level(1, "会员", one_order_fen=20_000, rate=Decimal("0.98")),))


def buys(name, *amounts, days_ago=0):
    buyer = BuyerFactory.create(nick=name)
    row = Customer.objects.create(name=name, created_at=NOW)
    Identity.objects.create(buyer=buyer, customer=row, since=NOW)
    for amount in amounts:
        OrderFactory.create(
            buyer=buyer,
            paid_at=NOW - timedelta(days=days_ago),
            paid_amount=amount,
            total_amount=amount,
        )
    return row


def level(row):
    return TierState.objects.filter(pk=row.pk).values_list("level", flat=True).first() or 0


def test_the_start_rows_let_join_at_200_yuan_in_one_order():
    joins, not_yet = buys("够", 200), buys("差一分", Decimal("199.99"))

    assert tiers.keep_all(on=TODAY) == 1

    assert (level(joins), level(not_yet)) == (1, 0)
    plan = queries.plan_in_force(TODAY)
    assert next((one.name, one.rate) for one in plan.levels) == ("普通会员", Decimal("0.98"))
    assert len(plan.levels) == 3
    assert tiers.keep_all(on=TODAY) == 0


def test_a_refund_counts_and_a_tier_is_held_to_its_end_all_the_same():
    row = buys("退了", 250)
    tiers.keep_all(on=TODAY)
    Order.objects.update(refund_amount=250)

    tiers.keep_all(on=TODAY + timedelta(days=1))
    assert level(row) == 1
    tiers.keep_all(on=TODAY + timedelta(days=366))

    assert level(row) == 0
    assert list(TierChange.objects.order_by("on").values_list("was", "now", "why")) == [
        (0, 1, "one_order"),
        (1, 0, "fell"),
    ]


def test_who_has_no_member_name_any_more_has_no_tier():
    row = buys("并走了", 300)
    tiers.keep_all(on=TODAY)
    Identity.objects.all().delete()

    tiers.keep_all(on=TODAY)

    assert level(row) == 0


def test_counting_by_the_database_is_counting_by_the_rules():
    for n, amount in enumerate((100, 200, 400, 1000, 3000)):
        buys(f"客{n}", amount)
    buys("五单", 10, 10, 10, 10, 10)
    plan = queries.plan_in_force(TODAY)

    met = queries.meeting(plan, on=TODAY)

    assert (met.everybody, dict(met.by_level)) == (6, {1: 4, 2: 3, 3: 1})


def save(values, by, *, version=0, is_sure=False):
    return tiers.save_plan(values=values, version=version, is_sure=is_sure, by=by, now=NOW)


def test_a_plan_is_saved_logged_and_worked_out(manager):
    buys("够", 250)
    buys("不够", 50)

    save(PlanValues(TODAY, PLAN, "简单些"), manager)

    assert queries.plan_in_force(TODAY) == replace(PLAN, levels=PLAN.levels)
    kept = Operation.objects.get(name="crm.tiers.plan_saved")
    assert (kept.actor, kept.reason) == (manager, "简单些")
    assert Run.objects.filter(kind="crm.tiers").exists()


@pytest.mark.parametrize(
    ("least", "words"), [(1_000_000, "没有一个客户够得上"), (100, "全都够得上")]
)
def test_a_tier_that_nobody_or_everybody_meets_is_warned_of_until_one_is_sure(
    manager, least, words
):
    buys("一", 250)
    buys("二", 50)
    odd = PlanValues(TODAY, Plan((replace(PLAN.levels[0], one_order_fen=least),)))

    with pytest.raises(MemberRefusedError, match=words):
        save(odd, manager)

    assert save(odd, manager, is_sure=True).version == 1


def test_the_past_is_not_written_again(manager):
    with pytest.raises(MemberRefusedError, match="以前的"):
        save(PlanValues(TODAY - timedelta(days=1), PLAN), manager)


def test_a_colleagues_plan_is_not_overwritten(manager):
    save(PlanValues(TODAY, PLAN), manager, is_sure=True)

    with pytest.raises(StaleMemberError):
        save(PlanValues(TODAY, PLAN), manager, is_sure=True)


def test_a_trial_says_who_rises_and_falls_and_what_a_year_would_have_cost(manager):
    rises, falls = buys("升", 150), buys("降", 250, days_ago=9)
    OrderFactory.create(
        buyer=falls.identities.get().buyer, paid_at=NOW, paid_amount=100, total_amount=100
    )
    tiers.keep_all(on=TODAY)
    TierState.objects.update(until=TODAY - timedelta(days=1), since=TODAY - timedelta(days=99))
    only_today = Plan((Level(1, "会员", one_order_fen=15_000, rate=Decimal("0.90")),), 5, 5, "step")
    tally = tier_trial.Tally(only_today, queries.plan_in_force(TODAY), TODAY)

    tier_trial._add_range(tally, 0, falls.pk, 400)

    found = tally.result()
    assert (found["rises"], found["falls"], found["everybody"]) == (1, 1, 2)
    assert found["sample"] == {"rises": [[rises.pk, 0, 1]], "falls": [[falls.pk, 1, 0]]}
    assert found["meeting"] == {"1": 1}
    # Of the plan of today: 2 % of the 100 yuan after the order that lifted; of the new one 0, it was over.
    assert found["cost"] == {"new": {}, "old": {"1": 200}}


def test_a_trial_tells_who_falls_at_the_end_of_a_tier_that_is_still_held(manager):
    held, safe = buys("还在期内", 250), buys("够得上", 500)
    tiers.keep_all(on=TODAY)
    dearer = replace(PLAN, levels=(replace(PLAN.levels[0], one_order_fen=30_000),))
    tally = tier_trial.Tally(dearer, queries.plan_in_force(TODAY), TODAY)

    tier_trial._add_range(tally, 0, safe.pk, 400)

    found = tally.result()
    assert (found["rises"], found["sample"]["falls"]) == (0, [[held.pk, 1, 0]])
    assert (found["old"], found["new"]) == ({"1": 2}, {"1": 1})


def test_values_of_a_trial_come_back_as_they_were():
    values = PlanValues(TODAY, queries.plan_in_force(TODAY), "试")

    assert tier_trial.values_of(tier_trial.values_json(values)) == values


def test_an_erased_person_has_no_tier():
    row = buys("走了", 300)
    tiers.keep_all(on=TODAY)

    member_persons.erase(ForgottenPerson(row.identities.get().pk, [], ["走了"], "已删除-1", NOW))

    assert not TierState.objects.exists()
    assert not TierChange.objects.exists()


def form(**changes):
    from django.utils import timezone

    values = {
        "valid_from": business_date(timezone.now()).isoformat(), "window_days": 365, "keep_days": 365,
        "fall": "step", "note": "", "version": 0, "l1_name": "会员", "l1_one_order": "200", "l1_rate": "0.98",
        "is_sure": "on",
    }  # fmt: skip
    values |= changes
    return values | {"version": f"{values['valid_from']}:{values['version']}"}


def test_two_who_change_the_tiers_see_both_versions(manager):
    client = browser_of(manager)
    assert client.post("/crm/tiers/edit/", form()).status_code == 302

    answer = client.post("/crm/tiers/edit/", form(l1_one_order="300"))

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "200" in page
    assert "300" in page
    assert client.post("/crm/tiers/edit/", form(l1_one_order="300", version=1)).status_code == 302
    assert TierPlan.objects.order_by("valid_from").last().version == 2


def test_a_form_without_a_condition_comes_back_in_words(manager):
    answer = browser_of(manager).post("/crm/tiers/edit/", form(l1_one_order=""))

    assert answer.status_code == 422
    assert "没有门槛" in answer.content.decode()
