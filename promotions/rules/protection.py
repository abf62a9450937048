"""How long a paid order is protected against a lower price (价保). Pure.

The label on the order says it; else the text of the event in which it was paid; else so many days are
assumed, unconfirmed, until somebody has read the text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from promotions.rules.final_price import RuleRow
from shopops.lib.business_time import business_date

DEFAULT = "PP2"
# PP1 is the platform's own promise for 超级立减; orders do not say with which tool they were paid.
_NO_EVENT = ("PP1", DEFAULT)
EVENT_LABEL = "大促价保"
_DAYS_LABEL = re.compile(r"(\d{1,3})\s*天\s*价保")
MOST_DAYS = 400


class ProtectedBy(StrEnum):
    """What says how long."""

    LABEL = "label"
    EVENT = "event"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Protection:
    """Until when (the day included) an order is protected, what says so, and whether anybody read it."""

    ends_on: date
    by: ProtectedBy
    name: str
    is_confirmed: bool


def label_days(label: str) -> int | None:
    """Give the days of a label such as 15天价保; None: it names no days."""
    found = _DAYS_LABEL.search(label)
    days = int(found[1]) if found else 0
    return days if 0 < days <= MOST_DAYS else None


def is_label(label: str) -> bool:
    """Tell whether a text is a label of price protection."""
    return label_days(label) is not None or EVENT_LABEL in label


def event_rows(rows: Sequence[RuleRow]) -> list[RuleRow]:
    """Give the rows that promise something to those who pay within their time."""
    return [
        row
        for row in rows
        if row.code.startswith("PP") and row.code not in _NO_EVENT and row.is_on and _ends(row)
    ]


def _ends(row: RuleRow) -> bool:
    return "days" in row.parameters or ("days_after_event" in row.parameters and bool(row.valid_to))


def event_end(row: RuleRow, paid_on: date) -> date:
    """Give the last day that an event's text protects who paid on a day."""
    if "days_after_event" in row.parameters and row.valid_to:
        last = business_date(row.valid_to - timedelta(microseconds=1))
        return last + timedelta(days=int(row.parameters["days_after_event"]))
    return paid_on + timedelta(days=int(row.parameters["days"]))


def protection(
    paid_at: datetime, *, label: str, events: Sequence[RuleRow], default: RuleRow | None
) -> Protection:
    """Say until when an order is protected.

    An event that nobody has read in the platform's text never shortens what is assumed.
    """
    paid_on = business_date(paid_at)
    if (days := label_days(label)) is not None:
        ends_on = paid_on + timedelta(days=days)
        return Protection(ends_on, ProtectedBy.LABEL, label, is_confirmed=True)
    assumed = paid_on + timedelta(days=int(default.parameters.get("days", 0)) if default else 0)
    held = [row for row in events if row.holds(paid_at)]
    if held:
        last = max(held, key=lambda row: event_end(row, paid_on))
        ends_on, is_read = event_end(last, paid_on), is_confirmed(last)
        if is_read or ends_on >= assumed:
            return Protection(ends_on, ProtectedBy.EVENT, last.name, is_read)
    confirmed = default is not None and is_confirmed(default) and EVENT_LABEL not in label
    return Protection(assumed, ProtectedBy.DEFAULT, default.name if default else "", confirmed)


def is_confirmed(row: RuleRow) -> bool:
    """Tell whether somebody read a row in the platform's own text."""
    return row.mark == "R" or bool(row.parameters.get("is_confirmed"))


def earliest_paid(today: date, events: Sequence[RuleRow], default: RuleRow | None) -> date:
    """Give the first day of payment that may still be protected without a label."""
    days = [
        int(row.parameters.get("days", 0)) for row in (*events, *([default] if default else []))
    ]
    starts = [today - timedelta(days=max(days, default=0))]
    for row in events:
        if "days_after_event" in row.parameters and event_end(row, today) >= today:
            starts.append(business_date(row.valid_from))
    return min(starts)
