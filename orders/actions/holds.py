"""Holds: a typed problem with an owner, a clock, and a way back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from orders.actions.cases.stopping import refuse_while_case_is_open
from orders.actions.errors import UnableToHoldError
from orders.actions.locks import bump, locked_open_hold, locked_order
from orders.choices import HOLD_DEFAULTS, OPEN_STAGES, BuyerAnswer, HoldKind, Stage, ToldChannel
from orders.models import Hold, Order
from shopops.staff import operations
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class Told:
    """That the buyer was told: by which channel, in which words, and what the buyer answered."""

    channel: ToldChannel
    words: str
    answer: BuyerAnswer = BuyerAnswer.NONE_YET


@transaction.atomic
def hold_order(  # noqa: PLR0913
    *,
    tid: str,
    kind: HoldKind,
    note: str,
    by: User,
    now: datetime,
    version: int | None = None,
    due_at: datetime | None = None,
) -> Hold:
    """Hold an order: it does not ship before the hold is closed. Locks the order.

    `due_at` None takes the kind's own deadline. Owner role and "buyer must be told" come from the kind.

    :raises Order.DoesNotExist: if no order has this tid
    :raises UnableToHoldError: if the order has left or ended, has an open hold of this kind, or the
        deadline has passed already
    :raises StaleOrderError: if the order changed since `version`
    """
    order = locked_order(tid=tid, version=version)
    if order.stage not in OPEN_STAGES:
        raise UnableToHoldError(
            _("订单现在是「%(stage)s」，只有付了款、还没交接的订单能挂起。")
            % {"stage": order.get_stage_display()}
        )
    if order.holds.filter(kind=kind, closed_at__isnull=True).exists():
        raise UnableToHoldError(_("这单已经有一个没结束的「%(kind)s」。") % {"kind": kind.label})
    if due_at is not None and due_at <= now:
        raise UnableToHoldError(_("期限已经过了，写一个以后的时间。"))
    defaults = HOLD_DEFAULTS[kind]
    hold = Hold.objects.create(
        order=order,
        kind=kind,
        owner_role=defaults.owner_role,
        note=note,
        must_tell_buyer=defaults.must_tell,
        opened_at=now,
        opened_by=by,
        due_at=due_at or now + timedelta(hours=defaults.due_hours),
    )
    old_stage = order.stage
    order.stage = Stage.HELD
    bump(order, "stage")
    operations.record(
        name="orders.order.held",
        by=by,
        now=now,
        object_type="order",
        object_key=tid,
        old={"stage": old_stage},
        new={"stage": Stage.HELD, "kind": kind, "hold": hold.pk},
        reason=note,
    )
    return hold


@transaction.atomic
def tell_buyer(
    *, tid: str, hold_id: int, told: Told, by: User, now: datetime, version: int | None = None
) -> Hold:
    """Record that the buyer was told about a hold, and the answer. May be recorded again. Locks the order.

    :raises Hold.DoesNotExist: if the order has no such open hold
    :raises UnableToHoldError: if the words are missing
    :raises StaleOrderError: if the order changed since `version`
    """
    if not told.words.strip():
        raise UnableToHoldError(_("写下告诉买家的话，否则以后没法证明。"))
    order = locked_order(tid=tid, version=version)
    hold = locked_open_hold(order, hold_id=hold_id)
    old = {"told_at": hold.told_at and hold.told_at.isoformat(), "answer": hold.buyer_answer}
    hold.told_at, hold.told_by = now, by
    hold.told_channel, hold.told_words = told.channel, told.words.strip()
    hold.buyer_answer = told.answer
    hold.save(update_fields=["told_at", "told_by", "told_channel", "told_words", "buyer_answer"])
    bump(order)
    operations.record(
        name="orders.hold.told",
        by=by,
        now=now,
        object_type="order",
        object_key=tid,
        old=old,
        new={
            "hold": hold.pk,
            "kind": hold.kind,
            "channel": told.channel,
            "answer": told.answer,
        },
        reason=hold.told_words[:300],
    )
    return hold


@transaction.atomic
def close_hold(
    *, tid: str, hold_id: int, resolution: str, by: User, now: datetime, version: int | None = None
) -> Order:
    """End a hold. The last one that ends sends the order back to audit. Locks the order.

    :raises Hold.DoesNotExist: if the order has no such open hold
    :raises UnableToHoldError: if the buyer must be told first
    :raises StaleOrderError: if the order changed since `version`
    """
    order = locked_order(tid=tid, version=version)
    hold = locked_open_hold(order, hold_id=hold_id)
    refuse_while_case_is_open(order, hold)
    if hold.must_tell_buyer and hold.told_at is None:
        raise UnableToHoldError(
            _("「%(kind)s」要先告诉买家、记下回答，才能结束。") % {"kind": hold.get_kind_display()}
        )
    hold.closed_at, hold.closed_by, hold.resolution = now, by, resolution.strip()
    hold.save(update_fields=["closed_at", "closed_by", "resolution"])
    old_stage = order.stage
    if old_stage == Stage.HELD and not order.holds.filter(closed_at__isnull=True).exists():
        order.stage = Stage.AWAITING_AUDIT
    bump(order, "stage")
    operations.record(
        name="orders.hold.closed",
        by=by,
        now=now,
        object_type="order",
        object_key=tid,
        old={"stage": old_stage},
        new={"stage": order.stage, "kind": hold.kind, "hold": hold.pk},
        reason=hold.resolution,
    )
    return order


@transaction.atomic
def pass_hold_on(  # noqa: PLR0913
    *,
    tid: str,
    hold_id: int,
    to: User,
    note: str,
    by: User,
    now: datetime,
    version: int | None = None,
) -> Hold:
    """Hand a hold over to a colleague, who then finds it among their own. Locks the order.

    :raises Hold.DoesNotExist: if the order has no such open hold
    :raises UnableToHoldError: if the colleague has it already, or no longer works here
    :raises StaleOrderError: if the order changed since `version`
    """
    order = locked_order(tid=tid, version=version)
    hold = locked_open_hold(order, hold_id=hold_id)
    if not to.is_active:
        raise UnableToHoldError(_("%(name)s 已经停用，交给别人。") % {"name": to.name})
    if hold.owner_id == to.pk:
        raise UnableToHoldError(_("这个挂起已经是 %(name)s 的。") % {"name": to.name})
    old = hold.owner_id
    hold.owner = to
    hold.save(update_fields=["owner"])
    bump(order)
    operations.record(
        name="orders.hold.passed_on",
        by=by,
        now=now,
        object_type="order",
        object_key=tid,
        old={"owner": old},
        new={"owner": to.pk, "name": to.name, "kind": hold.kind, "hold": hold.pk},
        reason=note.strip(),
    )
    return hold
