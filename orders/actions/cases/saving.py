"""What every act on a case ends with: clocks worked out, next version, one row in the log."""

from datetime import datetime
from typing import Any

from orders.choices import CaseEventKind, CaseState, ToldChannel
from orders.models import AfterSalesCase, CaseEvent
from orders.rules import cases as rules
from shopops.staff import operations
from shopops.staff.models import User


def clocks_of(case: AfterSalesCase) -> rules.Clocks:
    """Give what the due time of a case is made of."""
    return rules.Clocks(
        opened_at=case.opened_at,
        turn_at=case.turn_at,
        answered_at=case.answered_at,
        platform_due_at=case.platform_due_at,
        state=case.state,
        grade=case.grade,
        is_complaint=case.is_complaint,
        refund_status=case.refund_status,
    )


def set_clocks(case: AfterSalesCase) -> None:
    """Work the clocks of a case out anew; nothing is saved."""
    due = rules.due_times(clocks_of(case))
    case.answer_due_at, case.solve_due_at, case.due_at = (
        due.answer_due_at,
        due.solve_due_at,
        due.due_at,
    )


def turn(case: AfterSalesCase, state: CaseState, *, now: datetime) -> None:
    """Give a case another state; its clock starts anew. Nothing is saved."""
    if case.state != state:
        case.state, case.turn_at = state, now


def save_case(case: AfterSalesCase, *fields: str) -> None:
    """Save a locked case as its next version, with its clocks and the named fields."""
    set_clocks(case)
    case.version += 1
    always = ("state", "turn_at", "answer_due_at", "solve_due_at", "due_at", "version")
    case.save(update_fields=[*dict.fromkeys((*fields, *always))])


def say(
    case: AfterSalesCase,
    kind: CaseEventKind,
    words: str,
    *,
    by: User | None,
    now: datetime,
    channel: ToldChannel | str = "",
) -> CaseEvent:
    """Keep what was said or done in a case."""
    return CaseEvent.objects.create(
        case=case, at=now, by=by, kind=kind, channel=channel, words=words.strip()[:2000]
    )


def log(  # noqa: PLR0913
    name: str,
    case: AfterSalesCase,
    *,
    by: User | None,
    now: datetime,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write the act into the log of the case's order, so that it stands on the order's time-line too."""
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type="order",
        object_key=case.order.tid,
        old=old,
        new={"case": case.pk, **(new or {})},
        reason=reason.strip()[:300],
    )
