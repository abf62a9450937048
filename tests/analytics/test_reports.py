"""Reports are made once a date, in order; each address gets each once; nothing fails quietly."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from PIL import Image

from analytics.actions import report_addresses as addresses
from analytics.actions import report_sending as sending
from analytics.actions import reports, targets
from analytics.checks.reports import reports_went_out
from analytics.models import Report, ReportAddress, ReportSending, StatRow
from analytics.rules.reports import DAILY, WEEKLY, against, expected, span_of
from analytics.wording.reports import body_of, lines_of
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from shopops.checks.actions.running import KIND as CHECKS
from shopops.checks.models import Issue
from shopops.lib import vault
from shopops.lib.business_time import at_local
from shopops.staff.models import Operation
from shopops.work import engine, schedule
from shopops.work.actions import request_run
from shopops.work.choices import RunState
from shopops.work.models import Run
from tests.factories import reports as made_by
from tests.factories.staff import PersonFactory
from tests.receiver import receiving

pytestmark = pytest.mark.django_db
THURSDAY = date(2026, 9, 17)
YESTERDAY = THURSDAY - timedelta(days=1)
NINE = at_local(THURSDAY, time(9))
State = ReportSending.State


@pytest.fixture
def to():
    with receiving() as receiver:
        yield receiver


def says(day, **figures):
    StatRow.objects.create(
        source="shop_day",
        scope="shop",
        date=day,
        figures=figures,
        said_at=NINE,
        is_current=True,
    )


def an_issue(**fields):
    at = NINE - timedelta(days=2)
    defaults = {
        "code": "x.y",
        "title": "主推款快断货了",
        "severity": "late",
        "rank": 0,
        "owner_role": "manager",
        "opened_on": at.date(),
        "opened_at": at,
        "seen_on": at.date(),
        "seen_at": at,
    }
    return Issue.objects.create(**(defaults | fields))


# --- what it tells


def test_a_daily_report_tells_of_yesterday_and_a_weekly_one_of_the_week_before():
    assert span_of(DAILY, THURSDAY).days == [YESTERDAY]
    assert [one.until for one in against(DAILY, THURSDAY)] == [date(2026, 9, 15), date(2026, 9, 9)]
    week = span_of(WEEKLY, date(2026, 9, 14))
    assert (week.since, week.until) == (date(2026, 9, 7), date(2026, 9, 13))


def test_there_is_a_daily_report_each_day_and_a_weekly_one_on_mondays():
    week = expected(since=date(2026, 9, 14), until=date(2026, 9, 20))

    assert [day for kind, day in week if kind == WEEKLY] == [date(2026, 9, 14)]
    assert len([day for kind, day in week if kind == DAILY]) == 7


def test_figures_are_frozen_with_their_source_and_what_they_are_set_against(shop):
    says(YESTERDAY, visitors="1200", paid_amount="8000.50")
    says(YESTERDAY - timedelta(days=1), visitors="1000")

    report = made_by.made(THURSDAY)
    says(YESTERDAY, visitors="9")

    lines = {line.code: line for line in lines_of(report.kind, report.until, report.facts)}
    assert (lines["visitors"].value, lines["visitors"].source) == ("1,200", "生意参谋店铺日报")
    assert lines["visitors"].against == (
        ("前一日", "1,000", "▲ 20.0%"),
        ("上周三", "未知", ""),
    )


def test_what_nobody_knows_is_unknown_on_the_phone_too_and_never_zero(shop):
    report = made_by.made(THURSDAY)

    body = body_of(report.kind, report.until, report.facts)

    assert "访客数：未知\n" in body
    assert "推广花费：未知\n" in body
    assert "评分：未知" in body


def test_a_week_is_summed_over_the_days_that_are_known_and_says_so(shop):
    monday = date(2026, 9, 14)
    for back in range(1, 4):
        says(monday - timedelta(days=back), ad_spend="100.00", visitors="10", paid_buyers="1")

    report = made_by.made(monday, kind=WEEKLY)

    lines = {line.code: line for line in lines_of(WEEKLY, report.until, report.facts)}
    assert (lines["ad_spend"].value, lines["ad_spend"].note) == ("¥300.00", "7 天里知道 3 天")
    assert lines["visitors"].note == "7 天里知道 3 天、逐日相加"
    assert lines["pay_rate"].value == "10.00%"


def test_open_findings_stand_in_it_with_who_sees_to_them(manager):
    an_issue(assignee=manager)
    an_issue(key="b", title="退款超时", severity="soon", rank=1)
    an_issue(key="c", closed_at=NINE - timedelta(hours=1), closed_on=THURSDAY)

    report = made_by.made(THURSDAY)

    body = body_of(report.kind, report.until, report.facts)
    assert "异常 红 1、黄 1、要看 0" in body
    assert "· 主推款快断货了（周衡）\n· 退款超时（店长）" in body


def test_a_report_that_is_made_days_later_knows_what_was_open_then_but_not_what_was_late(shop):
    at = at_local(THURSDAY, time(15))
    an_issue(closed_at=at, closed_on=THURSDAY)
    an_issue(key="later", opened_at=at, opened_on=THURSDAY)

    report = made_by.made(THURSDAY, now=NINE + timedelta(days=2))

    assert report.facts["findings"]["counts"] == {"late": 1, "soon": 0, "us": 0}
    body = body_of(report.kind, report.until, report.facts)
    assert "超时：未知" in body
    assert "※ 这份是后来补做的" in body


def test_the_pace_of_the_target_is_told_where_one_is_set(shop):
    month = THURSDAY.replace(day=1)
    targets.set_targets(
        month=month,
        values={"paid_amount": Decimal(90000)},
        seen={"paid_amount": 0},
        by=PersonFactory(role_codes=["manager"]),
        now=NINE,
    )
    says(YESTERDAY, paid_amount="45000")

    report = made_by.made(THURSDAY)

    # A month of 30 days, none of them unlike another: its one known day should have brought 3,000.
    body = body_of(report.kind, report.until, report.facts)
    assert "9 月目标 ¥90,000.00，到这天完成 ¥45,000.00（50.0%），进度是应有的 1500.0%" in body
    unknown = YESTERDAY.day - 1
    assert report.facts["target"]["unknown_days"] == unknown


def test_the_workbook_holds_numbers_and_native_charts_and_the_picture_is_one(shop):
    says(YESTERDAY, visitors="1200", paid_amount="8000.50")

    report = made_by.made(THURSDAY)

    book = load_workbook(BytesIO(b"".join(vault.chunks(report.sheet))))
    first, days = book.worksheets
    told = {row[0].value: row[1].value for row in first.iter_rows(min_row=4, max_row=11)}
    assert told["访客数"] == 1200
    assert told["推广花费"] == "未知"
    assert len(first._charts) == 3
    assert days.cell(15, 1).value.date() == YESTERDAY
    assert days.cell(15, 3).value == 1200
    assert days.cell(14, 3).value is None
    image = Image.open(BytesIO(b"".join(vault.chunks(report.picture))))
    assert (image.format, image.width) == ("PNG", 750)
    assert reports.kept_names([report.sheet, report.picture, "x"]) == {report.sheet, report.picture}


def test_a_machine_without_a_chinese_font_makes_the_report_and_says_why_no_picture(
    shop, monkeypatch
):
    monkeypatch.setattr("analytics.actions.report_picture.chinese_font", lambda **_options: None)

    report = made_by.made(THURSDAY)

    assert report.picture == ""
    assert "没有中文字体" in report.picture_why
    assert report.sheet


# --- once, in order


def test_it_waits_for_the_checks_until_nine_and_then_says_what_is_missing(shop):
    early = at_local(THURSDAY, time(8, 10))
    schedule.request_due(now=early, only=reports.RUNS[DAILY])
    run = Run.objects.get(kind=reports.RUNS[DAILY])
    engine.perform(run.pk, clock=lambda: early)
    assert not Report.objects.exists()

    reports.request_missing(now=early)
    engine.perform(run.pk, clock=lambda: NINE)

    assert Report.objects.get().facts["waited_for"] == ["checks"]


def test_it_is_made_as_soon_as_the_checks_are_through(shop):
    early = at_local(THURSDAY, time(8, 10))
    Run.objects.create(
        kind=CHECKS, key=THURSDAY.isoformat(), due_at=early, created_at=early, state="done"
    )

    report = made_by.made(THURSDAY, now=early)

    assert report.facts["waited_for"] == []


def test_a_beat_that_fires_twice_and_sleeps_three_days_makes_each_date_once_in_order(shop):
    def beat(at):
        schedule.request_due(now=at, only=reports.RUNS[DAILY])

    beat(NINE)
    made_by.made(THURSDAY)
    later = NINE + timedelta(days=3)
    beat(later)
    beat(later)
    runs = list(Run.objects.filter(kind=reports.RUNS[DAILY]).order_by("business_date"))
    newest_first = [engine.perform(run.pk, clock=lambda: later) for run in reversed(runs)]
    for run in runs:
        engine.perform(run.pk, clock=lambda: later)

    assert newest_first == [None, None, RunState.DONE, None]
    dates = list(Report.objects.order_by("pk").values_list("business_date", flat=True))
    assert dates == [THURSDAY + timedelta(days=n) for n in range(4)]


def test_the_weekly_report_is_asked_for_once_a_week(shop):
    monday = at_local(date(2026, 9, 14), time(9))
    for days in range(4):
        schedule.request_due(now=monday + timedelta(days=days), only=reports.RUNS[WEEKLY])

    assert [run.key for run in Run.objects.filter(kind=reports.RUNS[WEEKLY])] == ["2026-09-14"]


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
