"""Why an order is not shipped: the one thing that it waits for, as a code and as a sentence."""

from datetime import datetime

from django.utils.translation import gettext as _

from orders import wording
from orders.choices import LEFT_STAGES, OPEN_REFUND_STATUSES, OPEN_STAGES, ParcelState, Stage
from orders.models import Hold
from orders.queries.order_page import OrderDetail
from orders.queries.parcels import Waiting
from orders.rules.platform_texts import NEVER_SHIPPABLE
from orders.wording.audit import reason_words

# Who does the next step of a stage, when nothing blocks it.
NEXT_HANDS = {
    Stage.AWAITING_AUDIT: "service",
    Stage.HELD: "service",
    Stage.APPROVED: "warehouse",
    Stage.IN_WAVE: "warehouse",
    Stage.PICKED: "warehouse",
    Stage.CHECKED: "warehouse",
}
# What an order waits for when nothing blocks it.
NEXT_STEPS = {
    Stage.AWAITING_PAYMENT: "payment",
    Stage.AWAITING_AUDIT: "audit",
    Stage.HELD: "audit",
    Stage.APPROVED: "wave",
    Stage.IN_WAVE: "picking",
    Stage.PICKED: "check",
    Stage.CHECKED: "hand_over",
}


def waits_for(detail: OrderDetail) -> str:
    """Name the one thing that an order waits for; "" if it has left or is closed.

    A kind of hold, `refund_open`, `platform_forbids`, `partner` (another order in its parcel), else
    the next step. The same order of reasons as in the sentence of `why_words`.
    """
    order = detail.order
    if order.stage not in OPEN_STAGES:
        return NEXT_STEPS.get(Stage(order.stage), "")
    if order.has_open_refund:
        return "refund_open"
    if order.status in NEVER_SHIPPABLE:
        return "platform_forbids"
    if detail.open_holds:
        return str(detail.open_holds[0].kind)
    if partner_of(detail) is not None:
        return "partner"
    return NEXT_STEPS[Stage(order.stage)]


def partner_of(detail: OrderDetail) -> Waiting | None:
    """Give the other order for which the parcel of an order that passed audit waits, if there is one."""
    order = detail.order
    if order.stage not in OPEN_STAGES or order.stage in (Stage.AWAITING_AUDIT, Stage.HELD):
        return None
    for one in detail.packed.parcels:
        waits = one.waiting
        if waits and waits.tid != order.tid and one.parcel.state != ParcelState.HANDED_OVER:
            return waits
    return None


def why_words(
    detail: OrderDetail, *, now: datetime, role_names: dict[str, str], sees_costs: bool = False
) -> str:
    """Say in one sentence why the order is not shipped, and for whom it waits."""
    order = detail.order
    stage = Stage(order.stage)
    open_refund = next(
        (refund for refund in detail.refunds if refund.status in OPEN_REFUND_STATUSES), None
    )
    since = open_refund.applied_at if open_refund else None
    if order.has_open_refund and since is None:
        since = order.exported_at or now
    partner = partner_of(detail)
    facts = wording.WhyFacts(
        stage=stage,
        is_paid=order.paid_at is not None,
        is_forbidden=order.status in NEVER_SHIPPABLE
        and stage not in (*LEFT_STAGES, Stage.CANCELLED),
        refund_since=since if order.has_open_refund else None,
        refund_waits_for=role_names.get("service", _("客服")),
        holds=[_hold_words(hold, role_names, sees_costs=sees_costs) for hold in detail.open_holds],
        waits_for=role_names.get(NEXT_HANDS.get(stage, "service"), _("客服")),
        ship_due_at=order.ship_due_at,
        left_at=order.handed_over_at or order.consigned_at,
        partner=(partner.tid, str(partner.why.label)) if partner else None,
    )
    return wording.why_not_shipped(facts, now=now)


def _hold_words(hold: Hold, role_names: dict[str, str], *, sees_costs: bool) -> wording.HoldWords:
    return wording.HoldWords(
        kind_label=str(hold.get_kind_display()),
        detail=hold.note or reason_words(hold.reason, sees_costs=sees_costs),
        waits_for=hold.owner.name
        if hold.owner
        else role_names.get(hold.owner_role, hold.owner_role),
        due_at=hold.due_at,
        must_tell=hold.must_tell_buyer,
        told_at=hold.told_at,
    )
