"""Violations: the list by deadline, and one with its owner, appeal and end."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions import violations as actions
from products.actions.errors import StaleGoodsError
from products.actions.watch import request_findings
from products.choices import GoodsRuleCode, ViolationState
from products.forms.watch import AppealForm, EndViolationForm, OwnerForm, ViolationForm
from products.models import Violation
from products.queries import watch as queries
from products.queries.goods_rules import parameters
from products.views.acting import Asked, Data, answer, conflict
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff.access import requires
from shopops.staff.models import Operation
from shopops.staff.operations import name_of

TONES = {
    ViolationState.OPEN: "us",
    ViolationState.APPEALED: "wait",
    ViolationState.UPHELD: "late",
    ViolationState.WITHDRAWN: "done",
    ViolationState.MENDED: "done",
}
MOST = 200


@require_http_methods(["GET", "POST"])
@requires("products.view")
def violations(request: HttpRequest) -> HttpResponse:
    """List violations, the next deadline first; a POST records one."""
    sent: ViolationForm | None = None
    if request.method == "POST":
        form = ViolationForm(request.POST)
        if request.POST.get("part") == "add" and not form.is_valid():
            sent = form
        else:
            back = reverse("products:violations")
            done = answer(request, {"add": ("products.edit", _add)}, back=back)
            if done is not None:
                return done
    now = timezone.now()
    with_ended = request.GET.get("ended") == "1"
    hours = parameters(GoodsRuleCode.VIOLATION, day=business_date(now))["near_hours"]
    rows = list(queries.violations(with_ended=with_ended).order_by("appeal_until", "-pk")[:MOST])
    context = {
        "now": now,
        "rows": [_row(row, now=now, hours=int(hours)) for row in rows],
        "with_ended": with_ended,
        "form": sent or ViolationForm(initial={"found_at": now.astimezone(SHANGHAI)}),
        "is_open": sent is not None,
        "can_edit": request.user.has_perm("products.edit"),
    }
    return render(request, "products/violations.html", context, status=422 if sent else 200)


def _row(row: Violation, *, now: datetime, hours: int) -> Data:
    left = row.appeal_until - now if row.appeal_until else None
    tone = "wait"
    if left is not None and row.state == ViolationState.OPEN:
        seconds = left.total_seconds()
        tone = "late" if seconds < 0 else ("soon" if seconds < hours * 3600 else "wait")
    return {
        "url": reverse("products:violation", kwargs={"violation_id": row.pk}),
        "kind": row.kind,
        "product": row.product.title if row.product else _("整个店铺"),
        "state": row.get_state_display(),
        "state_tone": TONES[ViolationState(row.state)],
        "found_at": row.found_at,
        "appeal_until": row.appeal_until,
        "due_tone": tone,
        "owner": row.owner.name if row.owner else "",
        "points": row.points,
        "penalty": row.penalty_amount,
        "forbids": row.forbids_listing,
        "is_open": row.state == ViolationState.OPEN,
        "ended_at": row.ended_at,
    }


def _add(asked: Asked) -> HttpResponse:
    form = ViolationForm(asked.data)
    form.is_valid()
    data = dict(form.cleaned_data)
    owner = data.pop("owner")
    given = actions.ViolationGiven(**data, owner_id=owner.pk if owner else None)
    row = actions.record_violation(given=given, by=asked.by, now=asked.now)
    request_findings(by=asked.by, now=asked.now)
    if row.forbids_listing:
        return asked.done(_("已登记，商品已标为禁止上架。"))
    return asked.done(_("已登记。"))


@require_http_methods(["GET", "POST"])
@requires("products.view")
def violation(request: HttpRequest, violation_id: int) -> HttpResponse:
    """Show one violation; a POST of one part gives it to somebody, appeals, or ends it."""
    row = get_object_or_404(Violation.objects.select_related("product", "owner"), pk=violation_id)
    if request.method == "POST":
        parts = {
            "owner": ("products.edit", lambda asked: _pass_on(asked, row)),
            "appeal": ("products.edit", lambda asked: _appeal(asked, row)),
            "end": ("products.edit", lambda asked: _end(asked, row)),
        }
        back = reverse("products:violation", kwargs={"violation_id": row.pk})
        done = answer(request, parts, back=back)
        if done is not None:
            return done
    now = timezone.now()
    hours = parameters(GoodsRuleCode.VIOLATION, day=business_date(now))["near_hours"]
    acts = {
        code: [{"name": "part", "value": code}, {"name": "version", "value": row.version}]
        for code in ("owner", "appeal", "end")
    }
    context = {
        "now": now,
        "row": _row(row, now=now, hours=int(hours)),
        "violation": row,
        "product_url": reverse("products:listing_check", kwargs={"product_id": row.product_id})
        if row.product_id
        else "",
        "events": _events(row),
        "owner_form": OwnerForm(initial={"owner": row.owner_id}, auto_id="id_owner_%s"),
        "appeal_form": AppealForm(auto_id="id_appeal_%s"),
        "end_form": EndViolationForm(auto_id="id_end_%s"),
        "acts": acts,
        "can_appeal": row.state == ViolationState.OPEN
        and (row.appeal_until is None or row.appeal_until >= now),
        "can_edit": request.user.has_perm("products.edit") and row.ended_at is None,
    }
    return render(request, "products/violation.html", context)


def _events(row: Violation) -> list[Data]:
    operations = Operation.objects.filter(object_type="violation", object_key=str(row.pk))
    return [
        {
            "text": name_of(one.name),
            "detail": one.reason,
            "tone": "us",
            "who": one.actor_name,
            "at": one.at,
        }
        for one in operations.order_by("-at", "-pk")
    ]


def _pass_on(asked: Asked, row: Violation) -> HttpResponse:
    form = OwnerForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    owner = form.cleaned_data["owner"]
    try:
        actions.pass_violation(
            violation_id=row.pk,
            owner_id=owner.pk if owner else None,
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        return _both(asked, row, stale, owner=owner.name if owner else "")
    return asked.done(_("已换负责人。"))


def _appeal(asked: Asked, row: Violation) -> HttpResponse:
    form = AppealForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    try:
        actions.appeal_violation(
            violation_id=row.pk,
            words=form.cleaned_data["words"],
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        return _both(asked, row, stale, state=ViolationState.APPEALED)
    request_findings(by=asked.by, now=asked.now)
    return asked.done(_("已记下申诉。"))


def _end(asked: Asked, row: Violation) -> HttpResponse:
    form = EndViolationForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    state, ending = ViolationState(form.cleaned_data["state"]), form.cleaned_data["ending"]
    try:
        actions.end_violation(
            violation_id=row.pk,
            state=state,
            ending=ending,
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        return _both(asked, row, stale, state=state, ending=ending)
    request_findings(by=asked.by, now=asked.now)
    return asked.done(_("已结案。"))


def _both(
    asked: Asked,
    row: Violation,
    stale: StaleGoodsError,
    *,
    owner: str | None = None,
    state: ViolationState | None = None,
    ending: str | None = None,
) -> HttpResponse:
    """Show what a colleague made of a violation beside what was to be made of it; None: not touched."""
    row = Violation.objects.select_related("owner").get(pk=row.pk)
    theirs = (row.owner.name if row.owner else "", row.get_state_display(), row.ending)
    mine = (owner, state.label if state else None, ending)
    labels = (_("负责人"), _("状态"), _("结果"))
    rows = [
        (label, stored, stored if sent is None else sent)
        for label, stored, sent in zip(labels, theirs, mine, strict=True)
    ]
    return conflict(asked, stale, key=("violation", str(row.pk)), rows=rows, version=row.version)
