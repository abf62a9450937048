"""After-sales: the list, opening a case, one case with its acts, approvals."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.actions.cases import compensating, opening
from orders.actions.errors import OrderRefusedError, StaleCaseError
from orders.choices import (
    CaseType,
    Stage,
    ToldChannel,
)
from orders.forms import cases as shapes
from orders.models import AfterSalesCase, Compensation, Order
from orders.queries import cases as queries
from orders.queries.limits import most_for
from orders.queries.search import find_orders
from orders.views.case_acts import ACTS, Act, Call
from orders.views.cases_rows import (
    case_context,
    case_row,
    case_url,
    compensation_row,
    next_act_of,
)
from orders.views.rows import STAGE_TONES
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.staff.queries import role_names

type Data = dict[str, Any]
TAB_LABELS = {
    "due": gettext_lazy("待处理"),
    "resting": gettext_lazy("等买家和退件"),
    "waiting": gettext_lazy("等审批"),
    "escalated": gettext_lazy("已升级"),
    "closed": gettext_lazy("已结束"),
}
SCOPE_LABELS = {
    "all": gettext_lazy("全部"),
    "mine": gettext_lazy("我的"),
    "role": gettext_lazy("我岗位的"),
}
SHOWN_HITS = 20


def person_of(request: HttpRequest) -> User:
    """Give who asks; the right in front of the view let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


@require_GET
@never_cache
@requires("orders.handle_case")
def case_list(request: HttpRequest) -> HttpResponse:
    """List cases, what is due first; or the compensations that wait for approval."""
    tab = request.GET.get("tab", "due")
    scope = request.GET.get("scope", "all")
    kind = request.GET.get("type", "")
    if tab not in TAB_LABELS or scope not in SCOPE_LABELS or (kind and kind not in CaseType):
        raise Http404(tab)
    counts = queries.tab_counts()
    context: Data = {
        "now": timezone.now(),
        "tab": tab,
        "tabs": [
            {
                "label": label,
                "url": _list_url(tab=code, scope=scope),
                "count": counts.get(code),
                "tone": "late" if code == "escalated" and counts["escalated"] else "",
                "current": code == tab,
            }
            for code, label in TAB_LABELS.items()
        ],
        "scopes": [
            {"label": label, "url": _list_url(tab=tab, scope=code), "current": code == scope}
            for code, label in SCOPE_LABELS.items()
        ],
        "chips": _chips(tab, scope, kind),
        "limits_url": reverse("orders:limits")
        if request.user.has_perm("orders.set_limits")
        else "",
    }
    if tab == "waiting":
        context["waiting"] = _waiting(person_of(request))
    else:
        context |= _rows(request, tab=tab, scope=scope, kind=kind)
    return render(request, "orders/cases.html", context)


def _list_url(**query: str) -> str:
    kept = {name: value for name, value in query.items() if value and value not in {"all", "due"}}
    return reverse("orders:cases") + (f"?{urlencode(kept)}" if kept else "")


def _chips(tab: str, scope: str, kind: str) -> list[Data]:
    if not kind:
        return []
    return [
        {
            "label": _("类型"),
            "value": CaseType(kind).label,
            "remove_url": _list_url(tab=tab, scope=scope),
        }
    ]


def _rows(request: HttpRequest, *, tab: str, scope: str, kind: str) -> Data:
    try:
        page = queries.case_page(
            tab=tab,
            scope=scope,
            person=person_of(request),
            case_type=kind,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
    except ValueError as error:
        raise Http404 from error
    names = role_names()
    return {
        "rows": [case_row(case, role_names=names) for case in page.rows],
        "page": {
            "newer_url": page.before and _list_url(tab=tab, scope=scope, type=kind, before=page.before),
            "older_url": page.after and _list_url(tab=tab, scope=scope, type=kind, after=page.after),
        },
    }  # fmt: skip


def _waiting(person: User) -> list[Data]:
    may_all = person.has_perm("orders.set_limits")
    rows = []
    for one in queries.waiting_compensations():
        fits = may_all or one.amount <= most_for(person, grade=one.case.grade)
        rows.append(
            {
                **compensation_row(one),
                "case_url": case_url(one.case_id),
                "case_id": one.case_id,
                "tid": one.case.order.tid,
                "paid_amount": one.case.order.paid_amount,
                "grade_label": one.case.get_grade_display(),
                "summary": one.case.summary,
                "can_decide": fits and one.asked_by_id != person.pk,
            }
        )
    return rows


@require_http_methods(["GET", "POST"])
@never_cache
@requires("orders.handle_case")
def new_case(request: HttpRequest) -> HttpResponse:
    """Open a case by hand: find the order, choose line and type, write what the buyer said."""
    tid = request.GET.get("tid", "") or request.POST.get("tid", "")
    order = Order.objects.filter(tid=tid).first() if tid else None
    text = request.GET.get("q", "").strip()
    context: Data = {"now": timezone.now(), "query": text, "order": order, "form": None}
    if order is not None:
        lines = [
            (line.pk, f"{line.title} {line.spec}".strip() or line.line_key)
            for line in queries.lines_of(order.pk)
        ]
        # A gift is no line; in the field its key stands with a minus.
        lines += [
            (-gift.pk, _("赠品 %(name)s") % {"name": gift.title or gift.sku_code})
            for gift in queries.gifts_of(order.pk)
        ]
        form = shapes.NewCaseForm(request.POST or None, lines=lines)
        context |= {
            "form": form,
            "stage_tone": STAGE_TONES[Stage(order.stage)],
            "siblings": [
                {"url": case_url(one.pk), "id": one.pk, "label": one.get_type_display(),
                 "state": one.get_state_display()}
                for one in queries.cases_of_order(order.pk)
            ],
        }  # fmt: skip
        if request.method == "POST" and form.is_valid():
            return _open(request, order, form, context)
    elif tid:
        context["unknown"] = tid
    elif text:
        context |= _hits(request, text)
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/case_new.html", context, status=status)


def _open(request: HttpRequest, order: Order, form: forms.Form, context: Data) -> HttpResponse:
    data = form.cleaned_data
    new = opening.NewCase(
        type=CaseType(data["type"]),
        words=data["words"],
        channel=ToldChannel(data["channel"]),
        line_id=data["line"] if (data["line"] or 0) > 0 else None,
        gift_id=-data["line"] if (data["line"] or 0) < 0 else None,
        is_complaint=data["is_complaint"],
    )
    try:
        case = opening.open_case(tid=order.tid, new=new, by=person_of(request), now=timezone.now())
    except OrderRefusedError as refusal:
        form.add_error(None, refusal.message)
        return render(request, "orders/case_new.html", context, status=422)
    messages.success(request, _("售后单 %(case)d 已开。") % {"case": case.pk})
    return redirect(case_url(case.pk))


def _hits(request: HttpRequest, text: str) -> Data:
    ids = find_orders(text=text, may_see_contact=request.user.has_perm("orders.view_contact"))
    orders = Order.objects.filter(pk__in=ids[:SHOWN_HITS]).order_by("-created_at", "-pk")
    return {
        "hits": [
            {
                "tid": order.tid,
                "url": f"{reverse('orders:case_new')}?{urlencode({'tid': order.tid})}",
                "title": order.title,
                "stage_label": order.get_stage_display(),
                "stage_tone": STAGE_TONES[Stage(order.stage)],
                "paid_amount": order.paid_amount,
                "paid_at": order.paid_at,
            }
            for order in orders
        ],
        "more": max(len(ids) - SHOWN_HITS, 0),
    }


@require_GET
@never_cache
@requires("orders.handle_case")
def case_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show one case."""
    return render(request, "orders/case.html", page_context(request, case_id))


def page_context(request: HttpRequest, case_id: int) -> Data:
    """Give the context of templates/orders/case.html.

    :raises Http404: if there is no such case
    """
    try:
        detail = queries.case_detail(case_id=case_id)
    except AfterSalesCase.DoesNotExist as error:
        raise Http404(str(case_id)) from error
    now, person = timezone.now(), person_of(request)
    case = detail.case
    context = case_context(detail, now=now, role_names=role_names())
    may_all = person.has_perm("orders.set_limits")
    most = most_for(person, grade=case.grade) if case.grade else None
    for row, one in zip(context["compensations"], detail.compensations, strict=True):
        row["can_decide"] = (
            row["is_waiting"]
            and one.asked_by_id != person.pk
            and (may_all or one.amount <= (most or 0))
        )
    offered = [
        _offer(act, case)
        for act in ACTS.values()
        if (act.is_for_closed if case.closed_at else act.is_for_open)
        and not (act.code == "escalate" and case.escalated_at)
    ]
    for row in context["evidence"]:
        row["form"] = shapes.ReasonForm(auto_id=f"id_drop{row['id']}_%s")
    first = next_act_of(case)
    return {
        "case": context,
        "most": most,
        "next_act": next((one for one in offered if one["code"] == first), None),
        "acts": [one for one in offered if one["code"] != first],
        "now": now,
    }


def _offer(act: Act, case: AfterSalesCase) -> Data:
    initial: dict[str, Data] = {
        "grade": {"grade": case.grade},
        "blame": {
            "responsible": case.responsible,
            "carrier": case.carrier,
            "courier_fault": case.courier_fault,
        },
        "move": {"state": case.state},
    }
    return {
        "code": act.code,
        "label": act.label,
        "text": act.text,
        "form": act.form(initial=initial.get(act.code), auto_id=f"id_{act.code}_%s"),
        "url": reverse("orders:case_act", args=[case.pk, act.code]),
    }


@require_POST
@requires("orders.handle_case")
def case_act(request: HttpRequest, case_id: int, act: str) -> HttpResponse:
    """Do one act on one case; a stale page gets both versions to choose from."""
    wanted = ACTS.get(act)
    if wanted is None or not AfterSalesCase.objects.filter(pk=case_id).exists():
        raise Http404(act)
    form = wanted.form(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect(case_url(case_id))
    version = request.POST.get("version", "")
    call = Call(
        case_id,
        int(version) if version.isdigit() else None,
        form.cleaned_data,
        person_of(request),
        timezone.now(),
    )
    try:
        wanted.run(call)
    except StaleCaseError:
        return _conflict(request, wanted, case_id, form)
    except OrderRefusedError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已%(act)s。") % {"act": wanted.label})
    return redirect(case_url(case_id))


def _conflict(request: HttpRequest, act: Act, case_id: int, form: forms.Form) -> HttpResponse:
    detail = queries.case_detail(case_id=case_id)
    last = next(iter(detail.operations), None)
    sent = {key: value for key, value in request.POST.items() if key != "csrfmiddlewaretoken"}
    mine = " · ".join(str(value) for value in form.cleaned_data.values() if value not in (None, ""))
    sent["version"] = str(detail.case.version)
    now = timezone.now()
    rows = [
        {
            "label": _("状态"),
            "theirs": detail.case.get_state_display(),
            "mine": "",
            "differs": False,
        },
        {
            "label": str(act.label),
            "theirs": _last_words(detail),
            "mine": mine,
            "differs": True,
        },
    ]
    context = {
        "conflict": {
            "what": _("售后单 %(case)d") % {"case": case_id},
            "theirs_by": last.actor_name if last and last.actor_name else _("一次导入"),
            "theirs_at": last.at if last else now,
            "rows": rows,
        },
        "action": request.path,
        "hidden": [{"name": key, "value": value} for key, value in sent.items()],
        "back_url": case_url(case_id),
        "now": now,
    }
    return render(request, "orders/conflict.html", context, status=409)


def _last_words(detail: queries.CaseDetail) -> str:
    last = next(iter(detail.operations), None)
    return last.reason or "" if last else ""


@require_POST
@requires("orders.handle_case")
def compensation_act(request: HttpRequest, compensation_id: int, act: str) -> HttpResponse:
    """Approve, refuse, or mark a compensation as given."""
    made = Compensation.objects.filter(pk=compensation_id).first()
    if made is None or act not in {"approve", "refuse", "pay"}:
        raise Http404(act)
    form = shapes.DecideForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    by, now = person_of(request), timezone.now()
    try:
        if act == "pay":
            compensating.mark_paid(compensation_id=made.pk, by=by, now=now)
        else:
            compensating.decide_compensation(
                compensation_id=made.pk,
                approve=act == "approve",
                reason=reason,
                by=by,
                now=now,
            )
    except OrderRefusedError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已记下。"))
    if request.POST.get("back") == "list":
        return redirect(_list_url(tab="waiting"))
    return redirect(case_url(made.case_id))
