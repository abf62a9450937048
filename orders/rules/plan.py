"""The plan counted backwards from the cutoff, and what another cutoff would have done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from orders.rules.calendar import ShippingDay
from orders.rules.ship_by import CalendarGapError
from shopops.lib.business_time import SHANGHAI

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Plan:
    """How long the open orders take with the hands at work, against the cutoff.

    `needed_minutes` and `short_by_minutes` are rounded half up for the screen; `is_short` is exact.
    `latest_start_at` is when work must begin at the latest; the `done_*` instants begin at now.
    """

    orders: int
    needed_minutes: int
    latest_start_at: datetime
    short_by_minutes: int
    is_short: bool
    done_at: datetime
    done_at_with_one_more: datetime


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Counts of past orders under the calendar as it is and as it would be."""

    orders: int
    same_day_now: int
    same_day_then: int
    late_now: int
    late_then: int


def backward_plan(
    counts_by_step: Mapping[str, int],
    *,
    minutes_per_order: Decimal,
    hands: int,
    now: datetime,
    cutoff_at: datetime,
) -> Plan:
    """Count back from the cutoff: orders x minutes / hands (37 x 2.5 / 2 = 46).

    Each open order takes `minutes_per_order` of one person, whatever step it stands at.

    :raises ValueError: if nobody works, or an order takes no time
    """
    if hands < 1 or minutes_per_order <= 0:
        raise ValueError("a plan needs at least one person and a time per order")
    orders = sum(counts_by_step.values())
    work = timedelta(seconds=float(orders * minutes_per_order * 60))
    needed = work / hands
    short_by = max(now + needed - cutoff_at, timedelta())
    return Plan(
        orders=orders,
        needed_minutes=_minutes(needed),
        latest_start_at=cutoff_at - needed,
        short_by_minutes=_minutes(short_by),
        is_short=short_by > timedelta(),
        done_at=now + needed,
        done_at_with_one_more=now + work / (hands + 1),
    )


def what_if(
    orders: Iterable[tuple[datetime, datetime | None]],
    *,
    calendar_now: Mapping[date, ShippingDay],
    calendar_then: Mapping[date, ShippingDay],
    now: datetime,
) -> WhatIf:
    """Judge past orders by two calendars; `orders` are (paid_at, left_at or None if still here).

    Same day: due on the date of payment. Late: left after its due time, or still here past it. How
    people would have worked under the other cutoff is not known, so `late_then` takes the recorded
    times as they are: an upper bound for a later cutoff. Vectorised; presale orders are to be left
    out.

    :raises CalendarGapError: if a calendar lacks a payment date
    """
    import pandas as pd

    frame = pd.DataFrame(orders, columns=["paid_at", "left_at"])
    paid = pd.to_datetime(frame["paid_at"], utc=True)
    left = pd.to_datetime(frame["left_at"], utc=True).fillna(pd.Timestamp(now))
    same_day_now, late_now = _judge(paid, left, calendar_now)
    same_day_then, late_then = _judge(paid, left, calendar_then)
    return WhatIf(len(frame), same_day_now, same_day_then, late_now, late_then)


def _judge(
    paid: "pd.Series[pd.Timestamp]",
    left: "pd.Series[pd.Timestamp]",
    calendar: Mapping[date, ShippingDay],
) -> tuple[int, int]:
    paid_date = paid.dt.tz_convert(SHANGHAI).dt.date
    dates: Sequence[date] = sorted(set(paid_date))
    for day in dates:
        if day not in calendar:
            raise CalendarGapError(day)
    cutoff = _by_date(paid_date, {day: calendar[day].cutoff_at for day in dates})
    handover = _by_date(paid_date, {day: calendar[day].handover_at for day in dates})
    following = _by_date(paid_date, {day: calendar[day].next_handover_at for day in dates})
    due = handover.where(paid < cutoff, following)
    same_day = due.dt.tz_convert(SHANGHAI).dt.date == paid_date
    return int(same_day.sum()), int((left > due).sum())


def _by_date(
    dates: "pd.Series[date]", instants: Mapping[date, datetime | None]
) -> "pd.Series[pd.Timestamp]":
    import pandas as pd

    return pd.to_datetime(dates.map(instants), utc=True)


def _minutes(duration: timedelta) -> int:
    minutes = Decimal(str(duration.total_seconds())) / 60
    return int(minutes.quantize(Decimal(1), rounding=ROUND_HALF_UP))
