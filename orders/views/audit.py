"""The audit page: rules and their trial, keywords, black list, and auditing now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.actions import audit as audit_actions
from orders.actions import audit_rules, audit_trial
from orders.actions.errors import OrderRefusedError
from orders.choices import HOLD_DEFAULTS, AuditRuleCode, HoldKind, KeywordAct, KeywordPlace
from orders.forms.audit import (
    BlackListForm,
    KeywordForm,
    NewRuleForm,
    RuleParametersForm,
    rule_initial,
)
from orders.models import AuditRuleRow, BlackListEntry, KeywordRow
from orders.queries.audit_page import AuditPage, audit_page
from orders.wording import minute_words
from orders.wording.audit import reason_words, rule_words
from orders.wording.holds import ending_words
from shopops.lib.words import listed
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.staff.queries import role_names
from shopops.work.choices import RunState
from shopops.work.models import Run
from shopops.workdesk.rows import row_of


@dataclass(frozen=True, slots=True)
class _Asked:
    """One form that was sent: by whom, when, and where to go after it."""

    request: HttpRequest
    by: User
    now: datetime

    @property
    def data(self) -> Any:  # noqa: ANN401
        """Give what was sent."""
        return self.request.POST


@require_http_methods(["GET", "POST"])
@requires("orders.view")
def audit(request: HttpRequest) -> HttpResponse:
    """Show what audit judges by; a POST of one part changes it, tries it, or audits now."""
    if request.method == "POST":
        right, part = PARTS.get(request.POST.get("part", ""), ("orders.set_audit", None))
        if not request.user.has_perm(right):
            raise PermissionDenied(right)
        assert isinstance(request.user, User)  # noqa: S101
        if part is not None:
            return _answer(part, _Asked(request, request.user, timezone.now()))
    return _page(request)


def _answer(part: "Part", asked: _Asked) -> HttpResponse:
    try:
        return part(asked)
    except OrderRefusedError as refusal:
        messages.error(asked.request, refusal.message)
    except ObjectDoesNotExist:
        messages.error(asked.request, _("这一行刚被同事改掉或停用了。"))
    return redirect("orders:audit")


def _audit_now(asked: _Asked) -> HttpResponse:
    audit_actions.request_audit_now(by=asked.by, now=asked.now)
    messages.success(asked.request, _("开始审单，结果在这一页。"))
    return redirect("orders:audit")


def _save_rule(asked: _Asked) -> HttpResponse:
    row, form = _sent_rule(asked)
    if not form.is_valid():
        return _page(asked.request, sent=(row.pk, form), status=422)
    if "try" in asked.data:
        run = audit_trial.request_trial(
            code=AuditRuleCode(row.code), parameters=form.parameters(), by=asked.by, now=asked.now
        )
        return redirect(f"{reverse('orders:audit')}?trial={run.pk}#trial")
    audit_rules.change_rule(
        row_id=row.pk,
        parameters=form.parameters(),
        is_on=form.cleaned_data["is_on"],
        version=int(asked.data.get("version") or 0),
        by=asked.by,
        now=asked.now,
    )
    messages.success(asked.request, _("已保存。从下一次审单起按新规则。"))
    return redirect("orders:audit")


def _sent_rule(asked: _Asked) -> tuple[AuditRuleRow, RuleParametersForm]:
    row = AuditRuleRow.objects.get(pk=_number(asked, "row"), valid_to__isnull=True)
    return row, RuleParametersForm(
        asked.data, code=AuditRuleCode(row.code), auto_id=f"id_{row.pk}_%s"
    )


def _add_rule(asked: _Asked) -> HttpResponse:
    choice = NewRuleForm(asked.data)
    if not choice.is_valid():
        return _say_errors(asked, choice)
    code = AuditRuleCode(choice.cleaned_data["code"])
    form = RuleParametersForm(asked.data, code=code, auto_id="id_new_%s")
    if not form.is_valid():
        return _page(asked.request, new=(code, form), status=422)
    if "try" in asked.data:
        run = audit_trial.request_trial(
            code=code, parameters=form.parameters(), by=asked.by, now=asked.now
        )
        return redirect(f"{reverse('orders:audit')}?trial={run.pk}&new={code}#trial")
    audit_rules.add_rule(code=code, parameters=form.parameters(), by=asked.by, now=asked.now)
    messages.success(asked.request, _("已加上，从下一次审单起算。"))
    return redirect("orders:audit")


def _move_rule(asked: _Asked) -> HttpResponse:
    audit_rules.move_rule(
        row_id=_number(asked, "row"),
        up="up" in asked.data,
        version=_number(asked, "version"),
        by=asked.by,
        now=asked.now,
    )
    return redirect(f"{reverse('orders:audit')}#h-r")


def _end_rule(asked: _Asked) -> HttpResponse:
    audit_rules.end_rule(
        row_id=_number(asked, "row"),
        version=_number(asked, "version"),
        by=asked.by,
        now=asked.now,
    )
    messages.success(asked.request, _("已停用。"))
    return redirect("orders:audit")


def _add_keyword(asked: _Asked) -> HttpResponse:
    form = KeywordForm(asked.data)
    if not form.is_valid():
        return _say_errors(asked, form)
    data = form.cleaned_data
    keyword = audit_rules.Keyword(
        words=tuple(data["words"]),
        unless=tuple(data["unless"]),
        place=data["place"],
        act=data["act"],
        value=data["value"],
    )
    audit_rules.add_keyword(keyword=keyword, by=asked.by, now=asked.now)
    messages.success(asked.request, _("已加上。"))
    return redirect("orders:audit")


def _end_keyword(asked: _Asked) -> HttpResponse:
    audit_rules.end_keyword(row_id=_number(asked, "row"), by=asked.by, now=asked.now)
    messages.success(asked.request, _("已停用。"))
    return redirect("orders:audit")


def _add_to_black_list(asked: _Asked) -> HttpResponse:
    form = BlackListForm(asked.data)
    if not form.is_valid():
        return _say_errors(asked, form)
    audit_rules.black_list(**form.cleaned_data, by=asked.by, now=asked.now)
    messages.success(asked.request, _("已加上。"))
    return redirect("orders:audit")


def _take_off_black_list(asked: _Asked) -> HttpResponse:
    audit_rules.take_off_black_list(entry_id=_number(asked, "row"), by=asked.by, now=asked.now)
    messages.success(asked.request, _("已移出。"))
    return redirect("orders:audit")


type Part = Callable[[_Asked], HttpResponse]
PARTS: dict[str, tuple[str, Part]] = {
    "now": ("orders.approve", _audit_now),
    "rule": ("orders.set_audit", _save_rule),
    "add_rule": ("orders.set_audit", _add_rule),
    "move_rule": ("orders.set_audit", _move_rule),
    "end_rule": ("orders.set_audit", _end_rule),
    "add_keyword": ("orders.set_audit", _add_keyword),
    "end_keyword": ("orders.set_audit", _end_keyword),
    "black_list": ("orders.set_audit", _add_to_black_list),
    "take_off": ("orders.set_audit", _take_off_black_list),
}


def _number(asked: _Asked, name: str) -> int:
    text = asked.data.get(name, "")
    return int(text) if text.isdecimal() else 0


def _say_errors(asked: _Asked, form: forms.BaseForm) -> HttpResponse:
    for field, errors in form.errors.items():
        label = form.fields[field].label if field in form.fields else ""
        messages.error(asked.request, f"{label} {errors[0]}".strip())
    return redirect("orders:audit")


def _page(
    request: HttpRequest,
    *,
    sent: tuple[int, RuleParametersForm] | None = None,
    new: tuple[AuditRuleCode, RuleParametersForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    page = audit_page(now=now)
    can_edit = request.user.has_perm("orders.set_audit")
    context = {
        "now": now,
        "rules": [_rule(row, page, sent) for row in page.rules],
        "open_rule": sent[0] if sent else None,
        "new_rule": _new_rule(request, new) if can_edit else None,
        "keywords": [_keyword(row) for row in page.keywords],
        "black_list": [_black_listed(row, now) for row in page.black_list],
        "waiting": page.waiting,
        "runs_by_itself": page.runs_by_itself,
        "last": _last(page.last_run),
        "running": row_of(page.running, now=now, can_control=False) if page.running else None,
        "trial": _trial(request, now=now),
        "can_edit": can_edit,
        "can_run": request.user.has_perm("orders.approve"),
        "hold_kinds": _hold_kinds(page),
        "new_rule_form": NewRuleForm(),
        "keyword_heads": [_("词"), _("看哪里"), _("怎么办")],
        "black_list_heads": [_("买家"), _("为什么"), _("谁、何时")],
        "keyword_form": KeywordForm(),
        "black_list_form": BlackListForm(auto_id="id_black_%s"),
        **{f"{part}_hidden": [{"name": "part", "value": part}] for part in PARTS},
        "log_url": f"{reverse('staff:log')}?type=audit_rule"
        if request.user.has_perm("staff.view_log")
        else "",
    }
    return render(request, "orders/audit.html", context, status=status)


def _new_rule(
    request: HttpRequest, new: tuple[AuditRuleCode, RuleParametersForm] | None
) -> dict[str, Any] | None:
    """Give the form of a rule that is being added; nothing is stored before it is sent."""
    if new is None:
        chosen = NewRuleForm({"code": request.GET.get("new", "")})
        if not chosen.is_valid():
            return None
        code = AuditRuleCode(chosen.cleaned_data["code"])
        new = code, RuleParametersForm(code=code, auto_id="id_new_%s")
    code, form = new
    hidden = [{"name": "part", "value": "add_rule"}, {"name": "code", "value": code.value}]
    return {"label": code.label, "form": form, "hidden": hidden}


def _rule(
    row: AuditRuleRow, page: AuditPage, sent: tuple[int, RuleParametersForm] | None
) -> dict[str, Any]:
    code = AuditRuleCode(row.code)
    form = (
        sent[1]
        if sent and sent[0] == row.pk
        else RuleParametersForm(
            code=code,
            initial=rule_initial(code, row.parameters, is_on=row.is_on),
            auto_id=f"id_{row.pk}_%s",
        )
    )
    return {
        "id": row.pk,
        "label": code.label,
        "words": rule_words(row.code, row.parameters),
        "is_on": row.is_on,
        "held": page.held.get(_KIND_OF.get(code, ""), 0),
        "by": row.changed_by.name if row.changed_by else _("出厂"),
        "from": row.valid_from if row.changed_by else None,
        "version": row.version,
        "form": form,
        "can_try": code != AuditRuleCode.ACTIVE_HOURS,
    }


_KIND_OF: dict[AuditRuleCode, str] = {
    AuditRuleCode.COOL_DOWN: HoldKind.COOL_DOWN,
    AuditRuleCode.UNPAID_BALANCE: HoldKind.UNPAID_BALANCE,
    AuditRuleCode.MAX_AMOUNT: HoldKind.AMOUNT_TOO_LARGE,
    AuditRuleCode.MAX_PIECES: HoldKind.TOO_MANY_PIECES,
    AuditRuleCode.MAX_KINDS: HoldKind.TOO_MANY_PIECES,
    AuditRuleCode.EXCLUDED_SKUS: HoldKind.EXCLUDED_SKU,
    AuditRuleCode.UNKNOWN_CODE: HoldKind.UNKNOWN_CODE,
    AuditRuleCode.RECEIVER_COMPLETE: HoldKind.ADDRESS_INCOMPLETE,
    AuditRuleCode.REGION_SERVED: HoldKind.REGION_NOT_SERVED,
    AuditRuleCode.BLACK_LIST: HoldKind.BLACK_LIST,
    AuditRuleCode.BUYER_MESSAGE: HoldKind.BUYER_MESSAGE,
    AuditRuleCode.MEMO: HoldKind.MEMO_INSTRUCTION,
    AuditRuleCode.FLAGS: HoldKind.MEMO_INSTRUCTION,
    AuditRuleCode.MERGEABLE: HoldKind.WAITING_TO_MERGE,
    AuditRuleCode.PRESALE_NOT_DUE: HoldKind.PRESALE_NOT_DUE,
    AuditRuleCode.LOW_PRICE: HoldKind.PRICE_UNDER_FLOOR,
}


def _hold_kinds(page: AuditPage) -> list[dict[str, Any]]:
    """Give every kind of hold with what each has: owner, clock, told or not, ending."""
    names = role_names()
    return [
        {
            "label": kind.label,
            "owner": names.get(one.owner_role, one.owner_role),
            "due": _("到时间") if one.is_timed else _("%(n)d 小时") % {"n": one.due_hours},
            "must_tell": one.must_tell,
            "ending": ending_words(kind),
            "open": page.open_holds.get(kind, 0),
        }
        for kind, one in HOLD_DEFAULTS.items()
    ]


def _keyword(row: KeywordRow) -> dict[str, Any]:
    value = str(HoldKind(row.value).label) if row.act == KeywordAct.HOLD else row.value
    words, unless = listed(row.words), listed(row.unless)
    act = KeywordAct(row.act).label
    return {
        "id": row.pk,
        "name": words,
        "more": _("没有 %(words)s 时") % {"words": unless} if unless else "",
        "cells": [
            {"label": _("看哪里"), "text": KeywordPlace(row.place).label},
            {"label": _("怎么办"), "text": f"{act} · {value}" if value else act},
        ],
        "say": _("停用 %(words)s") % {"words": words},
    }


def _black_listed(entry: BlackListEntry, now: datetime) -> dict[str, Any]:
    by = entry.added_by.name if entry.added_by else "—"
    return {
        "id": entry.pk,
        "name": entry.buyer.nick,
        "more": "",
        "cells": [
            {"label": _("为什么"), "text": entry.reason},
            {"label": _("谁、何时"), "text": f"{by} {minute_words(entry.added_at, now=now)}"},
        ],
        "say": _("把 %(nick)s 移出黑名单") % {"nick": entry.buyer.nick},
    }


def _last(run: Run | None) -> dict[str, Any] | None:
    if run is None or not run.result or "seen" not in run.result:
        return None
    kinds = {
        str(HoldKind(kind).label): count
        for kind, count in sorted(run.result["kinds"].items(), key=lambda one: -one[1])
    }
    return {**run.result, "at": run.ended_at, "kinds": kinds}


def _trial(request: HttpRequest, *, now: datetime) -> dict[str, Any] | None:
    text = request.GET.get("trial", "")
    if not text.isdecimal():
        return None
    run = Run.objects.filter(pk=int(text), kind=audit_trial.KIND).first()
    if run is None:
        return None
    row = row_of(run, now=now, can_control=False)
    if run.state != RunState.DONE:
        return {"row": row, "label": AuditRuleCode(run.payload["code"]).label}
    result = run.result
    return {
        "row": row,
        "label": AuditRuleCode(result["code"]).label,
        "words": rule_words(result["code"], result["parameters"]),
        "days": result["days"],
        "orders": result["orders"],
        "held": result["held"],
        "rate": result["held"] / result["orders"] if result["orders"] else None,
        "sample": [
            {
                "tid": tid,
                "url": reverse("orders:order", args=[tid]),
                "why": reason_words(reason, sees_costs=request.user.has_perm("products.view_cost")),
            }
            for tid, reason in result["sample"]
        ],
    }
