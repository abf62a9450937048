"""The price check as an act: run, kept with its points, told to prices that change."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from products.registry import recheck_activities_by
from promotions.actions.activities import record
from promotions.actions.activity_locks import locked_activity
from promotions.actions.preparation import tick_by_evidence
from promotions.choices import LIVE_STATES
from promotions.models import Activity, ActivityCheck, ActivityItem
from promotions.queries.price_facts import price_facts
from promotions.rules.price_check import RANK, Checked, Point, changes, check, sku_points
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "promotions.check"
# Up to so many items a check is made while the person waits.
QUICK_ITEMS = 200


@transaction.atomic
def check_activity(*, activity_id: int, by: User | None, now: datetime) -> ActivityCheck:
    """Check an activity's prices and keep what was found. Locks it.

    Unchanged facts leave the newest check in place with its approvals; changed ones make a new check,
    which says what differs from the one before.

    :raises Activity.DoesNotExist: if there is none
    """
    activity = locked_activity(activity_id)
    gathered = price_facts(activity, now=now)
    checked = check(gathered.facts, gathered.rates)
    row = _keep(activity, checked, by, now)
    lowest = {one.sku: one.lowest for one in gathered.facts}
    _keep_items(gathered.item_ids, checked, {k: v for k, v in lowest.items() if v is not None})
    tick_by_evidence(activity, now=now)
    if by is not None:
        told = {"failed": row.failed_count, "unknown": row.unknown_count}
        record("checked", activity, by, now, new=told)
    return row


def _keep(activity: Activity, checked: Checked, by: User | None, now: datetime) -> ActivityCheck:
    points = [
        {"code": p.code, "sku": p.sku, "outcome": p.outcome, "evidence": p.evidence}
        for p in checked.points
    ]
    old = ActivityCheck.objects.filter(activity=activity, is_latest=True).first()
    if old is not None and old.points == points and old.facts_hash == checked.facts_hash:
        old.checked_at, old.checked_by = now, by
        old.save(update_fields=["checked_at", "checked_by"])
        return old
    ActivityCheck.objects.filter(activity=activity, is_latest=True).update(is_latest=False)
    return ActivityCheck.objects.create(
        activity=activity,
        checked_at=now,
        checked_by=by,
        failed_count=checked.count("fail"),
        unknown_count=checked.count("unknown"),
        facts_hash=checked.facts_hash,
        points=points,
        changes=list(changes(old.points, points)) if old else [],
    )


_KEEP_ITEMS = """
UPDATE promotions_activityitem i SET lowest_amount = r.lowest, margin_amount = r.margin,
  outcome = r.outcome, points = r.points
FROM jsonb_to_recordset(%s::jsonb) AS r (id bigint, lowest numeric, margin numeric, outcome text, points jsonb)
WHERE i.id = r.id AND (i.lowest_amount, i.margin_amount, i.outcome, i.points)
  IS DISTINCT FROM (r.lowest, r.margin, r.outcome, r.points)
"""


def _keep_items(item_ids: Mapping[str, int], checked: Checked, lowest: Mapping[str, Any]) -> None:
    """Keep on each item what was found of it: one statement for all, and only where it differs."""
    by_sku: dict[str, list[Point]] = {}
    for point in checked.points:
        by_sku.setdefault(point.sku, []).append(point)
    rows = [
        {
            "id": pk,
            "lowest": str(lowest[code]) if code in lowest else None,
            "margin": str(checked.kept[code].margin) if code in checked.kept else None,
            "outcome": max((p.outcome for p in by_sku[code]), key=lambda one: RANK[one]),
            "points": [
                {"code": p.code, "outcome": p.outcome, "evidence": p.evidence} for p in by_sku[code]
            ],
        }
        for code, pk in item_ids.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_ITEMS, [json.dumps(rows)])


# --- again, by runs and by prices that change ---------------------------------------------------


def request_check(*, activity_id: int, now: datetime, by: User | None = None) -> Run:
    """Ask for an activity to be checked in the background; asked twice it is done once."""
    return work.request_run(kind=KIND, key=str(activity_id), now=now, by=by, again=True)


def perform_check(run: RunContext) -> dict[str, object]:
    """Do the work of a `promotions.check` run: one activity, or all live ones for key `live`."""
    if run.key != "live":
        with run.step(cursor={"done": 1}, done=1, total=1):
            row = check_activity(activity_id=int(run.key), by=None, now=run.now)
        return {"failed": row.failed_count, "unknown": row.unknown_count}
    after, failed = int(run.cursor.get("after", 0)), 0
    ids = list(
        Activity.objects.filter(state__in=LIVE_STATES).order_by("pk").values_list("pk", flat=True)
    )
    for place, pk in enumerate(ids, start=1):
        if pk <= after:
            continue
        with run.step(cursor={"after": pk}, done=place, total=len(ids)):
            failed += check_activity(activity_id=pk, by=None, now=run.now).failed_count > 0
    return {"activities": len(ids), "failed": failed}


def request_live_checks(*, now: datetime) -> Run:
    """Ask for all live activities to be checked: after benefits, rules or rates changed."""
    return work.request_run(kind=KIND, key="live", now=now, again=True)


@recheck_activities_by
def recheck_activities(sku_ids: Sequence[int], now: datetime) -> dict[int, list[str]]:
    """Look again at live activities of SKUs whose price changed; say what they object, by SKU.

    Costs and floors are not told in figures: whoever reads it may not be allowed to see them.
    """
    rows = ActivityItem.objects.filter(sku_id__in=sku_ids, activity__state__in=LIVE_STATES)
    pairs = list(rows.order_by("activity_id").values_list("activity_id", "sku_id", "sku__code"))
    found: dict[int, list[str]] = {}
    for activity in Activity.objects.filter(pk__in={pair[0] for pair in pairs}).order_by("pk"):
        mine = {code: sku_id for pk, sku_id, code in pairs if pk == activity.pk}
        gathered = price_facts(activity, now=now, sku_ids=list(mine.values()))
        for facts in gathered.facts:
            for point in sku_points(facts, gathered.rates):
                if words := _objection(point, activity.name):
                    found.setdefault(mine[facts.sku], []).append(words)
        request_check(activity_id=activity.pk, now=now)
    return found


def _objection(point: Point, name: str) -> str:
    if point.outcome != "fail":
        return ""
    words = {
        "floor": _("活动「%(name)s」的到手价破了底价"),
        "cost": _("活动「%(name)s」的到手价低于全成本"),
        "week": _("活动「%(name)s」的划线价高于开始前 7 天最低成交"),
        "basket": _("活动「%(name)s」里和别的商品凑单会破底价或亏本"),
    }
    return words[point.code] % {"name": name} if point.code in words else ""
