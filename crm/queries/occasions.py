"""Whom to write to on a day, and why: birthdays, anniversaries, festivals, goods, points that end.

`due(on)` is what tasks and campaigns ask. Consent, caps and the black list are obeyed by whoever sends.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.models import Customer, Identity, Occasion, TierState
from crm.queries.points import customers_ending
from crm.rules.occasions import day_told, days_kept, happening
from crm.tier_choices import OccasionKind
from orders.models import OrderLine

OF_THE_SHOP = (OccasionKind.FESTIVAL, OccasionKind.NEW_GOODS, OccasionKind.MEMBERS_ONLY)


@dataclass(frozen=True, slots=True)
class Due:
    """An occasion of which one writes on `told_on`. `customers` is not read before somebody asks."""

    occasion: Occasion
    told_on: date
    happens_on: date
    customers: QuerySet[Customer]


def due(on: date, *, days: int = 1) -> list[Due]:
    """Give the occasions of which one writes on a day, or within `days` days from it, by day.

    One query; the customers of each are a queryset (count it, page it, read its keys).
    """
    rows = list(Occasion.objects.filter(is_on=True).order_by("pk"))
    told = [on + timedelta(days=n) for n in range(days)]
    return [found for day in told for row in rows for found in _due_on(row, day)]


def _due_on(row: Occasion, told_on: date) -> Iterator[Due]:
    if row.kind in OF_THE_SHOP:
        if row.date is not None and day_told(row.date, row.days_before) == told_on:
            yield Due(row, told_on, row.date, customers_of(row, row.date))
        return
    happens = told_on
    if row.kind != OccasionKind.FOLLOW_UP:
        happens = happening(told_on, row.days_before)
    yield Due(row, told_on, happens, customers_of(row, happens))


def customers_of(row: Occasion, happens_on: date) -> QuerySet[Customer]:
    """Give the customers whom an occasion concerns on the day it happens, by key."""
    people = Customer.objects.filter(merged_into__isnull=True)
    people = people.filter(Exists(Identity.objects.filter(customer=OuterRef("pk"))))
    if row.from_level:
        level = TierState.objects.filter(customer=OuterRef("pk"), level__gte=row.from_level)
        people = people.filter(Exists(level))
    if row.kind == OccasionKind.BIRTHDAY:
        people = people.filter(_of_days("birth_month", "birth_day", happens_on))
    elif row.kind == OccasionKind.FIRST_ORDER:
        kept = _of_days("stat__first_paid_date__month", "stat__first_paid_date__day", happens_on)
        people = people.filter(kept, stat__first_paid_date__year__lt=happens_on.year)
    elif row.kind == OccasionKind.FOLLOW_UP:
        people = people.filter(Exists(_bought(row, happens_on)))
    elif row.kind == OccasionKind.POINTS_END:
        people = people.filter(pk__in=customers_ending(happens_on))
    return people.order_by("pk")


def _of_days(month: str, day: str, on: date) -> Q:
    found = Q()
    for one in days_kept(on):
        found |= Q(**{month: one[0], day: one[1]})
    return found


def _bought(row: Occasion, told_on: date) -> QuerySet[Identity]:
    """Give the identities that paid for the goods so many days ago; any goods, if none are named."""
    paid_on = told_on - timedelta(days=row.after_days or 0)
    lines = OrderLine.objects.filter(order__paid_date=paid_on)
    if row.goods:
        lines = lines.filter(Q(sku_code__in=row.goods) | Q(item_no__in=row.goods))
    buyers = lines.filter(order__buyer__isnull=False).values("order__buyer")
    return Identity.objects.filter(customer=OuterRef("pk"), buyer__in=buyers)


@dataclass(frozen=True, slots=True)
class DueRow:
    """One occasion of the coming days as the page shows it."""

    due: Due
    count: int
    names: list[tuple[int, str]]


def coming(on: date, *, days: int = 7, shown: int = 5) -> list[DueRow]:
    """Give the coming days' occasions with how many and the first of whom; those of nobody left out."""
    rows = []
    for one in due(on, days=days):
        count = one.customers.count()
        if count:
            names = list(one.customers.values_list("pk", "name")[:shown])
            rows.append(DueRow(one, count, names))
    return rows
