"""Building waves: what passed audit is claimed, grouped and sent to be picked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from orders.actions.couriers import assign_carriers
from orders.actions.locks import locked_parcels
from orders.actions.parcels import follow_parcels, parcels_of
from orders.actions.warehouse.locks import WarehouseRefusedError, order_ids_of
from orders.actions.warehouse.moving import log_orders, place_in_wave
from orders.choices import ParcelState, PlatformStatus, Stage
from orders.models import Hold, Order, Parcel, Wave
from orders.rules.waves import Candidate, PlannedWave, plan_waves
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation, User
from shopops.staff.origin import current_ip

SHIPPABLE = (PlatformStatus.WAIT_SELLER_SEND_GOODS, PlatformStatus.SELLER_CONSIGNED_PART)
MOST_ORDERS = 20_000
# Numbers waves one after the other: any number that nobody else locks by.
_NUMBERING = 7_203_041


@dataclass(frozen=True, slots=True)
class Built:
    """What came of building waves. `left_out`: parcels whose merged orders are not all ready."""

    waves: list[Wave]
    parcels: int
    orders: int
    left_out: int


@dataclass(frozen=True, slots=True)
class _Ready:
    """Locked parcels that may go, the claimed orders, and which orders lie in which parcel."""

    parcels: list[Parcel]
    orders: dict[int, Order]
    of_parcel: dict[int, set[int]]
    left_out: int


@transaction.atomic
def build_waves(
    *,
    now: datetime,
    by: User | None,
    limit: int,
    max_parcels_per_wave: int,
    until_due: datetime | None = None,
    carrier: str | None = None,
) -> Built:
    """Take approved orders, the most urgent first, into waves of one carrier and one shape.

    `limit`: at most so many orders; `until_due`: only what is due before it; `carrier`: only its
    parcels ("" for those without). An order that a colleague works on or takes into a wave at this
    moment is passed over. Locks the orders and their parcels. Cost: about thirty statements and a few
    more for each thousand orders.

    :raises WarehouseRefusedError: if a number makes no sense
    """
    if not 1 <= limit <= MOST_ORDERS or max_parcels_per_wave < 1:
        raise WarehouseRefusedError(_("一次 1 到 20,000 单，每个波次至少 1 个包裹。"))
    claimed = MOST_ORDERS if carrier is not None else limit
    orders = _claimed(_in_turn(_claimable(until_due))[:claimed])
    ready = _ready_parcels(orders, now=now)
    assign_carriers(ready.parcels, now=now)
    parcels = ready.parcels
    if carrier is not None:
        mine = [parcel for parcel in parcels if parcel.carrier == carrier]
        parcels = _first_due(mine, ready, limit)
    planned = plan_waves(_candidates(parcels, ready), most=max_parcels_per_wave, now=now)
    waves = _numbered(planned, by=by, now=now)
    taken = _fill(waves, planned, parcels, ready, by=by, now=now)
    return Built(waves, sum(len(one.parcel_ids) for one in planned), taken, ready.left_out)


def _claimable(until_due: datetime | None) -> QuerySet[Order]:
    """Give the orders that may go into a wave."""
    orders = Order.objects.filter(
        ~Exists(Hold.objects.filter(order=OuterRef("pk"), closed_at__isnull=True)),
        stage=Stage.APPROVED,
        has_open_refund=False,
        status__in=SHIPPABLE,
    )
    return orders if until_due is None else orders.filter(ship_due_at__lt=until_due)


def _in_turn(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.order_by("ship_due_at", "-is_urgent", "pk")


def _claimed(orders: QuerySet[Order]) -> dict[int, Order]:
    """Lock orders, but wait for none: what a colleague holds is theirs."""
    rows = orders.select_for_update(of=("self",), skip_locked=True)
    return {order.pk: order for order in rows}


def _ready_parcels(orders: dict[int, Order], *, now: datetime) -> _Ready:
    """Give the planned parcels all of whose orders could be claimed."""
    found = parcels_of(list(orders.values()), now=now)
    of_parcel = order_ids_of([parcel.pk for parcel in _distinct(found)])
    missing = set().union(*of_parcel.values()) - set(orders) if of_parcel else set()
    if missing:
        partners = _claimed(_claimable(None).filter(pk__in=missing).order_by("pk"))
        orders = {**orders, **partners}
    ready = [pk for pk, ids in of_parcel.items() if ids <= set(orders)]
    parcels = [
        parcel
        for parcel in locked_parcels(ready)
        if parcel.state == ParcelState.PLANNED and parcel.wave_id is None
    ]
    return _Ready(parcels, orders, of_parcel, len(of_parcel) - len(ready))


def _first_due(parcels: Sequence[Parcel], ready: _Ready, limit: int) -> list[Parcel]:
    """Give the first of these parcels in the order in which their orders were claimed."""
    turn = {pk: place for place, pk in enumerate(ready.orders)}
    return sorted(parcels, key=lambda one: min(turn[pk] for pk in ready.of_parcel[one.pk]))[:limit]


def _distinct(found: dict[int, list[Parcel]]) -> Iterable[Parcel]:
    return {
        parcel.pk: parcel
        for parcels in found.values()
        for parcel in parcels
        if parcel.state == ParcelState.PLANNED
    }.values()


def _candidates(parcels: Sequence[Parcel], ready: _Ready) -> list[Candidate]:
    rows = []
    for parcel in parcels:
        own = [ready.orders[pk] for pk in ready.of_parcel[parcel.pk]]
        dues = [order.ship_due_at for order in own if order.ship_due_at]
        rows.append(
            Candidate(
                parcel_id=parcel.pk,
                carrier=parcel.carrier,
                due_at=min(dues, default=None),
                is_urgent=any(order.is_urgent for order in own),
                pieces=parcel.piece_count,
                kinds=parcel.kind_count,
            )
        )
        parcel.due_at = min(dues, default=None)
    return rows


def _numbered(planned: Sequence[PlannedWave], *, by: User | None, now: datetime) -> list[Wave]:
    """Store the waves under the next numbers of the day; two who build at once number one by one."""
    if not planned:
        return []
    day = business_date(now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERING])
    last = Wave.objects.filter(date=day).aggregate(last=Max("position"))["last"] or 0
    return Wave.objects.bulk_create(
        Wave(
            created_at=now,
            created_by=by,
            date=day,
            due_at=one.due_at,
            position=last + number,
            parcel_count=len(one.parcel_ids),
            piece_count=one.pieces,
            shape=one.shape,
            carrier=one.carrier,
        )
        for number, one in enumerate(planned, start=1)
    )


def _fill(
    waves: Sequence[Wave],
    planned: Sequence[PlannedWave],
    parcels: Sequence[Parcel],
    ready: _Ready,
    *,
    by: User | None,
    now: datetime,
) -> int:
    """Put the parcels into their waves, let the orders follow, write the log; give the number of orders."""
    if not waves:
        return 0
    due = {parcel.pk: parcel.due_at for parcel in parcels}
    number_of: dict[int, str] = {}
    places: list[tuple[int, int, int, datetime | None]] = []
    for wave, plan in zip(waves, planned, strict=True):
        for place, parcel_id in enumerate(plan.parcel_ids, start=1):
            places.append((parcel_id, wave.pk, place, due[parcel_id]))
            number_of[parcel_id] = wave.number
    place_in_wave(places)
    in_waves: dict[int, dict[str, Any]] = {}
    for parcel_id, number in number_of.items():
        for order_id in ready.of_parcel[parcel_id]:
            in_waves[order_id] = {"wave": number, "stage": Stage.IN_WAVE}
    moved = [ready.orders[pk] for pk in follow_parcels(in_waves, now=now)]
    log_orders(moved, name="orders.order.in_wave", by=by, now=now, of_order=in_waves)
    Operation.objects.bulk_create(
        Operation(
            at=now,
            actor=by,
            actor_name=by.name if by else "",
            name="orders.wave.built",
            object_type="wave",
            object_key=wave.number,
            new={"parcels": wave.parcel_count, "pieces": wave.piece_count, "carrier": wave.carrier},
            ip=current_ip(),
        )
        for wave in waves
    )
    return len(in_waves)
