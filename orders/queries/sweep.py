"""What the daily sweep found and who goes after it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from orders.models import SweepItem
from orders.rules.sweep import next_workday
from shopops.lib.paging import Page, decode_key, page_of
from shopops.staff.models import Operation, User
from shopops.work.calendar import business_days

PAGE_SIZE = 50
_AHEAD = timedelta(days=31)


def workdays_after(day: date, *, count: int = 1) -> list[date]:
    """Give the next working days after a day. One query."""
    worked = {one.date for one in business_days(day, day + _AHEAD) if one.is_workday}
    days: list[date] = []
    while len(days) < count:
        days.append(next_workday(days[-1] if days else day, is_workday=worked.__contains__))
    return days


@dataclass(frozen=True, slots=True)
class SweepScope:
    """Which items are wanted: open ones, or all of one day; everybody's, mine, or my roles'."""

    day: date | None = None
    scope: str = "all"
    with_settled: bool = False


def role_codes(person: User) -> list[str]:
    """Give the codes of a person's roles."""
    return list(person.roles.order_by("pk").values_list("code", flat=True))


def sweep_items(*, wanted: SweepScope, person: User) -> QuerySet[SweepItem]:
    """Give items with order and owner, unsorted and unsliced."""
    items = SweepItem.objects.select_related("order", "owner", "settled_by")
    if wanted.day is not None:
        items = items.filter(date=wanted.day)
    if not wanted.with_settled:
        items = items.filter(settled_at__isnull=True)
    if wanted.scope == "mine":
        items = items.filter(owner=person)
    elif wanted.scope == "role":
        items = items.filter(owner__isnull=True, owner_role__in=role_codes(person))
    return items


def sweep_page(
    *, wanted: SweepScope, person: User, after: str = "", before: str = ""
) -> Page[SweepItem]:
    """Give one page, the earliest found first.

    :raises ValueError: if a cursor is none of ours
    """
    items = sweep_items(wanted=wanted, person=person)
    backwards = bool(before)
    if after or before:
        at, pk = decode_key(after or before)
        side = "lt" if backwards else "gt"
        tie = Q(**{f"found_at__{side}": at}) | Q(**{f"pk__{side}": pk})
        items = items.filter(Q(**{f"found_at__{side}e": at}) & tie)
    order = ("-found_at", "-pk") if backwards else ("found_at", "pk")
    return page_of(
        list(items.order_by(*order)[: PAGE_SIZE + 1]),
        size=PAGE_SIZE,
        backwards=backwards,
        came_from=bool(after or before),
        key=lambda item: (item.found_at, item.pk),
    )


def open_count() -> int:
    """Count the items that are not settled. By the index of open ones."""
    return SweepItem.objects.filter(settled_at__isnull=True).count()


def overdue_follow_ups(*, day: date) -> list[dict[str, Any]]:
    """Give by owner role how many items should have been looked at before `day`, and their cost."""
    rows = SweepItem.objects.filter(settled_at__isnull=True, follow_up_on__lt=day)
    found = rows.values("owner_role").annotate(count=Count("pk"), amount=Sum("predicted_amount"))
    return [dict(row) for row in found.order_by("owner_role")]


def day_summary(*, day: date) -> dict[str, Any]:
    """Give how a day stands: missed, short, settled, and what the rest costs."""
    rows = SweepItem.objects.filter(date=day)
    return rows.aggregate(
        missed=Count("pk", filter=Q(kind="missed")),
        short=Count("pk", filter=Q(kind="short")),
        settled=Count("pk", filter=Q(settled_at__isnull=False)),
        amount=Sum("predicted_amount"),
    )


def follow_ups_of(*, tids: list[str]) -> dict[int, list[Operation]]:
    """Give what was done with items of some orders, newest first, by item. One query."""
    rows = Operation.objects.filter(
        object_type="order", object_key__in=tids, name__startswith="orders.sweep."
    ).order_by("-pk")
    found: dict[int, list[Operation]] = {}
    for row in rows:
        found.setdefault(int(row.new.get("sweep") or 0), []).append(row)
    return found
