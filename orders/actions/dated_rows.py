"""Editing dated rows: an edit ends a row and begins another, so that history stays."""

from datetime import datetime, timedelta

from orders.models.audit import DatedRow
from shopops.lib.business_time import business_date
from shopops.staff.models import User


def next_dated[R: DatedRow](row: R, *, now: datetime, by: User) -> R:
    """Give the row to write a change into: a new one, unless the old one began today or later."""
    today = business_date(now)
    if row.valid_from < today:
        row.valid_to = today - timedelta(days=1)
        row.save(update_fields=["valid_to"])
        row.pk, row.valid_from, row.valid_to = None, today, None
        row._state.adding = True
    row.version += 1
    row.changed_at, row.changed_by = now, by
    return row


def end_dated(row: DatedRow, *, now: datetime, by: User) -> None:
    """End a row as of yesterday, or for good where it began today: nothing was judged by it."""
    today = business_date(now)
    row.version += 1
    row.changed_at, row.changed_by = now, by
    if row.valid_from < today:
        row.valid_to = today - timedelta(days=1)
    else:
        row.valid_to, row.is_on = row.valid_from, False
    row.save()
