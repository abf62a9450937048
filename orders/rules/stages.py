"""Where an order stands, from what the platform says; and whether a stage may follow another.

The only module here that needs `orders.choices`, so `orders.rules` does not re-export it.
"""

from orders.choices import LEFT_STAGES, STAGE_TRANSITIONS, PlatformStatus, Stage
from orders.rules.platform_texts import NEVER_SHIPPABLE

_CLOSED = frozenset({PlatformStatus.TRADE_CLOSED, PlatformStatus.TRADE_CLOSED_BY_TAOBAO})
_SIGNED = frozenset({PlatformStatus.TRADE_BUYER_SIGNED, PlatformStatus.TRADE_FINISHED})


class UnableToMoveError(Exception):
    """The stage wanted may not follow the stage at hand."""

    def __init__(self, *, stage: str, wanted: str) -> None:
        self.stage = stage
        self.wanted = wanted
        super().__init__(f"{wanted} may not follow {stage}")


def stage_from_platform(
    status: str, *, is_paid: bool, is_consigned: bool, has_waybill: bool
) -> Stage:
    """Derive the stage of a freshly imported order, of which we know nothing else.

    Closed is cancelled, finished is signed; an order without a payment time awaits payment
    whatever else is said (cash on delivery included: what is in work was paid). Shipped on the
    platform is handed over: the click proves no pickup. A partly shipped order still has pieces
    here. Where an old file's status lags behind its own columns, a consignment time with a waybill
    number beats it; a waybill number alone does not, labels are made early.

    :raises ValueError: if the status is not one of the platform's
    """
    known = PlatformStatus(status)
    if known in _CLOSED:
        return Stage.CANCELLED
    if not is_paid:
        return Stage.AWAITING_PAYMENT
    if known in _SIGNED:
        return Stage.SIGNED
    if known == PlatformStatus.WAIT_BUYER_CONFIRM_GOODS:
        return Stage.HANDED_OVER
    if known == PlatformStatus.WAIT_SELLER_SEND_GOODS and is_consigned and has_waybill:
        return Stage.HANDED_OVER
    return Stage.AWAITING_AUDIT


def stage_after_platform(stage: str, derived: str) -> Stage:
    """Give the stage of a known order when a file says something new about it.

    `derived` comes from `stage_from_platform`. Our own steps between payment and hand-over are
    finer than the platform's, so "paid" never moves an order back; a parcel that left never
    returns to the house by a file; a cancelled order stays cancelled.
    """
    at_hand, said = Stage(stage), Stage(derived)
    if at_hand == Stage.AWAITING_PAYMENT:
        return said
    if said in LEFT_STAGES or said == Stage.CANCELLED:
        return said if said in STAGE_TRANSITIONS[at_hand] else at_hand
    return at_hand


def can_move(stage: str, wanted: str) -> bool:
    """Say whether an order may go from one stage to another."""
    return Stage(wanted) in STAGE_TRANSITIONS[Stage(stage)]


def require_move(stage: str, wanted: str) -> None:
    """Refuse a move that the transition table does not know.

    :raises UnableToMoveError: if `wanted` may not follow `stage`
    """
    if not can_move(stage, wanted):
        raise UnableToMoveError(stage=stage, wanted=wanted)


def can_ship(status: str, *, has_open_refund: bool) -> bool:
    """Say whether the platform lets an order leave: paid, open, not forbidden, no refund open."""
    shippable = {PlatformStatus.WAIT_SELLER_SEND_GOODS, PlatformStatus.SELLER_CONSIGNED_PART}
    return status in shippable and status not in NEVER_SHIPPABLE and not has_open_refund


def is_clicked_only(stage: str, status: str) -> bool:
    """Say whether only the platform calls an order shipped: for an order with a parcel still in a wave.

    People click "shipped", or send the platform its file of waybills, before the parcel is packed. A
    carrier's word is later than this stage; a closed order is none.
    """
    return stage == Stage.HANDED_OVER and status not in NEVER_SHIPPABLE
