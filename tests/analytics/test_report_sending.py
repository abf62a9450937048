"""Reports on their way: each address gets each once; what did not go out is a finding."""

import json
from datetime import datetime, time, timedelta

import pytest

from analytics.actions import report_addresses as addresses
from analytics.actions import report_sending as sending
from analytics.actions import reports
from analytics.checks.reports import reports_went_out
from analytics.models import Report, ReportAddress, ReportSending
from analytics.rules.reports import DAILY
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from shopops.checks.models import Issue
from shopops.lib.business_time import at_local
from shopops.staff.models import Operation
from shopops.work import engine
from shopops.work.actions import request_run
from shopops.work.choices import RunState
from shopops.work.models import Run
from tests.analytics.report_kit import NINE, THURSDAY
from tests.factories import reports as made_by
from tests.receiver import receiving

pytestmark = pytest.mark.django_db
State = ReportSending.State


@pytest.fixture
def to():
    with receiving() as receiver:
        yield receiver


# --- sending


def test_every_address_that_gets_the_kind_gets_the_report_once(manager, to):
    made_by.address(manager, to.address(), now=NINE)
    made_by.address(manager, to.address(), now=NINE, name="只要周报", gets_daily=False)
    off = made_by.address(manager, to.address(), now=NINE, name="关着的")
    addresses.switch_address(address_id=off.pk, is_on=False, version=1, by=manager, now=NINE)

    report = made_by.made(THURSDAY)
    made_by.sent(NINE)
    made_by.sent(NINE + timedelta(minutes=5))

    one = report.sendings.get()
    assert (one.state, one.attempts, one.sent_at) == (State.SENT, 1, NINE)
    assert len(to.taken) == 1
    assert to.taken[0]["title"].endswith("日报 9月16日 周三")
    assert to.taken[0]["attachments"][0]["mimetype"] == "image/png"


def test_an_address_is_sealed_at_rest_and_stands_in_no_log(manager, to):
    row = made_by.address(manager, to.address("hook/secret-of-the-hook"), now=NINE)

    assert b"secret-of" not in bytes(row.sealed or b"")
    assert row.hint == "hook"
    told = json.dumps(list(Operation.objects.values_list("old", "new")), ensure_ascii=False)
    assert "secret" not in told


@pytest.mark.django_db(transaction=True)
def test_an_address_that_refuses_is_tried_again_then_shown_then_sent_by_hand(manager, to):
    made_by.address(manager, to.address(), now=NINE)
    to.status, to.body = 403, "bad key"
    report = made_by.made(THURSDAY)
    for minutes in (0, 1, 4):
        made_by.sent(NINE + timedelta(minutes=minutes))
    one = report.sendings.get()
    run = Run.objects.get(kind=sending.KIND)
    assert (one.state, one.attempts, run.state) == (State.FAILED, 3, RunState.QUARANTINED)
    assert one.words == "对方回答 403：bad key"
    assert "bad key" in run.error
    assert "0123456789abcdef" not in run.error

    to.status = 200
    sending.resend(sending_id=one.pk, version=1, by=manager, now=NINE)
    made_by.sent(NINE + timedelta(minutes=10))

    one.refresh_from_db()
    assert one.state == State.SENT
    assert Operation.objects.filter(name="analytics.report_sending.resent").count() == 1


def test_two_clicks_on_sending_again_are_one(manager, to):
    made_by.address(manager, to.address(), now=NINE)
    report = made_by.made(THURSDAY)
    made_by.sent(NINE)
    one = report.sendings.get()

    sending.resend(sending_id=one.pk, version=1, by=manager, now=NINE)
    made_by.sent(NINE)
    with pytest.raises(StaleGoodsError):
        sending.resend(sending_id=one.pk, version=1, by=manager, now=NINE)

    assert len(to.taken) == 2


def test_what_is_being_sent_is_not_sent_again_by_hand(manager, to):
    made_by.address(manager, to.address(), now=NINE)
    one = made_by.made(THURSDAY).sendings.get()

    with pytest.raises(GoodsRefusedError, match="正在发"):
        sending.resend(sending_id=one.pk, version=1, by=manager, now=NINE)


def test_a_connection_that_breaks_off_leaves_a_doubt_that_a_person_settles(manager, to):
    made_by.address(manager, to.address(), now=NINE)
    to.breaks_off = True
    one = made_by.made(THURSDAY).sendings.get()
    made_by.sent(NINE)
    made_by.sent(NINE + timedelta(minutes=5))
    one.refresh_from_db()
    assert (one.state, len(to.taken)) == (State.UNKNOWN, 1)

    sending.confirm(sending_id=one.pk, version=1, by=manager, now=NINE)

    one.refresh_from_db()
    assert (one.state, one.sent_at) == (State.SENT, NINE)
    with pytest.raises(GoodsRefusedError, match="没有不确定"):
        sending.confirm(sending_id=one.pk, version=2, by=manager, now=NINE)


def test_an_address_that_is_switched_off_before_its_turn_is_left_out(manager, to):
    row = made_by.address(manager, to.address(), now=NINE)
    one = made_by.made(THURSDAY).sendings.get()
    addresses.switch_address(address_id=row.pk, is_on=False, version=1, by=manager, now=NINE)

    made_by.sent(NINE)

    one.refresh_from_db()
    assert (one.state, to.taken) == (State.LEFT_OUT, [])


def test_an_address_that_is_taken_away_is_forgotten(manager, to):
    row = made_by.address(manager, to.address(), now=NINE)
    made_by.made(THURSDAY)
    addresses.remove_address(address_id=row.pk, version=1, by=manager, now=NINE)

    row.refresh_from_db()
    assert (row.sealed, row.hint, row.is_on) == (None, "", False)
    made_by.address(manager, to.address(), now=NINE)  # its name is free again


def test_an_address_changed_by_two_is_not_overwritten(manager, to):
    row = made_by.address(manager, to.address(), now=NINE)
    values = addresses.AddressValues("新名字", "", gets_daily=True, gets_weekly=False)
    addresses.change_address(address_id=row.pk, values=values, version=1, by=manager, now=NINE)

    with pytest.raises(StaleGoodsError):
        addresses.change_address(address_id=row.pk, values=values, version=1, by=manager, now=NINE)

    kept = ReportAddress.objects.get()
    assert bytes(kept.sealed or b"") == bytes(
        row.sealed or b"-"
    )  # left empty, the stored one stays


@pytest.mark.parametrize(
    ("name", "address", "words"),
    [("群", "", "填一下地址"), ("群", "nowhere://x", "认不出"), ("运营群", "json://a/b", "已经有")],
)
def test_an_address_that_cannot_be_stored_is_refused(manager, to, name, address, words):
    made_by.address(manager, to.address(), now=NINE)

    with pytest.raises(GoodsRefusedError, match=words):
        made_by.address(manager, address, now=NINE, name=name)


def test_trying_an_address_shows_what_the_other_side_said(manager, to):
    row = made_by.address(manager, to.address(), now=NINE)
    to.body = '{"errcode": 310000, "errmsg": "keywords not in content"}'
    addresses.ask_for_test(address_id=row.pk, by=manager, now=NINE)
    run = Run.objects.get(kind=addresses.TEST)

    engine.perform(run.pk, clock=lambda: NINE)

    row.refresh_from_db()
    assert row.tested == ReportAddress.Tested.REFUSED
    assert "keywords not in content" in row.tested_words
    assert len(to.taken) == 1


# --- the finding


def found(at: datetime):
    return {one.key for one in reports_went_out(at.date(), at).findings}


def test_a_report_that_was_not_made_by_half_past_nine_is_a_finding_until_it_is(shop):
    request_run(
        kind=reports.RUNS[DAILY],
        key=THURSDAY.isoformat(),
        business_date=THURSDAY,
        now=NINE,
        ring=False,
    )

    assert found(at_local(THURSDAY, time(9, 29))) == set()
    assert found(at_local(THURSDAY, time(9, 30))) == {"made:daily:2026-09-17"}
    made_by.made(THURSDAY)
    assert found(at_local(THURSDAY, time(9, 30))) == set()


@pytest.mark.django_db(transaction=True)
def test_a_report_that_did_not_go_out_is_a_finding_until_it_does(manager, to):
    made_by.address(manager, to.address(), now=NINE)
    to.status = 500
    one = made_by.made(THURSDAY).sendings.get()
    made_by.sent(NINE)
    late = at_local(THURSDAY, time(9, 31))
    assert found(late) == {f"sent:{one.pk}"}

    to.status = 200
    made_by.sent(late)

    assert found(late) == set()


@pytest.mark.django_db(transaction=True)
def test_a_finding_of_a_report_opens_by_itself_and_closes_when_somebody_gives_it_up(manager, to):
    made_by.address(manager, to.address(), now=NINE)
    to.status = 500
    one = made_by.made(THURSDAY).sendings.get()
    late = at_local(THURSDAY, time(9, 45))
    made_by.sent(late)
    watch = Run.objects.get(kind=sending.WATCH)
    engine.perform(watch.pk, clock=lambda: late)
    issue = Issue.objects.get(code=sending.CHECK)
    assert (issue.key, issue.severity) == (f"sent:{one.pk}", "late")

    with pytest.raises(GoodsRefusedError, match="为什么"):
        sending.give_up(sending_id=one.pk, version=1, reason=" ", by=manager, now=late)
    sending.give_up(sending_id=one.pk, version=1, reason="群解散了", by=manager, now=late)
    engine.perform(watch.pk, clock=lambda: late)

    issue.refresh_from_db()
    assert issue.closed_at is not None


def test_a_missing_report_is_made_when_a_person_asks_whatever_became_of_its_run(manager):
    run = request_run(
        kind=reports.RUNS[DAILY],
        key=THURSDAY.isoformat(),
        business_date=THURSDAY,
        now=NINE,
        ring=False,
    )
    Run.objects.filter(pk=run.pk).update(state=RunState.QUARANTINED)

    reports.ask_for_report(kind=DAILY, day=THURSDAY, by=manager, now=NINE)
    engine.perform(run.pk, clock=lambda: NINE)

    assert Report.objects.count() == 1
    with pytest.raises(GoodsRefusedError, match="已经有了"):
        reports.ask_for_report(kind=DAILY, day=THURSDAY, by=manager, now=NINE)
