"""RFM: scores by stated cut points, kept day by day equal to a working out from scratch."""

import io
import json
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from crm.actions import follow, recompute, rfm
from crm.choices import LifeStage
from crm.models import CustomerStat, LifeRule, PaidDay, RfmBase, RfmChange, RfmRule, RfmRun
from crm.queries import rfm as queries
from crm.rules import rfm as rules
from shopops.lib.business_time import SHANGHAI
from tests.factories.orders import BuyerFactory, OrderFactory

DAY = date(2026, 9, 17)
NOW = datetime(2026, 9, 18, 5, tzinfo=SHANGHAI)


def paid(buyer, day, amount=100, **more):
    at = datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
    return OrderFactory(buyer=buyer, paid_at=at, paid_amount=amount, **more)


def shop(count=25):
    """Give buyers of whom each later one paid later, more often and more."""
    buyers = [BuyerFactory() for _n in range(count)]
    for place, buyer in enumerate(buyers):
        for time in range(1 + place // 5):
            paid(buyer, DAY - timedelta(days=5 * (count - place) + 7 * time), 100 + 10 * place)
    catch_up()
    return buyers


def catch_up():
    follow.mark_everybody()
    recompute.recompute_all_marked(now=NOW)


def stat(buyer):
    return CustomerStat.objects.get(customer__identities__buyer=buyer)


def everything():
    """Give all that RFM keeps: what became of each customer, the base, what the page counts."""
    run = RfmRun.objects.latest("as_of")
    return (
        set(CustomerStat.objects.values_list(
            "pk", "recency", "frequency", "monetary", "segment", "life_stage"
        )),
        set(RfmBase.objects.values_list("pk", "last_date", "days", "orders", "net_fen")),
        {one["code"]: (one["buyers"], one["net_fen"]) for one in run.segments},
        {one["code"]: (one["buyers"], one["net_fen"]) for one in run.stages},
        {tuple(one[:2]): tuple(one[2:]) for one in run.grid},
        (run.buyers, run.cuts),
    )  # fmt: skip


def anew(day):
    RfmRun.objects.all().delete()
    RfmBase.objects.all().delete()
    rfm.keep_rfm(as_of=day, now=NOW)


@pytest.mark.parametrize(
    ("value", "found"), [(0, 1), (10, 1), (11, 2), (20, 2), (40, 4), (41, 5), (9999, 5)]
)
def test_a_value_at_a_cut_point_belongs_below_it(value, found):
    assert rules.score(value, [10, 20, 30, 40]) == found
    assert rules.score(value, [10, 20, 30, 40], less_is_better=True) == 6 - found


@pytest.mark.parametrize(
    ("days", "paid_days", "stage"),
    [
        (None, 0, LifeStage.ASKED),
        (30, 1, LifeStage.NEW),
        (30, 2, LifeStage.ACTIVE),
        (31, 1, LifeStage.COOLING),
        (60, 2, LifeStage.COOLING),
        (61, 2, LifeStage.ASLEEP),
        (90, 2, LifeStage.ASLEEP),
        (91, 2, LifeStage.LOST),
    ],
)
def test_stages_of_life_end_on_their_days(days, paid_days, stage):
    limits = rules.LifeLimits(30, 60, 90, "rule")

    assert rules.life_stage(paid_days=paid_days, days_since=days, limits=limits) == stage


@pytest.mark.django_db
def test_the_best_fifth_is_the_most_valuable_and_the_last_one_passes():
    buyers = shop()

    rfm.keep_rfm(as_of=DAY, now=NOW)

    best, worst = stat(buyers[-1]), stat(buyers[0])
    assert (best.recency, best.frequency, best.monetary, best.segment) == (5, 5, 5, "champion")
    assert (worst.recency, worst.frequency, worst.monetary, worst.segment) == (1, 1, 1, "passing")
    run = RfmRun.objects.get()
    assert (run.buyers, run.cuts["recency"]) == (25, [25, 50, 75, 100])


@pytest.mark.django_db
def test_what_was_paid_outside_the_window_or_later_counts_for_nothing():
    early, late, edge = BuyerFactory(), BuyerFactory(), BuyerFactory()
    paid(early, DAY - timedelta(days=365))
    paid(edge, DAY - timedelta(days=364))
    paid(late, DAY + timedelta(days=1))
    catch_up()

    rfm.keep_rfm(as_of=DAY, now=NOW)

    assert [stat(one).recency is None for one in (early, edge, late)] == [True, False, True]


@pytest.mark.django_db
def test_kept_day_by_day_it_equals_a_working_out_from_scratch():
    buyers = shop(30)
    RfmRule.objects.create(valid_from=date(2020, 1, 1), window_days=90, changed_at=NOW)
    rfm.keep_rfm(as_of=DAY - timedelta(days=3), now=NOW)
    for step in (2, 1, 0):
        day = DAY - timedelta(days=step)
        paid(buyers[step], day, 5000)
        order = buyers[10 + step].orders.order_by("pk").first()
        order.refund_amount = 60
        order.save()
        follow.mark_some([buyers[step].pk, buyers[10 + step].pk])
        rfm.keep_rfm(as_of=day, now=NOW)

    kept = everything()
    scratch = queries.rfm_as_of(queries.recipe(as_of=DAY))
    anew(DAY)

    assert kept == everything()
    assert RfmRun.objects.get().cuts == scratch.cuts
    assert {one.code: one.buyers for one in scratch.segments if one.buyers} == {
        one["code"]: one["buyers"] for one in RfmRun.objects.get().segments
    }


@pytest.mark.django_db
def test_the_sql_scores_as_the_rules_do():
    shop(40)
    rfm.keep_rfm(as_of=DAY, now=NOW)
    cuts = RfmRun.objects.get().cuts

    for base in RfmBase.objects.exclude(orders=0):
        known = CustomerStat.objects.get(pk=base.pk)
        scores = (
            rules.score((DAY - base.last_date).days, cuts["recency"], less_is_better=True),
            rules.score(base.orders, cuts["frequency"]),
            rules.score(base.net_fen, cuts["monetary"]),
        )
        assert (known.recency, known.frequency, known.monetary) == scores
        assert known.segment == rules.segment_of(*scores)


@pytest.mark.django_db
def test_history_has_a_row_only_where_something_became_other():
    buyers = shop()
    rfm.keep_rfm(as_of=DAY, now=NOW)
    first = RfmChange.objects.count()
    paid(buyers[0], DAY + timedelta(days=1), 90000)
    follow.mark_some([buyers[0].pk])

    rfm.keep_rfm(as_of=DAY + timedelta(days=1), now=NOW)

    assert first == 25
    moved = RfmChange.objects.get(customer=stat(buyers[0]).pk, as_of=DAY + timedelta(days=1))
    assert (moved.was, moved.recency, moved.monetary) == ("passing", 5, 5)
    assert RfmChange.objects.filter(as_of=DAY + timedelta(days=1)).count() < 25


@pytest.mark.django_db
def test_fixed_cut_points_and_a_rule_of_life_go_before_what_the_data_say():
    buyers = shop(10)
    RfmRule.objects.create(
        valid_from=date(2020, 1, 1), method="fixed", changed_at=NOW,
        cuts={"recency": [1, 2, 3, 4], "frequency": [1, 2, 3, 4], "monetary": [1, 2, 3, 4]},
    )  # fmt: skip
    LifeRule.objects.create(
        valid_from=date(2020, 1, 1), active_days=5, cooling_days=6, asleep_days=7, changed_at=NOW
    )

    rfm.keep_rfm(as_of=DAY, now=NOW)

    assert (stat(buyers[-1]).recency, stat(buyers[-1]).monetary) == (1, 5)
    assert stat(buyers[-1]).life_stage == "active"
    assert stat(buyers[0]).life_stage == "lost"


@pytest.mark.django_db
def test_limits_of_life_come_from_the_shop_s_own_intervals():
    for _n in range(60):
        buyer = BuyerFactory()
        for time in range(4):
            paid(buyer, DAY - timedelta(days=20 * time))
    catch_up()

    limits = queries.life_limits(as_of=DAY)

    assert (limits.by, limits.intervals, limits.active) == ("own", 180, 20)
    assert limits.active < limits.cooling < limits.asleep


@pytest.mark.django_db
def test_the_command_says_what_the_contract_promises():
    shop()
    out = io.StringIO()

    call_command("rfm", "--as-of", DAY.isoformat(), "--window", "60", "--json", stdout=out)

    answer = json.loads(out.getvalue())
    assert (
        answer["buyers"]
        == PaidDay.objects.filter(date__gt=DAY - timedelta(days=60), date__lte=DAY)
        .values("customer")
        .distinct()
        .count()
    )
    assert sum(one["buyers"] for one in answer["segments"]) == answer["buyers"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(paid_amount - refund_amount) FROM orders_order WHERE paid_date > %s"
            " AND paid_date <= %s",
            [DAY - timedelta(days=60), DAY],
        )
        net = cursor.fetchone()[0]
    assert sum(float(one["net_amount"]) for one in answer["segments"]) == pytest.approx(float(net))
