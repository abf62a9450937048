"""What files change of orders that are in parcels already: closed, refund opened, other pieces, another amount.

A run after each import compares the parcels that are still in the house with their orders, because
an import locks its orders by the ten thousand and must not wait for packing tables. Until it ran,
nothing wrong can leave: every step of the warehouse asks the order itself. What nobody has begun to
pick is set right at once. From then on pieces lie in a tote: the parcel stays as it is and is held,
with the reason, for a person.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from orders.actions.locks import locked_parcels
from orders.actions.merge_keys import settle_partners
from orders.actions.parcel_layout import (
    drop_empty,
    locked_with_companions,
    log_change,
)
from orders.actions.parcel_undo import is_gone, loose_parcels, take_out
from orders.actions.parcels import (
    as_parcel_line,
    follow_parcels,
    recount_parcels,
)
from orders.choices import HOLD_DEFAULTS, OPEN_STAGES, HoldKind, ParcelState, Stage
from orders.models import Hold, Order, Parcel, ParcelLine
from orders.queries.contents import Content, contents_of
from orders.rules.apportion import split_amount
from orders.rules.audit import cause_of
from shopops.lib.words import listed
from shopops.staff import operations
from shopops.work import actions as work
from shopops.work.context import RunContext

KIND = "orders.parcels_follow_files"
STEP_ORDERS = 500
type _Key = tuple[int | None, int | None]


def request_following(_batch_id: int, now: datetime) -> None:
    """Ask for the comparison after an import."""
    work.request_run(kind=KIND, key="all", now=now, again=True)


def perform_following(run: RunContext) -> dict[str, Any]:
    """Compare all parcels in the house with their orders, and set right what differs."""
    cursor = dict(run.cursor)
    house = orders_in_house(after=cursor.get("after", 0))
    for ids in batched(house, STEP_ORDERS, strict=False):
        for tid in differing_orders(ids):
            # One order at a time: a step that held several would lock them out of order.
            with run.step(cursor=cursor, text=gettext_noop("核对包裹")):
                cursor["changed"] = cursor.get("changed", 0) + follow_order(tid=tid, now=run.now)
        with run.step(cursor=cursor, text=gettext_noop("核对包裹")):
            cursor["after"] = ids[-1]
    return {"changed": cursor.get("changed", 0)}


def orders_in_house(*, after: int) -> list[int]:
    """Give the ids of orders with a parcel that has not left, behind `after`. One query.

    All at once, from the parcels in the house: with a LIMIT by key Postgres would walk every order
    to find a page of them.
    """
    living = [ParcelState.PLANNED, ParcelState.IN_WAVE, ParcelState.PICKED, ParcelState.CHECKED]
    rows = ParcelLine.objects.filter(parcel__state__in=living, order__gt=after)
    return sorted(set(rows.order_by().values_list("order_id", flat=True)))


def differing_orders(order_ids: Sequence[int]) -> list[str]:
    """Give the tids of the orders whose parcels are not what the orders are now. Four queries."""
    orders = list(Order.objects.filter(pk__in=order_ids).order_by("pk"))
    wanted = contents_of(orders)
    lines: dict[int, list[ParcelLine]] = {order.pk: [] for order in orders}
    rows = ParcelLine.objects.filter(order__in=order_ids).select_related("parcel")
    for row in rows.order_by("pk"):
        lines[row.order_id].append(row)
    return [
        order.tid
        for order in orders
        if _leaving(order, [row.parcel for row in lines[order.pk]])
        or (not is_gone(order) and _sums(wanted.get(order.pk, [])) != _sums(lines[order.pk]))
    ]


def _leaving(order: Order, parcels: Iterable[Parcel]) -> list[Parcel]:
    """Give the parcels that an order is to leave.

    Closed: all that are in the house. An open refund: those that it shares. Shipped, as the platform
    says: what nobody has taken up; people click "shipped" while a parcel is in its wave.
    """
    inside = [one for one in parcels if one.state != ParcelState.HANDED_OVER]
    if order.stage == Stage.CANCELLED:
        return inside
    if is_gone(order):
        return [one for one in inside if one.state == ParcelState.PLANNED and not one.waybill_no]
    return [one for one in inside if order.has_open_refund and one.order_count > 1]


def _sums(rows: Iterable[Content | ParcelLine]) -> dict[_Key, tuple[int, Any]]:
    found: dict[_Key, tuple[int, Any]] = {}
    for row in rows:
        quantity, amount = found.get((row.line_id, row.gift_id), (0, 0))
        found[row.line_id, row.gift_id] = (quantity + row.quantity, amount + row.amount)
    return found


@transaction.atomic
def follow_order(*, tid: str, now: datetime) -> bool:
    """Set the parcels of one order right after a file changed it; say whether anything was changed.

    Locks the order and all that share its parcels.

    :raises Order.DoesNotExist: if no order has this tid
    """
    orders = locked_with_companions([tid], versions=None)
    order = next(one for one in orders if one.tid == tid)
    ids = set(ParcelLine.objects.filter(order=order).values_list("parcel_id", flat=True))
    parcels = [one for one in locked_parcels(ids) if one.state != ParcelState.HANDED_OVER]
    loose = loose_parcels(parcels)
    leaving = [one for one in _leaving(order, parcels) if one in loose]
    for parcel in leaving:
        take_out(order, parcel, now=now)
    is_changed = bool(leaving) or (
        not is_gone(order) and not _leaving(order, parcels) and _fit(order, loose, now=now)
    )
    if is_changed:
        follow_parcels([one.pk for one in orders], now=now)
        settle_partners([one for one in orders if one.pk != order.pk], now=now)
        new = {"parcels": [parcel.number for parcel in loose], "kind": "file"}
        log_change("orders.parcel.followed", orders, by=None, now=now, new=new)
    return is_changed


def _fit(order: Order, loose: Sequence[Parcel], *, now: datetime) -> bool:
    """Bring the pieces in the parcels to what the order says now; what cannot be done holds the order."""
    wanted = {(one.line_id, one.gift_id): one for one in contents_of([order]).get(order.pk, [])}
    rows = list(ParcelLine.objects.filter(order=order).order_by("-parcel_id", "pk"))
    have: Counter[_Key] = Counter()
    for row in rows:
        have[row.line_id, row.gift_id] += row.quantity
    is_changed = False
    stuck: list[str] = []
    for key in sorted({*wanted, *have}, key=lambda key: (key[0] or 0, key[1] or 0)):
        more = (wanted[key].quantity if key in wanted else 0) - have[key]
        if more > 0:
            _add(order, wanted[key], more, loose, now=now)
            is_changed = True
        elif more < 0:
            left = _take(key, -more, rows, {one.pk for one in loose})
            is_changed |= left < -more
            if left:
                code = next(row.sku_code for row in rows if (row.line_id, row.gift_id) == key)
                stuck.append(f"{code} x {left}")
    is_changed |= _settle_amounts(order, wanted)
    recount_parcels({row.parcel_id for row in rows} | {one.pk for one in loose})
    drop_empty(loose, now=now)
    if stuck and order.stage in OPEN_STAGES:
        is_changed |= _hold(order, stuck, now=now)
    return is_changed


def _add(order: Order, one: Content, more: int, loose: Sequence[Parcel], *, now: datetime) -> None:
    place = next(iter(loose), None)
    if place is None:
        place = Parcel.objects.create(order=order, created_at=now, due_at=order.ship_due_at)
    row = ParcelLine.objects.filter(parcel=place, line=one.line_id, gift=one.gift_id).first()
    if row is None:
        row = as_parcel_line(place.pk, one)
        row.quantity = 0
    row.quantity += more
    row.save()
    recount_parcels({place.pk})


def _take(key: _Key, less: int, rows: Sequence[ParcelLine], loose: set[int]) -> int:
    """Take pieces out of the parcels that nobody has begun to pick, the newest first; give how many are left."""
    for row in rows:
        if (row.line_id, row.gift_id) != key or row.parcel_id not in loose or not less:
            continue
        taken = min(less, row.quantity)
        less -= taken
        if taken == row.quantity:
            row.delete()
        else:
            row.quantity -= taken
            row.save(update_fields=["quantity"])
    return less


def _settle_amounts(order: Order, wanted: dict[_Key, Content]) -> bool:
    """Divide what each line costs now over its pieces, where the sum is another than it was."""
    is_changed = False
    rows = list(ParcelLine.objects.filter(order=order).order_by("parcel_id", "pk"))
    for key, one in wanted.items():
        mine = [row for row in rows if (row.line_id, row.gift_id) == key]
        if not mine or sum(row.amount for row in mine) == one.amount:
            continue
        is_changed = True
        for row, amount in zip(
            mine, split_amount(one.amount, [row.quantity for row in mine]), strict=True
        ):
            row.amount = amount
            row.save(update_fields=["amount"])
    return is_changed


def _hold(order: Order, stuck: Sequence[str], *, now: datetime) -> bool:
    """Hold an order whose pieces changed while they were picked, once for the same cause."""
    cause = cause_of(KIND, *stuck)
    if order.holds.filter(cause=cause).exists():
        return False
    defaults = HOLD_DEFAULTS[HoldKind.HAND_SET]
    note = listed(stuck)
    if order.holds.filter(kind=HoldKind.HAND_SET, closed_at__isnull=True).exists():
        return False
    Hold.objects.create(
        order=order,
        kind=HoldKind.HAND_SET,
        owner_role="warehouse_lead",
        reason=f"pieces_gone|{note}"[:300],
        cause=cause,
        is_hand_set=True,
        opened_at=now,
        due_at=now + timedelta(hours=defaults.due_hours),
    )
    old_stage = order.stage
    Order.objects.filter(pk=order.pk).update(stage=Stage.HELD)
    operations.record(
        name="orders.order.held",
        by=None,
        now=now,
        object_type="order",
        object_key=order.tid,
        old={"stage": old_stage},
        new={"stage": Stage.HELD, "kind": HoldKind.HAND_SET},
        reason=note[:300],
    )
    return True
