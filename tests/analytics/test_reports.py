"""Reports are made once a date, in order; each address gets each once; nothing fails quietly."""

from datetime import date, time, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from PIL import Image

from analytics.actions import reports, targets
from analytics.models import Report, ReportSending, StatRow
from analytics.rules.reports import DAILY, WEEKLY, against, expected, span_of
from analytics.wording.reports import body_of, lines_of
from shopops.checks.actions.running import KIND as CHECKS
from shopops.checks.models import Issue
from shopops.lib import vault
from shopops.lib.business_time import at_local
from shopops.work import engine, schedule
from shopops.work.choices import RunState
from shopops.work.models import Run
from tests.analytics.report_kit import NINE, THURSDAY, YESTERDAY
from tests.factories import reports as made_by
from tests.factories.staff import PersonFactory

pytestmark = pytest.mark.django_db
State = ReportSending.State


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
