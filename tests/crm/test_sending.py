"""What is asked again when a message is about to go, and what stops it at once."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from crm.actions import campaigns, opt_outs, preparing, sending
from crm.actions.backends import Answer, Asked
from crm.actions.backends.recording import Recorder
from crm.actions.campaign_errors import CampaignRefusedError, StaleCampaignError
from crm.actions.campaigns import ArmValues
from crm.choices import CAMPAIGN_TRANSITIONS, CampaignState, LeftOut, MemberState
from crm.models import Campaign, CampaignMember, Consent, OptOut, TestMessage
from orders.models import BlackListEntry
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import Operation
from shopops.work import engine
from shopops.work.actions import request_run
from shopops.work.models import Run
from tests.factories import campaigns as made
from tests.factories.orders import OrderFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rule")]


def send(row):
    """Perform the sending run as a worker would."""
    run = request_run(
        kind=sending.KIND, key=str(row.pk), now=timezone.now(), again=True, ring=False
    )
    engine.perform(run.pk)
    row.refresh_from_db()
    return row


def states(row):
    return Counter(row.members.values_list("state", flat=True))


def reasons(row):
    return dict(row.members.filter(state="left_out").values_list("customer__name", "reason"))


def test_everybody_drawn_gets_one_message_and_nobody_held_out_any(manager):
    for number in range(10):
        made.customer(f"买家{number}")
    row = send(made.approved(manager))

    assert states(row) == {MemberState.SENT: 8, MemberState.HELD_OUT: 2}
    assert row.state == CampaignState.DONE
    keys = Counter(TestMessage.objects.values_list("key", flat=True))
    assert keys == {one.key: 1 for one in row.members.filter(state="sent")}
    send(row)
    assert TestMessage.objects.count() == 8


def test_what_changed_since_the_draw_is_asked_again(manager, now):
    people = {
        name: made.customer(name) for name in ("可以", "收回", "黑名单", "退款中", "发满", "退订")
    }
    row = made.approved(manager, holdout_percent=0)
    Consent.objects.filter(customer=people["收回"]).update(withdrawn_at=now)
    buyers = {name: one.identities.get().buyer for name, one in people.items()}
    BlackListEntry.objects.create(buyer=buyers["黑名单"], reason="恶意", added_at=now)
    OrderFactory(buyer=buyers["退款中"], has_open_refund=True)
    other = made.drawn(manager, seg=row.segment, name="别的", holdout_percent=0)
    third = made.drawn(manager, seg=row.segment, name="再一次", holdout_percent=0)
    CampaignMember.objects.filter(campaign__in=[other, third], customer=people["发满"]).update(
        state="sent", claimed_at=timezone.now() - timedelta(days=1)
    )
    OptOut.objects.create(
        customer=people["退订"], at=now, recorded_at=now, channel="sms", words="R", source="x"
    )

    send(row)

    assert reasons(row) == {
        "收回": LeftOut.NO_CONSENT,
        "黑名单": LeftOut.BLACK_LIST,
        "退款中": LeftOut.OPEN_CASE,
        "发满": LeftOut.CAPPED,
        "退订": LeftOut.OPTED_OUT,
    }
    assert states(row)[MemberState.SENT] == 1


def test_whoever_may_not_be_written_to_is_left_out_before_the_draw_and_counted(manager, now):
    made.customer("可以")
    made.customer("没同意", consents=())
    out = made.customer("退订")
    opt_outs.opt_out(
        customer_id=out.pk, channel="sms", words="R", source="手工", at=now, by=manager, now=now
    )

    row = made.drawn(manager, holdout_percent=0)

    assert row.funnel == {
        "segment": 3,
        "no_consent": 1,
        "opted_out": 1,
        "drawn": 1,
        "held_out": 0,
    }
    assert row.members.count() == 1


def test_a_refusal_is_for_good_whatever_consent_comes_later(manager, now):
    person = made.customer("退订")
    opt_outs.opt_out(
        customer_id=person.pk, channel="sms", words="R", source="手工", at=now, by=manager, now=now
    )
    Consent.objects.create(customer=person, channel="sms", given_at=now, proof="又勾了")

    assert made.drawn(manager).funnel["opted_out"] == 1
    assert Consent.objects.filter(withdrawn_at__isnull=False).count() == 1


def test_a_person_without_a_variable_is_left_out_and_named_never_sent_a_broken_text(manager):
    made.customer("没买过", last_paid_date=None)
    made.customer("买过")
    row = made.drawn(
        manager,
        holdout_percent=0,
        arms=[ArmValues("A", "{name}，{days} 天没见，上次的{item}还好用吗")],
    )

    left = row.members.get(customer__name="没买过")
    assert (left.state, left.reason, left.answer) == ("left_out", LeftOut.MISSING, "days、item")
    assert not row.members.filter(text__contains="{").exists()
    assert row.members.filter(state="ready").count() == 0  # nobody has an order line here


def test_two_people_with_one_phone_get_one_message(manager):
    made.customer("先生", phone="13900000001")
    made.customer("太太", phone="13900000001")
    made.customer("没有手机号")

    row = made.drawn(manager, backend="sms", holdout_percent=0)

    assert reasons(row) == {"太太": LeftOut.SAME_ADDRESS, "没有手机号": LeftOut.NO_ADDRESS}
    assert states(row)[MemberState.READY] == 1


def test_a_text_that_gets_too_long_for_one_person_leaves_that_person_out(manager):
    made.customer("短")
    made.customer("长" * 70)
    row = made.drawn(manager, holdout_percent=0, arms=[ArmValues("A", "字" * 130 + "{name}")])

    assert list(reasons(row).values()) == [LeftOut.TOO_LONG]


def test_in_quiet_hours_nothing_goes_and_nothing_is_asked_for(manager, rule):
    made.customer("买家")
    row = made.approved(manager, holdout_percent=0)
    hour = timezone.now().astimezone(SHANGHAI).hour
    type(rule).objects.update(quiet_from=hour, quiet_to=(hour + 1) % 24)

    send(row)
    Run.objects.filter(kind=sending.KIND).delete()
    sending.request_due(timezone.now())

    assert states(row) == {MemberState.READY: 1}
    assert not Run.objects.filter(kind=sending.KIND).exists()


def test_a_campaign_waits_for_its_time_and_is_asked_for_then(manager, now):
    made.customer("买家")
    row = made.approved(manager, holdout_percent=0, starts_at=now + timedelta(hours=1))

    sending.request_due(now)
    assert not Run.objects.filter(kind=sending.KIND).exists()
    sending.request_due(now + timedelta(hours=1))

    assert Run.objects.get(kind=sending.KIND).key == str(row.pk)


class Interrupting(Recorder):
    """Lets something happen after so many messages."""

    after, then = 3, staticmethod(lambda: None)
    sent = 0

    def send(self, message):
        answer = super().send(message)
        type(self).sent += 1
        if type(self).sent == self.after:
            type(self).then()
        return answer


@pytest.fixture
def interrupting(monkeypatch):
    Interrupting.sent = 0
    monkeypatch.setattr(sending, "sender_of", lambda _backend: Interrupting())
    return Interrupting


def test_a_pause_stops_in_the_midst_of_a_batch_and_going_on_skips_nobody(manager, interrupting):
    for number in range(9):
        made.customer(f"买家{number}")
    row = made.approved(manager, holdout_percent=0)
    interrupting.then = lambda: campaigns.pause(
        campaign_id=row.pk, reason="文案错了", by=manager, now=timezone.now()
    )

    send(row)
    assert states(row) == {MemberState.SENT: 3, MemberState.READY: 6}
    campaigns.resume(campaign_id=row.pk, by=manager, now=timezone.now())
    send(row)

    assert states(row) == {MemberState.SENT: 9}
    assert max(Counter(TestMessage.objects.values_list("key", flat=True)).values()) == 1


def test_a_stop_is_for_good(manager, interrupting):
    for number in range(9):
        made.customer(f"买家{number}")
    row = made.approved(manager, holdout_percent=0)
    interrupting.then = lambda: campaigns.stop(
        campaign_id=row.pk, reason="投诉", by=manager, now=timezone.now()
    )

    send(row)

    assert states(row) == {MemberState.SENT: 3, MemberState.LEFT_OUT: 6}
    with pytest.raises(CampaignRefusedError):
        campaigns.resume(campaign_id=row.pk, by=manager, now=timezone.now())


def test_a_refusal_that_comes_while_a_batch_is_handed_over_is_obeyed(manager, interrupting):
    people = [made.customer(f"买家{number}") for number in range(6)]
    row = made.approved(manager, holdout_percent=0)
    last = row.members.order_by("-pk").first().customer
    assert last in people
    now = timezone.now()
    interrupting.then = lambda: opt_outs.opt_out(
        customer_id=last.pk, channel="sms", words="TD", source="回复", at=now, by=None, now=now
    )

    send(row)

    assert reasons(row) == {last.name: LeftOut.OPTED_OUT}
    assert states(row) == {MemberState.SENT: 5, MemberState.LEFT_OUT: 1}


class Silent(Recorder):
    """Takes messages and cannot say so."""

    can_be_asked = False

    def send(self, message):
        super().send(message)
        return Answer(Asked.UNKNOWN, "timed out")


def test_a_message_of_unknown_fate_is_shown_and_never_sent_again_by_itself(manager, monkeypatch):
    made.customer("买家")
    row = made.approved(manager, holdout_percent=0)
    monkeypatch.setattr(sending, "sender_of", lambda _backend: Silent())

    send(row)
    CampaignMember.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    send(row)

    assert states(row) == {MemberState.UNKNOWN: 1}
    assert (row.state, TestMessage.objects.count()) == (CampaignState.DONE, 1)


def test_a_person_settles_what_is_unknown_and_only_then_it_goes_again(manager, monkeypatch):
    made.customer("买家")
    row = made.approved(manager, holdout_percent=0)
    monkeypatch.setattr(sending, "sender_of", lambda _backend: Silent())
    send(row)
    monkeypatch.undo()
    member = row.members.get()

    with pytest.raises(CampaignRefusedError):
        campaigns.settle(
            member_id=member.pk, was_sent=False, reason=" ", by=manager, now=timezone.now()
        )
    campaigns.settle(
        member_id=member.pk, was_sent=False, reason="服务商查无", by=manager, now=timezone.now()
    )
    send(row)

    assert states(row) == {MemberState.SENT: 1}
    assert Operation.objects.filter(name="crm.campaign.settled", reason="服务商查无").exists()


def test_two_campaigns_at_once_never_exceed_the_cap(manager, rule):
    type(rule).objects.update(cap_count=1)
    made.customer("买家")
    one = made.approved(manager, holdout_percent=0)
    two = made.approved(manager, seg=one.segment, name="二", holdout_percent=0)

    send(one)
    send(two)

    assert TestMessage.objects.count() == 1
    assert reasons(two) == {"买家": LeftOut.CAPPED}


def test_an_approved_campaign_is_changed_no_more(manager):
    made.customer("买家")
    row = made.approved(manager, holdout_percent=0)
    values = campaigns.copied_values(row, starts_at=row.starts_at)

    with pytest.raises(CampaignRefusedError):
        campaigns.save_campaign(
            campaign_id=row.pk, values=values, version=row.version, by=manager, now=row.starts_at
        )


def test_a_stale_approval_is_refused(manager):
    made.customer("买家")
    row = made.drawn(manager, holdout_percent=0)

    with pytest.raises(StaleCampaignError):
        campaigns.approve(
            campaign_id=row.pk, version=row.version - 1, by=manager, now=timezone.now()
        )


def test_nobody_to_write_to_is_refused(manager):
    made.customer("没同意", consents=())
    row = made.drawn(manager)

    with pytest.raises(CampaignRefusedError, match="没有一个人可以发"):
        campaigns.approve(campaign_id=row.pk, version=row.version, by=manager, now=timezone.now())


def test_a_file_is_claimed_once_and_what_was_not_uploaded_may_go_later(manager):
    made.customer("买家")
    row = send(made.approved(manager, backend="upload", holdout_percent=0))
    assert states(row) == {MemberState.CLAIMED: 1}

    first = campaigns.make_file(campaign_id=row.pk, by=manager, now=timezone.now())
    assert campaigns.make_file(campaign_id=row.pk, by=manager, now=timezone.now()) == first
    campaigns.confirm_upload(campaign_id=row.pk, was_uploaded=False, by=manager, now=timezone.now())
    row.refresh_from_db()
    assert (row.state, states(row)) == (CampaignState.PAUSED, {MemberState.READY: 1})
    campaigns.resume(campaign_id=row.pk, by=manager, now=timezone.now())
    send(row)
    campaigns.confirm_upload(campaign_id=row.pk, was_uploaded=True, by=manager, now=timezone.now())

    row.refresh_from_db()
    assert (row.state, states(row)) == (CampaignState.DONE, {MemberState.SENT: 1})


def test_drawing_again_from_the_kept_seed_draws_the_same_people(manager, now):
    for number in range(50):
        made.customer(f"买家{number}")
    row = made.drawn(manager)
    before = set(row.members.filter(state="held_out").values_list("customer_id", flat=True))

    row = campaigns.request_draw(campaign_id=row.pk, version=row.version, by=manager, now=now)
    preparing.draw_people(campaign_id=row.pk, now=now)

    after = set(row.members.filter(state="held_out").values_list("customer_id", flat=True))
    assert (len(before), after) == (10, before)


def test_every_state_has_only_the_roads_of_the_table(manager, now):
    made.customer("买家")
    row = made.drawn(manager)
    from crm.actions.campaign_locks import move

    for state, roads in CAMPAIGN_TRANSITIONS.items():
        for target in CampaignState:
            row.state = state
            if target in roads:
                move(row, target)
            else:
                with pytest.raises(CampaignRefusedError):
                    move(row, target)
    assert isinstance(now, datetime)
    assert Campaign.objects.count() == 1
