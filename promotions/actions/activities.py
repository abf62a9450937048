"""Activities: written, changed, moved in time, moved along their states, noted, summed up by a person."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from promotions.actions.activity_locks import (
    ActivityRefusedError,
    locked_activity,
    locked_meeting,
)
from promotions.actions.lowest import request_lowest
from promotions.actions.preparation import make_tasks, undone_tasks
from promotions.choices import ACTIVITY_MOVES, ActivityState
from promotions.models import Activity, ActivityItem, ActivityNote
from promotions.queries.overlaps import taken
from promotions.queries.preparation import checked_since, is_green, latest_check
from promotions.rules.activities import BINDING, ENDED, OWN, span_error
from shopops.lib.business_time import SHANGHAI
from shopops.staff import operations
from shopops.staff.models import User

_S = ActivityState
# An activity that is stopped as it begins has still a moment.
_A_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ActivityValues:
    """An activity as a person writes it."""

    name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    owner_id: int | None = None
    contact: str = ""
    follow_up_on: date | None = None
    uplift: Decimal = Decimal(1)
    forecast_amount: Decimal | None = None
    forecast_buyers: int | None = None
    cost_amount: Decimal = Decimal(0)
    page_text: str = ""
    note: str = ""


@transaction.atomic
def create_activity(*, values: ActivityValues, by: User, now: datetime) -> Activity:
    """Write an activity down as an idea, with the list of what must be ready before it runs.

    :raises ActivityRefusedError: if a value makes no sense
    """
    _refuse_values(values)
    activity = Activity.objects.create(
        **{**asdict(values), "name": values.name.strip()}, changed_at=now, changed_by=by
    )
    make_tasks(activity)
    record("created", activity, by, now, new=_told(activity))
    return activity


@transaction.atomic
def edit_activity(
    *, activity_id: int, values: ActivityValues, version: int, by: User, now: datetime
) -> Activity:
    """Change what stands of an activity. Locks it.

    :raises StaleGoodsError: if a colleague changed it since `version`
    :raises ActivityRefusedError: if a value makes no sense, times of one that began are changed, or its
        SKUs are in another activity on those days that must not meet it
    """
    activity = locked_activity(activity_id, version=version)
    _refuse_values(values)
    _refuse_span(activity, values.starts_at, values.ends_at)
    old = _told(activity)
    moved = (activity.starts_at, activity.ends_at) != (values.starts_at, values.ends_at)
    for name, value in asdict(values).items():
        setattr(activity, name, value)
    activity.name = values.name.strip()
    save(activity, by, now, *asdict(values))
    record("edited", activity, by, now, old=old, new=_told(activity))
    if moved:
        request_lowest(now=now)
    return activity


@transaction.atomic
def move_dates(
    *,
    activity_id: int,
    starts_at: datetime,
    ends_at: datetime,
    version: int,
    by: User,
    now: datetime,
) -> Activity:
    """Put an activity on other days: what dragging in the calendar does. Locks it.

    :raises StaleGoodsError: if a colleague changed it since `version`
    :raises ActivityRefusedError: as `edit_activity`
    """
    activity = locked_activity(activity_id, version=version)
    _refuse_span(activity, starts_at, ends_at)
    old = _told(activity)
    activity.starts_at, activity.ends_at = starts_at, ends_at
    save(activity, by, now, "starts_at", "ends_at")
    record("moved_dates", activity, by, now, old=old, new=_told(activity))
    request_lowest(now=now)
    return activity


def _refuse_values(values: ActivityValues) -> None:
    if not values.name.strip():
        raise ActivityRefusedError(_("写下活动名称。"), field="name")
    if not Decimal("0.01") <= values.uplift <= 100:
        raise ActivityRefusedError(_("销量倍数写 0.01 到 100 之间的数。"), field="uplift")
    amounts = (
        ("forecast_amount", values.forecast_amount),
        ("forecast_buyers", values.forecast_buyers),
        ("cost_amount", values.cost_amount),
    )
    for name, amount in amounts:
        if amount is not None and amount < 0:
            raise ActivityRefusedError(_("不能是负数。"), field=name)
    _refuse_ends(values.starts_at, values.ends_at)


def _refuse_ends(starts_at: datetime, ends_at: datetime) -> None:
    error = span_error(starts_at, ends_at)
    if error == "bad_year":
        raise ActivityRefusedError(_("年份不对，写 2000 到 2100 年之间的时间"), field="starts_at")
    if error == "ends_first":
        raise ActivityRefusedError(
            _("结束 %(end)s 不晚于开始 %(start)s，改成晚一点。")
            % {"end": _when(ends_at), "start": _when(starts_at)},
            field="ends_at",
        )
    if error:
        raise ActivityRefusedError(_("一个活动最长一年，拆成几个。"), field="ends_at")


def _when(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _refuse_span(activity: Activity, starts_at: datetime, ends_at: datetime) -> None:
    if (activity.starts_at, activity.ends_at) == (starts_at, ends_at):
        return
    _refuse_ends(starts_at, ends_at)
    if activity.state in ENDED:
        raise ActivityRefusedError(_("活动已经结束，时间不能再改。"), field="starts_at")
    if activity.state == _S.RUNNING and activity.starts_at != starts_at:
        raise ActivityRefusedError(_("活动已经开始，只能改结束时间。"), field="starts_at")
    if activity.state in BINDING:
        refuse_meeting(activity, starts_at, ends_at)


def refuse_meeting(activity: Activity, starts_at: datetime, ends_at: datetime) -> None:
    """Refuse a span on which items of an activity are in another one that must not meet it. Locks its SKUs.

    :raises ActivityRefusedError: naming the other activity, its days and the first SKU
    """
    items = dict(activity.items.values_list("sku_id", "price_amount"))
    locked_meeting(items)
    met = taken(activity, items, starts_at=starts_at, ends_at=ends_at)
    clashes = sorted(sku for sku, sets in met if sets == (items[sku] is not None))
    if not clashes:
        return
    first = clashes[0]
    name, since, until = met[first, items[first] is not None]
    code = activity.items.select_related("sku").get(sku_id=first).sku.code
    raise ActivityRefusedError(
        _(
            "%(since)s 至 %(until)s 有 %(n)s 个商家编码已经在「%(name)s」（%(code)s），两个活动不能碰在一起。"
        )
        % {"since": since, "until": until, "n": len(clashes), "name": name, "code": code},
        field="starts_at",
    )


# --- states ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """Where an activity goes, and what is told with it."""

    to: ActivityState
    reason: str = ""
    contact: str = ""
    follow_up_on: date | None = None


@transaction.atomic
def move_activity(
    *, activity_id: int, move: Move, version: int, by: User, now: datetime
) -> Activity:
    """Move an activity to another state. Locks it.

    A sign-up keeps its time and when to ask again; a refusal its reason and whom to ask.

    :raises StaleGoodsError: if a colleague changed it since `version`
    :raises ActivityRefusedError: if it cannot go there now
    """
    activity = locked_activity(activity_id, version=version)
    old = activity.state
    _refuse_move(activity, move, now)
    activity.state = move.to
    _tell(activity, move, now)
    save(
        activity, by, now, "state", "signed_up_at", "follow_up_on", "contact", "refusal_reason",
        "published_at", "ends_at",
    )  # fmt: skip
    record(
        "state_changed",
        activity,
        by,
        now,
        old={"activity_state": old},
        new={"activity_state": move.to, **_with(move)},
        reason=move.reason.strip(),
    )
    request_lowest(now=now)
    return activity


def _with(move: Move) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if move.contact:
        told["contact"] = move.contact
    if move.follow_up_on:
        told["follow_up_on"] = move.follow_up_on.isoformat()
    return told


def _refuse_move(activity: Activity, move: Move, now: datetime) -> None:
    state = _S(activity.state)
    if move.to not in ACTIVITY_MOVES[state]:
        raise ActivityRefusedError(
            _("活动现在%(state)s，不能改成%(to)s。") % {"state": state.label, "to": move.to.label}
        )
    refusals = {
        _S.SIGNED_UP: _refuse_sign_up,
        _S.PASSED: _refuse_pass,
        _S.REFUSED: _refuse_refusal,
        _S.PREPARED: _refuse_prepared,
        _S.RUNNING: _refuse_running,
        _S.SUMMED_UP: _refuse_sum,
        _S.CANCELLED: _refuse_cancel,
    }
    if refuse := refusals.get(move.to):
        refuse(activity, move, now)
    if move.to in BINDING and state not in BINDING:
        refuse_meeting(activity, activity.starts_at, activity.ends_at)


def _refuse_sign_up(activity: Activity, move: Move, now: datetime) -> None:
    if move.follow_up_on is None:
        raise ActivityRefusedError(_("写下哪天去问结果。"), field="follow_up_on")
    if activity.ends_at <= now:
        raise ActivityRefusedError(_("活动时间已经过去，先改时间再报名。"))


def _refuse_pass(activity: Activity, move: Move, now: datetime) -> None:
    if activity.state == _S.IDEA and activity.kind not in OWN:
        raise ActivityRefusedError(
            _("%(kind)s要平台审核，先报名。") % {"kind": activity.get_kind_display()}
        )


def _refuse_refusal(activity: Activity, move: Move, now: datetime) -> None:
    if not move.reason.strip():
        raise ActivityRefusedError(_("写下平台为什么没通过。"), field="reason")
    if not (move.contact.strip() or activity.contact):
        raise ActivityRefusedError(_("写下找谁问：小二或者联系方式。"), field="contact")


def _refuse_prepared(activity: Activity, move: Move, now: datetime) -> None:
    if undone := undone_tasks(activity):
        raise ActivityRefusedError(
            _("准备清单还有 %(n)s 项没好：%(tasks)s。")
            % {"n": len(undone), "tasks": _("、").join(undone)}
        )


def _refuse_running(activity: Activity, move: Move, now: datetime) -> None:
    if activity.published_at is None:
        raise ActivityRefusedError(_("还没有发布，先发布。"))
    if not activity.starts_at <= now < activity.ends_at:
        raise ActivityRefusedError(_("现在不在活动时间里。"))
    check = latest_check(activity.pk)
    if not checked_since(check, activity.starts_at):
        raise ActivityRefusedError(_("开始之后还没有查过价格，先点「现在检查」。"))
    if not is_green(check):
        raise ActivityRefusedError(
            _("价格变了，检查不过，不能开始。改好再查，或者请有权的人写明理由批准。")
        )


def _refuse_sum(activity: Activity, move: Move, now: datetime) -> None:
    raise ActivityRefusedError(_("写下复盘的心得，活动才算复盘完。"), field="lesson")


def _refuse_cancel(activity: Activity, move: Move, now: datetime) -> None:
    if not move.reason.strip():
        raise ActivityRefusedError(_("写下为什么取消。"), field="reason")


def _tell(activity: Activity, move: Move, now: datetime) -> None:
    """Write what comes with the new state on the activity. Saves nothing."""
    activity.contact = move.contact.strip()[:80] or activity.contact
    if move.to == _S.SIGNED_UP:
        activity.signed_up_at, activity.refusal_reason = now, ""
    if move.to in {_S.REFUSED, _S.CANCELLED}:
        activity.refusal_reason = move.reason.strip()[:200]
    if move.to != _S.RUNNING:
        activity.published_at = activity.published_at if move.to == _S.ENDED else None
    if move.to == _S.ENDED:
        activity.ends_at = max(min(activity.ends_at, now), activity.starts_at + _A_MOMENT)
    waits = move.to in {_S.SIGNED_UP, _S.IN_REVIEW, _S.REFUSED}
    activity.follow_up_on = move.follow_up_on or (activity.follow_up_on if waits else None)


# --- notes, summary, the plain savers --------------------------------------------------------------


@transaction.atomic
def add_note(
    *, activity_id: int, text: str, next_on: date | None, by: User, now: datetime
) -> ActivityNote:
    """Note what was said or heard, and when to ask again. Locks the activity.

    :raises ActivityRefusedError: without a text
    """
    if not text.strip():
        raise ActivityRefusedError(_("写下说了什么。"), field="text")
    activity = locked_activity(activity_id)
    note = ActivityNote.objects.create(
        activity=activity, at=now, by=by, next_on=next_on, text=text.strip()[:400]
    )
    if activity.follow_up_on != next_on:
        activity.follow_up_on = next_on
        save(activity, by, now, "follow_up_on")
    told = {"follow_up_on": next_on.isoformat()} if next_on else {}
    record("noted", activity, by, now, new=told, reason=note.text)
    return note


@transaction.atomic
def remove_items(
    *, activity_id: int, sku_ids: list[int], version: int, by: User, now: datetime
) -> int:
    """Take SKUs out of an activity; give how many. Locks it.

    :raises StaleGoodsError: if a colleague changed it since `version`
    :raises ActivityRefusedError: if it has ended, or nothing was chosen
    """
    activity = locked_activity(activity_id, version=version)
    refuse_ended(activity)
    rows = ActivityItem.objects.filter(activity=activity, sku_id__in=sku_ids)
    codes = list(rows.order_by("sku__code").values_list("sku__code", flat=True))
    if not codes:
        raise ActivityRefusedError(_("先勾选要去掉的商品。"))
    rows.delete()
    save(activity, by, now)
    record("items_removed", activity, by, now, old={"codes": codes[:200], "lines": len(codes)})
    request_lowest(now=now)
    return len(codes)


def refuse_ended(activity: Activity) -> None:
    """Refuse to change what has ended.

    :raises ActivityRefusedError: if it has
    """
    if activity.state in ENDED:
        raise ActivityRefusedError(
            _("活动%(state)s，不能再改。") % {"state": activity.get_state_display()}
        )


def save(activity: Activity, by: User | None, now: datetime, *fields: str) -> None:
    """Save fields of a (locked) activity as its next version."""
    activity.version += 1
    activity.changed_at, activity.changed_by = now, by
    activity.save(update_fields=[*fields, "version", "changed_at", "changed_by"])


def record(  # noqa: PLR0913
    what: str,
    activity: Activity,
    by: User | None,
    now: datetime,
    *,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write an act on an activity into the operation log."""
    operations.record(
        name=f"promotions.activity.{what}",
        by=by,
        now=now,
        object_type="activity",
        object_key=str(activity.pk),
        old=old,
        new={"activity": activity.name, **(new or {})},
        reason=reason,
    )


def _told(activity: Activity) -> dict[str, Any]:
    """Give what the log keeps of an activity's own values."""
    return {
        "starts_at": activity.starts_at.astimezone(SHANGHAI).isoformat(timespec="minutes"),
        "ends_at": activity.ends_at.astimezone(SHANGHAI).isoformat(timespec="minutes"),
        "uplift": str(activity.uplift),
        "owner": activity.owner.name if activity.owner else "",
        "forecast": str(activity.forecast_amount or ""),
    }
