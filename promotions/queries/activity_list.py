"""Activities in rows: for the calendar, the board and the page of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Count, F, IntegerField, JSONField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from promotions.choices import ActivityState
from promotions.models import (
    Activity,
    ActivityCheck,
    ActivityItem,
    ActivityTask,
    Benefit,
    GiftRule,
)
from promotions.queries.preparation import approved_checks

_S = ActivityState
CLOSED = (_S.SUMMED_UP, _S.CANCELLED)
MOST_ON_BOARD = 300
MOST_IN_CALENDAR = 400
ITEMS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One activity with how far its preparation is and what its check says."""

    activity: Activity
    items: int
    needed: int
    done: int
    check: ActivityCheck | None
    is_approved: bool

    @property
    def is_blocked(self) -> bool:
        """Whether its check stands against it."""
        bad = self.check is not None and self.check.failed_count + self.check.unknown_count > 0
        return bad and not self.is_approved


def activities_between(since: datetime, until: datetime) -> list[ActivityRow]:
    """Give what falls on a span, the earliest first, cancelled ones left out. Three queries."""
    rows = _counted().filter(starts_at__lt=until, ends_at__gt=since).exclude(state=_S.CANCELLED)
    return _rows(rows.order_by("starts_at", "pk")[:MOST_IN_CALENDAR])


def board_rows(*, closed: bool) -> list[ActivityRow]:
    """Give the open activities by start, or the closed ones, newest first. Three queries."""
    if closed:
        rows = _counted().filter(state__in=CLOSED).order_by("-ends_at", "-pk")
    else:
        rows = _counted().exclude(state__in=CLOSED).order_by("starts_at", "pk")
    return _rows(rows[:MOST_ON_BOARD])


def one_row(activity_id: int) -> ActivityRow:
    """Give one activity. Three queries.

    :raises Activity.DoesNotExist: if there is none
    """
    found = _rows(_counted().filter(pk=activity_id))
    if not found:
        raise Activity.DoesNotExist
    return found[0]


def _counted() -> QuerySet[Activity]:
    def counted(rows: QuerySet[ActivityTask] | QuerySet[ActivityItem]) -> Coalesce:
        counts = rows.filter(activity=OuterRef("pk")).order_by().values("activity")
        number = Subquery(counts.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        return Coalesce(number, 0)

    tasks = ActivityTask.objects.filter(is_needed=True)
    return Activity.objects.select_related("owner").annotate(
        items_n=counted(ActivityItem.objects.all()),
        needed_n=counted(tasks),
        done_n=counted(tasks.filter(done_at__isnull=False)),
    )


def _rows(found: QuerySet[Activity]) -> list[ActivityRow]:
    rows = list(found)
    checks = {
        one.activity_id: one
        for one in ActivityCheck.objects.filter(activity__in=rows, is_latest=True).defer(
            "points", "changes"
        )
    }
    fine = approved_checks(list(checks.values())) if checks else set()
    return [
        ActivityRow(
            activity=row,
            items=row.items_n,  # type: ignore[attr-defined]
            needed=row.needed_n,  # type: ignore[attr-defined]
            done=row.done_n,  # type: ignore[attr-defined]
            check=(check := checks.get(row.pk)),
            is_approved=check is not None and check.pk in fine,
        )
        for row in rows
    ]


# --- the page of one activity --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of an activity's items by key, with the ids of its neighbours (0: there is none)."""

    rows: list[ActivityItem]
    before: int
    after: int


def item_page(
    activity_id: int, *, outcome: str = "", q: str = "", after: int = 0, before: int = 0
) -> ItemPage:
    """Give one page of items in the order of their SKU. One query, the same cost in any activity."""
    rows = ActivityItem.objects.filter(activity_id=activity_id).select_related(
        "sku__product", "sku__level"
    )
    if outcome:
        rows = rows.filter(outcome="" if outcome == "none" else outcome)
    if q:
        rows = rows.filter(Q(sku__code__istartswith=q) | Q(sku__title__icontains=q))
    if before:
        found = list(rows.filter(sku_id__lt=before).order_by("-sku_id")[: ITEMS_SHOWN + 1])
        more_before, more_after = len(found) > ITEMS_SHOWN, True
        shown = found[:ITEMS_SHOWN][::-1]
    else:
        found = list(rows.filter(sku_id__gt=after).order_by("sku_id")[: ITEMS_SHOWN + 1])
        more_before, more_after = bool(after), len(found) > ITEMS_SHOWN
        shown = found[:ITEMS_SHOWN]
    return ItemPage(
        rows=shown,
        before=shown[0].sku_id if shown and more_before else 0,
        after=shown[-1].sku_id if shown and more_after else 0,
    )


def outcome_counts(activity_id: int) -> dict[str, int]:
    """Count an activity's items by what the check said of them. One query by index."""
    rows = ActivityItem.objects.filter(activity_id=activity_id).order_by()
    return dict(rows.values_list("outcome").annotate(n=Count("pk")))


_BAD = """
SELECT p->>'code', p->>'outcome', count(*) FROM promotions_activityitem i, jsonb_array_elements(i.points) p
WHERE i.activity_id = %s AND i.outcome NOT IN ('', 'pass') AND p->>'outcome' <> 'pass' GROUP BY 1, 2
"""


def bad_counts(activity_id: int) -> dict[str, dict[str, int]]:
    """Count the points that are not passed by question and outcome. One query over those items."""
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BAD, [activity_id])
        for code, outcome, count in cursor.fetchall():
            found.setdefault(code, {})[outcome] = count
    return found


def check_changes(check_id: int, *, size: int) -> tuple[int, list[dict[str, str]]]:
    """Give how many points differ from the check before, and the first of them. One query."""
    return (
        ActivityCheck.objects.filter(pk=check_id)
        .annotate(
            n=RawSQL("jsonb_array_length(changes)", ()),
            first=RawSQL(
                "jsonb_path_query_array(changes, %s::jsonpath)",
                (f"$[0 to {size - 1}]",),
                output_field=JSONField(),
            ),
        )
        .values_list("n", "first")
        .get()
    )


def benefits_of(activity_id: int) -> list[Benefit]:
    """Give an activity's benefits with how many SKUs each is for. One query."""
    rows = Benefit.objects.filter(activity_id=activity_id).annotate(sku_n=Count("skus"))
    return list(rows.order_by("starts_at", "pk"))


def checked_prices(activity_id: int) -> dict[str, Decimal]:
    """Give the lowest price of each item by code, as of the latest check. One query."""
    rows = ActivityItem.objects.filter(activity_id=activity_id)
    pairs = rows.values_list("sku__code", "lowest_amount")
    return {code: amount for code, amount in pairs if amount is not None}


def gift_rules_of(activity_id: int) -> list[GiftRule]:
    """Give the gift rules of an activity. One query."""
    rows = GiftRule.objects.filter(activity_id=activity_id).select_related("gift_sku")
    return list(rows.order_by("starts_at", "pk"))


def outside_count(activity_id: int) -> int:
    """Count an activity's benefits and gift rules that reach out of its time. Two queries."""
    out = Q(starts_at__lt=F("activity__starts_at")) | Q(ends_at__gt=F("activity__ends_at"))
    rows = (
        kind.objects.filter(out, activity_id=activity_id, is_on=True)
        for kind in (Benefit, GiftRule)
    )
    return sum(one.count() for one in rows)


def tasks_of(activity_id: int) -> list[ActivityTask]:
    """Give the preparation list. One query."""
    rows = ActivityTask.objects.filter(activity_id=activity_id).select_related("owner", "done_by")
    return list(rows.order_by("position", "pk"))


def item_lines(activity_id: int) -> Sequence[tuple[str, object, object, object]]:
    """Give all items as a list that can be edited: code, price, promised pieces, compared price."""
    rows = ActivityItem.objects.filter(activity_id=activity_id).order_by("sku__code")
    return list(
        rows.values_list("sku__code", F("price_amount"), F("promised_quantity"), F("was_amount"))
    )
