"""Follow-ups of today: the list, taking the next ones, one task with what to say, old customers to assign."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from crm.actions import following_up
from crm.actions.desk_errors import StaleServiceError
from crm.forms.desk import AssignForm, TaskFilterForm, TouchForm
from crm.models import FollowTask
from crm.queries import service as queries
from crm.review_choices import FollowResult, FollowState, Scene
from crm.views.serving import (
    Asked,
    Data,
    answer_part,
    answer_rows,
    chips_of,
    events,
    inserted,
    pager_of,
    person_of,
    shop_name,
)
from products.views.acting import conflict
from shopops.lib.business_time import business_date
from shopops.lib.paging import Page
from shopops.staff.access import requires

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
@vary_on_headers("HX-Request")
@requires("crm.edit")
def tasks(request: HttpRequest) -> HttpResponse:
    """List follow-ups; a POST takes the next ones or assigns old customers."""
    tab = request.GET.get("tab", "today")
    if tab not in TABS:
        raise Http404(tab)
    sent = _sent(request, tab) if request.method == "POST" else None
    if isinstance(sent, HttpResponse):
        return sent
    return _page(request, tab, sent)


def _sent(request: HttpRequest, tab: str) -> HttpResponse | AssignForm | None:
    """Do what was sent; a form with errors comes back to be shown again."""
    is_lead = request.user.has_perm("crm.lead_service")
    if request.POST.get("part") == "assign" and is_lead:
        form = AssignForm(request.POST, by=person_of(request))
        if not form.is_valid():
            return form
    parts = {"claim": ("crm.edit", _claim), "assign": ("crm.lead_service", _assign)}
    return answer_part(request, parts, back=f"{reverse('crm:tasks')}?tab={tab}")


def _page(request: HttpRequest, tab: str, assign: AssignForm | None) -> HttpResponse:
    form = TaskFilterForm(request.GET)
    if not form.is_valid():
        raise Http404(tab)
    kept = {name: str(value) for name, value in form.cleaned_data.items() if value}
    now, me = timezone.now(), person_of(request)
    today = business_date(now)
    counts = queries.task_counts(me=me, today=today)
    edge = {name: request.GET.get(name, "") for name in ("after", "before")}
    page: Page[Any]
    try:
        if tab == "care":
            page = queries.cooling_page(**edge)
        else:
            page = queries.task_page(tab, me=me, today=today, filters=kept, **edge)
    except ValueError as error:
        raise Http404(tab) from error
    context: Data = {
        "now": now,
        "tab": tab,
        "free": counts["free"],
        "tabs": [
            {
                "label": label,
                "url": _url(code, kept),
                "count": counts.get(code),
                "tone": "late" if code == "late" and counts["late"] else "",
                "current": code == tab,
            }
            for code, label in TABS.items()
        ],
        "filter_form": form,
        "chips": chips_of(form, kept, lambda left: _url(tab, left)),
        "is_filtered": bool(kept),
        "all_url": _url(tab, {}),
        "can_assign": me.has_perm("crm.lead_service"),
        "assign_form": assign or AssignForm(),
        "chosen": {int(one) for one in request.POST.getlist("customer") if one.isdecimal()},
        "rows": [_row(row, today) for row in page.rows if isinstance(row, FollowTask)],
        "customers": page.rows if tab == "care" else [],
        "page": pager_of(page, _url(tab, kept)),
    }
    template = "crm/tasks.html"
    if getattr(request, "htmx", None):
        template += "#rows"
    return render(request, template, context, status=422 if assign else 200)


def _url(tab: str, query: dict[str, str]) -> str:
    kept = {name: value for name, value in {"tab": tab, **query}.items() if value}
    return f"{reverse('crm:tasks')}?{urlencode(kept)}"


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
    form = AssignForm(asked.data, by=asked.by)
    if not form.is_valid():
        return asked.say_errors(form)
    ids = [int(one) for one in asked.data.getlist("customer") if one.isdecimal() and len(one) < 19]
    count = following_up.assign_customers(
        customer_ids=ids,
        agent_id=form.cleaned_data["agent"].pk,
        why=form.cleaned_data["why"],
        overrule_reason=form.cleaned_data["overrule_reason"],
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
    words = request.GET.get("find", "")[:100]
    context = {
        "now": timezone.now(),
        "row": _row(row, business_date(timezone.now())),
        "task": row,
        "order": row.order,
        "lines": row.order.lines.order_by("position") if row.order else [],
        "shipments": row.order.shipments.order_by("pk") if row.order else [],
        "form": sent or TouchForm(by=me, initial=inserted(request, values)),
        "is_open": row.state == FollowState.OPEN,
        "find": words,
        "answers": answer_rows(words, scene=Scene.FOLLOW, values=values),
        "touches": row.touches.select_related("by").order_by("-at", "-pk"),
        "events": events("follow_task", row.pk),
    }
    return render(request, "crm/task.html", context, status=422 if sent else 200)


def _touch(asked: Asked, row: FollowTask, form: TouchForm) -> HttpResponse:
    data = form.cleaned_data
    said = following_up.Touch(
        data["result"],
        data["words"],
        data["answer_id"],
        data["cause"],
        data["case_type"],
        data["amount"],
        data["overrule_reason"],
    )
    try:
        done = following_up.touch(
            task_id=row.pk, said=said, version=asked.number("version"), by=asked.by, now=asked.now
        )
    except StaleServiceError as stale:
        return _both(asked, stale, row.pk, said)
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


def _both(
    asked: Asked, stale: StaleServiceError, task_id: int, said: following_up.Touch
) -> HttpResponse:
    """Show what a colleague noted beside what was sent; a task that is done takes no second note."""
    row = FollowTask.objects.select_related("owner").get(pk=task_id)
    owner = row.owner.name if row.owner else ""
    rows = [
        (_("状态"), row.get_state_display(), row.get_state_display()),
        (_("谁跟"), owner, owner),
        (_("买家怎么说"), row.get_result_display(), FollowResult(said.result).label),
        (_("说了什么"), row.words, said.words),
    ]
    return conflict(
        asked,
        stale,
        key=(following_up.OBJECT, str(task_id)),
        rows=rows,
        version=row.version,
        final="" if row.state == FollowState.OPEN else _("这条跟进同事已经做完，不再记第二遍。"),
    )
