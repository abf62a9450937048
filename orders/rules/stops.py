"""Why a parcel in the warehouse must not go on. Needs `orders.choices`: not re-exported."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from orders.choices import LEFT_STAGES, Stage
from orders.rules.stages import can_ship, is_clicked_only

_WORKING = frozenset({Stage.APPROVED, Stage.IN_WAVE, Stage.PICKED, Stage.CHECKED})


class StopCode(StrEnum):
    """What happened to an order while its parcel was in the warehouse."""

    CANCELLED = "cancelled"
    REFUND_OPEN = "refund_open"
    LEFT = "left"
    FORBIDDEN = "forbidden"
    HELD = "held"
    NOT_AUDITED = "not_audited"


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What decides whether an order may go on."""

    tid: str
    stage: str
    status: str
    has_open_refund: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """Which order stops a parcel, and why."""

    tid: str
    code: StopCode


def stop_of(orders: Iterable[OrderFacts]) -> Stop | None:
    """Give what stops a parcel with pieces of these orders; None: it may go on.

    The gravest comes first: what never ships again before what may go on later.
    """
    stops = [Stop(order.tid, code) for order in orders if (code := _code(order)) is not None]
    return min(stops, key=lambda stop: list(StopCode).index(stop.code), default=None)


def _code(order: OrderFacts) -> StopCode | None:
    if order.stage == Stage.CANCELLED:
        return StopCode.CANCELLED
    if order.has_open_refund:
        return StopCode.REFUND_OPEN
    if order.stage in LEFT_STAGES:
        return None if is_clicked_only(order.stage, order.status) else StopCode.LEFT
    if not can_ship(order.status, has_open_refund=False):
        return StopCode.FORBIDDEN
    if order.stage == Stage.HELD:
        return StopCode.HELD
    return None if order.stage in _WORKING else StopCode.NOT_AUDITED
