"""Calendars that the tests of the rules share."""

from datetime import date, datetime, time, timedelta

from orders.rules import (
    SHOP_TZ,
    CalendarDay,
    DayKind,
    DayOverride,
    ShippingDay,
    shipping_days,
    start_weekday_rules,
)

SINCE = date(1980, 1, 1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHOP_TZ)


def _span(first: str, last: str, kind: DayKind, name: str) -> dict[date, CalendarDay]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return {day: CalendarDay(kind, is_confirmed=True, name=name) for day in days}


# As announced by the State Council for 2026.
KINDS = (
    _span("2026-01-01", "2026-01-03", DayKind.HOLIDAY, "元旦")
    | _span("2026-01-04", "2026-01-04", DayKind.MAKE_UP, "元旦调休")
    | _span("2026-09-20", "2026-09-20", DayKind.MAKE_UP, "国庆节调休")
    | _span("2026-09-25", "2026-09-27", DayKind.HOLIDAY, "中秋节")
    | _span("2026-10-01", "2026-10-07", DayKind.HOLIDAY, "国庆节")
    | _span("2026-10-10", "2026-10-10", DayKind.MAKE_UP, "国庆节调休")
)

BIG_SALE = DayOverride(
    date(2026, 11, 11), time(23, 59), time(12), handover_next_day=True, note="大促"
)


def calendar(first: str, last: str, overrides=(), rules=None) -> dict[date, ShippingDay]:
    days = shipping_days(
        date.fromisoformat(first),
        date.fromisoformat(last),
        weekday_rules=start_weekday_rules(SINCE) if rules is None else rules,
        overrides=overrides,
        day_kinds=KINDS,
    )
    return {day.date: day for day in days}
