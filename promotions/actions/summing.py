"""The end of an activity: figures worked out, a lesson written by a person; and what its page said."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from promotions.actions.activities import record, save
from promotions.actions.activity_locks import ActivityRefusedError, locked_activity
from promotions.actions.preparation import tick_by_evidence
from promotions.choices import ActivityState
from promotions.models import Activity
from promotions.queries.activity_result import result_of
from promotions.queries.preparation import page_differences
from promotions.rules.page_text import Difference
from shopops.staff.models import User


def work_out(activity: Activity, *, now: datetime) -> dict[str, Any]:
    """Work the figures of an activity out, as they are stored. Reads only."""
    figures = asdict(result_of(activity, now=now))
    return {name: str(value) if value is not None else None for name, value in figures.items()} | {
        "at": now.isoformat()
    }


@transaction.atomic
def refresh_result(*, activity_id: int, version: int, by: User, now: datetime) -> Activity:
    """Work the figures of an ended activity out again: refunds come late. Locks it.

    :raises ActivityRefusedError: if it has not ended
    """
    activity = locked_activity(activity_id, version=version)
    if activity.state not in {ActivityState.ENDED, ActivityState.SUMMED_UP}:
        raise ActivityRefusedError(_("活动结束之后才有结果。"))
    activity.result = work_out(activity, now=now)
    save(activity, by, now, "result")
    record("result_worked_out", activity, by, now)
    return activity


@transaction.atomic
def sum_up(*, activity_id: int, lesson: str, version: int, by: User, now: datetime) -> Activity:
    """Close an ended activity with a lesson; its figures are worked out once more. Locks it.

    :raises StaleGoodsError: if a colleague changed it since `version`
    :raises ActivityRefusedError: without a lesson, or if it has not ended
    """
    if not lesson.strip():
        raise ActivityRefusedError(_("写下复盘的心得，活动才算复盘完。"), field="lesson")
    activity = locked_activity(activity_id, version=version)
    if activity.state != ActivityState.ENDED:
        raise ActivityRefusedError(
            _("活动现在%(state)s，结束之后才能复盘。") % {"state": activity.get_state_display()}
        )
    activity.state, activity.lesson = ActivityState.SUMMED_UP, lesson.strip()
    activity.result = work_out(activity, now=now)
    save(activity, by, now, "state", "lesson", "result")
    record(
        "summed_up",
        activity,
        by,
        now,
        old={"activity_state": ActivityState.ENDED},
        new={"activity_state": ActivityState.SUMMED_UP},
        reason=activity.lesson[:200],
    )
    return activity


@transaction.atomic
def compare_page(
    *, activity_id: int, seen: str, version: int, by: User, now: datetime
) -> list[Difference]:
    """Keep what the shop page says of an activity; name what differs from what was planned. Locks it.

    A page that agrees ticks the point of the times.

    :raises StaleGoodsError: if a colleague changed it since `version`
    :raises ActivityRefusedError: if nothing was pasted
    """
    if not seen.strip():
        raise ActivityRefusedError(_("把页面上的活动文案贴进来。"), field="seen")
    activity = locked_activity(activity_id, version=version)
    activity.page_seen_text, activity.page_seen_at = seen.strip()[:20_000], now
    save(activity, by, now, "page_seen_text", "page_seen_at")
    found = page_differences(activity)
    tick_by_evidence(activity, now=now)
    record("page_compared", activity, by, now, new={"differences": len(found)})
    return found
