"""What is kept for a person goes with them when they are merged, and back when they are parted."""

from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.actions import caring, merging, point_settling, points, recompute
from crm.actions.caring import About
from crm.actions.customer_errors import CustomerRefusedError
from crm.actions.points import Adjustment, Spending
from crm.choices import Channel
from crm.models import (
    CampaignMember,
    Customer,
    CustomerMerge,
    FollowTask,
    Keeping,
    MessageRule,
    OptOut,
    PointEntry,
    PointRule,
)
from crm.queries import points as queries
from crm.queries.messages import why_not
from crm.queries.timeline import timeline
from crm.review_choices import FollowKind, FollowState
from crm.rules.points import Lot, lots_left, pick, take_back
from crm.tier_choices import PointKind, SpentOn
from shopops.lib.business_time import business_date
from tests.factories import campaigns as made
from tests.factories.staff import PersonFactory
from tests.orders.importing.harness import bring, dicts, undo
from tests.orders.importing.test_merging import order, refund
from tests.times import NOW

pytestmark = pytest.mark.django_db
TODAY = business_date(NOW)


def two():
    return made.customer("林小鹿"), made.customer("小鹿的另一个号")


def merge(kept, gone, by, now=NOW):
    kept.refresh_from_db()
    gone.refresh_from_db()
    return merging.merge_customers(
        kept=kept.pk,
        gone=gone.pk,
        versions=(kept.version, gone.version),
        reason="同一个电话",
        by=by,
        now=now,
    )


def part(merged, by, now=NOW):
    return merging.part_customers(merge_id=merged.pk, by=by, now=now)


def give(customer, n, by, once, now=NOW):
    given_points = Adjustment(n, "开始", once)
    return points.adjust(customer_id=customer.pk, adjustment=given_points, by=by, now=now)


def spend(customer, n, by, once):
    spending = Spending(n, SpentOn.GIFT, "换赠品", once)
    points.spend(customer_id=customer.pk, spending=spending, by=by, now=NOW)


def purses(*customers):
    return [(queries.purse(one.pk).balance, queries.purse(one.pk).owed) for one in customers]


# --- points ---------------------------------------------------------------------------------------


def test_points_go_at_once_and_keep_their_last_day(manager):
    kept, gone = two()
    give(kept, 30, manager, "a")
    early = give(gone, 100, manager, "b", now=NOW - timedelta(days=100)).expires_on

    merge(kept, gone, manager)

    assert purses(kept, gone) == [(130, 0), (0, 0)]
    assert early is not None
    assert queries.expiring_of(early + timedelta(days=1), [kept.pk]) == [(kept.pk, 100)]
    assert queries.prove().differences == []


def test_parted_again_each_has_the_points_of_before(manager):
    kept, gone = two()
    give(kept, 30, manager, "a")
    last = give(gone, 100, manager, "b", now=NOW - timedelta(days=100)).expires_on
    merged = merge(kept, gone, manager)

    part(merged, manager)

    assert purses(kept, gone) == [(30, 0), (100, 0)]
    assert queries.lots_left(gone.pk) == [Lot(100, last)]
    assert queries.prove().differences == []


def test_what_was_spent_together_is_not_given_back_twice(manager):
    kept, gone = two()
    give(kept, 30, manager, "a")
    give(gone, 100, manager, "b")
    merged = merge(kept, gone, manager)
    spend(kept, 70, manager, "c")

    part(merged, manager)

    assert purses(kept, gone) == [(0, 0), (60, 0)]
    assert queries.prove().differences == []


def test_what_one_owed_is_paid_by_the_other_and_owed_again_after_parting(manager):
    kept, gone = two()
    give(kept, 30, manager, "a")
    owe(gone, 50, "r")

    merged = merge(kept, gone, manager)
    assert purses(kept, gone) == [(0, 20), (0, 0)]

    part(merged, manager)
    assert purses(kept, gone) == [(30, 0), (0, 50)]
    assert queries.prove().differences == []


def finished(key="1", **columns):
    return order(key, **{"订单状态": "交易成功", **columns})


def catch_up():
    recompute.recompute_all_marked(now=NOW)
    while point_settling.settle_some(now=NOW) is not None:
        pass


def imported():
    PointRule.objects.update(valid_from="2010-01-01")
    batches = [bring(dicts([finished(key)]))[0] for key in ("1", "2")]
    catch_up()
    return batches, Customer.objects.get(name="买家1"), Customer.objects.get(name="买家2")


def test_a_refund_of_a_brought_order_is_taken_from_whoever_has_its_points(manager):
    _batches, kept, gone = imported()
    before = purses(kept, gone)
    merged = merge(kept, gone, manager)

    bring(dicts([refund("2", "2", 退款状态="退款成功", 退款总额="100.00")]))
    catch_up()
    together = purses(kept)[0][0]
    part(merged, manager)
    catch_up()

    assert together < before[0][0] + before[1][0]
    assert purses(kept, gone) == [before[0], (together - before[0][0], 0)]
    assert queries.prove().differences == []


def test_a_file_taken_back_after_a_merge_takes_its_points_back(manager):
    batches, kept, gone = imported()
    merge(kept, gone, manager)

    undo(batches[1])
    catch_up()

    assert queries.purse(kept.pk).balance == sum(
        PointEntry.objects.filter(tid__endswith="1", kind="earn").values_list("points", flat=True)
    )
    assert queries.purse(gone.pk).balance == 0
    assert queries.prove().differences == []


@settings(
    max_examples=max(settings().max_examples // 3, 5),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    acts=st.lists(
        st.one_of(
            st.tuples(st.just("give"), st.integers(0, 2), st.integers(1, 90)),
            st.tuples(st.just("spend"), st.integers(0, 2), st.integers(1, 90)),
            st.tuples(st.just("owe"), st.integers(0, 2), st.integers(1, 90)),
            st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2)),
            st.tuples(st.just("part"), st.just(0), st.just(0)),
        ),
        min_size=4,
        max_size=14,
    )
)
def test_no_point_is_made_or_lost_by_merging_and_parting(acts):
    by = PersonFactory(role_codes=["manager"])
    people = [made.customer(f"{by.pk}-{n}") for n in range(3)]
    net = 0
    for number, (what, one, other) in enumerate(acts):
        for row in people:
            row.refresh_from_db()
        if what == "merge":
            _try_merge(people[one], people[other], by)
        elif what == "part":
            for last in CustomerMerge.objects.filter(kept__in=people, parted_at=None)[:1]:
                _try(partial(part, last, by))
        elif people[one].merged_into_id is None:
            net += _moved(what, people[one], other, by, once=f"{by.pk}-{number}")

    assert sum(balance - owed for balance, owed in purses(*people)) == net
    assert queries.prove().differences == []
    for row in people:
        assert sum(lot.points for lot in queries.lots_left(row.pk)) == queries.purse(row.pk).balance


def _try_merge(kept, gone, by):
    if kept.merged_into_id is None and gone.merged_into_id is None:
        _try(partial(merge, kept, gone, by))


def _try(act):
    try:
        act()
    except CustomerRefusedError:
        return


def _moved(what, person, n, by, *, once):
    """Give or take points of one person; give by how much what they have less what they owe changed."""
    if what == "give":
        give(person, n, by, once)
        return n
    if what == "owe":
        owe(person, n, once)
    elif queries.purse(person.pk).balance >= n:
        spend(person, n, by, once)
    else:
        return 0
    return -n


def owe(person, n, once):
    """Have a refund take points back, there or not."""
    book = points.open_book([person.pk])
    taken = take_back(book.purses[person.pk], n)
    book.enter(person.pk, taken, points.Line(PointKind.REFUND, once, NOW))
    book.write()


def test_lots_that_end_first_are_used_first_and_picked_by_their_day():
    early, late, always = Lot(30, TODAY), Lot(50, TODAY + timedelta(days=9)), Lot(20, None)

    left = lots_left([always, late, early], 40)

    assert left == [Lot(40, late.last_day), always]
    assert pick(left, 30, first={None: 15}) == [Lot(15, late.last_day), Lot(15, None)]
    assert pick(left, 60, first={}) == left


# --- what else is kept ----------------------------------------------------------------------------


def test_who_refused_for_good_under_one_name_is_not_written_to_under_the_other(manager):
    kept, gone = two()
    OptOut.objects.create(
        customer=gone, at=NOW, recorded_at=NOW, channel=Channel.SMS, words="TD", source="回复"
    )

    merged = merge(kept, gone, manager)
    assert why_not([kept.pk], campaign_id=0, channel="sms", now=NOW) == {kept.pk: "opted_out"}

    part(merged, manager)
    assert not kept.opt_outs.exists()
    assert gone.opt_outs.exists()


def test_a_refusal_heard_while_they_were_one_counts_for_both_after_parting(manager):
    kept, gone = two()
    merged = merge(kept, gone, manager)
    OptOut.objects.create(
        customer=kept, at=NOW, recorded_at=NOW, channel=Channel.SMS, words="TD", source="回复"
    )

    part(merged, manager)

    refused = why_not([kept.pk, gone.pk], campaign_id=0, channel="sms", now=NOW)
    assert refused == {kept.pk: "opted_out", gone.pk: "opted_out"}


def test_a_consent_comes_with_its_proof_unless_the_one_who_stays_said_no(manager):
    kept, gone = made.customer("留下", consents=()), made.customer("并入", consents=())
    caring.withdraw_consent(customer_id=kept.pk, channel="sms", words="T", by=None, now=NOW)
    for channel in ("sms", "platform"):
        caring.give_consent(customer_id=gone.pk, channel=channel, proof="旺旺", by=manager, now=NOW)

    merged = merge(kept, gone, manager)

    given_to = kept.consents.filter(withdrawn_at__isnull=True)
    assert list(given_to.values_list("channel", "proof")) == [("platform", "旺旺")]
    part(merged, manager)
    assert gone.consents.filter(withdrawn_at__isnull=True).count() == 2
    assert not kept.consents.filter(withdrawn_at__isnull=True).exists()


def test_messages_count_against_the_cap_of_the_one_who_stays(manager):
    rule = MessageRule.objects.order_by("pk").first() or MessageRule(valid_from=TODAY)
    rule.cap_count, rule.cap_days = 1, 30
    rule.save()
    kept, gone = two()
    row = made.drawn(manager)
    CampaignMember.objects.filter(customer=kept).delete()
    arm = row.arms.first()
    CampaignMember.objects.filter(customer=gone).update(state="sent", claimed_at=NOW, arm=arm)

    merged = merge(kept, gone, manager)

    capped = why_not([kept.pk], campaign_id=0, channel="sms", now=NOW)
    assert capped == {kept.pk: "capped"}
    part(merged, manager)
    assert CampaignMember.objects.get().customer == gone


def test_tasks_go_along_but_not_a_second_open_one_of_care(manager):
    kept, gone = two()
    values = {"kind": FollowKind.CARE, "opened_at": NOW, "due_on": TODAY}
    FollowTask.objects.create(customer=kept, **values)
    second = FollowTask.objects.create(customer=gone, **values)
    done = FollowTask.objects.create(customer=gone, state=FollowState.DONE, **values)

    merged = merge(kept, gone, manager)

    assert set(kept.follow_tasks.values_list("state", flat=True)) == {"open", "done"}
    assert list(gone.follow_tasks.all()) == [second]
    part(merged, manager)
    assert set(gone.follow_tasks.all()) == {second, done}


def test_keeper_birthday_and_note_fill_what_was_empty_and_go_back(manager, service):
    kept, gone = two()
    about = About("怕辣", 2, 29, service.pk)
    caring.change_customer(customer_id=gone.pk, version=1, about=about, by=manager, now=NOW)

    merged = merge(kept, gone, manager)
    kept.refresh_from_db()
    assert (kept.note, kept.birth_month, kept.agent_id) == ("怕辣", 2, service.pk)
    assert Keeping.objects.get(until_at=None).customer == kept

    part(merged, manager)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.note, kept.birth_month, kept.agent_id) == ("", None, None)
    assert (gone.note, gone.birth_month, gone.agent_id) == ("怕辣", 2, service.pk)
    assert Keeping.objects.get(until_at=None).customer == gone


def test_the_time_line_shows_what_happened_under_the_other_name(manager):
    kept, gone = two()
    give(gone, 100, manager, "b")

    merge(kept, gone, manager)

    events = timeline(customer_id=kept.pk, buyer_ids=[])
    assert any("+100" in str(one.text) and "手工调整" in str(one.text) for one in events)
