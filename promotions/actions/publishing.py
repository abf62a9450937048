"""Publishing an activity, a named person's reason to publish it all the same, and the clock."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions.errors import StaleGoodsError
from promotions.actions.activities import record, save
from promotions.actions.activity_locks import ActivityRefusedError, locked_activity
from promotions.actions.check import check_activity
from promotions.actions.preparation import tick_by_evidence, undone_tasks
from promotions.actions.summing import work_out
from promotions.choices import ActivityState
from promotions.models import Activity, ActivityApproval, ActivityCheck
from promotions.queries.preparation import checked_since, is_green, latest_check
from shopops.staff.models import User

_S = ActivityState


class CheckFailedError(ActivityRefusedError):
    """The price check stands against it; `check` has what it found."""

    def __init__(self, check: ActivityCheck) -> None:
        super().__init__(
            _(
                "价格检查 %(failed)s 项不过、%(unknown)s 项看不出，不能发布。改好再查，或者请有权的人写明理由批准。"
            )
            % {"failed": check.failed_count, "unknown": check.unknown_count}
        )
        self.check = check


def publish_activity(*, activity_id: int, version: int, by: User, now: datetime) -> Activity:
    """Let an activity run when its time comes. Checks it anew first; what that found stays stored.

    :raises StaleGoodsError: if a colleague changed it since `version`
    :raises CheckFailedError: if its check fails or leaves something unknown, and nobody approved that
    :raises ActivityRefusedError: if it is not prepared, published already, or its time is over
    """
    with transaction.atomic():
        activity = locked_activity(activity_id, version=version)
        _refuse_publishing(activity, now)
        check = check_activity(activity_id=activity_id, by=None, now=now)
        green = is_green(check)
        if green:
            if undone := undone_tasks(activity):
                raise ActivityRefusedError(
                    _("准备清单还有 %(n)s 项没好：%(tasks)s。")
                    % {"n": len(undone), "tasks": _("、").join(undone)}
                )
            activity.published_at = now
            save(activity, by, now, "published_at")
            record("published", activity, by, now, new={"failed": check.failed_count})
    if not green:
        raise CheckFailedError(check)
    return activity


def _refuse_publishing(activity: Activity, now: datetime) -> None:
    if activity.published_at is not None:
        raise ActivityRefusedError(_("已经发布过了。"))
    if activity.state != _S.PREPARED:
        raise ActivityRefusedError(
            _("活动现在%(state)s，备好之后才能发布。") % {"state": activity.get_state_display()}
        )
    if activity.ends_at <= now:
        raise ActivityRefusedError(_("活动时间已经过去。"))


@transaction.atomic
def withdraw_activity(*, activity_id: int, version: int, by: User, now: datetime) -> Activity:
    """Take back that an activity runs when its time comes. Locks it.

    :raises ActivityRefusedError: if it is not published, or runs already
    """
    activity = locked_activity(activity_id, version=version)
    if activity.published_at is None or activity.state != _S.PREPARED:
        raise ActivityRefusedError(_("只有发布了、还没开始的活动能撤回。"))
    activity.published_at = None
    save(activity, by, now, "published_at")
    record("withdrawn", activity, by, now)
    return activity


@transaction.atomic
def approve_activity(
    *, activity_id: int, check_id: int, reason: str, by: User, now: datetime
) -> ActivityApproval:
    """Give a reason to let an activity run although its check fails: for the facts of that check alone.

    Locks the activity. The caller has asked whether the person may.

    :raises StaleGoodsError: if there is a newer check than the one that the person saw
    :raises ActivityRefusedError: without a reason, or if nothing stands against it
    """
    if not reason.strip():
        raise ActivityRefusedError(_("写下为什么照这个价发布。"), field="reason")
    activity = locked_activity(activity_id)
    check = latest_check(activity_id)
    if check is None:
        raise ActivityRefusedError(_("还没有检查过，先检查。"))
    if check.pk != check_id:
        raise StaleGoodsError(words=_("价格又变了，检查结果是新的，看过再批。"))
    if check.failed_count + check.unknown_count == 0:
        raise ActivityRefusedError(_("检查都通过，不用批。"))
    row = ActivityApproval.objects.create(
        activity=activity, check_made=check, at=now, by=by, reason=reason.strip()[:400]
    )
    tick_by_evidence(activity, now=now)
    told = {"failed": check.failed_count, "unknown": check.unknown_count}
    record("approved", activity, by, now, new=told, reason=row.reason)
    return row


# --- by the clock -----------------------------------------------------------------------------


def advance_activities(now: datetime) -> int:
    """Begin what is published and green when its time has come, end what is over; give how many moved.

    Safe to repeat: each is moved under its lock, once. One that is not green stays, and a finding says so.
    """
    due = Activity.objects.filter(
        state=_S.PREPARED, published_at__isnull=False, starts_at__lte=now, ends_at__gt=now
    )
    over = Activity.objects.filter(state=_S.RUNNING, ends_at__lte=now)
    try:
        ended = _each(over, _end, now)
    finally:
        begun = _each(due, _begin, now)
    return ended + begun


def _each(rows: object, act: Callable[[int, datetime], bool], now: datetime) -> int:
    """Move each; one that fails does not keep the others, and is told when all have had their turn."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))  # type: ignore[attr-defined]
    moved, failed = 0, []
    for pk in ids:
        try:
            moved += act(pk, now)
        except Exception as error:  # noqa: BLE001 - raised again below
            failed.append(error)
    if failed:
        raise ExceptionGroup("activities that did not move", failed)
    return moved


@transaction.atomic
def _begin(activity_id: int, now: datetime) -> bool:
    activity = locked_activity(activity_id)
    if activity.state != _S.PREPARED or activity.published_at is None:
        return False
    check = latest_check(activity_id)
    if not checked_since(check, activity.starts_at):
        check = check_activity(activity_id=activity_id, by=None, now=now)
    if not is_green(check):
        return False
    activity.state = _S.RUNNING
    save(activity, None, now, "state")
    _told_state(activity, _S.PREPARED, now)
    return True


@transaction.atomic
def _end(activity_id: int, now: datetime) -> bool:
    activity = locked_activity(activity_id)
    if activity.state != _S.RUNNING or activity.ends_at > now:
        return False
    activity.state = _S.ENDED
    activity.result = work_out(activity, now=now)
    save(activity, None, now, "state", "result")
    _told_state(activity, _S.RUNNING, now)
    return True


def _told_state(activity: Activity, old: ActivityState, now: datetime) -> None:
    states = {"old": {"activity_state": old}, "new": {"activity_state": activity.state}}
    record("state_changed", activity, None, now, **states)  # type: ignore[arg-type]
