"""The platform's standing promise and event overrides, laid out as windows of payment time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from orders.rules.calendar import at_shop, utc

SHIP_BY = "ship_by"
SHIP_BY_EVENT = "ship_by_event"
UNRECORDED = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class PromiseRule:
    """One dated row of the rule book about when an order must have left.

    `code` is "ship_by" (the standing promise, `hours` after payment) or "ship_by_event" (an
    official override, `hours` after payment or `until` an instant). `valid_from` and `valid_to`
    are dates of payment, both included. `paid_from` (included) and `paid_to` (excluded) narrow an
    event to hours.

    :raises ValueError: if there is not exactly one of `hours` and `until`, or dates run backwards
    """

    code: str
    platform: str
    valid_from: date
    valid_to: date | None
    hours: int | None
    until: datetime | None
    paid_from: datetime | None
    paid_to: datetime | None
    id: int | None

    def __post_init__(self) -> None:
        if (self.hours is None) == (self.until is None):
            raise ValueError("a promise has either hours or until")
        if self.hours is not None and self.hours <= 0:
            raise ValueError("hours must be above 0")
        start, end = self.span()
        if end is not None and start is not None and end <= start:
            raise ValueError("a promise ends before it begins")
        if self.until is not None and (end is None or utc(self.until) < end - timedelta(seconds=1)):
            raise ValueError("until must not be before the last payment time it covers")

    @property
    def is_event(self) -> bool:
        """Say whether this is an official event override."""
        return self.code == SHIP_BY_EVENT

    def span(self) -> tuple[datetime | None, datetime | None]:
        """Give the payment times covered, in UTC: start included, end excluded, None for open."""
        starts = [] if self.valid_from <= UNRECORDED else [_midnight(self.valid_from)]
        ends = [] if self.valid_to is None else [_midnight(self.valid_to + timedelta(days=1))]
        starts += [] if self.paid_from is None else [utc(self.paid_from)]
        ends += [] if self.paid_to is None else [utc(self.paid_to)]
        return max(starts, default=None), min(ends, default=None)


@dataclass(frozen=True, slots=True)
class PromiseWindow:
    """A stretch of payment time under one promise: `paid_from` included, `paid_to` excluded.

    None at an end means: without end. `until` set: due at that instant. Else `hours` after payment.
    Neither: the rule book promises nothing for these payments. `is_event` windows beat a listing's
    promise.
    """

    paid_from: datetime | None
    paid_to: datetime | None
    hours: int | None
    until: datetime | None
    is_event: bool
    rule_id: int | None


def promise_windows(promises: Iterable[PromiseRule], platform: str) -> list[PromiseWindow]:
    """Lay a platform's promises out as windows that cover all time once, in order.

    An event beats the standing promise. Of standing promises the one that began last counts. Of
    events in force together the shortest counts; a window is split where the shortest changes, so
    that each has one rule.
    """
    rules = [rule for rule in promises if rule.platform == platform]
    spans = [rule.span() for rule in rules]
    cuts = sorted({end for span in spans for end in span if end is not None})
    edges: list[datetime | None] = [None, *cuts, None]
    windows: list[PromiseWindow] = []
    for start, end in pairwise(edges):
        in_force = [r for r, span in zip(rules, spans, strict=True) if _covers(span, start, end)]
        windows += _stretch(start, end, in_force)
    return _joined(windows)


def window_for(windows: Sequence[PromiseWindow], paid_at: datetime) -> PromiseWindow:
    """Pick the window that holds a payment time.

    :raises LookupError: if the windows do not cover it, which `promise_windows` never gives
    """
    paid = utc(paid_at)
    for window in reversed(windows):
        starts = window.paid_from is None or window.paid_from <= paid
        if starts and (window.paid_to is None or paid < window.paid_to):
            return window
    raise LookupError(f"no promise window holds {paid_at.isoformat()}")


def _stretch(
    start: datetime | None, end: datetime | None, in_force: Sequence[PromiseRule]
) -> list[PromiseWindow]:
    """Give the one or two windows of a stretch in which the same rules are in force throughout."""
    events = [rule for rule in in_force if rule.is_event]
    latest = max((rule.valid_from for rule in in_force), default=UNRECORDED)
    rules = events or [rule for rule in in_force if rule.valid_from == latest]
    timed = [(rule.hours, rule.id or 0, rule) for rule in rules if rule.hours is not None]
    fixed = [(utc(rule.until), rule.id or 0, rule) for rule in rules if rule.until is not None]
    if not (timed and fixed):
        shortest = [min(found, key=lambda one: one[:2])[2] for found in (timed, fixed) if found]
        return [_window(start, end, shortest[0] if shortest else None)]
    hours, _, by_hours = min(timed, key=lambda one: one[:2])
    until, _, by_date = min(fixed, key=lambda one: one[:2])
    # Payment plus hours passes the fixed instant here: before it the hours are shorter.
    crossing = until - timedelta(hours=hours)
    if start is not None and crossing <= start:
        return [_window(start, end, by_date)]
    if end is not None and crossing >= end:
        return [_window(start, end, by_hours)]
    return [_window(start, crossing, by_hours), _window(crossing, end, by_date)]


def _window(
    start: datetime | None, end: datetime | None, rule: PromiseRule | None
) -> PromiseWindow:
    return PromiseWindow(
        paid_from=start,
        paid_to=end,
        hours=rule.hours if rule else None,
        until=rule.until if rule else None,
        is_event=rule.is_event if rule else False,
        rule_id=rule.id if rule else None,
    )


def _covers(
    span: tuple[datetime | None, datetime | None], start: datetime | None, end: datetime | None
) -> bool:
    """Say whether a rule's span holds the whole stretch; stretches never straddle a span's edge."""
    begins = span[0] is None or (start is not None and span[0] <= start)
    ends = span[1] is None or (end is not None and end <= span[1])
    return begins and ends


def _joined(windows: Iterable[PromiseWindow]) -> list[PromiseWindow]:
    joined: list[PromiseWindow] = []
    for window in windows:
        if joined and replace(joined[-1], paid_from=None, paid_to=None) == replace(
            window, paid_from=None, paid_to=None
        ):
            joined[-1] = replace(joined[-1], paid_to=window.paid_to)
        else:
            joined.append(window)
    return joined


def _midnight(day: date) -> datetime:
    return utc(at_shop(day, time()))
