"""Compensation: promised within one's limit, else by the manager; and who may promise how much."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.actions.cases.handling import refuse_closed, refuse_praise
from orders.actions.cases.locks import locked_case, locked_compensation
from orders.actions.cases.saving import log, save_case, turn
from orders.actions.errors import CaseRefusedError
from orders.choices import CaseState, CompensationKind, CompensationState
from orders.models import AfterSalesCase, Compensation, CompensationLimit
from orders.queries.limits import most_for
from orders.rules import cases as rules
from orders.rules.praise_words import praise_asked, praise_for_pay
from shopops.notices.actions import News, tell
from shopops.notices.models import Notice
from shopops.staff import operations
from shopops.staff.models import User

WAITING_NEWS = gettext_noop("一笔补偿等审批：售后单 {case}，¥{amount}")
DECIDED_NEWS = gettext_noop("售后单 {case} 的补偿 ¥{amount}：{state}")
MANAGER = "manager"
# Promised and not refused: what a case has cost so far.
GIVEN_STATES = (CompensationState.APPROVED, CompensationState.PAID)
LARGEST = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Promise:
    """What is to be given to the buyer, and for what."""

    kind: CompensationKind
    amount: Decimal
    reason: str


def given_amount(case: AfterSalesCase) -> Decimal:
    """Give what was promised in a case so far."""
    given = case.compensations.filter(state__in=GIVEN_STATES).aggregate(all=Sum("amount"))["all"]
    return given or Decimal(0)


@transaction.atomic
def promise_compensation(
    *, case_id: int, promise: Promise, by: User, now: datetime, version: int | None = None
) -> Compensation:
    """Promise the buyer something. Within the person's limit it may be given at once, above it waits.

    The limit is of the whole case: several small promises count together. Locks order and case.

    :raises CaseRefusedError: if the amount is none, the case is not graded or has ended, another one
        waits, or the reason is missing or pays for praise
    :raises StaleCaseError: if the case changed since `version`
    """
    reason = _checked(promise)
    order, case = locked_case(case_id=case_id, version=version)
    refuse_closed(case)
    if not case.grade:
        raise CaseRefusedError(_("先定级：上限按定级算。"))
    if case.compensations.filter(state=CompensationState.WAITING).exists():
        raise CaseRefusedError(_("这张售后单已经有一笔补偿在等审批。"))
    waits = rules.needs_approval(
        amount=promise.amount,
        given=given_amount(case),
        most=most_for(by, grade=case.grade),
        paid_amount=order.paid_amount,
    )
    made = Compensation.objects.create(
        case=case,
        amount=promise.amount,
        kind=promise.kind,
        state=CompensationState.WAITING if waits else CompensationState.APPROVED,
        reason=reason[:200],
        asked_at=now,
        asked_by=by,
        decided_at=None if waits else now,
        decided_by=None if waits else by,
    )
    if waits:
        turn(case, CaseState.WAITING_MANAGER, now=now)
        news = News(
            key=f"orders.compensation.waiting:{made.pk}",
            tone=Notice.Tone.SOON,
            text=WAITING_NEWS.format(case=case.pk, amount=made.amount),
            url=reverse("orders:cases") + "?tab=waiting",
        )
        tell(news, roles=[MANAGER], now=now)
    save_case(case)
    log(
        "orders.compensation.asked",
        case,
        by=by,
        now=now,
        new={"amount": str(made.amount), "kind": made.kind, "state": made.state},
        reason=reason,
    )
    return made


def _checked(promise: Promise) -> str:
    if promise.amount <= 0 or promise.amount >= LARGEST:
        raise CaseRefusedError(_("金额要大于 0，最多到 99,999.99 元。"))
    if promise.amount != promise.amount.quantize(Decimal("0.01")):
        raise CaseRefusedError(_("金额最多两位小数。"))
    reason = promise.reason.strip()
    if not reason:
        raise CaseRefusedError(_("写下为什么补偿。"))
    refuse_praise(reason, found=praise_for_pay(reason) or praise_asked(reason))
    return reason


@transaction.atomic
def decide_compensation(
    *, compensation_id: int, approve: bool, reason: str, by: User, now: datetime
) -> Compensation:
    """Approve or refuse a compensation that waits; who asked is told. Locks order, case, compensation.

    Not one's own, and only within one's limit or with the right to set limits.

    :raises Compensation.DoesNotExist: if there is none
    :raises CaseRefusedError: if somebody decided already, it is one's own, above one's limit, or a
        refusal says no reason
    """
    if not approve and not reason.strip():
        raise CaseRefusedError(_("写下为什么不批，问的人要照着回买家。"))
    case_id = Compensation.objects.values_list("case_id", flat=True).get(pk=compensation_id)
    _order, case = locked_case(case_id=case_id, version=None)
    made = locked_compensation(case, compensation_id=compensation_id)
    if made.state != CompensationState.WAITING:
        who = made.decided_by.name if made.decided_by else _("同事")
        raise CaseRefusedError(
            _("这笔补偿 %(who)s 已经处理过：%(state)s。")
            % {"who": who, "state": made.get_state_display()}
        )
    _refuse_unfit(made, case, by)
    made.state = CompensationState.APPROVED if approve else CompensationState.REFUSED
    made.decided_at, made.decided_by, made.decision_reason = now, by, reason.strip()[:200]
    made.save(update_fields=["state", "decided_at", "decided_by", "decision_reason"])
    if case.state == CaseState.WAITING_MANAGER:
        turn(case, CaseState.ANSWERED, now=now)
    save_case(case)
    log(
        "orders.compensation.approved" if approve else "orders.compensation.refused",
        case,
        by=by,
        now=now,
        new={"amount": str(made.amount), "state": made.state},
        reason=reason,
    )
    news = News(
        key=f"orders.compensation.decided:{made.pk}",
        tone=Notice.Tone.DONE if approve else Notice.Tone.SOON,
        text=DECIDED_NEWS.format(
            case=case.pk,
            amount=made.amount,
            state=CompensationState(made.state).label,
        ),
        url=reverse("orders:case", args=[case.pk]),
    )
    tell(news, people=[made.asked_by_id], now=now)
    return made


def _refuse_unfit(made: Compensation, case: AfterSalesCase, by: User) -> None:
    if made.asked_by_id == by.pk:
        raise CaseRefusedError(_("自己提的补偿要别人批。"))
    total = made.amount + given_amount(case)
    if not by.has_perm("orders.set_limits") and total > most_for(by, grade=case.grade):
        raise CaseRefusedError(_("超过你的赔付上限，要店长批。"))


@transaction.atomic
def mark_paid(*, compensation_id: int, by: User, now: datetime) -> Compensation:
    """Note that a compensation was really given. Locks order, case, compensation.

    :raises Compensation.DoesNotExist: if there is none
    :raises CaseRefusedError: if it may not be given (yet), or was given already
    """
    case_id = Compensation.objects.values_list("case_id", flat=True).get(pk=compensation_id)
    _order, case = locked_case(case_id=case_id, version=None)
    made = locked_compensation(case, compensation_id=compensation_id)
    if made.state != CompensationState.APPROVED:
        raise CaseRefusedError(
            _("这笔补偿现在是「%(state)s」，不能标为已给。") % {"state": made.get_state_display()}
        )
    made.state, made.paid_at = CompensationState.PAID, now
    made.save(update_fields=["state", "paid_at"])
    save_case(case)
    log("orders.compensation.paid", case, by=by, now=now, new={"amount": str(made.amount)})
    return made


@transaction.atomic
def set_limit(
    *, role: str, grade: str, amount: Decimal, version: int, by: User, now: datetime
) -> CompensationLimit:
    """Set up to which amount a role may compensate a grade. `version` 0: there was no row.

    :raises CaseRefusedError: if the amount is out of bounds, or a colleague changed it meanwhile
    """
    if amount < 0 or amount >= LARGEST:
        raise CaseRefusedError(_("上限在 0 到 99,999.99 元之间。"))
    row = (
        CompensationLimit.objects.select_for_update(of=("self",))
        .filter(role=role, grade=grade)
        .order_by("pk")
        .first()
    )
    if (row.version if row else 0) != version:
        raise CaseRefusedError(_("同事刚改过这个上限，看一下现在的数再改。"))
    old = row.maximum_amount if row else Decimal(0)
    if row is None:
        row = CompensationLimit(role=role, grade=grade, version=0)
    row.maximum_amount, row.version = amount, row.version + 1
    row.changed_at, row.changed_by = now, by
    row.save()
    operations.record(
        name="orders.compensation.limit_set",
        by=by,
        now=now,
        object_type="compensation_limit",
        object_key=f"{role}:{grade}",
        old={"amount": str(old)},
        new={"amount": str(amount)},
    )
    return row
