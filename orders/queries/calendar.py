"""The cutoff calendar and the rule book as values that the rules understand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from orders.models import CutoffOverride, CutoffRule, RuleRow, ShippingDay
from orders.rules import calendar as rules
from orders.rules import rulebook
from orders.rules.penalties import PenaltyRule
from orders.rules.promises import PromiseWindow, promise_windows
from shopops.lib.business_time import business_date
from shopops.lib.fixed_queries import fixed_as
from shopops.work.models import BusinessDay

# How far a worked-out day looks for the next one that ships.
LOOK_AHEAD = timedelta(days=61)


def weekday_rules() -> list[rules.WeekdayRule]:
    """Give all weekday rules, past ones included."""
    return [
        rules.WeekdayRule(row.weekday, row.cutoff, row.handover, row.valid_from)
        for row in CutoffRule.objects.order_by("valid_from", "weekday", "pk")
    ]


def overrides(*, first: date, last: date) -> list[rules.DayOverride]:
    """Give the date overrides from `first` to `last`, both included."""
    return [
        rules.DayOverride(row.date, row.cutoff, row.handover, row.is_handover_next_day, row.note)
        for row in CutoffOverride.objects.filter(date__range=(first, last)).order_by("date")
    ]


def day_kinds(*, first: date, last: date) -> dict[date, rules.CalendarDay]:
    """Give what each date is by the State Council's notice, as far as we were told."""
    kinds = {
        BusinessDay.Kind.WORKDAY: rules.DayKind.WORKDAY,
        BusinessDay.Kind.WEEKEND: rules.DayKind.WEEKEND,
        BusinessDay.Kind.HOLIDAY: rules.DayKind.HOLIDAY,
        BusinessDay.Kind.MAKE_UP: rules.DayKind.MAKE_UP,
    }
    rows = BusinessDay.objects.filter(date__range=(first, last)).order_by("date")
    return {
        row.date: rules.CalendarDay(
            kinds[BusinessDay.Kind(row.kind)], is_confirmed=row.is_confirmed, name=row.name
        )
        for row in rows
    }


def work_out(
    *, first: date, last: date, weekdays: list[rules.WeekdayRule] | None = None
) -> list[rules.ShippingDay]:
    """Work the calendar out from `first` to `last`; `weekdays` tries other rules than the stored."""
    return rules.shipping_days(
        first,
        last,
        weekday_rules=weekday_rules() if weekdays is None else weekdays,
        overrides=overrides(first=first, last=last + LOOK_AHEAD),
        day_kinds=day_kinds(first=first, last=last + LOOK_AHEAD),
    )


def stored_days(*, first: date, last: date) -> dict[date, ShippingDay]:
    """Give the stored shipping days from `first` to `last`, both included."""
    rows = ShippingDay.objects.filter(date__range=(first, last)).order_by("date")
    return {row.date: row for row in rows}


@dataclass(frozen=True, slots=True)
class NextCutoff:
    """The next moment at which paid orders split into today's and later ones."""

    cutoff_at: datetime
    handover_at: datetime
    is_today: bool
    is_confirmed: bool


# By hand: every page asks.
NEXT_CUTOFF = """
SELECT * FROM orders_shippingday WHERE cutoff_at > %s AND ships AND date >= %s
ORDER BY date LIMIT 1
"""


def next_cutoff(*, now: datetime) -> NextCutoff | None:
    """Give the next cutoff after `now`; None where no shipping day is worked out ahead. One query."""
    today = business_date(now)
    row = next(iter(ShippingDay.objects.raw(NEXT_CUTOFF, [now, today])), None)
    if row is None or row.cutoff_at is None or row.handover_at is None:
        return None
    return NextCutoff(
        cutoff_at=row.cutoff_at,
        handover_at=row.handover_at,
        is_today=row.date == today,
        is_confirmed=row.is_confirmed,
    )


def rule_rows(*, codes: Iterable[str] | None = None) -> list[rulebook.RuleRow]:
    """Give the rows of the rule book as values, all or those of some codes."""
    rows = RuleRow.objects.order_by("code", "platform", "valid_from", "pk")
    if codes is not None:
        rows = rows.filter(code__in=list(codes))
    return [as_rule(row) for row in rows]


def as_rule(row: RuleRow) -> rulebook.RuleRow:
    """Give one stored row as the value that the rules understand."""
    return rulebook.RuleRow(
        code=row.code,
        platform=row.platform,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        parameters=row.parameters,
        source_note=row.source_note,
        id=row.pk,
    )


def windows(*, platform: str) -> list[PromiseWindow]:
    """Give the promises in force over all time, cut into windows that never overlap."""
    return promise_windows(
        rulebook.promise_rules(rule_rows(codes=rulebook.PROMISE_CODES)), platform
    )


def _penalty_rows() -> QuerySet[RuleRow]:
    rows = RuleRow.objects.filter(code__in=list(rulebook.PENALTY_CODES))
    return rows.order_by("code", "platform", "valid_from", "pk")


def _as_penalties(rows: list[RuleRow]) -> tuple[PenaltyRule, ...]:
    return tuple(rulebook.penalty_rules([as_rule(row) for row in rows]))


_read_penalties = fixed_as(_penalty_rows, _as_penalties)


def penalty_rules() -> tuple[PenaltyRule, ...]:
    """Give all penalty rows as values. Asked anew each time: a changed rule shows at once."""
    return _read_penalties()


def clock_text(clock: time | None) -> str:
    """Give a time of day as HH:MM, empty for none."""
    return clock.strftime("%H:%M") if clock else ""
