"""What the daily checks ask of activities."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import BooleanField, Count, Exists, F, OuterRef, Q
from django.db.models.expressions import RawSQL

from products.choices import PriceChangeState
from products.models import PriceChange
from promotions.choices import LIVE_STATES, ActivityState
from promotions.models import Activity, ActivityCheck, ActivityItem, ActivityTask, Benefit
from promotions.queries.preparation import approved_checks, page_differences
from promotions.rules.page_text import Difference
from shopops.lib.business_time import day_bounds

_S = ActivityState
SOON = timedelta(hours=24)
NOT_BEGUN = (_S.SIGNED_UP, _S.IN_REVIEW, _S.PASSED, _S.PREPARED)


@dataclass(frozen=True, slots=True)
class Failing:
    """A running activity whose check fails, and nobody approved that."""

    activity: Activity
    failed: int
    unknown: int
    # (商家编码, evidence) of the first points that fail.
    first: tuple[tuple[str, str], ...]


def failing_running() -> list[Failing]:
    """Give running activities whose newest check is not green. Three queries."""
    rows = (
        ActivityCheck.objects.filter(is_latest=True, activity__state=_S.RUNNING)
        .filter(Q(failed_count__gt=0) | Q(unknown_count__gt=0))
        .select_related("activity")
    )
    checks = list(rows.order_by("activity__ends_at", "pk"))
    fine = approved_checks(checks)
    return [
        Failing(
            one.activity,
            one.failed_count,
            one.unknown_count,
            tuple((p["sku"], p["evidence"]) for p in one.points if p["outcome"] == "fail")[:2],
        )
        for one in checks
        if one.pk not in fine
    ]


def page_news(*, now: datetime) -> list[tuple[Activity, list[Difference]]]:
    """Give activities that run or are about to whose page was pasted and says otherwise. One query."""
    rows = Activity.objects.exclude(page_seen_text="").filter(
        Q(state=_S.RUNNING) | Q(state__in=NOT_BEGUN, starts_at__lte=now + SOON, ends_at__gt=now)
    )
    found = ((row, page_differences(row)) for row in rows.order_by("starts_at", "pk"))
    return [(row, differences) for row, differences in found if differences]


def page_unseen(*, now: datetime) -> list[Activity]:
    """Give running activities with a planned text whose page nobody pasted since they began. One query."""
    rows = Activity.objects.filter(state=_S.RUNNING).exclude(page_text="")
    unseen = rows.filter(Q(page_seen_at__isnull=True) | Q(page_seen_at__lt=F("starts_at")))
    return list(unseen.order_by("starts_at", "pk"))


def near_ends(*, now: datetime) -> list[tuple[Activity, str]]:
    """Give what starts or ends within a day, and what should have begun: `late`, `starts`, `ends`."""
    rows = Activity.objects.filter(
        Q(state__in=NOT_BEGUN, starts_at__lte=now + SOON, ends_at__gt=now)
        | Q(state=_S.RUNNING, ends_at__gt=now, ends_at__lte=now + SOON)
    ).order_by("starts_at", "pk")
    return [
        (row, "ends" if row.state == _S.RUNNING else ("late" if row.starts_at <= now else "starts"))
        for row in rows
    ]


_IS_SHORT = """jsonb_path_exists(promotions_activityitem.points,
  '$[*] ? (@.evidence starts with "stock_short" || @.evidence starts with "stock_promised")')"""


def short_running() -> list[tuple[Activity, int, str]]:
    """Give running activities with how many of their SKUs are short, and the first one's code. Two queries."""
    items = ActivityItem.objects.filter(
        activity__state=_S.RUNNING, outcome__in=("look", "unknown", "fail")
    ).filter(RawSQL(_IS_SHORT, (), output_field=BooleanField()))  # noqa: S611 - no input in it
    first: dict[int, list[str]] = {}
    for pk, code in items.order_by("activity_id", "sku__code").values_list(
        "activity_id", "sku__code"
    ):
        first.setdefault(pk, []).append(code)
    rows = Activity.objects.filter(pk__in=first).order_by("ends_at", "pk")
    return [(row, len(first[row.pk]), first[row.pk][0]) for row in rows]


def changed_after_check() -> list[Activity]:
    """Give live activities of which a price or benefit changed after their newest check. One query."""
    prices = PriceChange.objects.filter(
        state=PriceChangeState.APPLIED,
        sku__activity_items__activity=OuterRef("activity"),
        decided_at__gt=OuterRef("checked_at"),
    )
    benefits = Benefit.objects.filter(
        activity=OuterRef("activity"), changed_at__gt=OuterRef("checked_at")
    )
    rows = ActivityCheck.objects.filter(is_latest=True, activity__state__in=LIVE_STATES).filter(
        Exists(prices) | Exists(benefits)
    )
    found = rows.select_related("activity").defer("points", "changes")
    return [row.activity for row in found.order_by("activity__starts_at", "pk")]


def follow_ups_due(*, day: date) -> list[Activity]:
    """Give activities about which somebody should ask by now, the oldest first. One query by index."""
    rows = Activity.objects.filter(follow_up_on__lte=day).filter(
        Q(state__in=LIVE_STATES) | Q(state=_S.REFUSED)
    )
    return list(rows.select_related("owner").order_by("follow_up_on", "pk"))


def unprepared(*, day: date) -> list[tuple[Activity, list[ActivityTask]]]:
    """Give activities that start by tomorrow and are not ready, with what is missing. Two queries."""
    until = day_bounds(day + timedelta(days=1))[1]
    rows = list(
        Activity.objects.filter(
            state__in=NOT_BEGUN, starts_at__lt=until, ends_at__gt=day_bounds(day)[0]
        )
        .annotate(missing=Count("tasks", filter=Q(tasks__is_needed=True, tasks__done_at=None)))
        .filter(missing__gt=0)
        .order_by("starts_at", "pk")
    )
    tasks: dict[int, list[ActivityTask]] = {}
    for task in ActivityTask.objects.filter(
        activity__in=rows, is_needed=True, done_at__isnull=True
    ).order_by("position", "pk"):
        tasks.setdefault(task.activity_id, []).append(task)
    return [(row, tasks[row.pk]) for row in rows]
