"""The daily sweep: what was missed, where it stuck, who goes after it. Pure."""

from collections.abc import Callable
from datetime import date, timedelta

from orders.choices import HOLD_DEFAULTS, PlatformStatus, Stage, SweepCause, SweepKind, SweepOutcome

# Where an order stood when the day ended, as the cause of its being missed.
CAUSES: dict[str, SweepCause] = {
    Stage.AWAITING_AUDIT: SweepCause.NOT_AUDITED,
    Stage.HELD: SweepCause.HELD,
    Stage.APPROVED: SweepCause.NOT_IN_WAVE,
    Stage.IN_WAVE: SweepCause.NOT_PICKED,
    Stage.PICKED: SweepCause.NOT_CHECKED,
    Stage.CHECKED: SweepCause.NOT_HANDED_OVER,
}
OWNER_ROLES: dict[str, str] = {
    SweepCause.NOT_AUDITED: "service",
    SweepCause.HELD: "service",
    SweepCause.NOT_IN_WAVE: "warehouse_lead",
    SweepCause.NOT_PICKED: "warehouse_lead",
    SweepCause.NOT_CHECKED: "warehouse_lead",
    SweepCause.NOT_HANDED_OVER: "warehouse_lead",
    SweepCause.NO_STOCK: "warehouse_lead",
    SweepCause.OTHER: "warehouse_lead",
}
# No calendar has a longer row of days off.
_MOST_DAYS_OFF = 30


def cause_of(*, kind: str, stage: str) -> SweepCause:
    """Say why an order was missed, by the stage at which it stuck."""
    if kind == SweepKind.SHORT:
        return SweepCause.NO_STOCK
    return CAUSES.get(stage, SweepCause.OTHER)


def owner_role_of(cause: str, *, hold_kind: str = "") -> str:
    """Say which role follows it up; a held order is its hold's owner's."""
    if cause == SweepCause.HELD and hold_kind:
        return next(
            (one.owner_role for kind, one in HOLD_DEFAULTS.items() if kind == hold_kind), "service"
        )
    return OWNER_ROLES[cause]


def next_workday(day: date, *, is_workday: Callable[[date], bool]) -> date:
    """Give the first day after `day` on which people work; after a month of none, the next day."""
    for ahead in range(1, _MOST_DAYS_OFF + 1):
        following = day + timedelta(days=ahead)
        if is_workday(following):
            return following
    return day + timedelta(days=1)


def outcome_of(*, stage: str, status: str, has_refund: bool, has_left: bool) -> SweepOutcome | None:
    """Say how a missed order ended by itself; None while somebody must go after it."""
    if has_left:
        return SweepOutcome.SHIPPED
    if stage != Stage.CANCELLED:
        return None
    if has_refund or status == PlatformStatus.TRADE_CLOSED:
        return SweepOutcome.REFUNDED
    return SweepOutcome.CANCELLED
