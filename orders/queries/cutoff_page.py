"""What the cutoff page shows: a week worked out, overrides, pickups, the rule book."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count

from orders.choices import OPEN_STAGES
from orders.models import CarrierPickup, CutoffOverride, CutoffRule, Order, RuleRow
from orders.queries import calendar
from orders.rules.calendar import ShippingDay
from shopops.lib.business_time import business_date
from shopops.work.models import BusinessDay


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A row of the rule book, with how many open orders it judges."""

    row: RuleRow
    order_count: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class CutoffPage:
    """Everything on the cutoff page but the what-if."""

    week: Sequence[ShippingDay]
    days: dict[date, BusinessDay]
    rules: dict[int, CutoffRule]
    overrides: Sequence[CutoffOverride]
    special_days: Sequence[BusinessDay]
    pickups: Sequence[CarrierPickup]
    rule_lines: Sequence[RuleLine]
    unconfirmed_from: date | None
    version: str


def cutoff_page(*, week_of: date, now: datetime, with_ended: bool) -> CutoffPage:
    """Read the cutoff page for the week that holds a date. Ten queries, none over past orders."""
    monday = week_of - timedelta(days=week_of.weekday())
    sunday = monday + timedelta(days=6)
    today = business_date(now)
    return CutoffPage(
        week=calendar.work_out(first=monday, last=sunday),
        days={
            row.date: row
            for row in BusinessDay.objects.filter(date__range=(monday, sunday)).order_by("date")
        },
        rules=current_rules(on=sunday),
        overrides=list(CutoffOverride.objects.filter(date__gte=today).order_by("date")),
        special_days=_special_days(today),
        pickups=list(CarrierPickup.objects.filter(is_active=True).order_by("pickup", "pk")),
        rule_lines=rule_lines(today=today, with_ended=with_ended),
        unconfirmed_from=_unconfirmed_from(today),
        version=calendar_version(),
    )


def current_rules(*, on: date) -> dict[int, CutoffRule]:
    """Give the rule in force of each weekday (0 is Monday) on a date."""
    rows = CutoffRule.objects.filter(valid_from__lte=on).order_by("valid_from", "pk")
    return {row.weekday: row for row in rows}


def calendar_version() -> str:
    """Name the state of the weekday rules, so that a stale save is noticed."""
    rows = CutoffRule.objects.order_by("weekday", "valid_from", "pk")
    state = repr(list(rows.values_list("weekday", "valid_from", "cutoff", "handover")))
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def _special_days(today: date) -> list[BusinessDay]:
    rows = BusinessDay.objects.filter(
        date__range=(today, today + timedelta(days=120)),
        kind__in=[BusinessDay.Kind.HOLIDAY, BusinessDay.Kind.MAKE_UP],
    )
    return list(rows.order_by("date"))


def rule_lines(*, today: date, with_ended: bool) -> list[RuleLine]:
    """Give the rule book, rows in force first within their code."""
    judged = dict(
        Order.objects.filter(stage__in=OPEN_STAGES)
        .values_list("ship_by_rule")
        .annotate(n=Count("pk"))
        .order_by("ship_by_rule")
    )
    lines = [
        RuleLine(
            row=row,
            order_count=judged.get(row.pk, 0),
            is_active=row.valid_to is None or row.valid_to >= today,
        )
        for row in RuleRow.objects.order_by("code", "-valid_from", "pk")
    ]
    return [line for line in lines if with_ended or line.is_active]


def _unconfirmed_from(today: date) -> date | None:
    row = (
        BusinessDay.objects.filter(
            date__range=(today, today + timedelta(days=90)), is_confirmed=False
        )
        .order_by("date")
        .first()
    )
    return row.date if row else None
