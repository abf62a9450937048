"""What people write on an order: memo, flag, urgency, an agreement with the buyer."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders.actions import due_times
from orders.actions.errors import OrderRefusedError
from orders.actions.locks import bump, locked_order
from orders.choices import OPEN_STAGES, Flag
from orders.models import Order
from shopops.staff import operations
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class Memo:
    """Memo and flag as a person leaves them. A hand-made memo is never overwritten by a file."""

    text: str
    flag: Flag
    is_urgent: bool


@transaction.atomic
def write_memo(
    *, tid: str, memo: Memo, by: User, now: datetime, version: int | None = None
) -> Order:
    """Write memo, flag and urgency of an order. Locks the order.

    :raises Order.DoesNotExist: if no order has this tid
    :raises StaleOrderError: if the order changed since `version`
    """
    order = locked_order(tid=tid, version=version)
    old = {"memo": order.seller_memo, "flag": order.flag, "urgent": order.is_urgent}
    order.seller_memo, order.flag = memo.text.strip(), memo.flag
    order.is_urgent, order.is_memo_by_hand = memo.is_urgent, True
    bump(order, "seller_memo", "flag", "is_urgent", "is_memo_by_hand")
    operations.record(
        name="orders.order.memo_written",
        by=by,
        now=now,
        object_type="order",
        object_key=tid,
        old=old,
        new={"memo": order.seller_memo, "flag": order.flag, "urgent": order.is_urgent},
    )
    return order


@transaction.atomic
def agree_ship_time(
    *,
    tid: str,
    agreed_at: datetime,
    words: str,
    by: User,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Record a ship-by time agreed with the buyer; it overrides the platform's promise. Locks the order.

    :raises OrderRefusedError: if the order is not waiting to ship, the time has passed, or words are missing
    :raises StaleOrderError: if the order changed since `version`
    """
    order = locked_order(tid=tid, version=version)
    if order.stage not in OPEN_STAGES:
        raise OrderRefusedError(_("只有还没交接的订单能改约定发货时间。"))
    if agreed_at <= now:
        raise OrderRefusedError(_("约定的发货时间要在现在之后。"))
    if not words.strip():
        raise OrderRefusedError(_("写下买家同意的原话，平台查起来要凭它。"))
    old = order.agreed_ship_at
    order.agreed_ship_at = agreed_at
    bump(order, "agreed_ship_at")
    due_times.recompute_due_times(order_ids=[order.pk])
    order.refresh_from_db()
    operations.record(
        name="orders.order.ship_time_agreed",
        by=by,
        now=now,
        object_type="order",
        object_key=tid,
        old={"agreed_ship_at": old and old.isoformat()},
        new={"agreed_ship_at": agreed_at.isoformat()},
        reason=words.strip()[:300],
    )
    return order
