"""When an order must leave: the shop's clock, the platform's clock, and the earlier of the two.

The same decision as one SQL statement, over the stored `ShippingDay` rows `d` (of the payment date
in Asia/Shanghai) and `p` (of the promised date) and the promise windows `w` as a VALUES list:

    base_due     = CASE WHEN paid_at < d.cutoff_at THEN d.handover_at ELSE d.next_handover_at END
    presale_due  = CASE WHEN p.ships THEN p.handover_at ELSE p.next_handover_at END
    shop_due     = GREATEST(base_due, presale_due)
    promised_end = (promised_date + time '23:59:59') AT TIME ZONE 'Asia/Shanghai'
    platform_due = CASE WHEN agreed_at IS NOT NULL THEN agreed_at
                        WHEN promised_end > paid_at THEN promised_end
                        WHEN w.is_event AND w.until IS NOT NULL THEN w.until
                        WHEN w.is_event THEN paid_at + w.hours * hour
                        ELSE paid_at + coalesce(promise_hours, w.hours) * hour END
    ship_due     = LEAST(shop_due, platform_due)
    code         = CASE WHEN presale_due > base_due THEN 'presale'
                        WHEN d.cutoff_at IS NULL THEN 'no_shipping_day'
                        WHEN paid_at < d.cutoff_at THEN 'before_cutoff' ELSE 'after_cutoff' END
    join w on (w.paid_from IS NULL OR w.paid_from <= paid_at)
          AND (w.paid_to IS NULL OR paid_at < w.paid_to)

`hour` is interval '1 hour'; never days, which follow the wall clock. GREATEST and LEAST skip NULL in Postgres, and a NULL cutoff falls to ELSE, as here. An unpaid or never-shippable order has no due times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from orders.rules.calendar import SHOP_TZ, ShippingDay, at_shop, shop_date, utc
from orders.rules.platform_texts import NEVER_SHIPPABLE
from orders.rules.promises import PromiseWindow, window_for

_END_OF_DAY = time(23, 59, 59)


class NoShippingDayError(Exception):
    """No shipping day within 60 days after a date: the calendar is not set up."""

    def __init__(self, day: date) -> None:
        self.day = day
        super().__init__(f"no shipping day within 60 days after {day}")


class CalendarGapError(LookupError):
    """The calendar handed in has no row for a date that an order needs."""

    def __init__(self, day: date) -> None:
        self.day = day
        super().__init__(f"the shipping calendar has no row for {day}")


class DueCode(StrEnum):
    """What decided the shop's own due time, or why there is none."""

    BEFORE_CUTOFF = "before_cutoff"
    AFTER_CUTOFF = "after_cutoff"
    NO_SHIPPING_DAY = "no_shipping_day"
    PRESALE = "presale"
    UNPAID = "unpaid"
    NOT_SHIPPABLE = "not_shippable"


class PromiseBy(StrEnum):
    """What the platform's due time rests on."""

    AGREEMENT = "agreement"
    PRESALE = "presale"
    EVENT = "event"
    LISTING = "listing"
    RULE = "rule"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What the due time of an order depends on.

    `promise_hours`: the listing's promise, the shortest if its lines differ. `promised_date`:
    presale. `agreed_at`: the latest instant agreed with the buyer. `status`: the platform's code.
    """

    paid_at: datetime | None
    status: str
    promise_hours: int | None = None
    promised_date: date | None = None
    agreed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DueReason:
    """Why an order is due when it is, compact enough to store on each order.

    `figures` holds only JSON values: "clock" ("shop" or "platform": which one is the earlier),
    "by" (a PromiseBy), "hours" (if the promise is counted in hours), "cutoff" ("HH:MM" of the
    payment date, if parcels leave on it), "why" and "note" (of the calendar row, if none do).
    """

    code: DueCode
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShipDue:
    """The due times of an order, all None when nothing is owed, and the rule row that judged it."""

    ship_due_at: datetime | None
    shop_due_at: datetime | None
    platform_due_at: datetime | None
    reason: DueReason
    rule_id: int | None


@dataclass(frozen=True, slots=True)
class _Promise:
    due_at: datetime | None
    by: PromiseBy
    hours: int | None
    rule_id: int | None


def ship_due(
    facts: OrderFacts,
    *,
    calendar: Mapping[date, ShippingDay],
    windows: Sequence[PromiseWindow],
) -> ShipDue:
    """Work out when an order must leave, to the second, and why.

    `windows` come from `promise_windows` for the shop's platform.

    :raises CalendarGapError: if `calendar` lacks the payment date or the promised date
    :raises NoShippingDayError: if the calendar knows no shipping day that could take the order
    """
    if facts.paid_at is None:
        return _nothing_due(DueCode.UNPAID)
    if facts.status in NEVER_SHIPPABLE:
        return _nothing_due(DueCode.NOT_SHIPPABLE)
    day = _calendar_day(calendar, shop_date(facts.paid_at))
    code, shop_due_at = _shop_due(facts.paid_at, facts.promised_date, day, calendar)
    promise = _platform_promise(facts, facts.paid_at, windows)
    is_platform = promise.due_at is not None and utc(promise.due_at) < utc(shop_due_at)
    return ShipDue(
        ship_due_at=promise.due_at if is_platform else shop_due_at,
        shop_due_at=shop_due_at,
        platform_due_at=promise.due_at,
        reason=DueReason(code, _figures(day, promise, "platform" if is_platform else "shop")),
        rule_id=promise.rule_id,
    )


def _shop_due(
    paid_at: datetime,
    promised_date: date | None,
    day: ShippingDay,
    calendar: Mapping[date, ShippingDay],
) -> tuple[DueCode, datetime]:
    if day.cutoff_at is None or day.handover_at is None:
        code, due_at = DueCode.NO_SHIPPING_DAY, _next_handover(day)
    elif utc(paid_at) < utc(day.cutoff_at):
        code, due_at = DueCode.BEFORE_CUTOFF, day.handover_at
    else:
        code, due_at = DueCode.AFTER_CUTOFF, _next_handover(day)
    if promised_date is None:
        return code, due_at
    promised = _calendar_day(calendar, promised_date)
    presale_due_at = promised.handover_at or _next_handover(promised)
    if utc(presale_due_at) > utc(due_at):
        return DueCode.PRESALE, presale_due_at
    return code, due_at


def _platform_promise(
    facts: OrderFacts, paid_at: datetime, windows: Sequence[PromiseWindow]
) -> _Promise:
    """Pick what the platform holds the shop to.

    Agreement beats presale date beats event beats listing beats the standing rule. Events speak of
    goods in stock, so a presale date stands above them; one already past at payment of the balance
    promises nothing any more.
    """
    window = window_for(windows, paid_at)
    if facts.agreed_at is not None:
        return _Promise(facts.agreed_at, PromiseBy.AGREEMENT, None, window.rule_id)
    if facts.promised_date is not None:
        promised_end = at_shop(facts.promised_date, _END_OF_DAY)
        if utc(promised_end) > utc(paid_at):
            return _Promise(promised_end, PromiseBy.PRESALE, None, window.rule_id)
    if window.is_event and window.until is not None:
        return _Promise(window.until.astimezone(SHOP_TZ), PromiseBy.EVENT, None, window.rule_id)
    if window.is_event:
        return _in_hours(paid_at, window.hours, PromiseBy.EVENT, window.rule_id)
    if facts.promise_hours is not None:
        return _in_hours(paid_at, facts.promise_hours, PromiseBy.LISTING, window.rule_id)
    return _in_hours(paid_at, window.hours, PromiseBy.RULE, window.rule_id)


def _in_hours(paid_at: datetime, hours: int | None, by: PromiseBy, rule_id: int | None) -> _Promise:
    if hours is None:
        return _Promise(None, PromiseBy.NONE, None, rule_id)
    due_at = (utc(paid_at) + timedelta(hours=hours)).astimezone(SHOP_TZ)
    return _Promise(due_at, by, hours, rule_id)


def _figures(day: ShippingDay, promise: _Promise, clock: str) -> dict[str, Any]:
    figures: dict[str, Any] = {"clock": clock, "by": str(promise.by)}
    if promise.hours is not None:
        figures["hours"] = promise.hours
    if day.cutoff_at is not None:
        figures["cutoff"] = day.cutoff_at.astimezone(SHOP_TZ).strftime("%H:%M")
    else:
        figures["why"] = str(day.why)
        if day.note:
            figures["note"] = day.note
    return figures


def _next_handover(day: ShippingDay) -> datetime:
    if day.next_handover_at is None:
        raise NoShippingDayError(day.date)
    return day.next_handover_at


def _calendar_day(calendar: Mapping[date, ShippingDay], day: date) -> ShippingDay:
    try:
        return calendar[day]
    except KeyError:
        raise CalendarGapError(day) from None


def _nothing_due(code: DueCode) -> ShipDue:
    return ShipDue(None, None, None, DueReason(code, {}), None)
