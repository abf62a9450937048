"""What is done on the page of an activity, part by part, each with its right."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from products.views.acting import Asked, Parts
from promotions.actions import activities as acts
from promotions.actions import preparation, publishing, summing
from promotions.actions.activities import Move
from promotions.actions.check import QUICK_ITEMS, check_activity, request_check
from promotions.choices import ActivityState
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
from promotions.models import ActivityItem
from promotions.views.activity_parts import warn_outside

_EDIT = "promotions.edit"


def parts_of(activity_id: int) -> Parts:
    """Give the parts of an activity's page."""
    offered: dict[str, tuple[str, Callable[[Asked, int], HttpResponse]]] = {
        "move": (_EDIT, _move),
        "span": (_EDIT, _span),
        "note": (_EDIT, _note),
        "check": (_EDIT, _check),
        "publish": (_EDIT, _publish),
        "withdraw": (_EDIT, _withdraw),
        "approve": ("promotions.approve", _approve),
        "tick": (_EDIT, _tick),
        "plan_task": (_EDIT, _plan_task),
        "add_task": (_EDIT, _add_task),
        "remove_items": (_EDIT, _remove_items),
        "page": (_EDIT, _page),
        "result": (_EDIT, _result),
        "sum_up": (_EDIT, _sum_up),
    }
    return {
        name: (right, partial(_run, part, activity_id)) for name, (right, part) in offered.items()
    }


def _run(
    part: Callable[[Asked, int], HttpResponse], activity_id: int, asked: Asked
) -> HttpResponse:
    return part(asked, activity_id)


def _move(asked: Asked, activity_id: int) -> HttpResponse:
    text = str(asked.data.get("to", ""))
    if text not in ActivityState.values:
        return asked.say_errors(MoveForm(asked.data, to=ActivityState.IDEA))
    to = ActivityState(text)
    form = MoveForm(asked.data, to=to)
    if not form.is_valid():
        return asked.say_errors(form)
    row = acts.move_activity(
        activity_id=activity_id,
        move=Move(to, **form.cleaned_data),
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    request_check(activity_id=row.pk, now=asked.now, by=asked.by)
    return asked.done(_("现在是「%(state)s」。") % {"state": row.get_state_display()})


def _span(asked: Asked, activity_id: int) -> HttpResponse:
    form = SpanForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    acts.move_dates(
        activity_id=activity_id,
        **form.cleaned_data,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    request_check(activity_id=activity_id, now=asked.now, by=asked.by)
    warn_outside(asked.request, activity_id)
    return asked.done(_("已改时间，正在重新查价格。"))


def _note(asked: Asked, activity_id: int) -> HttpResponse:
    form = NoteForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    acts.add_note(activity_id=activity_id, **form.cleaned_data, by=asked.by, now=asked.now)
    return asked.done(_("已记下。"))


def _check(asked: Asked, activity_id: int) -> HttpResponse:
    if ActivityItem.objects.filter(activity_id=activity_id).count() > QUICK_ITEMS:
        request_check(activity_id=activity_id, now=asked.now, by=asked.by)
        return asked.done(_("商品多，正在后台检查，过一会刷新看结果。"))
    row = check_activity(activity_id=activity_id, by=asked.by, now=asked.now)
    if row.failed_count + row.unknown_count:
        return asked.done(
            _("检查完：不过 %(failed)s 项，看不出 %(unknown)s 项。")
            % {"failed": row.failed_count, "unknown": row.unknown_count}
        )
    return asked.done(_("检查完，都通过。"))


def _publish(asked: Asked, activity_id: int) -> HttpResponse:
    publishing.publish_activity(
        activity_id=activity_id, version=asked.number("version"), by=asked.by, now=asked.now
    )
    return asked.done(_("已发布，到点自动开始。"))


def _withdraw(asked: Asked, activity_id: int) -> HttpResponse:
    publishing.withdraw_activity(
        activity_id=activity_id, version=asked.number("version"), by=asked.by, now=asked.now
    )
    return asked.done(_("已撤回发布。"))


def _approve(asked: Asked, activity_id: int) -> HttpResponse:
    form = ApproveForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    publishing.approve_activity(
        activity_id=activity_id,
        check_id=asked.number("check"),
        reason=form.cleaned_data["reason"],
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("已批准，只对现在这些价有效；价再变要重新批。"))


def _tick(asked: Asked, activity_id: int) -> HttpResponse:
    done = asked.data.get("done") == "1"
    preparation.tick_task(
        task_id=asked.number("task"),
        done=done,
        note="",
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("已打勾。") if done else _("已去掉勾。"))


def _plan_task(asked: Asked, activity_id: int) -> HttpResponse:
    form = PlanTaskForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    data = dict(form.cleaned_data)
    owner = data.pop("owner_id")
    preparation.plan_task(
        task_id=asked.number("task"),
        owner_id=owner.pk if owner else None,
        **data,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("已保存。"))


def _add_task(asked: Asked, activity_id: int) -> HttpResponse:
    form = TaskForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    data = dict(form.cleaned_data)
    owner = data.pop("owner_id")
    preparation.add_task(
        activity_id=activity_id,
        **data,
        owner_id=owner.pk if owner else None,
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("已加上。"))


def _remove_items(asked: Asked, activity_id: int) -> HttpResponse:
    texts = asked.data.getlist("sku")[:5000]
    ids = [int(text) for text in texts if text.isdecimal() and len(text) < 19]
    count = acts.remove_items(
        activity_id=activity_id,
        sku_ids=ids,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    request_check(activity_id=activity_id, now=asked.now, by=asked.by)
    return asked.done(_("去掉了 %(n)s 个商品。") % {"n": count})


def _page(asked: Asked, activity_id: int) -> HttpResponse:
    form = PageForm(asked.data, asked.request.FILES)
    if not form.is_valid():
        return asked.say_errors(form)
    found = summing.compare_page(
        activity_id=activity_id,
        seen=form.cleaned_data["seen"],
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    if found:
        messages.warning(asked.request, _("和计划有 %(n)s 处不一样，看下面。") % {"n": len(found)})
        return asked.done(_("页面文案已存下。"))
    return asked.done(_("页面和计划一样。"))


def _result(asked: Asked, activity_id: int) -> HttpResponse:
    summing.refresh_result(
        activity_id=activity_id, version=asked.number("version"), by=asked.by, now=asked.now
    )
    return asked.done(_("已按现在的订单重算。"))


def _sum_up(asked: Asked, activity_id: int) -> HttpResponse:
    form = LessonForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    summing.sum_up(
        activity_id=activity_id,
        lesson=form.cleaned_data["lesson"],
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    return asked.done(_("复盘完成。"))
