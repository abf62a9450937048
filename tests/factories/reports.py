"""Reports and where they go."""

from datetime import date, datetime, time
from typing import Any

from analytics.actions import report_addresses as addresses
from analytics.actions import reports
from analytics.actions.report_addresses import AddressValues
from analytics.models import Report, ReportAddress
from analytics.rules.reports import DAILY
from shopops.lib.business_time import at_local
from shopops.staff.models import User
from shopops.work import engine
from shopops.work.actions import request_run
from shopops.work.models import Run


def address(
    by: User, to: str, *, now: datetime, name: str = "运营群", **kinds: Any
) -> ReportAddress:
    """Add an address as a person does."""
    gets = {"gets_daily": True, "gets_weekly": True} | kinds
    return addresses.add_address(
        values=AddressValues(name=name, address=to, **gets), by=by, now=now
    )


def made(day: date, *, kind: str = DAILY, hour: int = 9, now: datetime | None = None) -> Report:
    """Have the report of a date made, at an hour at which it waits for nothing any more."""
    at = now or at_local(day, time(hour))
    run = request_run(
        kind=reports.RUNS[kind],
        key=reports.key_of(kind, day),
        business_date=day,
        now=at,
        ring=False,
    )
    engine.perform(run.pk, clock=lambda: at)
    return Report.objects.get(kind=kind, business_date=day)


def sent(now: datetime) -> list[Run]:
    """Perform the sendings that are due, as a worker does; give their runs."""
    runs = list(Run.objects.filter(kind="analytics.report_send").order_by("business_date", "pk"))
    for run in runs:
        engine.perform(run.pk, clock=lambda: now)
        run.refresh_from_db()
    return runs
