"""What lies in which parcel: read as a layout, written whole, remembered by each merge and split.

A layout is what `ParcelChange` keeps: `[{"parcel": id, "order": id, "lines": [[line, gift, quantity,
"amount"], …]}, …]`, sorted, so that two of them can be compared.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from orders.actions.errors import OrderRefusedError
from orders.actions.locks import locked_orders, locked_parcels
from orders.actions.merge_keys import require_versions
from orders.actions.parcels import as_parcel_line
from orders.actions.warehouse.moving import count_wave
from orders.choices import ParcelState
from orders.models import GiftLine, Order, OrderLine, Parcel, ParcelLine, Wave
from orders.queries.contents import Content
from orders.queries.mergeable import companions
from shopops.staff import operations
from shopops.staff.models import User

type Layout = list[dict[str, Any]]


def locked_with_companions(
    tids: Collection[str], *, versions: Mapping[str, int] | None
) -> list[Order]:
    """Lock orders and all that share a parcel with one of them, in the order of their keys.

    :raises Order.DoesNotExist: if one of the tids does not exist
    :raises StaleOrderError: if one changed since its version
    :raises OrderRefusedError: if a colleague merges them at this very moment
    """
    wanted = set(tids)
    ids = list(Order.objects.filter(tid__in=wanted).values_list("pk", flat=True))
    if len(ids) < len(wanted):
        raise Order.DoesNotExist
    together = companions(ids)
    orders = locked_orders(together)
    require_versions(orders, dict(versions or {}))
    if companions(ids) != together:
        raise OrderRefusedError(_("同事刚刚改了这些包裹，刷新以后再做。"))
    return orders


def contents_by_parcel(parcels: Sequence[Parcel]) -> dict[int, list[Content]]:
    """Give what lies in each of these parcels; an empty one is there with nothing."""
    found: dict[int, list[Content]] = {parcel.pk: [] for parcel in parcels}
    rows = ParcelLine.objects.filter(parcel__in=found).order_by("parcel_id", "pk")
    for row in rows:
        found[row.parcel_id].append(
            Content(row.order_id, row.line_id, row.gift_id, row.sku_code, row.quantity, row.amount)
        )
    return found


def as_layout(contents: Mapping[int, Sequence[Content]], leads: Mapping[int, int]) -> Layout:
    """Give contents as a layout. `leads`: the order that each parcel goes by."""
    return [
        {
            "parcel": parcel_id,
            "order": leads[parcel_id],
            "lines": sorted(
                (
                    [one.line_id, one.gift_id, one.quantity, f"{one.amount:.2f}"]
                    for one in contents[parcel_id]
                ),
                key=lambda row: (row[0] or 0, row[1] or 0),
            ),
        }
        for parcel_id in sorted(contents)
    ]


def layout_now(parcels: Sequence[Parcel]) -> Layout:
    """Read the layout of these locked parcels."""
    return as_layout(
        contents_by_parcel(parcels), {parcel.pk: parcel.order_id for parcel in parcels}
    )


def joined(contents: Sequence[Content]) -> list[Content]:
    """Put pieces of one line (or gift) that came from several parcels together."""
    found: dict[tuple[int | None, int | None], Content] = {}
    for one in contents:
        key = (one.line_id, one.gift_id)
        known = found.get(key)
        found[key] = (
            one
            if known is None
            else Content(
                one.order_id,
                one.line_id,
                one.gift_id,
                one.sku_code,
                known.quantity + one.quantity,
                known.amount + one.amount,
            )
        )
    return list(found.values())


def lay_out(
    contents: Mapping[int, Sequence[Content]], leads: Mapping[int, int], *, orders: Sequence[Order]
) -> None:
    """Write what lies in locked parcels: a parcel that gets nothing is dropped, one that gets something is planned.

    What has changed goes by no carrier yet: weight and address are others. `leads`: parcel to order.
    """
    due = {order.pk: order.ship_due_at for order in orders}
    ParcelLine.objects.filter(parcel__in=contents).delete()
    ParcelLine.objects.bulk_create(
        [as_parcel_line(pk, one) for pk, ones in contents.items() for one in ones], batch_size=1000
    )
    for pk, ones in contents.items():
        times = [due[one.order_id] for one in ones if due.get(one.order_id)]
        Parcel.objects.filter(pk=pk).update(
            state=ParcelState.PLANNED if ones else ParcelState.DROPPED,
            order_id=leads[pk],
            due_at=min(times, default=None),  # type: ignore[type-var]
            piece_count=sum(one.quantity for one in ones),
            kind_count=len({one.sku_code for one in ones}),
            order_count=len({one.order_id for one in ones}) or 1,
            carrier="",
            carrier_reason="",
            version=F("version") + 1,
        )


def contents_of_layout(layout: Layout) -> dict[int, list[Content]]:
    """Give the contents that a layout tells of. Two queries, for the codes of its lines and gifts."""
    line_ids = {row[0] for one in layout for row in one["lines"] if row[0]}
    gift_ids = {row[1] for one in layout for row in one["lines"] if row[1]}
    columns = ("pk", "order_id", "sku_code")
    lines = OrderLine.objects.filter(pk__in=line_ids).values_list(*columns)
    gifts = GiftLine.objects.filter(pk__in=gift_ids).values_list(*columns)
    from_lines = {pk: (order, code) for pk, order, code in lines}
    from_gifts = {pk: (order, code) for pk, order, code in gifts}
    found: dict[int, list[Content]] = defaultdict(list)
    for one in layout:
        found[one["parcel"]] = []
        for line_id, gift_id, quantity, amount in one["lines"]:
            order_id, code = from_lines[line_id] if line_id else from_gifts[gift_id]
            found[one["parcel"]].append(
                Content(order_id, line_id, gift_id, code, quantity, Decimal(amount))
            )
    return found


def refuse_moving(parcels: Sequence[Parcel], *, error: type[OrderRefusedError]) -> None:
    """Refuse to change parcels that a wave has taken or that carry a label.

    :raises OrderRefusedError: of the class given, naming the parcel
    """
    for parcel in parcels:
        if parcel.state != ParcelState.PLANNED:
            raise error(
                _("包裹 %(number)s 现在是「%(state)s」，只有还没进波次的包裹能改。")
                % {"number": parcel.number, "state": parcel.get_state_display()}
            )
        refuse_labelled([parcel], error=error)


def refuse_labelled(parcels: Sequence[Parcel], *, error: type[OrderRefusedError]) -> None:
    """Refuse to change parcels whose waybill is made out.

    :raises OrderRefusedError: of the class given, naming the parcel
    """
    for parcel in parcels:
        if parcel.waybill_no:
            raise error(
                _("包裹 %(number)s 已经有运单 %(waybill)s，先取消面单再改。")
                % {"number": parcel.number, "waybill": parcel.waybill_no}
            )


def leave_waves(parcels: Sequence[Parcel], *, now: datetime) -> None:
    """Take locked parcels out of their waves, which nobody has begun to pick; an emptied wave ends."""
    inside = [parcel for parcel in parcels if parcel.wave_id is not None]
    waves = locked_waves({parcel.wave_id for parcel in inside if parcel.wave_id})
    Parcel.objects.filter(pk__in=[parcel.pk for parcel in inside]).update(
        wave=None, wave_position=None, state=ParcelState.PLANNED, version=F("version") + 1
    )
    for wave in waves:
        count_wave(wave, now=now)


def drop_empty(parcels: Sequence[Parcel], *, now: datetime) -> None:
    """Drop those of these locked parcels in which nothing is left: an order would wait for them for ever."""
    contents = contents_by_parcel(parcels)
    empty = [parcel for parcel in parcels if not contents[parcel.pk]]
    leave_waves(empty, now=now)
    Parcel.objects.filter(pk__in=[one.pk for one in empty]).update(state=ParcelState.DROPPED)


def locked_waves(wave_ids: Collection[int]) -> list[Wave]:
    """Lock waves whose parcels are locked already, in the order of their keys."""
    rows = Wave.objects.select_for_update(of=("self",)).filter(pk__in=wave_ids)
    return list(rows.order_by("pk"))


def lock_parcels_of(orders: Sequence[Order]) -> list[Parcel]:
    """Lock the living parcels that hold something of these locked orders, in the order of their keys."""
    rows = ParcelLine.objects.filter(order__in=[order.pk for order in orders])
    ids = set(rows.values_list("parcel_id", flat=True))
    return [one for one in locked_parcels(ids) if one.state != ParcelState.DROPPED]


def log_change(
    name: str,
    orders: Sequence[Order],
    *,
    by: User | None,
    now: datetime,
    new: dict[str, Any],
    reason: str = "",
) -> None:
    """Write the change on the time-line of every order, and give each its next version."""
    for order in orders:
        others = [other.tid for other in orders if other.pk != order.pk]
        operations.record(
            name=name,
            by=by,
            now=now,
            object_type="order",
            object_key=order.tid,
            new=new | ({"with": others} if others else {}),
            reason=reason[:300],
        )
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(version=F("version") + 1)
