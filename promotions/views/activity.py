"""The page of one activity: items with their proof, check, preparation, benefits, page, notes, result."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from products.views.acting import answer, page_number, running
from promotions.actions.check import KIND
from promotions.choices import ACTIVITY_MOVES, ActivityState, BenefitKind
from promotions.forms.activities import (
    ApproveForm,
    LessonForm,
    MoveForm,
    NoteForm,
    PageForm,
    PlanTaskForm,
    SpanForm,
    TaskForm,
)
from promotions.models import Activity, ActivityItem, ActivityNote, ActivityTask
from promotions.queries import activity_list as lists
from promotions.queries.preparation import approval_of, page_differences
from promotions.queries.protection import protected_claims
from promotions.rules.activities import BY_ITSELF, ENDED, OWN
from promotions.rules.price_check import figures
from promotions.views.activity_acts import parts_of
from promotions.views.activity_parts import Data, basket_of, proof_url, row_of
from promotions.views.activity_result import result_rows
from promotions.wording import activities as wording
from promotions.wording.activity_log import told
from shopops.lib.business_time import SHANGHAI
from shopops.staff.access import requires
from shopops.staff.models import Operation
from shopops.staff.operations import name_of

_S = ActivityState
EVENTS_SHOWN = 30
CHANGES_SHOWN = 20
CLAIMS_SHOWN = 20


@require_http_methods(["GET", "POST"])
@requires("promotions.view")
def activity(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Show one activity; a POST of one part changes it."""
    here = reverse("promotions:activity", args=[activity_id])
    if request.method == "POST":
        if not Activity.objects.filter(pk=activity_id).exists():
            raise Http404
        done = answer(request, parts_of(activity_id), back=here)
        if done is not None:
            return done
    try:
        row = lists.one_row(activity_id)
    except Activity.DoesNotExist as error:
        raise Http404 from error
    now = timezone.now()
    can_edit = request.user.has_perm("promotions.edit")
    context: Data = {
        "now": now,
        "here": here,
        "activity": row.activity,
        "row": row_of(row, now=now),
        "can_edit": can_edit,
        "can_change": can_edit and row.activity.state not in ENDED,
        "sees_cost": request.user.has_perm("products.view_cost"),
        "sees_orders": request.user.has_perm("orders.view"),
        **_items(request, row.activity, here),
        **_check(request, row),
        "tasks": [_task(task, row.activity, can_edit) for task in lists.tasks_of(activity_id)],
        "benefits": (benefits := lists.benefits_of(activity_id)),
        "benefit_kinds": _benefit_kinds(activity_id) if can_edit else [],
        "gift_rules": (gift_rules := lists.gift_rules_of(activity_id)),
        "extra_count": len(benefits) + len(gift_rules),
        "events": _events(activity_id),
        "differences": [wording.difference_words(d) for d in page_differences(row.activity)],
        "result": result_rows(row.activity, sees_cost=request.user.has_perm("products.view_cost")),
        "dialogs": _dialogs(row.activity) if can_edit else [],
        "page_form": PageForm(initial={"seen": row.activity.page_seen_text}),
        "lesson_form": LessonForm(initial={"lesson": row.activity.lesson}),
        "run": None
        if row.activity.state in ENDED
        else running(KIND, now=now, keys=(str(activity_id), "live")),
    }
    return render(request, "promotions/activity.html", context)


def _benefit_kinds(activity_id: int) -> list[Data]:
    """Give the kinds of benefits that an activity may get; gifts are rules of the order audit."""
    return [
        {
            "label": kind.label,
            "url": reverse("promotions:new_benefit", kwargs={"kind": kind.value})
            + f"?activity={activity_id}",
        }
        for kind in BenefitKind
        if kind != BenefitKind.GIFT
    ]


# --- items -----------------------------------------------------------------------------------


def _items(request: HttpRequest, activity: Activity, here: str) -> Data:
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in {"fail", "unknown", "look", "pass", "none"} else ""
    q = request.GET.get("q", "").strip()[:80]
    page = lists.item_page(
        activity.pk,
        outcome=outcome,
        q=q,
        after=page_number(request),
        before=page_number(request, "before"),
    )
    sees_cost = request.user.has_perm("products.view_cost")
    counts = lists.outcome_counts(activity.pk)
    kept = {name: text for name, text in (("outcome", outcome), ("q", q)) if text}

    def url(**more: object) -> str:
        query = urlencode({**kept, **more})
        return f"{here}?{query}#items" if query else f"{here}#items"

    return {
        "items": [_item(item, activity, sees_cost=sees_cost) for item in page.rows],
        "item_tabs": _item_tabs(here, outcome, counts),
        "q": q,
        "outcome": outcome,
        "item_page": {
            "newer_url": url(before=page.before) if page.before else None,
            "older_url": url(after=page.after) if page.after else None,
            "text": _("本页 %(n)d 个") % {"n": len(page.rows)},
        },
    }


def _item_tabs(here: str, outcome: str, counts: dict[str, int]) -> list[Data]:
    tabs = [("", _("全部"), sum(counts.values()), "")]
    for code, tone in (("fail", "late"), ("unknown", "soon"), ("look", "soon"), ("pass", "")):
        tabs.append((code, str(wording.OUTCOMES[code]), counts.get(code, 0), tone))
    if counts.get(""):
        tabs.append(("none", _("没查过"), counts[""], ""))
    return [
        {
            "label": label,
            "url": f"{here}?outcome={code}#items" if code else f"{here}#items",
            "count": count,
            "tone": tone if count else "",
            "current": outcome == code,
        }
        for code, label, count, tone in tabs
    ]


def _item(item: ActivityItem, activity: Activity, *, sees_cost: bool) -> Data:
    sku = item.sku
    level = getattr(sku, "level", None)
    return {
        "sku_id": sku.pk,
        "code": sku.code,
        "title": sku.title or (sku.product.title if sku.product else ""),
        "spec": sku.spec,
        "list": sku.list_amount,
        "price": item.price_amount,
        "was": item.was_amount,
        "lowest": item.lowest_amount,
        "margin": item.margin_amount if sees_cost else None,
        "margin_rate": item.margin_amount / item.lowest_amount
        if sees_cost and item.margin_amount is not None and item.lowest_amount
        else None,
        "free": level.on_hand - level.allocated if level else None,
        "promised": item.promised_quantity,
        "outcome": item.outcome,
        "tone": wording.TONES.get(item.outcome, "wait"),
        "outcome_words": str(wording.OUTCOMES.get(item.outcome, _("没查过"))),
        "proof_url": proof_url(sku.pk, activity),
        "basket": basket_of(item.points, activity),
        "points": [
            {
                "name": wording.POINTS.get(point["code"], point["code"]),
                "tone": wording.TONES[point["outcome"]],
                "label": wording.OUTCOMES[point["outcome"]],
                "outcome": point["outcome"],
                "words": wording.point_words(point["evidence"], with_cost=sees_cost),
                "tid": figures(point["evidence"]).get("tid", ""),
            }
            for point in item.points
        ],
    }


# --- the check -------------------------------------------------------------------------------


def _check(request: HttpRequest, row: lists.ActivityRow) -> Data:
    check, sees_cost = row.check, request.user.has_perm("products.view_cost")
    if check is None:
        return {"check": None}
    changed, first = lists.check_changes(check.pk, size=CHANGES_SHOWN)
    bad = check.failed_count + check.unknown_count > 0
    is_over = row.activity.state in ENDED
    return {
        "check": check,
        "counts": _counts(row.activity.pk),
        **_claims(request, row, is_over=is_over),
        "approval": approval_of(check) if bad else None,
        "is_blocked": bad and not row.is_approved and not is_over,
        "can_approve": bad
        and not row.is_approved
        and not is_over
        and request.user.has_perm("promotions.approve"),
        "approve_form": ApproveForm(),
        "change_count": changed,
        "changes": [_change(one, sees_cost=sees_cost) for one in first],
    }


def _claims(request: HttpRequest, row: lists.ActivityRow, *, is_over: bool) -> Data:
    """Give what buyers still protected could claim at the checked prices; worked out when asked for."""
    if is_over:
        return {}
    if request.GET.get("claims") != "1":
        return {"claims_url": "?claims=1#claims"}
    prices = lists.checked_prices(row.activity.pk)
    claims = protected_claims(prices, now=timezone.now())
    return {"claims": claims, "claim_rows": claims.rows[:CLAIMS_SHOWN]}


def _counts(activity_id: int) -> list[Data]:
    """Give the questions that are not passed everywhere, worst first."""
    found = []
    for code, by in lists.bad_counts(activity_id).items():
        worst = next(one for one in ("fail", "unknown", "look") if one in by)
        found.append(
            {
                "name": wording.POINTS.get(code, code),
                "worst": worst,
                "tone": wording.TONES[worst],
                "parts": [
                    {"label": wording.OUTCOMES[one], "count": by[one], "tone": wording.TONES[one]}
                    for one in ("fail", "unknown", "look")
                    if one in by
                ],
            }
        )
    order = {"fail": 0, "unknown": 1, "look": 2}
    return sorted(found, key=lambda one: order[one["worst"]])


def _change(one: dict[str, str], *, sees_cost: bool) -> Data:
    return {
        "sku": one["sku"],
        "name": wording.POINTS.get(one["code"], one["code"]),
        "was": wording.point_words(one["was"], with_cost=sees_cost) if one["was"] else _("没有"),
        "now": wording.point_words(one["now"], with_cost=sees_cost) if one["now"] else _("没有"),
    }


# --- preparation, time-line, dialogs ------------------------------------------------------------


def _task(task: ActivityTask, activity: Activity, can_edit: bool) -> Data:  # noqa: FBT001
    by_itself = task.code in BY_ITSELF
    return {
        "id": task.pk,
        "version": task.version,
        "name": wording.task_name(task.code, task.name),
        "is_done": task.done_at is not None,
        "done_at": task.done_at,
        "done_by": task.done_by.name if task.done_by else (_("系统") if by_itself else ""),
        "owner": task.owner.name if task.owner else "",
        "due_on": task.due_on,
        "is_needed": task.is_needed,
        "note": task.note,
        "by_itself": by_itself,
        "may_tick": can_edit and not by_itself and activity.state not in ENDED,
        "form": PlanTaskForm(
            initial={
                "owner_id": task.owner_id,
                "due_on": task.due_on,
                "is_needed": task.is_needed,
                "note": task.note,
            },
            auto_id=f"id_task{task.pk}_%s",
        )
        if can_edit and activity.state not in ENDED
        else None,
    }


def _events(activity_id: int) -> list[Data]:
    operations = Operation.objects.filter(object_type="activity", object_key=str(activity_id))
    found = [
        {
            "text": name_of(one.name),
            "detail": told(one.old or {}, one.new or {}, one.reason),
            "tone": "us",
            "who": one.actor_name,
            "at": one.at,
        }
        for one in operations.exclude(name="promotions.activity.noted").order_by("-at", "-pk")[
            :EVENTS_SHOWN
        ]
    ]
    notes = ActivityNote.objects.filter(activity_id=activity_id).select_related("by")
    found += [
        {
            "text": note.text,
            "detail": _("下次 %(on)s") % {"on": note.next_on} if note.next_on else "",
            "tone": "done",
            "who": note.by.name if note.by else "",
            "at": note.at,
        }
        for note in notes.order_by("-at", "-pk")[:EVENTS_SHOWN]
    ]
    return sorted(found, key=lambda one: one["at"], reverse=True)[:EVENTS_SHOWN]


_NEXT = {
    _S.SIGNED_UP: gettext_lazy("登记报名"),
    _S.IN_REVIEW: gettext_lazy("平台在审"),
    _S.PASSED: gettext_lazy("审核通过"),
    _S.REFUSED: gettext_lazy("没通过"),
    _S.PREPARED: gettext_lazy("都备好了"),
    _S.RUNNING: gettext_lazy("现在开始"),
    _S.ENDED: gettext_lazy("现在结束"),
    _S.CANCELLED: gettext_lazy("取消活动"),
}
_MAIN = {
    _S.IDEA: _S.SIGNED_UP,
    _S.SIGNED_UP: _S.PASSED,
    _S.IN_REVIEW: _S.PASSED,
    _S.REFUSED: _S.SIGNED_UP,
    _S.PASSED: _S.PREPARED,
}


def _dialogs(activity: Activity) -> list[Data]:
    state = _S(activity.state)
    main = _MAIN.get(state)
    if state == _S.IDEA and activity.kind in OWN:
        main = _S.PASSED
    found = [_move_dialog(activity, to, is_main=to == main) for to in _moves(activity)]
    found.append(_dialog("note", _("记跟进"), NoteForm(auto_id="id_note_%s"), part="note"))
    if state not in ENDED:
        span = {
            "starts_at": activity.starts_at.astimezone(SHANGHAI),
            "ends_at": activity.ends_at.astimezone(SHANGHAI),
        }
        form = SpanForm(initial=span, auto_id="id_span_%s")
        found.append(_dialog("span", _("改时间"), form, part="span", version=activity.version))
        found.append(
            _dialog("task", _("加准备事项"), TaskForm(auto_id="id_task_%s"), part="add_task")
        )
    return found


def _moves(activity: Activity) -> list[ActivityState]:
    """Give where an activity may go by hand, as far as can be said without asking for more."""
    state = _S(activity.state)
    found = [to for to in _S if to in ACTIVITY_MOVES[state] and to in _NEXT]
    if state == _S.IDEA:
        own = activity.kind in OWN
        found = [to for to in found if to not in {_S.PASSED if not own else _S.SIGNED_UP}]
    if activity.published_at is None:
        found = [to for to in found if to != _S.RUNNING]
    return found


def _move_dialog(activity: Activity, to: ActivityState, *, is_main: bool) -> Data:
    form = MoveForm(to=to, initial={"contact": activity.contact}, auto_id=f"id_{to}_%s")
    label = str(_NEXT[to])
    if activity.state == _S.PREPARED and to == _S.PASSED:
        label = _("退回准备")
    if activity.state == _S.IDEA and to == _S.PASSED:
        label = _("定下来，开始准备")
    found = _dialog(f"to-{to}", label, form if form.fields else None, part="move", to=to,
                    version=activity.version)  # fmt: skip
    return found | {"is_main": is_main, "is_move": True, "is_danger": to == _S.CANCELLED}


def _dialog(key: str, label: Any, form: Any, **hidden: object) -> Data:  # noqa: ANN401
    return {
        "id": f"do-{key}",
        "key": key,
        "label": label,
        "form": form,
        "hidden": [{"name": name, "value": value} for name, value in hidden.items()],
        "is_main": False,
        "is_move": False,
        "is_danger": False,
    }
