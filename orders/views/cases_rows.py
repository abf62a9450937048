"""After-sales as lists and one case show them."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.choices import CaseState, CompensationState, Stage
from orders.models import AfterSalesCase, CaseEvent, Compensation, Evidence
from orders.queries.cases import CaseDetail
from orders.rules.cases import is_complaint, platform_waits_for_us
from orders.views.rows import STAGE_TONES, order_url
from orders.wording import time_words
from orders.wording.cases import (
    CASE_TONES,
    COMPENSATION_TONES,
    GRADE_TONES,
    remedy_words,
    resolution_words,
)
from shopops.staff.models import Operation
from shopops.staff.operations import name_of

type Data = dict[str, Any]
# Acts that keep words of their own: the event says more than the log row.
_SPOKEN = {"orders.case.answered", "orders.case.noted"}
_EVENT_TONES = {"buyer": "late", "answer": "us", "platform": "wait"}


def case_url(case_id: int) -> str:
    """Give the address of a case."""
    return reverse("orders:case", args=[case_id])


def case_row(case: AfterSalesCase, *, role_names: dict[str, str]) -> Data:
    """Give one case as a list shows it. No query."""
    return {
        "id": case.pk,
        "url": case_url(case.pk),
        "tid": case.order.tid,
        "order_url": order_url(case.order.tid),
        "type_label": case.get_type_display(),
        "state_label": case.get_state_display(),
        "state_tone": CASE_TONES[case.state],
        "grade_label": case.get_grade_display() if case.grade else "",
        "grade_tone": GRADE_TONES[case.grade],
        "is_complaint": is_complaint(grade=case.grade, is_complaint=case.is_complaint),
        "is_escalated": case.escalated_at is not None,
        "summary": case.summary,
        "due_at": None if case.closed_at else case.due_at,
        "closed_at": case.closed_at,
        "opened_at": case.opened_at,
        "resolution": resolution_words(case.resolution),
        "is_answered": case.answered_at is not None,
        "owner": case.owner.name if case.owner else role_names.get(case.owner_role, ""),
        "has_owner": case.owner is not None,
        "responsible_label": case.get_responsible_display() if case.responsible else "",
    }


def compensation_row(one: Compensation) -> Data:
    """Give a compensation as lists show it; `case` must be joined for the list of waiting ones."""
    return {
        "id": one.pk,
        "kind_label": one.get_kind_display(),
        "amount": one.amount,
        "state": one.state,
        "state_label": one.get_state_display(),
        "state_tone": COMPENSATION_TONES[one.state],
        "reason": one.reason,
        "asked_at": one.asked_at,
        "asked_by": one.asked_by.name if one.asked_by else "",
        "decided_by": one.decided_by.name if one.decided_by else "",
        "decided_at": one.decided_at,
        "decision_reason": one.decision_reason,
        "paid_at": one.paid_at,
        "is_waiting": one.state == CompensationState.WAITING,
        "can_pay": one.state == CompensationState.APPROVED,
    }


def case_context(detail: CaseDetail, *, now: datetime, role_names: dict[str, str]) -> Data:
    """Give the `case` of templates/orders/case.html."""
    case, order = detail.case, detail.case.order
    return {
        **case_row(case, role_names=role_names),
        "version": case.version,
        "is_closed": case.closed_at is not None,
        "is_by_hand": case.is_by_hand,
        "contact_count": case.contact_count,
        "escalation_reason": _(case.escalation_reason) if case.escalation_reason else "",
        "escalated_at": case.escalated_at,
        "courier": _courier(case),
        "line": str(case.line.title) if case.line else "",
        "sku_code": case.sku_code,
        "clocks": _clocks(case, now),
        "remedies": remedy_words(case.grade),
        "refund": _refund(case),
        "order": {
            "tid": order.tid,
            "url": order_url(order.tid),
            "stage_label": order.get_stage_display(),
            "stage_tone": STAGE_TONES[Stage(order.stage)],
            "paid_amount": order.paid_amount,
            "refunded_amount": order.refund_amount,
            "has_open_refund": order.has_open_refund,
            "paid_at": order.paid_at,
            "holds": [hold.get_kind_display() for hold in detail.holds],
            "province": order.receiver_province,
        },
        "compensations": [compensation_row(one) for one in detail.compensations],
        "evidence": [_evidence(one) for one in detail.evidence],
        "siblings": [case_row_short(one) for one in detail.siblings],
        "events": _events(detail),
    }


def case_row_short(case: AfterSalesCase) -> Data:
    """Give a case in one line, for its order's page and its siblings'."""
    return {
        "url": case_url(case.pk),
        "id": case.pk,
        "type_label": case.get_type_display(),
        "state_label": case.get_state_display(),
        "state_tone": CASE_TONES[case.state],
        "summary": case.summary,
        "due_at": None if case.closed_at else case.due_at,
        "opened_at": case.opened_at,
    }


def _courier(case: AfterSalesCase) -> str:
    if not case.courier_fault:
        return case.carrier
    return f"{case.carrier} · {case.get_courier_fault_display()}"


def _refund(case: AfterSalesCase) -> Data | None:
    if case.refund is None:
        return None
    return {
        "refund_no": case.refund.refund_no,
        "amount": case.refund.refund_amount,
        "status_label": case.refund.get_status_display(),
    }


def _clocks(case: AfterSalesCase, now: datetime) -> list[Data]:
    return [
        _clock("message-2", _("首次答复"), case.answer_due_at, case.answered_at, now),
        _clock("checkup-list", _("解决"), case.solve_due_at, case.closed_at, now),
        _clock("shield-half", _platform_label(case), case.platform_due_at, case.closed_at, now),
    ]


def _platform_label(case: AfterSalesCase) -> str:
    return _("平台时限") if platform_waits_for_us(case.refund_status) else _("买家的平台时限")


def _clock(
    icon: str, label: str, due_at: datetime | None, met_at: datetime | None, now: datetime
) -> Data:
    text, tone, sentence = "", "wait", ""
    if due_at is None:
        text = _("没有时限")
    elif met_at is not None:
        text, tone = (_("按时"), "done") if met_at <= due_at else (_("迟了"), "late")
        sentence = time_words(met_at, now=now)
    else:
        tone = "late" if due_at < now else "soon"
        sentence = time_words(due_at, now=now)
    return {
        "icon": icon, "label": label, "at": due_at, "text": text, "tone": tone,
        "sentence": sentence,
    }  # fmt: skip


def _evidence(one: Evidence) -> Data:
    return {
        "id": one.pk,
        "dialog": str(one.pk),
        "name": one.name,
        "size": one.size,
        "added_at": one.added_at,
        "added_by": one.added_by.name if one.added_by else "",
        "url": reverse("orders:evidence", args=[one.pk]),
    }


def _events(detail: CaseDetail) -> list[Data]:
    rows = [_said(one) for one in detail.events]
    rows += [_done(one) for one in detail.operations if one.name not in _SPOKEN]
    return sorted(rows, key=lambda row: row["at"], reverse=True)


def _said(one: CaseEvent) -> Data:
    channel = f" · {one.get_channel_display()}" if one.channel else ""
    return {
        "text": f"{one.get_kind_display()}{channel}",
        "tone": _EVENT_TONES.get(one.kind, ""),
        "who": one.by.name if one.by else _("系统"),
        "at": one.at,
        "detail": one.words or _("内容已按保存期限删除"),
    }


def _done(one: Operation) -> Data:
    tone = {"orders.case.escalated": "late", "orders.case.closed": "done"}.get(one.name, "")
    extra = [str(one.new[key]) for key in ("name", "file", "amount") if one.new.get(key)]
    return {
        "text": str(name_of(one.name)),
        "tone": tone,
        "who": one.actor_name or _("系统"),
        "at": one.at,
        "detail": " · ".join(text for text in (*extra, one.reason) if text),
    }


def next_act_of(case: AfterSalesCase) -> str:
    """Give the code of the one act that a case waits for."""
    if case.closed_at is not None:
        return "reopen"
    if case.answered_at is None:
        return "answer"
    if not case.grade:
        return "grade"
    return "close" if case.state != CaseState.WAITING_MANAGER else ""
