"""A file that tells another address for an order that has passed audit: it must not go to the old one."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from orders.actions.locks import bump, locked_order
from orders.choices import HOLD_DEFAULTS, HoldKind, Stage
from orders.models import Hold
from orders.rules.addresses import FIELDS, is_other_address
from orders.rules.audit import cause_of
from shopops.staff import operations
from shopops.work import actions as work
from shopops.work.context import RunContext

KIND = "orders.address_changed"
# Passed by audit, not yet out of the house. Earlier ones are audited with the new address.
STAGES = (Stage.APPROVED, Stage.IN_WAVE, Stage.PICKED, Stage.CHECKED)
_CHANGED = f"""
SELECT o.tid, c.before, {", ".join(f"o.{name}" for name in FIELDS)}
FROM intake_rowchange c JOIN orders_order o ON o.id = c.row_pk
WHERE c.batch_id = %s AND c.table = 'orders_order' AND o.stage = ANY(%s)
  AND ({" OR ".join(f"coalesce(c.before->>'{name}', o.{name}) <> o.{name}" for name in FIELDS)})
ORDER BY o.id
"""


def request_look(batch_id: int, now: datetime) -> None:
    """Ask for a look at the addresses that a batch changed."""
    work.request_run(kind=KIND, key=str(batch_id), payload={"batch": batch_id}, now=now)


def perform_look(run: RunContext) -> dict[str, Any]:
    """Hold every order whose parcel would go to an address that is no longer right."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [run.payload["batch"], [str(stage) for stage in STAGES]])
        rows = cursor.fetchall()
    moved = [
        tid
        for tid, before, *after in rows
        if is_other_address(json.loads(before), dict(zip(FIELDS, after, strict=True)))
    ]
    held = 0
    for tid in moved:
        with run.step(text=gettext_noop("核对地址")):
            held += hold_for_address(tid=tid, batch_id=run.payload["batch"], now=run.now)
    return {"held": held}


@transaction.atomic
def hold_for_address(*, tid: str, batch_id: int, now: datetime) -> bool:
    """Hold an order whose address a file changed; False if it has left, or is held for it already.

    Its parcel stops at the next scan. Locks the order.

    :raises Order.DoesNotExist: if no order has this tid
    """
    order = locked_order(tid=tid)
    cause = cause_of(KIND, str(batch_id))
    known = order.holds.filter(kind=HoldKind.ADDRESS_CHANGED)
    if order.stage not in STAGES or known.filter(closed_at__isnull=True).exists():
        return False
    if known.filter(cause=cause).exists():
        return False
    defaults = HOLD_DEFAULTS[HoldKind.ADDRESS_CHANGED]
    Hold.objects.create(
        order=order,
        kind=HoldKind.ADDRESS_CHANGED,
        owner_role=defaults.owner_role,
        reason="address_changed",
        cause=cause,
        is_hand_set=True,
        opened_at=now,
        due_at=now + timedelta(hours=defaults.due_hours),
    )
    old_stage, order.stage = order.stage, Stage.HELD
    bump(order, "stage")
    operations.record(
        name="orders.order.held",
        by=None,
        now=now,
        object_type="order",
        object_key=tid,
        old={"stage": old_stage},
        new={"stage": Stage.HELD, "kind": HoldKind.ADDRESS_CHANGED},
    )
    return True
