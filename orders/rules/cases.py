"""After-sales: clocks, whose turn it is, when a case goes up, and who may give how much. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from orders.choices import (
    CASE_TRANSITIONS,
    RESTING_STATES,
    CaseGrade,
    CaseState,
    CaseType,
    CompensationKind,
    HoldKind,
    RefundStatus,
    RefundType,
)

# Targets of the trade: `docs/glossary.md` "case".
ANSWER_WITHIN = timedelta(hours=24)
SOLVE_WITHIN: dict[str, timedelta] = {
    CaseGrade.FUNCTIONAL: timedelta(hours=48),
    CaseGrade.COMPLAINT: timedelta(hours=72),
}
# Slight, and not graded yet.
SOLVE_OTHERS_WITHIN = timedelta(hours=72)
# When somebody else's turn lasts so long, one asks.
ASK_AGAIN_AFTER = timedelta(hours=72)
ESCALATE_AFTER = timedelta(hours=72)
ESCALATE_AT_CONTACT = 2
# A case that is escalated waits for this role.
ESCALATED_ROLE = "service_lead"
OWNER_ROLE = "service"
# A refund that ended longer ago than this opens no case: an old first file brings 400,000 of them.
ENDED_WITHIN = timedelta(days=7)

_TYPES: dict[str, CaseType] = {
    RefundType.REFUND_ONLY: CaseType.REFUND_ONLY,
    RefundType.REFUND: CaseType.REFUND_ONLY,
    RefundType.RETURN_AND_REFUND: CaseType.RETURN_AND_REFUND,
    RefundType.EXCHANGE: CaseType.EXCHANGE,
    RefundType.RESEND: CaseType.RESEND,
    RefundType.REPAIR: CaseType.REPAIR,
    RefundType.FREIGHT_REFUND: CaseType.POSTAGE,
    RefundType.POSTAGE_DIFFERENCE: CaseType.POSTAGE,
}
# What an open case of a type keeps from leaving, as long as the order has not left: money back
# stops the parcel, an exchange waits for what comes back. A resend, a repair and postage stop
# nothing: the order itself has left, or nothing of it is wrong.
STOPPING_HOLDS: dict[str, HoldKind] = {
    CaseType.REFUND_ONLY: HoldKind.REFUND_OPEN,
    CaseType.RETURN_AND_REFUND: HoldKind.REFUND_OPEN,
    CaseType.EXCHANGE: HoldKind.EXCHANGE_WAITING,
}
# Whose turn a refund's status says it is; None: ours, and the case stays as our people left it.
_STATES: dict[str, CaseState | None] = {
    RefundStatus.WAIT_BUYER_RETURN_GOODS: CaseState.WAITING_GOODS,
    RefundStatus.SELLER_REFUSE_BUYER: CaseState.WAITING_BUYER,
    RefundStatus.EXCHANGE_SENT: CaseState.WAITING_BUYER,
    RefundStatus.EXCHANGE_WAIT_BUYER: CaseState.WAITING_BUYER,
}
# What fits a grade; the first is the usual one.
REMEDIES: dict[str, tuple[CompensationKind | CaseType, ...]] = {
    CaseGrade.SLIGHT: (CompensationKind.COUPON, CompensationKind.CASH),
    CaseGrade.FUNCTIONAL: (CaseType.EXCHANGE, CaseType.RETURN_AND_REFUND),
    CaseGrade.COMPLAINT: (CaseType.RETURN_AND_REFUND, CompensationKind.CASH),
}


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the due time of a case is made of; `turn_at` is since when its state stands."""

    opened_at: datetime
    turn_at: datetime
    answered_at: datetime | None
    platform_due_at: datetime | None
    state: str
    grade: str
    is_complaint: bool
    refund_status: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """The clocks of a case; `due_at` is the earliest that runs."""

    answer_due_at: datetime
    solve_due_at: datetime
    due_at: datetime


def due_times(clocks: Clocks) -> Due:
    """Work out the clocks: first answer, solution, and the platform's time-out while it is ours.

    A complaint runs 72 h from its opening whatever happens. Of any other case the clock of the
    solution starts anew when the turn comes back to us, and rests while it is the buyer's; then it
    says when to ask again.
    """
    answer = clocks.opened_at + ANSWER_WITHIN
    solve = _solve_due(clocks)
    running = [solve]
    if clocks.answered_at is None:
        running.append(answer)
    if clocks.platform_due_at is not None and platform_waits_for_us(clocks.refund_status):
        running.append(clocks.platform_due_at)
    return Due(answer, solve, min(running))


def _solve_due(clocks: Clocks) -> datetime:
    if is_complaint(grade=clocks.grade, is_complaint=clocks.is_complaint):
        return clocks.opened_at + SOLVE_WITHIN[CaseGrade.COMPLAINT]
    if clocks.state in RESTING_STATES:
        return clocks.turn_at + ASK_AGAIN_AFTER
    return clocks.turn_at + SOLVE_WITHIN.get(clocks.grade, SOLVE_OTHERS_WITHIN)


def is_complaint(*, grade: str, is_complaint: bool) -> bool:
    """Say whether a case counts as a complaint: by its grade, or because the buyer complained."""
    return is_complaint or grade == CaseGrade.COMPLAINT


def platform_waits_for_us(refund_status: str) -> bool:
    """Say whether the platform's time-out runs against us: we must agree, or confirm what came back.

    In the other states it is the buyer who must act in time.
    """
    return refund_status not in _STATES


def type_of_refund(refund_type: str) -> CaseType:
    """Give the type of a case from the refund's; a file without one speaks of money back only."""
    return _TYPES.get(refund_type, CaseType.REFUND_ONLY)


def state_of_refund(status: str) -> CaseState | None:
    """Give whose turn an open refund's status says it is; None where it is ours."""
    return _STATES.get(status)


def can_move(state: str, wanted: str) -> bool:
    """Say whether a case may go from one state to another."""
    return CaseState(wanted) in CASE_TRANSITIONS[CaseState(state)]


def escalation(*, complaint: bool, opened_at: datetime, contact_count: int, now: datetime) -> str:
    """Say why a case that is not closed must go up: `contact`, `overdue`, or empty for not at all.

    Only complaints go up by themselves: at the second contact, or 72 h after the first.
    """
    if not complaint:
        return ""
    if contact_count >= ESCALATE_AT_CONTACT:
        return "contact"
    return "overdue" if now >= opened_at + ESCALATE_AFTER else ""


def most_by_role(
    limits: Mapping[tuple[str, str], Decimal], *, roles: Iterable[str], grade: str
) -> Decimal:
    """Give the most that a person may promise in one case of a grade: the best of their roles'."""
    return max((limits.get((role, grade), Decimal(0)) for role in roles), default=Decimal(0))


def needs_approval(*, amount: Decimal, given: Decimal, most: Decimal, paid_amount: Decimal) -> bool:
    """Say whether a compensation waits for the manager.

    `given` is what the case was promised before: a large sum in small parts is a large sum. More
    than the buyer paid always waits, whoever promises it.
    """
    total = amount + given
    return total > most or (paid_amount > 0 and total > paid_amount)


# Role, grade, the most in one case. What a new shop starts with.
START_LIMITS: tuple[tuple[str, CaseGrade, Decimal], ...] = (
    ("service", CaseGrade.SLIGHT, Decimal(10)),
    ("service", CaseGrade.FUNCTIONAL, Decimal(30)),
    ("service", CaseGrade.COMPLAINT, Decimal(30)),
    ("service_lead", CaseGrade.SLIGHT, Decimal(50)),
    ("service_lead", CaseGrade.FUNCTIONAL, Decimal(100)),
    ("service_lead", CaseGrade.COMPLAINT, Decimal(200)),
    ("manager", CaseGrade.SLIGHT, Decimal(200)),
    ("manager", CaseGrade.FUNCTIONAL, Decimal(500)),
    ("manager", CaseGrade.COMPLAINT, Decimal(1000)),
    ("administrator", CaseGrade.SLIGHT, Decimal(200)),
    ("administrator", CaseGrade.FUNCTIONAL, Decimal(500)),
    ("administrator", CaseGrade.COMPLAINT, Decimal(1000)),
)
