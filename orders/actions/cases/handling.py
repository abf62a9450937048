"""What a person does with a case: answers, notes, grades, hands over, sends up, closes, reopens."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.actions.cases.locks import locked_case
from orders.actions.cases.saving import log, save_case, say, turn
from orders.actions.cases.stopping import let_parcel_go, stop_parcel
from orders.actions.errors import CaseRefusedError
from orders.choices import (
    RESTING_STATES,
    CaseEventKind,
    CaseGrade,
    CaseState,
    CompensationState,
    CourierFault,
    Responsible,
    ToldChannel,
)
from orders.models import AfterSalesCase
from orders.rules import cases as rules
from orders.rules.praise_words import praise_for_pay
from shopops.notices.actions import News, tell
from shopops.notices.models import Notice
from shopops.staff.models import User

ESCALATED_NEWS = gettext_noop("售后单 {case} 升级：{reason}")
PASSED_NEWS = gettext_noop("{name} 把售后单 {case} 转给你")
ESCALATION_WORDS = {
    "contact": gettext_noop("买家第二次来找"),
    "overdue": gettext_noop("投诉满 72 小时没有解决"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to the buyer, and how."""

    words: str
    channel: ToldChannel


@dataclass(frozen=True, slots=True)
class Fault:
    """Whose fault a case was; carrier and courier fault only where it was the courier's."""

    responsible: Responsible
    carrier: str = ""
    courier_fault: CourierFault | str = ""


def refuse_closed(case: AfterSalesCase) -> None:
    """Refuse an act on a case that has ended.

    :raises CaseRefusedError: if it has
    """
    if case.closed_at is not None:
        raise CaseRefusedError(_("这张售后单已经结束；要接着处理先重开。"))


def _needed(words: str, message: str) -> str:
    if not words.strip():
        raise CaseRefusedError(message)
    return words.strip()


def refuse_praise(words: str, *, found: str) -> None:
    """Refuse words that pay for praise.

    :raises CaseRefusedError: naming the words and the law
    """
    if found:
        raise CaseRefusedError(
            _(
                "「%(words)s」像是拿钱换好评或删评，《网络反不正当竞争暂行规定》第九条不允许，没有保存。补偿只能针对商品或服务的问题，与评价无关。"
            )
            % {"words": found}
        )


@transaction.atomic
def answer_buyer(
    *, case_id: int, answer: Answer, by: User, now: datetime, version: int | None = None
) -> AfterSalesCase:
    """Record what the buyer was answered; the first answer stops its clock. Locks order and case.

    :raises CaseRefusedError: if the case has ended, words are missing or pay for praise
    :raises StaleCaseError: if the case changed since `version`
    """
    words = _needed(answer.words, _("写下答复买家的话，否则以后没法证明。"))
    refuse_praise(words, found=praise_for_pay(words))
    _order, case = locked_case(case_id=case_id, version=version)
    refuse_closed(case)
    is_first = case.answered_at is None
    case.answered_at = case.answered_at or now
    case.owner = case.owner or by
    if case.state == CaseState.OPEN:
        turn(case, CaseState.ANSWERED, now=now)
    say(case, CaseEventKind.ANSWER, words, by=by, now=now, channel=answer.channel)
    save_case(case, "answered_at", "owner")
    log(
        "orders.case.answered",
        case,
        by=by,
        now=now,
        new={"channel": answer.channel, "first": is_first},
        reason=words,
    )
    return case


@transaction.atomic
def add_words(  # noqa: PLR0913
    *,
    case_id: int,
    kind: CaseEventKind,
    words: str,
    by: User,
    now: datetime,
    channel: ToldChannel | str = "",
    version: int | None = None,
) -> AfterSalesCase:
    """Keep a note, a piece of chat, or that the buyer came again. Locks order and case.

    The buyer's word counts as a contact, gives the turn back to us, and may send a complaint up.

    :raises CaseRefusedError: if words are missing, or the buyer's word comes to a case that has ended
    :raises StaleCaseError: if the case changed since `version`
    """
    words = _needed(words, _("写点什么再保存。"))
    _order, case = locked_case(case_id=case_id, version=version)
    if kind == CaseEventKind.BUYER:
        refuse_closed(case)
        case.contact_count += 1
        if case.state in RESTING_STATES:
            turn(case, CaseState.ANSWERED, now=now)
    say(case, kind, words, by=by, now=now, channel=channel)
    send_up_if_due(case, now=now)
    save_case(case, "contact_count", *ESCALATION_FIELDS)
    log("orders.case.noted", case, by=by, now=now, new={"kind": kind}, reason=words)
    return case


@transaction.atomic
def grade_case(
    *, case_id: int, grade: CaseGrade, by: User, now: datetime, version: int | None = None
) -> AfterSalesCase:
    """Say how bad a case is; its clock follows. No file ever changes the grade. Locks order and case.

    :raises CaseRefusedError: if the case has ended
    :raises StaleCaseError: if the case changed since `version`
    """
    _order, case = locked_case(case_id=case_id, version=version)
    refuse_closed(case)
    old, case.grade = case.grade, grade
    send_up_if_due(case, now=now)
    save_case(case, "grade", *ESCALATION_FIELDS)
    log("orders.case.graded", case, by=by, now=now, old={"grade": old}, new={"grade": grade})
    return case


@transaction.atomic
def blame(
    *, case_id: int, fault: Fault, by: User, now: datetime, version: int | None = None
) -> AfterSalesCase:
    """Say whose fault it was; feeds SKU quality and the courier score. Also after the end. Locks both.

    :raises CaseRefusedError: if the courier is blamed without saying what it did
    :raises StaleCaseError: if the case changed since `version`
    """
    is_courier = fault.responsible == Responsible.COURIER
    if is_courier and not (fault.carrier.strip() and fault.courier_fault):
        raise CaseRefusedError(_("责任在快递：写上快递公司，选是破损、丢失、延误还是态度。"))
    _order, case = locked_case(case_id=case_id, version=version)
    old = {"responsible": case.responsible, "courier_fault": case.courier_fault}
    case.responsible = fault.responsible
    case.courier_fault = fault.courier_fault if is_courier else ""
    if is_courier:
        case.carrier = fault.carrier.strip()[:40]
    save_case(case, "responsible", "courier_fault", "carrier")
    log(
        "orders.case.blamed",
        case,
        by=by,
        now=now,
        old=old,
        new={"responsible": case.responsible, "courier_fault": case.courier_fault},
    )
    return case


@transaction.atomic
def move_case(
    *, case_id: int, state: CaseState, by: User, now: datetime, version: int | None = None
) -> AfterSalesCase:
    """Say whose turn it is: ours, the buyer's, or the goods on their way back. Locks order and case.

    :raises CaseRefusedError: if this state may not follow, or has an act of its own
    :raises StaleCaseError: if the case changed since `version`
    """
    _order, case = locked_case(case_id=case_id, version=version)
    refuse_closed(case)
    if state not in {CaseState.ANSWERED, *RESTING_STATES} or not rules.can_move(case.state, state):
        raise CaseRefusedError(
            _("「%(old)s」不能直接改成「%(new)s」。")
            % {"old": case.get_state_display(), "new": state.label}
        )
    old = case.state
    turn(case, state, now=now)
    save_case(case)
    log("orders.case.moved", case, by=by, now=now, old={"state": old}, new={"state": state})
    return case


@transaction.atomic
def pass_case_on(
    *, case_id: int, to: User, note: str, by: User, now: datetime, version: int | None = None
) -> AfterSalesCase:
    """Hand a case over to a colleague, who is told. Locks order and case.

    :raises CaseRefusedError: if the colleague has it already, may not handle cases, or has left
    :raises StaleCaseError: if the case changed since `version`
    """
    _order, case = locked_case(case_id=case_id, version=version)
    refuse_closed(case)
    if not to.is_active or not to.has_perm("orders.handle_case"):
        raise CaseRefusedError(_("%(name)s 不处理售后，交给别人。") % {"name": to.name})
    if case.owner_id == to.pk:
        raise CaseRefusedError(_("这张售后单已经是 %(name)s 的。") % {"name": to.name})
    old, case.owner = case.owner_id, to
    if note.strip():
        say(case, CaseEventKind.NOTE, note, by=by, now=now)
    save_case(case, "owner")
    log(
        "orders.case.passed_on",
        case,
        by=by,
        now=now,
        old={"owner": old},
        new={"owner": to.pk, "name": to.name},
        reason=note,
    )
    news = News(
        key=f"orders.case.passed_on:{case.pk}:{case.version}",
        tone=Notice.Tone.SOON,
        text=PASSED_NEWS.format(name=by.name, case=case.pk),
        url=reverse("orders:case", args=[case.pk]),
    )
    tell(news, people=[to.pk], now=now)
    return case


ESCALATION_FIELDS = ("escalated_at", "escalation_reason", "owner_role")


def send_up_if_due(case: AfterSalesCase, *, now: datetime) -> bool:
    """Escalate a locked complaint whose time has come; the caller saves it."""
    if case.escalated_at is not None or case.closed_at is not None:
        return False
    reason = rules.escalation(
        complaint=rules.is_complaint(grade=case.grade, is_complaint=case.is_complaint),
        opened_at=case.opened_at,
        contact_count=case.contact_count,
        now=now,
    )
    if reason:
        send_up(case, ESCALATION_WORDS[reason], now=now)
    return bool(reason)


def send_up(case: AfterSalesCase, reason: str, *, now: datetime) -> None:
    """Mark a locked case as escalated and tell who it waits for now; the caller saves it."""
    case.escalated_at, case.escalation_reason = now, reason[:200]
    case.owner_role = rules.ESCALATED_ROLE
    news = News(
        key=f"orders.case.escalated:{case.pk}:{now.timestamp():.0f}",
        tone=Notice.Tone.LATE,
        text=ESCALATED_NEWS.format(case=case.pk, reason=reason[:80]),
        url=reverse("orders:case", args=[case.pk]),
    )
    tell(news, people=[case.owner_id], roles=[rules.ESCALATED_ROLE], now=now)


@transaction.atomic
def escalate_case(
    *, case_id: int, reason: str, by: User, now: datetime, version: int | None = None
) -> AfterSalesCase:
    """Send a case up to the lead, who is told. Locks order and case.

    :raises CaseRefusedError: if it is up there already, has ended, or no reason is given
    :raises StaleCaseError: if the case changed since `version`
    """
    reason = _needed(reason, _("写下为什么升级。"))
    _order, case = locked_case(case_id=case_id, version=version)
    refuse_closed(case)
    if case.escalated_at is not None:
        raise CaseRefusedError(_("这张售后单已经升级过了。"))
    send_up(case, reason, now=now)
    save_case(case, *ESCALATION_FIELDS)
    log("orders.case.escalated", case, by=by, now=now, reason=reason)
    return case


@transaction.atomic
def close_case(
    *, case_id: int, resolution: str, by: User, now: datetime, version: int | None = None
) -> AfterSalesCase:
    """End a case, saying how; a hold that it put on its order ends with it. Locks order and case.

    :raises CaseRefusedError: if it has ended, nothing is said, or a compensation waits for approval
    :raises StaleCaseError: if the case changed since `version`
    """
    resolution = _needed(resolution, _("写下怎么解决的。"))
    order, case = locked_case(case_id=case_id, version=version)
    refuse_closed(case)
    if case.compensations.filter(state=CompensationState.WAITING).exists():
        raise CaseRefusedError(_("还有一笔补偿在等审批，批了或驳回以后再结束。"))
    old = case.state
    case.closed_at, case.resolution = now, resolution[:300]
    turn(case, CaseState.CLOSED, now=now)
    save_case(case, "closed_at", "resolution")
    let_parcel_go(order, case, by=by, now=now, resolution=case.resolution)
    log("orders.case.closed", case, by=by, now=now, old={"state": old}, reason=resolution)
    return case


@transaction.atomic
def reopen_case(
    *, case_id: int, reason: str, by: User, now: datetime, version: int | None = None
) -> AfterSalesCase:
    """Take a case up again; one that stops its parcel does so again. Locks order and case.

    :raises CaseRefusedError: if it is open, or no reason is given
    :raises StaleCaseError: if the case changed since `version`
    """
    reason = _needed(reason, _("写下为什么重开。"))
    order, case = locked_case(case_id=case_id, version=version)
    if case.closed_at is None:
        raise CaseRefusedError(_("这张售后单没有结束，不用重开。"))
    case.closed_at, case.resolution = None, ""
    case.contact_count += 1
    case.owner = case.owner or by
    turn(case, CaseState.ANSWERED if case.answered_at else CaseState.OPEN, now=now)
    send_up_if_due(case, now=now)
    save_case(case, "closed_at", "resolution", "contact_count", "owner", *ESCALATION_FIELDS)
    say(case, CaseEventKind.NOTE, reason, by=by, now=now)
    if case.is_by_hand:
        stop_parcel(order, case, by=by, now=now)
    log("orders.case.reopened", case, by=by, now=now, new={"state": case.state}, reason=reason)
    return case
