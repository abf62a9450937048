"""Follow-ups of today: the list, taking the next ones, one task with what to say, old customers to assign."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.actions import following_up
from crm.forms.desk import AssignForm, TouchForm
from crm.models import FollowTask
from crm.queries import service as queries
from crm.review_choices import FollowResult, FollowState, Scene
from crm.rules.answers import fill
from crm.views.serving import Asked, Data, answer_part, events, person_of, shop_name
from products.views.acting import page_number
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

SIZE = 50
CLAIMED = 10
TABS = {
    "today": gettext_lazy("今天要跟进"),
    "mine": gettext_lazy("我的"),
    "late": gettext_lazy("逾期"),
    "done": gettext_lazy("做过的"),
    "care": gettext_lazy("转凉的老客"),
}
RESULT_TONES = {FollowResult.FINE: "done", FollowResult.PROBLEM: "late"}


@require_http_methods(["GET", "POST"])
@never_cache
@requires("crm.edit")
def tasks(request: HttpRequest) -> HttpResponse:
    """List follow-ups; a POST takes the next ones or assigns old customers."""
    tab = request.GET.get("tab", "today")
    if tab not in TABS:
        raise Http404(tab)
    if request.method == "POST":
        parts = {"claim": ("crm.edit", _claim), "assign": ("crm.lead_service", _assign)}
        done = answer_part(request, parts, back=f"{reverse('crm:tasks')}?tab={tab}")
        if done is not None:
            return done
    now, me = timezone.now(), person_of(request)
    today = business_date(now)
    start = page_number(request)
    counts = queries.task_counts(me=me, today=today)
    context: Data = {
        "now": now,
        "tab": tab,
        "free": counts["free"],
        "tabs": [
            {
                "label": label,
                "url": f"{reverse('crm:tasks')}?tab={code}",
                "count": counts.get(code),
                "tone": "late" if code == "late" and counts["late"] else "",
                "current": code == tab,
            }
            for code, label in TABS.items()
        ],
        "can_assign": me.has_perm("crm.lead_service"),
        "assign_form": AssignForm(),
        "rows": [],
        "customers": [],
    }
    if tab == "care":
        found: list[object] = list(queries.cooling_customers()[start : start + SIZE + 1])
        context["customers"] = found[:SIZE]
    else:
        found = list(queries.tasks(tab, me=me, today=today)[start : start + SIZE + 1])
        context["rows"] = [_row(row, today) for row in found[:SIZE] if isinstance(row, FollowTask)]
    link = f"{reverse('crm:tasks')}?tab={tab}&after="
    context["newer_url"] = f"{link}{max(start - SIZE, 0)}" if start else None
    context["older_url"] = f"{link}{start + SIZE}" if len(found) > SIZE else None
    return render(request, "crm/tasks.html", context)


def _row(row: FollowTask, today: object) -> Data:
    return {
        "url": reverse("crm:task", kwargs={"task_id": row.pk}),
        "task": row,
        "who": row.order.buyer_nick if row.order else (row.customer.name if row.customer else ""),
        "tid": row.order.tid if row.order else "",
        "title": row.order.title if row.order else row.why,
        "kind": row.get_kind_display(),
        "basis": row.get_basis_display(),
        "is_late": row.due_on < today,  # type: ignore[operator]
        "result": row.get_result_display(),
        "tone": RESULT_TONES.get(FollowResult(row.result), "") if row.result else "",
    }


def _claim(asked: Asked) -> HttpResponse:
    taken = following_up.claim_tasks(limit=CLAIMED, by=asked.by, now=asked.now)
    if not taken:
        return asked.done(_("没有等人领的了。"))
    return redirect("crm:task", task_id=taken[0].pk)


def _assign(asked: Asked) -> HttpResponse:
    form = AssignForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    ids = [int(one) for one in asked.data.getlist("customer") if one.isdecimal() and len(one) < 19]
    count = following_up.assign_customers(
        customer_ids=ids,
        agent_id=form.cleaned_data["agent"].pk,
        why=form.cleaned_data["why"],
        by=asked.by,
        now=asked.now,
    )
    return asked.done(
        _("%(n)d 位客户交给 %(name)s。") % {"n": count, "name": form.cleaned_data["agent"].name}
    )


@require_http_methods(["GET", "POST"])
@never_cache
@requires("crm.edit")
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """Show one follow-up with words to say; a POST notes what came of it and goes to the next."""
    row = get_object_or_404(
        FollowTask.objects.select_related("order", "customer", "owner", "case", "touched_by"),
        pk=task_id,
    )
    me = person_of(request)
    sent: TouchForm | None = None
    if request.method == "POST":
        form = TouchForm(request.POST, by=me)
        sent = None if form.is_valid() else form
        if sent is None:
            parts = {"touch": ("crm.edit", lambda asked: _touch(asked, row, form))}
            done = answer_part(request, parts, back=reverse("crm:task", args=[row.pk]))
            if done is not None:
                return done
    values = queries.variables_of(row, me=me, shop=shop_name())
    words = request.GET.get("find", "")
    found = queries.find_answers(words) if words else queries.find_answers("", scene=Scene.FOLLOW)
    context = {
        "now": timezone.now(),
        "row": _row(row, business_date(timezone.now())),
        "task": row,
        "order": row.order,
        "lines": row.order.lines.order_by("position") if row.order else [],
        "shipments": row.order.shipments.order_by("pk") if row.order else [],
        "form": sent or TouchForm(by=me),
        "is_open": row.state == FollowState.OPEN,
        "find": words,
        "answers": [
            {
                "id": one.pk,
                "title": one.title,
                "text": fill(one.text, values),
                "uses": one.use_count,
            }
            for one in found[:8]
        ],
        "touches": row.touches.select_related("by").order_by("-at", "-pk"),
        "events": events("follow_task", row.pk),
    }
    return render(request, "crm/task.html", context, status=422 if sent else 200)


def _touch(asked: Asked, row: FollowTask, form: TouchForm) -> HttpResponse:
    data = form.cleaned_data
    done = following_up.touch(
        task_id=row.pk,
        said=following_up.Touch(
            data["result"],
            data["words"],
            data["answer_id"],
            data["cause"],
            data["case_type"],
            data["amount"],
            data["overrule_reason"],
        ),
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    following = queries.next_task(me=asked.by, today=business_date(asked.now), after=row.pk)
    there = (
        reverse("crm:task", args=[following.pk])
        if following
        else f"{reverse('crm:tasks')}?tab=mine"
    )
    words = _("已记下。")
    if done.case_id:
        words += _("开了售后单 %(case)d。") % {"case": done.case_id}
    return Asked(asked.request, asked.by, asked.now, there).done(words)
