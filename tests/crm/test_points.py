"""Points follow orders through files, by hand, through merging; the ledger is never changed."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from crm.actions import member_persons, merging, point_settling, points, recompute
from crm.actions.member_errors import MemberRefusedError, StaleMemberError
from crm.actions.points import Adjustment, Spending
from crm.models import Customer, PointBalance, PointEntry, PointRule, PointsDue
from crm.queries import points as queries
from crm.tier_choices import SpentOn
from orders.models import Buyer
from orders.registry import ForgottenPerson
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.orders.importing.harness import NOW, bring, dicts, undo
from tests.orders.importing.test_merging import order, refund

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
TODAY = business_date(NOW)


def catch_up():
    recompute.recompute_all_marked(now=NOW)
    lines = 0
    while (done := point_settling.settle_some(now=NOW)) is not None:
        lines += done
    return lines


def stand(nick="买家1"):
    row = PointBalance.objects.filter(customer__identities__buyer__nick=nick).first()
    return (row.balance, row.owed) if row else (0, 0)


def customer(nick="买家1"):
    return Customer.objects.get(identities__buyer__nick=nick)


@pytest.fixture(autouse=True)
def points_since_ever(db):
    """The orders of these files are of 2017."""
    PointRule.objects.update(valid_from="2010-01-01")


def finished(key="1", **columns):
    return order(key, **{"订单状态": "交易成功", **columns})


def spend(n, by, once="a", who="买家1"):
    spending = Spending(n, SpentOn.COUPON, "换 5 元券", once)
    return points.spend(customer_id=customer(who).pk, spending=spending, by=by, now=NOW)


def test_an_order_earns_when_it_succeeds_and_once_however_often_it_is_told():
    bring(dicts([order()]))
    assert catch_up() == 0

    bring(dicts([finished()]), exported_at=LATER)
    assert catch_up() == 1
    bring(dicts([finished()]), exported_at=LATER + timedelta(hours=1))
    with transaction.atomic():
        point_settling.settle_customers([customer().pk], now=LATER)

    earned = PointEntry.objects.get()
    assert stand() == (earned.points, 0)
    assert earned.points == earned.balance_after > 0
    assert not PointsDue.objects.exists()


def test_a_refund_takes_its_points_back(manager):
    bring(dicts([finished()]))
    catch_up()
    before, _owed = stand()

    bring(dicts([refund(退款状态="退款成功", 退款总额="50.00")]))
    catch_up()

    assert stand() == (before - 50, 0)
    assert list(PointEntry.objects.order_by("pk").values_list("kind", flat=True)) == [
        "earn",
        "refund",
    ]


def test_what_was_spent_before_the_refund_is_owed_and_the_next_order_pays_it(manager):
    bring(dicts([finished()]))
    catch_up()
    all_of_it, _owed = stand()
    spend(all_of_it, manager)

    bring(dicts([refund(退款状态="退款成功", 退款总额="50.00")]))
    catch_up()
    assert stand() == (0, 50)

    bring(dicts([finished("2", 买家会员名="买家1")]), exported_at=LATER)
    catch_up()
    assert stand() == (all_of_it - 50, 0)
    assert queries.prove().differences == []


def test_undo_takes_the_points_back_and_keeps_who_had_them():
    batch, *_ = bring(dicts([finished()]))
    catch_up()

    undo(batch)
    catch_up()

    assert stand() == (0, 0)
    assert queries.prove().differences == []


def test_nothing_before_the_first_rule_earns():
    PointRule.objects.update(valid_from="2020-01-01")
    bring(dicts([finished()]))

    assert catch_up() == 0


def test_points_expire_after_their_last_day_those_first_that_end_first(manager):
    bring(dicts([finished()]))
    catch_up()
    last = PointEntry.objects.get().expires_on
    assert last is not None
    had, _owed = stand()
    spend(30, manager)

    assert point_settling.expire_all(on=last, now=NOW) == 0
    assert queries.expiring_points(last + timedelta(days=1)) == had - 30
    assert point_settling.expire_all(on=last + timedelta(days=1), now=NOW) == 1
    assert point_settling.expire_all(on=last + timedelta(days=1), now=NOW) == 0
    assert stand() == (0, 0)


def test_more_than_there_is_cannot_be_spent(manager):
    bring(dicts([finished()]))
    catch_up()
    had, _owed = stand()

    with pytest.raises(MemberRefusedError, match=f"只有 {had} 分"):
        spend(had + 1, manager)


def test_the_same_form_sent_twice_spends_once(manager):
    bring(dicts([finished()]))
    catch_up()
    had, _owed = stand()

    assert spend(10, manager) == spend(10, manager)

    assert stand() == (had - 10, 0)
    assert Operation.objects.filter(name="crm.points.spent").count() == 1


def test_an_adjustment_wants_a_reason_and_is_logged(manager):
    bring(dicts([order()]))
    catch_up()
    with pytest.raises(MemberRefusedError, match="为什么"):
        points.adjust(
            customer_id=customer().pk, adjustment=Adjustment(5, " ", "x"), by=manager, now=NOW
        )

    points.adjust(
        customer_id=customer().pk, adjustment=Adjustment(5, "补", "x"), by=manager, now=NOW
    )

    assert stand() == (5, 0)
    kept = Operation.objects.get(name="crm.points.adjusted")
    assert (kept.actor, kept.reason, kept.new["balance"]) == (manager, "补", 5)


def test_nobody_is_adjusted_under_zero(manager):
    bring(dicts([order()]))
    catch_up()

    with pytest.raises(MemberRefusedError, match="不够"):
        points.adjust(
            customer_id=customer().pk, adjustment=Adjustment(-1, "扣", "x"), by=manager, now=NOW
        )


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_ledger_refuses_to_be_changed(act, manager):
    bring(dicts([finished()]))
    catch_up()
    rows = PointEntry.objects.all()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(points=1) if act == "update" else rows._raw_delete("default")


def test_a_balance_under_zero_is_refused_by_the_database():
    bring(dicts([finished()]))
    catch_up()

    with pytest.raises(DatabaseError, match="points_are_not_negative"), transaction.atomic():
        PointBalance.objects.update(balance=-1)


def test_points_go_with_a_customer_who_is_merged(manager):
    bring(dicts([finished("1"), finished("2")]))
    catch_up()
    one, two = customer("买家1"), customer("买家2")
    both = stand("买家1")[0] + stand("买家2")[0]

    merging.merge_customers(
        kept=one.pk,
        gone=two.pk,
        versions=(one.version, two.version),
        reason="同一人",
        by=manager,
        now=NOW,
    )
    point_settling.settle_customers([two.pk, one.pk], now=NOW)

    assert PointBalance.objects.get(pk=one.pk).balance == both
    assert PointBalance.objects.get(pk=two.pk).balance == 0
    assert queries.prove().differences == []


def test_a_rule_is_not_written_over_a_colleagues(manager):
    values = {
        "valid_from": TODAY,
        "points_per_yuan": 2,
        "expire_days": None,
        "by": manager,
        "now": NOW,
    }
    points.save_rule(**values, version=0)

    with pytest.raises(StaleMemberError):
        points.save_rule(**values, version=0)
    with pytest.raises(MemberRefusedError):
        points.save_rule(**{**values, "valid_from": TODAY - timedelta(days=1)}, version=0)


def test_an_erased_person_leaves_figures_and_no_words(manager):
    bring(dicts([finished()]))
    catch_up()
    points.adjust(
        customer_id=customer().pk, adjustment=Adjustment(5, "王女士生日", "x"), by=manager, now=NOW
    )
    buyer = Buyer.objects.get()
    assert member_persons.held(buyer.pk, [])["points"][1]["reason"] == "王女士生日"

    member_persons.erase(ForgottenPerson(buyer.pk, [], ["买家1"], "已删除-1", NOW))

    assert set(PointEntry.objects.values_list("reason", flat=True)) <= {"", "***"}
    assert queries.prove().differences == []
