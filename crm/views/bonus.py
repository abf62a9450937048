"""Bonus sheets: the month, one sheet line by line with appeals, the rule behind them."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from crm.actions import bonus as actions
from crm.forms.service import ReasonForm, RuleForm, WordsForm, rule_sent, rule_typed
from crm.models import BonusRule, BonusSheet
from crm.queries import bonus as queries
from crm.queries.agents import LEAD, OWN
from crm.queries.bonus import Row, SheetRead
from crm.rules.bonus import rule_of
from crm.service_choices import AppealState, SheetState
from crm.views import service_parts as parts
from crm.views.service_parts import Data
from crm.wording.service import AMOUNTS, fen_words, line_words
from products.views.acting import Asked, asked_of, attempt
from products.views.panels import Panel, answer, events_of, shown, version_sent
from shopops.lib.business_time import business_date
from shopops.lib.money import from_fen
from shopops.staff.access import requires

TONES = {SheetState.DRAFT: "wait", SheetState.PUBLISHED: "us", SheetState.CLOSED: "done"}
APPEAL_TONES = {AppealState.OPEN: "soon", AppealState.KEPT: "wait", AppealState.STRUCK: "done"}
NEXT = {SheetState.DRAFT: SheetState.PUBLISHED, SheetState.PUBLISHED: SheetState.CLOSED}


@require_http_methods(["GET", "POST"])
@requires(OWN)
def bonus(request: HttpRequest) -> HttpResponse:
    """Show a month's sheets; an agent the own published ones. A POST of the lead works the month out."""
    now = timezone.now()
    month = parts.month_asked(request, business_date(now))
    if request.method == "POST":
        asked = asked_of(request, LEAD)
        url = f"{reverse('crm:bonus')}?month={month:%Y-%m}"
        return attempt(
            asked,
            lambda: actions.compute_month(month=month, by=asked.by, now=asked.now),
            done=_("算好了。"),
            url=url,
        )
    is_lead = parts.leads(request)
    rows = queries.sheets(month=month) if is_lead else queries.sheets(agent_id=request.user.pk)
    read = queries.read_sheets(rows[:200])
    waiting = queries.line_counts([one.sheet for one in read])
    months = sorted({*queries.months()[:11], month.replace(day=1)}, reverse=True)
    context = {
        "now": now,
        "is_lead": is_lead,
        "month": month,
        "months": [
            {"label": f"{one:%Y-%m}", "url": f"?month={one:%Y-%m}", "current": one == month}
            for one in months
        ],
        "rows": [_sheet_row(one, waiting.get(one.sheet.pk, 0)) for one in read],
        "total": from_fen(sum(one.sheet.total_fen for one in read)),
        "action": f"{reverse('crm:bonus')}?month={month:%Y-%m}",
    }
    return render(request, "crm/bonus.html", context)


def _sheet_row(one: SheetRead, waiting: int) -> Data:
    sheet = one.sheet
    return {
        "url": reverse("crm:bonus_sheet", args=[sheet.pk]),
        "name": sheet.agent.name,
        "month": f"{sheet.month:%Y-%m}",
        "state": sheet.get_state_display(),
        "tone": TONES[SheetState(sheet.state)],
        "lines": len(one.rows),
        "off": fen_words(sum(r.line.amount_fen for r in one.rows if r.counts and r.line.amount_fen < 0)),
        "on": fen_words(sum(r.line.amount_fen for r in one.rows if r.counts and r.line.amount_fen > 0)),
        "base": from_fen(sheet.base_fen),
        "total": from_fen(sheet.total_fen),
        "days": sheet.known_days,
        "waiting": waiting,
    }  # fmt: skip


def _visible(request: HttpRequest, sheet_id: int) -> BonusSheet:
    """Give a sheet to the lead, or to its agent once it is published.

    :raises PermissionDenied: to others
    """
    sheet = get_object_or_404(BonusSheet.objects.select_related("agent"), pk=sheet_id)
    is_own = sheet.agent_id == request.user.pk and sheet.state != SheetState.DRAFT
    if not parts.leads(request) and not is_own:
        raise PermissionDenied(LEAD)
    return sheet


@require_http_methods(["GET", "POST"])
@requires(OWN)
def sheet(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Show a sheet line by line; a POST appeals, decides, or moves it on."""
    row = _visible(request, sheet_id)
    read = queries.read_sheets([row])[0]
    here = reverse("crm:bonus_sheet", args=[row.pk])
    is_lead = parts.leads(request) and row.agent_id != request.user.pk
    own, leading = _appeals(request, read), _decisions(read) if is_lead else []
    sent: Any = None
    if request.POST.get("part") == "move":
        return _move(request, row, here)
    if request.method == "POST":
        sent = answer(request, own, right=OWN, back=here) or answer(
            request, leading, right=LEAD, back=here
        )
    if isinstance(sent, HttpResponse):
        return sent
    panels = {str(one["code"]): one for one in shown([*own, *leading], sent)}
    context = {
        "now": timezone.now(),
        "sheet": row,
        "tone": TONES[SheetState(row.state)],
        "base": fen_words(row.base_fen),
        "rows": [_line_row(one, panels) for one in read.rows],
        "raw": fen_words(read.raw_fen),
        "floor": fen_words(read.floor_fen) if read.floor_fen else "",
        "total": from_fen(row.total_fen),
        "month_days": queries.span_of(row.month).length,
        "is_lead": is_lead,
        "next": _next(row) if parts.leads(request) else None,
        "events": events_of("bonus_sheet", row.pk),
        "figures_url": _figures_url(row),
    }
    return render(request, "crm/bonus_sheet.html", context, status=422 if sent else 200)


def _figures_url(row: BonusSheet) -> str:
    span = queries.span_of(row.month)
    return f"{reverse('crm:agent', args=[row.agent_id])}?since={span.since}&until={span.until}"


def _next(row: BonusSheet) -> Data | None:
    to = NEXT.get(SheetState(row.state))
    if to is None:
        return None
    words = {
        SheetState.PUBLISHED: (_("公布"), _("客服会看到这张表，可以逐行申诉。")),
        SheetState.CLOSED: (_("结这张表"), _("结了以后不再变；之后的数不一样，记在下个月。")),
    }[to]
    return {"to": to, "label": words[0], "text": words[1], "version": row.version}


def _move(request: HttpRequest, row: BonusSheet, here: str) -> HttpResponse:
    asked = asked_of(request, LEAD, back=here)
    to = NEXT.get(SheetState(row.state))
    if to is None or asked.data.get("to") != to:
        return redirect(here)
    return attempt(
        asked,
        lambda: actions.move_sheet(
            sheet_id=row.pk, to=to, version=version_sent(asked), by=asked.by, now=asked.now
        ),
        done=_("好了。"),
        url=here,
    )


def _line_row(one: Row, panels: dict[str, Data]) -> Data:
    line = one.line
    codes = (f"appeal{line.pk}", f"strike{line.pk}", f"keep{line.pk}")
    return {
        "kind": line.get_kind_display(),
        "words": line_words(line.kind, line.evidence),
        "url": _evidence_url(one),
        "quantity": line.quantity,
        "unit": fen_words(line.unit_fen),
        "amount": fen_words(line.amount_fen),
        "running": fen_words(one.running_fen),
        "counts": one.counts,
        "is_gone": line.is_gone,
        "appeal": line.get_appeal_state_display() if line.appeal_state != "none" else "",
        "appeal_tone": APPEAL_TONES.get(AppealState(line.appeal_state), ""),
        "appeal_words": line.appeal_words,
        "reason": line.decision_reason,
        "decided_by": line.decided_by.name if line.decided_by else "",
        "panels": [panels[code] for code in codes if code in panels],
    }


def _evidence_url(one: Row) -> str:
    evidence, agent_id = one.line.evidence, one.line.sheet.agent_id
    if evidence.get("url"):
        return str(evidence["url"])
    day = evidence.get("date")
    if day:
        page = reverse("crm:agent", args=[agent_id])
        return f"{page}?since={day}&until={day}&day={day}#words"
    return ""


def _appeals(request: HttpRequest, read: SheetRead) -> list[Panel]:
    if read.sheet.agent_id != request.user.pk or read.sheet.state != SheetState.PUBLISHED:
        return []
    return [
        Panel(
            code=f"appeal{one.line.pk}",
            title=gettext_lazy("申诉"),
            button=gettext_lazy("交上去"),
            make=WordsForm,
            act=partial(_appeal, one.line.pk),
            version=one.line.version,
            icon="message-2",
        )
        for one in read.rows
        if one.line.appeal_state == AppealState.NONE and one.counts
    ]


def _appeal(line_id: int, form: WordsForm, asked: Asked) -> str:
    actions.appeal(
        line_id=line_id,
        words=form.cleaned_data["words"],
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("交上去了，主管会回复。")


def _decisions(read: SheetRead) -> list[Panel]:
    if read.sheet.state == SheetState.CLOSED:
        return []
    panels = []
    for one in read.rows:
        state = one.line.appeal_state
        if state in {AppealState.STRUCK, AppealState.KEPT}:
            continue
        panels.append(_decision(one, strike=True))
        if state == AppealState.OPEN:
            panels.append(_decision(one, strike=False))
    return panels


def _decision(one: Row, *, strike: bool) -> Panel:
    return Panel(
        code=f"{'strike' if strike else 'keep'}{one.line.pk}",
        title=gettext_lazy("划掉") if strike else gettext_lazy("维持"),
        button=gettext_lazy("划掉这一行") if strike else gettext_lazy("维持这一行"),
        make=ReasonForm,
        act=partial(_decide, one.line.pk, strike),
        version=one.line.version,
        icon="x" if strike else "check",
    )


def _decide(line_id: int, strike: bool, form: ReasonForm, asked: Asked) -> str:  # noqa: FBT001
    actions.decide_line(
        line_id=line_id,
        strike=strike,
        reason=form.cleaned_data["reason"],
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("划掉了，合计跟着变。") if strike else _("维持了。")


@require_GET
@requires(OWN)
def export(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Give a sheet as a workbook, line by line, with the running sum."""
    row = _visible(request, sheet_id)
    read = queries.read_sheets([row])[0]
    return parts.as_workbook(_table(read), name=f"bonus_{row.agent.username}_{row.month:%Y-%m}")


def _table(read: SheetRead) -> Sequence[Sequence[object]]:
    sheet = read.sheet
    head = [_("项目"), _("依据"), _("次数"), _("每次（元）"), _("金额（元）"), _("累计（元）"),
            _("申诉"), _("理由")]  # fmt: skip
    base = from_fen(sheet.base_fen)
    lines = [
        [
            one.line.get_kind_display(),
            line_words(one.line.kind, one.line.evidence),
            one.line.quantity,
            from_fen(one.line.unit_fen),
            from_fen(one.line.amount_fen) if one.counts else from_fen(0),
            from_fen(one.running_fen),
            one.line.get_appeal_state_display(),
            one.line.decision_reason,
        ]
        for one in read.rows
    ]
    floor = [
        [_("不低于 0"), "", 1, "", from_fen(read.floor_fen), from_fen(sheet.total_fen), "", ""]
    ]
    return [
        head,
        [AMOUNTS["base"], "", 1, base, base, base, "", ""],
        *lines,
        *(floor if read.floor_fen else []),
        [_("合计"), "", "", "", from_fen(sheet.total_fen), "", sheet.get_state_display(), ""],
    ]


@require_http_methods(["GET", "POST"])
@requires(LEAD)
def rule(request: HttpRequest) -> HttpResponse:
    """Show and change what brings and costs how much, from a month on."""
    today = business_date(timezone.now())
    month = parts.month_asked(request, today)
    current = queries.rule_in(month)
    panel = Panel(
        code="rule",
        title=gettext_lazy("改奖金规则"),
        button=gettext_lazy("保存"),
        make=RuleForm,
        act=_change_rule,
        initial={"month": month, **rule_typed(current)},
        hidden={"state": actions.rule_version(month)},
        is_two=True,
        is_open=True,
    )
    sent = answer(request, [panel], right=LEAD, back=reverse("crm:bonus_rule"))
    if isinstance(sent, HttpResponse):
        return sent
    rows = BonusRule.objects.select_related("changed_by").order_by("-valid_from")
    context = {
        "now": timezone.now(),
        "panels": shown([panel], sent),
        "history": [_rule_row(one) for one in rows[:24]],
    }
    return render(request, "crm/bonus_rule.html", context, status=422 if sent else 200)


def _rule_row(one: BonusRule) -> Data:
    values = rule_typed(rule_of(one.amounts))
    return {
        "month": f"{one.valid_from:%Y-%m}",
        "by": one.changed_by.name if one.changed_by else "",
        "at": one.changed_at,
        "values": [{"label": label, "value": values[name]} for name, label in AMOUNTS.items()],
    }


def _change_rule(form: RuleForm, asked: Asked) -> str:
    actions.change_rule(
        month=form.cleaned_data["month"],
        rule=rule_sent(form.cleaned_data),
        version=str(asked.data.get("state", "")),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了，没结的月份重算后按新的。")
