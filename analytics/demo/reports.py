"""The demo shop's reports: a week of daily ones and a weekly one, and addresses that are switched off.

Nothing leaves the machine: what became of the sendings is told, not done.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from analytics.actions import report_addresses as addresses
from analytics.actions.report_addresses import AddressValues
from analytics.actions.report_sending import CHECK
from analytics.actions.reports import RUNS, key_of
from analytics.demo import diagnosis, events
from analytics.models import Report, ReportAddress, ReportSending
from analytics.rules.reports import DAILY, WEEKLY, monday_of
from shopops.checks.actions import request_checks, run_check
from shopops.checks.registry import find_check
from shopops.lib.business_time import at_local, business_date
from shopops.notices.calling import ANSWERED, NO_ANSWER
from shopops.staff.models import User
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline

DAYS = 6
State = ReportSending.State
# Invented, and of hosts that exist nowhere.
_PLACES = (
    ("运营群", "dingtalk://" + "demo" * 8, True, True),
    ("店主邮箱", "mailtos://report:demo-only@smtp.example.com?to=boss@example.com", True, True),
    ("仓库群", "feishu://" + "demo" * 8, True, False),
)


def fill(*, by_name: Mapping[str, User], now: datetime) -> None:
    """Fill both. Safe to repeat."""
    if ReportAddress.objects.exists():
        return
    by, today = by_name["ning"], business_date(now)
    perform_inline(request_checks(day=today, now=now, ring=False), clock=lambda: now)
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        if at_local(day, time(9)) <= now:
            _make(DAILY, day, now)
    _make(WEEKLY, monday_of(today), now)
    places = [_place(one, by, now) for one in _PLACES]
    for report in Report.objects.order_by("business_date", "pk"):
        _sent(report, places, is_last=report.business_date >= today - timedelta(days=1))
    check = find_check(CHECK)
    if check is not None:
        run_check(check, day=today, now=now)
    events.fill(by=by, now=now)
    diagnosis.fill(by=by, now=now)


def _make(kind: str, day: date, now: datetime) -> None:
    run = request_run(
        kind=RUNS[kind],
        key=key_of(kind, day),
        business_date=day,
        now=now,
        ring=False,
    )
    perform_inline(run, clock=lambda: now)


def _place(one: tuple[str, str, bool, bool], by: User, now: datetime) -> ReportAddress:
    name, to, gets_daily, gets_weekly = one
    at = now - timedelta(days=DAYS + 2)
    row = addresses.add_address(
        values=AddressValues(name, to, gets_daily, gets_weekly), by=by, now=at
    )
    row = addresses.switch_address(
        address_id=row.pk, is_on=False, version=row.version, by=by, now=at
    )
    row.tested, row.tested_at = ReportAddress.Tested.TAKEN, at
    row.tested_words = ANSWERED.format(status=200, body='{"errcode":0,"errmsg":"ok"}')
    row.save(update_fields=["tested", "tested_at", "tested_words"])
    return row


def _sent(report: Report, places: list[ReportAddress], *, is_last: bool) -> None:
    """Tell what became of a report: the newest ones show a refusal and a doubt."""
    at = at_local(report.business_date, time(9, 2))
    for number, place in enumerate(places):
        if not (place.gets_daily if report.kind == DAILY else place.gets_weekly):
            continue
        row = ReportSending(report=report, address=place, due_at=at, attempts=1, claimed_at=at)
        row.state, row.sent_at = State.SENT, at
        row.words = ANSWERED.format(status=200, body='{"errcode":0,"errmsg":"ok"}')
        if is_last and report.kind == DAILY and number == 1:
            row.state, row.sent_at, row.words = State.UNKNOWN, None, NO_ANSWER
        if is_last and report.kind == DAILY and number == 2:
            row.state, row.sent_at, row.attempts = State.FAILED, None, 3
            row.words = ANSWERED.format(
                status=200, body='{"code":19024,"msg":"Key Words Not Found"}'
            )
        row.save()
