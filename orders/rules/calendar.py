"""The shop's shipping calendar: which dates ship, until when, and when the next ones do.

All dates are dates in Asia/Shanghai. `shipping_days` works everything out in advance, so that the
due time of an order needs one row of its result and no search; the same rows, stored, serve the
set-based statement.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SHOP_TZ = ZoneInfo("Asia/Shanghai")
SEARCH_DAYS = 60
_Date = date  # a dataclass field named `date` hides the type from the fields after it
_MONDAY = 0


class DayKind(StrEnum):
    """What the national calendar says about a date."""

    WORKDAY = "workday"
    REST = "rest"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


class DayWhy(StrEnum):
    """What decided whether a date is a shipping day."""

    WEEKDAY = "weekday"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    OVERRIDE = "override"
    NO_RULE = "no_rule"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """What is known of a date: kind, name (国庆节), and whether its year is announced."""

    kind: DayKind
    is_confirmed: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class WeekdayRule:
    """Cutoff and hand-over of one weekday (0 Monday to 6 Sunday) from a date on.

    Either time missing means: nothing leaves on this weekday.

    :raises ValueError: if the hand-over is before the cutoff, or the weekday is not 0 to 6
    """

    weekday: int
    cutoff: time | None
    handover: time | None
    valid_from: date

    def __post_init__(self) -> None:
        if self.weekday not in range(7):
            raise ValueError(f"weekday must be 0 to 6, not {self.weekday}")
        _refuse_backwards(self.cutoff, self.handover)

    @property
    def ships(self) -> bool:
        """Say whether parcels leave on this weekday."""
        return self.cutoff is not None and self.handover is not None


@dataclass(frozen=True, slots=True)
class DayOverride:
    """The setting of one date, over weekday rules and holidays; a missing time means no shipping.

    `handover_next_day`: the parcels paid before the cutoff are handed over on the following date.

    :raises ValueError: if the hand-over is before the cutoff
    """

    date: date
    cutoff: time | None
    handover: time | None
    handover_next_day: bool
    note: str

    def __post_init__(self) -> None:
        if not self.handover_next_day:
            _refuse_backwards(self.cutoff, self.handover)


@dataclass(frozen=True, slots=True)
class ShippingDay:
    """One date of the calendar, worked out.

    `cutoff_at` and `handover_at` are set exactly when `ships`. `next_*` is the first shipping day
    after this date, missing when there is none within 60 days. `why` says what decided, `note`
    names it.
    """

    date: date
    ships: bool
    cutoff_at: datetime | None
    handover_at: datetime | None
    next_ship_date: _Date | None
    next_handover_at: datetime | None
    why: DayWhy
    note: str
    is_confirmed: bool


def start_weekday_rules(valid_from: date) -> list[WeekdayRule]:
    """Give the rules a new shop starts with: Monday to Saturday 16:00 and 19:00, Sunday none."""
    working = [WeekdayRule(day, time(16), time(19), valid_from) for day in range(6)]
    return [*working, WeekdayRule(6, None, None, valid_from)]


def at_shop(day: date, clock: time) -> datetime:
    """Give the instant at which the shop's clock shows `clock` on `day`."""
    return datetime.combine(day, clock, tzinfo=SHOP_TZ)


def shop_date(instant: datetime) -> date:
    """Give the date in Asia/Shanghai of an aware instant."""
    return instant.astimezone(SHOP_TZ).date()


def weekday_rule(rules: Iterable[WeekdayRule], *, weekday: int, on: date) -> WeekdayRule | None:
    """Pick the rule of a weekday in force on a date: the latest that has begun."""
    begun = [rule for rule in rules if rule.weekday == weekday and rule.valid_from <= on]
    return max(begun, key=lambda rule: rule.valid_from, default=None)


def shipping_days(
    first: date,
    last: date,
    *,
    weekday_rules: Sequence[WeekdayRule],
    overrides: Iterable[DayOverride],
    day_kinds: Mapping[date, CalendarDay],
) -> list[ShippingDay]:
    """Work out each date from `first` to `last`, both included.

    An override beats everything; a public holiday ships nothing; a make-up working day (调休)
    follows its own weekday's rule if that ships, else Monday's; any other day, weekends included,
    follows its weekday's rule. A date missing in `day_kinds` is taken as an ordinary day and
    marked unconfirmed. Looks up to 60 days past `last` for the next shipping day.

    :raises ValueError: if `last` is before `first`
    """
    if last < first:
        raise ValueError(f"last {last} is before first {first}")
    by_date = {override.date: override for override in overrides}
    known = _KnownDays(weekday_rules, by_date, day_kinds)
    days: list[ShippingDay] = []
    next_day: ShippingDay | None = None
    for offset in range((last - first).days + SEARCH_DAYS, -1, -1):
        day = known.shipping_day(first + timedelta(days=offset))
        days.append(_followed_by(day, next_day))
        if day.ships:
            next_day = day
    days.reverse()
    return days[: (last - first).days + 1]


def with_cutoff(rules: Iterable[WeekdayRule], cutoff: time) -> list[WeekdayRule]:
    """Move the cutoff of every weekday that ships; a hand-over before it moves to the cutoff."""
    return [
        replace(rule, cutoff=cutoff, handover=max(cutoff, rule.handover))
        if rule.cutoff is not None and rule.handover is not None
        else rule
        for rule in rules
    ]


@dataclass(frozen=True, slots=True)
class _KnownDays:
    weekday_rules: Sequence[WeekdayRule]
    overrides: Mapping[date, DayOverride]
    day_kinds: Mapping[date, CalendarDay]

    def shipping_day(self, day: date) -> ShippingDay:
        """Decide one date, leaving its next shipping day open."""
        known = self.day_kinds.get(day)
        is_confirmed = known is not None and known.is_confirmed
        override = self.overrides.get(day)
        if override is not None:
            return _override_day(override, is_confirmed=is_confirmed)
        if known is not None and known.kind == DayKind.HOLIDAY:
            return _decided(day, None, DayWhy.HOLIDAY, known.name, is_confirmed=is_confirmed)
        rule = weekday_rule(self.weekday_rules, weekday=day.weekday(), on=day)
        is_make_up = known is not None and known.kind == DayKind.MAKE_UP
        if is_make_up and not (rule and rule.ships):
            rule = weekday_rule(self.weekday_rules, weekday=_MONDAY, on=day)
        why = DayWhy.NO_RULE if rule is None else DayWhy.MAKE_UP if is_make_up else DayWhy.WEEKDAY
        name = known.name if known is not None else ""
        return _decided(day, rule, why, name, is_confirmed=is_confirmed)


def _override_day(override: DayOverride, *, is_confirmed: bool) -> ShippingDay:
    day = _decided(override.date, None, DayWhy.OVERRIDE, override.note, is_confirmed=is_confirmed)
    if override.cutoff is None or override.handover is None:
        return day
    handover_date = override.date + timedelta(days=int(override.handover_next_day))
    return replace(
        day,
        ships=True,
        cutoff_at=at_shop(override.date, override.cutoff),
        handover_at=at_shop(handover_date, override.handover),
    )


def _decided(
    day: date, rule: WeekdayRule | None, why: DayWhy, note: str, *, is_confirmed: bool
) -> ShippingDay:
    cutoff, handover = (
        (rule.cutoff, rule.handover) if rule is not None and rule.ships else (None, None)
    )
    return ShippingDay(
        date=day,
        ships=cutoff is not None and handover is not None,
        cutoff_at=at_shop(day, cutoff) if cutoff is not None else None,
        handover_at=at_shop(day, handover) if handover is not None else None,
        next_ship_date=None,
        next_handover_at=None,
        why=why,
        note=note,
        is_confirmed=is_confirmed,
    )


def _followed_by(day: ShippingDay, next_day: ShippingDay | None) -> ShippingDay:
    if next_day is None or (next_day.date - day.date).days > SEARCH_DAYS:
        return day
    return replace(day, next_ship_date=next_day.date, next_handover_at=next_day.handover_at)


def _refuse_backwards(cutoff: time | None, handover: time | None) -> None:
    if cutoff is not None and handover is not None and handover < cutoff:
        raise ValueError(f"hand-over {handover} is before the cutoff {cutoff}")


def utc(instant: datetime) -> datetime:
    """Give the same instant in UTC.

    Python compares two instants of one zone by wall clock, which is wrong around a DST change.
    """
    return instant.astimezone(UTC)
