"""Work out a whole period anew, each month a run of its own, so that several workers share it.

What is to be done stands in `DirtyDay` and nowhere else: a month that dies, is paused or cancelled leaves
its days marked. Whoever resumes it goes on with what is left; the ordinary rollup, which is asked for
every minute while a day is marked, takes what nobody resumes.
"""

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction

from analytics.actions import months, rollup, settling
from orders.models import DirtyDay
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "analytics.month"


@transaction.atomic
def request_rebuild(
    *, since: date | None, until: date | None, by: User | None, now: datetime, ring: bool = True
) -> list[Run]:
    """Mark every day of a period (None: to its end) that has anything, and ask for a run per month."""
    rollup.mark_days(since=since, until=until, now=now)
    rows = DirtyDay.objects.order_by("date")
    if since is not None:
        rows = rows.filter(date__gte=since)
    if until is not None:
        rows = rows.filter(date__lte=until)
    days = rows.values_list("date", flat=True).distinct()
    months = [first for (first, _days) in groupby(days, key=lambda day: day.replace(day=1))]
    return [
        work.request_run(
            kind=KIND,
            key=f"{month:%Y-%m}",
            business_date=month,
            now=now,
            by=by,
            again=True,
            ring=ring,
        )
        for month in months
    ]


def perform_month(run: RunContext) -> dict[str, Any]:
    """Recompute the marked days of the run's month; the last one has the whole settled."""
    first = date.fromisoformat(f"{run.key}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    days, cells = rollup.roll_in_steps(run, since=first, until=last)
    months.sum_all(now=run.now, month=first)
    if settling.is_needed():
        rollup.request_rollup(now=run.now)
    return {"days": days, "cells": cells}
