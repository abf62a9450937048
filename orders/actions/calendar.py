"""The cutoff calendar and the rule book: every change recomputes the open orders' due times."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from orders.actions import due_times
from orders.actions.errors import CalendarRefusedError
from orders.models import (
    CarrierPickup,
    CutoffOverride,
    CutoffRule,
    Order,
    RuleRow,
    ShippingDay,
)
from orders.queries import calendar as queries
from orders.rules import calendar as rules
from orders.rules import rulebook
from orders.rules.promises import SHIP_BY_EVENT
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work import calendar as work_calendar

AHEAD = timedelta(days=400)
# One lock for all changes of the calendar: they are rare and rebuild the same rows.
CALENDAR_LOCK = 0x5340_0C41


@dataclass(frozen=True, slots=True)
class DayTimes:
    """Cutoff and hand-over of a day; both None for a day without shipping."""

    cutoff: time | None
    handover: time | None
    is_handover_next_day: bool = False


def ensure_shipping_days(*, first: date, last: date) -> int:
    """Work out the days from `first` to `last` that are not stored yet; give how many were added."""
    known = set(
        ShippingDay.objects.filter(date__range=(first, last)).values_list("date", flat=True)
    )
    if len(known) == (last - first).days + 1:
        return 0
    days = [day for day in queries.work_out(first=first, last=last) if day.date not in known]
    ShippingDay.objects.bulk_create(
        [_as_row(day) for day in days], ignore_conflicts=True, batch_size=2000
    )
    return len(days)


def rebuild_shipping_days(*, first: date, last: date) -> None:
    """Work out all days from `first` to `last` anew."""
    days = queries.work_out(first=first, last=last)
    ShippingDay.objects.bulk_create(
        [_as_row(day) for day in days],
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=[
            "ships",
            "cutoff_at",
            "handover_at",
            "next_ship_date",
            "next_handover_at",
            "why",
            "is_confirmed",
        ],
        batch_size=2000,
    )


def set_weekdays(*, times: dict[int, DayTimes], valid_from: date, by: User, now: datetime) -> int:
    """Set cutoff and hand-over of weekdays (0 is Monday) from a date on; give how many orders moved.

    :raises CalendarRefusedError: if a hand-over is before its cutoff, or no day would ship any more
    """

    def change() -> dict[str, str]:
        for weekday, day in sorted(times.items()):
            _refuse_backwards(day, field=f"handover_{weekday}")
            CutoffRule.objects.update_or_create(
                weekday=weekday,
                valid_from=valid_from,
                defaults={"cutoff": day.cutoff, "handover": day.handover},
            )
        return {
            str(weekday): f"{queries.clock_text(day.cutoff)}-{queries.clock_text(day.handover)}"
            for weekday, day in sorted(times.items())
        }

    return _change(
        "orders.calendar.weekdays_set",
        change,
        first=min(valid_from, business_date(now)),
        by=by,
        now=now,
    )


def set_override(*, day: date, times: DayTimes, note: str, by: User, now: datetime) -> int:
    """Let one date do something else than its weekday; give how many orders moved.

    :raises CalendarRefusedError: if the date has passed, or the hand-over is before the cutoff
    """
    if day < business_date(now):
        raise CalendarRefusedError({"date": _("这一天已经过去，改不了。")})

    def change() -> dict[str, str]:
        _refuse_backwards(times, field="handover")
        CutoffOverride.objects.update_or_create(
            date=day,
            defaults={
                "cutoff": times.cutoff,
                "handover": times.handover,
                "is_handover_next_day": times.is_handover_next_day,
                "note": note,
                "created_by": by,
                "created_at": now,
            },
        )
        return {
            "date": str(day),
            "cutoff": queries.clock_text(times.cutoff),
            "handover": queries.clock_text(times.handover),
            "note": note,
        }

    return _change("orders.calendar.override_set", change, first=day, by=by, now=now)


def remove_override(*, day: date, by: User, now: datetime) -> int:
    """Let a date follow its weekday again; give how many orders moved.

    :raises CalendarRefusedError: if there is no override, or its date has passed
    """
    if day < business_date(now):
        raise CalendarRefusedError({"date": _("这一天已经过去，改不了。")})

    def change() -> dict[str, str]:
        deleted, _rows = CutoffOverride.objects.filter(date=day).delete()
        if not deleted:
            raise CalendarRefusedError({"date": _("这一天没有例外，可能同事刚删掉。")})
        return {"date": str(day)}

    return _change("orders.calendar.override_removed", change, first=day, by=by, now=now)


def set_business_day(*, day: date, kind: str, name: str, by: User, now: datetime) -> int:
    """Say what a date is by the State Council's notice; give how many orders moved.

    :raises CalendarRefusedError: if the date has passed
    :raises ValueError: if `kind` is none of `BusinessDay.Kind`
    """
    if day < business_date(now):
        raise CalendarRefusedError({"date": _("这一天已经过去，改不了。")})

    def change() -> dict[str, str]:
        row = work_calendar.set_business_day(day=day, kind=kind, name=name)
        return {"date": str(day), "kind": row.kind, "name": row.name}

    return _change("orders.calendar.business_day_set", change, first=day, by=by, now=now)


def confirm_year(*, year: int, by: User, now: datetime) -> int:
    """Confirm what is guessed of a year, once its notice was entered; give how many orders moved.

    :raises CalendarRefusedError: if nothing of the year is open
    """

    def change() -> dict[str, str]:
        first, last = date(year, 1, 1), date(year, 12, 31)
        days = work_calendar.confirm_business_days(first=first, last=last)
        if not days:
            raise CalendarRefusedError({"year": _("这一年没有要确认的日子。")})
        return {"year": str(year), "days": str(days)}

    first = max(date(year, 1, 1), business_date(now))
    return _change("orders.calendar.year_confirmed", change, first=first, by=by, now=now)


@transaction.atomic
def set_pickup(*, pickup: CarrierPickup, by: User, now: datetime) -> CarrierPickup:
    """Save when a carrier fetches parcels.

    :raises CalendarRefusedError: if parcels would have to be packed after the pickup
    """
    if pickup.packed_by > pickup.pickup:
        raise CalendarRefusedError({"packed_by": _("打完包的时间要早于揽收时间。")})
    pickup.save()
    operations.record(
        name="orders.calendar.pickup_set",
        by=by,
        now=now,
        object_type="carrier",
        object_key=pickup.carrier,
        new={
            "weekdays": pickup.weekdays,
            "pickup": queries.clock_text(pickup.pickup),
            "packed_by": queries.clock_text(pickup.packed_by),
            "active": pickup.is_active,
        },
    )
    return pickup


def add_rule_row(*, row: RuleRow, by: User, now: datetime) -> int:
    """Add a row to the rule book; give how many orders' due times moved.

    The row of the same code and platform that is in force then is ended the day before, never deleted.

    :raises CalendarRefusedError: if parameters are wrong, or the row does not begin after the one in force
    """

    def change() -> dict[str, str]:
        _refuse_bad_parameters(row)
        if row.valid_from is None:
            raise CalendarRefusedError({"valid_from": _("写上从哪天起算。")})
        if row.code != SHIP_BY_EVENT:  # an event stands beside the standing promise
            _end_previous(row)
        row.save()
        return {
            "code": row.code,
            "platform": row.platform,
            "valid_from": str(row.valid_from),
            "parameters": str(row.parameters),
        }

    return _change("orders.rule_book.row_added", change, first=business_date(now), by=by, now=now)


def end_rule_row(*, row_id: int, valid_to: date, by: User, now: datetime) -> int:
    """End a row of the rule book after a date; give how many orders' due times moved.

    :raises RuleRow.DoesNotExist: if there is no such row
    :raises CalendarRefusedError: if the row would end before it begins
    """

    def change() -> dict[str, str]:
        row = RuleRow.objects.select_for_update().get(pk=row_id)
        if row.valid_from is not None and valid_to < row.valid_from:
            raise CalendarRefusedError({"valid_to": _("失效日不能早于生效日。")})
        row.valid_to = valid_to
        row.save(update_fields=["valid_to"])
        return {"code": row.code, "row": str(row.pk), "valid_to": str(valid_to)}

    return _change("orders.rule_book.row_ended", change, first=business_date(now), by=by, now=now)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a change of the calendar would do to the open orders."""

    open_count: int
    earlier_count: int
    later_count: int
    moved_count: int


def rehearse(change: Callable[[], int]) -> Rehearsal:
    """Say what a calendar change would move, and change nothing. Reads the open orders' due times."""
    with transaction.atomic():
        before = _due_times()
        moved = change()
        after = _due_times()
        transaction.set_rollback(True)
    both = [(old, new) for pk, new in after.items() if new and (old := before.get(pk))]
    return Rehearsal(
        open_count=len(after),
        earlier_count=sum(1 for old, new in both if new < old),
        later_count=sum(1 for old, new in both if new > old),
        moved_count=moved,
    )


def _due_times() -> dict[int, datetime | None]:
    return dict(Order.objects.open().order_by("pk").values_list("pk", "ship_due_at"))


def _change(
    name: str, change: Callable[[], dict[str, str]], *, first: date, by: User, now: datetime
) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CALENDAR_LOCK])
        new = change()
        try:
            rebuild_shipping_days(first=first - timedelta(days=60), last=business_date(now) + AHEAD)
        except NoNextDayError as error:
            raise CalendarRefusedError(
                {"__all__": _("这样改以后找不到能发货的日子，没有保存。")}
            ) from error
        moved = due_times.recompute_due_times()
        operations.record(
            name=name, by=by, now=now, object_type="calendar", new={**new, "moved": moved}
        )
    return moved


class NoNextDayError(Exception):
    """No shipping day follows within the look-ahead."""


def _as_row(day: rules.ShippingDay) -> ShippingDay:
    if day.next_ship_date is None or day.next_handover_at is None:
        raise NoNextDayError(day.date)
    return ShippingDay(
        date=day.date,
        ships=day.ships,
        cutoff_at=day.cutoff_at,
        handover_at=day.handover_at,
        next_ship_date=day.next_ship_date,
        next_handover_at=day.next_handover_at,
        why=day.why,
        is_confirmed=day.is_confirmed,
    )


def _refuse_backwards(day: DayTimes, *, field: str) -> None:
    if (day.cutoff is None) != (day.handover is None):
        raise CalendarRefusedError({field: _("截单和交接要么都填，要么都空（不发货）。")})
    if day.is_handover_next_day or day.cutoff is None or day.handover is None:
        return
    if day.handover < day.cutoff:
        raise CalendarRefusedError({field: _("交接不能早于截单。")})


def _refuse_bad_parameters(row: RuleRow) -> None:
    try:
        value = queries.as_rule(row)
        if row.code in rulebook.PROMISE_CODES:
            rulebook.promise_rule(value)
        elif row.code in rulebook.PENALTY_CODES:
            rulebook.penalty_rules_of(value)
        else:
            raise CalendarRefusedError({"code": _("不认识的编码，先从列表里选。")})
    except rulebook.RuleParameterError as error:
        raise CalendarRefusedError({"parameters": str(error)}) from error


def _end_previous(row: RuleRow) -> None:
    assert row.valid_from is not None  # noqa: S101
    for previous in _in_force(row):
        if previous.valid_from is not None and previous.valid_from >= row.valid_from:
            raise CalendarRefusedError(
                {
                    "valid_from": _("已有一行从 %(day)s 起生效，新的一行要更晚。")
                    % {"day": previous.valid_from}
                }
            )
        previous.valid_to = row.valid_from - timedelta(days=1)
        previous.save(update_fields=["valid_to"])


def _in_force(row: RuleRow) -> Iterable[RuleRow]:
    rows = RuleRow.objects.select_for_update().filter(
        code=row.code, platform=row.platform, valid_to__isnull=True
    )
    return rows.order_by("pk")
