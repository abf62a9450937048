"""Making the report of a date: once, in order, when its checks and figures are ready."""

import io
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from analytics.actions import report_sending
from analytics.actions.report_picture import NoFontError, picture
from analytics.actions.report_sheet import workbook
from analytics.models import Report, ReportAddress, ReportSending
from analytics.queries.report_facts import facts_of, waits_for
from analytics.rules.reports import (
    ASKED_AT,
    CATCH_UP_DAYS,
    DAILY,
    WAITS_UNTIL,
    WEEKLY,
    expected,
    monday_of,
    span_of,
)
from products.actions.errors import GoodsRefusedError
from shopops.lib import vault
from shopops.lib.business_time import at_local, business_date
from shopops.staff import operations
from shopops.staff.models import User
from shopops.staff.queries import current_shop
from shopops.work.actions import request_run, retry_run
from shopops.work.choices import RunState
from shopops.work.context import RunContext
from shopops.work.models import Run

RUNS = {DAILY: "analytics.report_daily", WEEKLY: "analytics.report_weekly"}
KINDS = {run: kind for kind, run in RUNS.items()}
NO_FONT = gettext_noop("这台机器上没有中文字体，没有做图片；装上 fonts-noto-cjk 以后的报告会有")
_GIVEN_UP = (RunState.FAILED, RunState.QUARANTINED, RunState.CANCELLED)


def key_of(kind: str, day: date) -> str:
    """Give the key of the run that makes a report: its date, or its week's Monday."""
    return (day if kind == DAILY else monday_of(day)).isoformat()


def perform_making(run: RunContext) -> dict[str, Any]:
    """Do the work of a run that makes a report, keyed by its business date.

    Before `WAITS_UNTIL` it ends without a report while checks or figures are still under way; the tick
    asks again each minute. Then it makes the report with what there is, and the report says so.
    """
    kind, day = KINDS[run.kind], date.fromisoformat(run.key)
    if Report.objects.filter(kind=kind, business_date=day).exists():
        return {"made": False}
    missing = waits_for(kind, day=day)
    if missing and run.clock() < at_local(day, WAITS_UNTIL):
        return {"made": False, "waits_for": missing}
    with override(settings.LANGUAGE_CODE):
        row = _drawn(kind, day, now=run.now)
    with run.step():
        row.save(force_insert=True)
        to = _send_to_all(row, now=run.now)
    return {"made": True, "report": row.pk, "addresses": to}


def _drawn(kind: str, day: date, *, now: datetime) -> Report:
    """Give the report of a date, not yet stored; its files lie in the vault already."""
    span, shop = span_of(kind, day), current_shop()
    facts = facts_of(kind, day=day, now=now)
    name = shop.name if shop else ""
    told: dict[str, Any] = {
        "since": span.since,
        "until": span.until,
        "shop": name,
        "facts": facts,
    }
    sheet, drawn, why = workbook(kind, **told), b"", ""
    try:
        drawn = picture(kind, **told, made_at=now)
    except NoFontError:
        why = NO_FONT
    return Report(
        kind=kind,
        business_date=day,
        since=span.since,
        until=span.until,
        facts=facts,
        made_at=now,
        sheet=_kept(sheet),
        picture=_kept(drawn) if drawn else "",
        picture_why=why,
    )


def _kept(content: bytes) -> str:
    return vault.store(io.BytesIO(content)).name


def _send_to_all(row: Report, *, now: datetime) -> int:
    """Make one sending, and the run that does it, for every address that gets this kind."""
    wants = {"gets_daily": True} if row.kind == DAILY else {"gets_weekly": True}
    addresses = ReportAddress.objects.filter(is_on=True, **wants).order_by("pk")
    made = ReportSending.objects.bulk_create(
        [
            ReportSending(
                report=row, address=one, due_at=report_sending.due_at(row.business_date, now=now)
            )
            for one in addresses
        ]
    )
    for one in made:
        report_sending.request_sending(one.pk, day=row.business_date, now=now)
    return len(made)


def missing_reports(*, now: datetime, past: Any = None) -> list[tuple[str, date]]:  # noqa: ANN401
    """Give the reports of the last days that there should be and are not, the oldest first. Two queries.

    Counted from the day on which the shop's first report was asked for.
    """
    today = business_date(now)
    first = (
        Run.objects.filter(kind=RUNS[DAILY], business_date__isnull=False)
        .order_by("business_date")
        .values_list("business_date", flat=True)
        .first()
    )
    since = max(first or today, date.fromordinal(today.toordinal() - CATCH_UP_DAYS))
    there = set(
        Report.objects.filter(business_date__gte=since).values_list("kind", "business_date")
    )
    return [
        (kind, day)
        for kind, day in expected(since=since, until=today)
        if (kind, day) not in there and at_local(day, past or ASKED_AT[kind]) <= now
    ]


def request_missing(now: datetime) -> None:
    """Ask again for reports that waited for checks and figures. A tick of the scheduler."""
    for kind, day in missing_reports(now=now):
        done = Run.objects.filter(kind=RUNS[kind], key=key_of(kind, day), state=RunState.DONE)
        if done.exists():
            request_run(kind=RUNS[kind], key=key_of(kind, day), now=now, again=True)


@transaction.atomic
def ask_for_report(*, kind: str, day: date, by: User, now: datetime) -> None:
    """Have a report made that is missing, whatever became of its run.

    :raises GoodsRefusedError: if it is there, or its day has not come
    """
    if (kind, day) not in missing_reports(now=now):
        raise GoodsRefusedError(_("这份报告已经有了，或者还不到做的时候。"))
    run = Run.objects.filter(kind=RUNS[kind], key=key_of(kind, day)).order_by("pk").first()
    operations.record(
        name="analytics.report.asked",
        by=by,
        now=now,
        object_type="report",
        object_key=f"{kind} {day.isoformat()}",
    )
    if run is not None and run.state in _GIVEN_UP:
        retry_run(run_id=run.pk, now=now)
    else:
        request_run(
            kind=RUNS[kind],
            key=key_of(kind, day),
            business_date=day,
            by=by,
            now=now,
            again=True,
        )


def kept_names(names: Any) -> set[str]:  # noqa: ANN401
    """Give those among names in the vault that are files of reports."""
    asked = list(names)
    rows = Report.objects.order_by("pk")
    return {
        *rows.filter(sheet__in=asked).values_list("sheet", flat=True),
        *rows.filter(picture__in=asked).values_list("picture", flat=True),
    } - {""}
