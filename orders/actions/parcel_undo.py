"""Undo of merges and splits, the last one first, until picking begins; and one order taken out of a parcel."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from orders.actions.errors import UnableToSplitError, UnableToUndoError
from orders.actions.locks import locked_parcels
from orders.actions.parcel_layout import (
    contents_by_parcel,
    contents_of_layout,
    lay_out,
    layout_now,
    leave_waves,
    lock_parcels_of,
    locked_waves,
    locked_with_companions,
    log_change,
    refuse_labelled,
)
from orders.actions.parcels import as_parcel_line, follow_parcels
from orders.actions.warehouse.moving import count_wave, forget_checks
from orders.actions.waybills import hold_failed_labels
from orders.choices import LEFT_STAGES, ParcelState, Stage, WaveState
from orders.models import Order, Parcel, ParcelChange, ParcelLine
from orders.queries.contents import Content
from shopops.staff.models import User


def loose_parcels(parcels: Sequence[Parcel]) -> list[Parcel]:
    """Give those of these locked parcels that nobody has begun to pick. Locks their waves."""
    waves = locked_waves({parcel.wave_id for parcel in parcels if parcel.wave_id})
    waiting = {wave.pk for wave in waves if wave.state == WaveState.OPEN}
    return [
        parcel
        for parcel in parcels
        if parcel.state == ParcelState.PLANNED
        or (parcel.state == ParcelState.IN_WAVE and parcel.wave_id in waiting)
    ]


@transaction.atomic
def undo_change(
    *,
    change_id: int,
    by: User,
    now: datetime,
    reason: str = "",
    versions: Mapping[str, int] | None = None,
) -> ParcelChange:
    """Take a merge or split back: every piece and every fen lies where it lay before. Locks orders and parcels.

    Parcels that a wave has taken leave it. Of several changes of the same parcels the last goes first.

    :raises ParcelChange.DoesNotExist: if there is no such change
    :raises UnableToUndoError: if it was undone, picking has begun, a label is made out, or the
        parcels are no longer as the change left them
    :raises StaleOrderError: if an order changed since its version
    """
    change = ParcelChange.objects.get(pk=change_id)
    tids = list(change.orders.values_list("tid", flat=True))
    orders = locked_with_companions(tids, versions=versions)
    change.refresh_from_db()
    if change.undone_at is not None:
        raise UnableToUndoError(_("这一次已经撤销过了。"))
    parcels = _as_left(change)
    leave_waves(parcels, now=now)
    becomes: dict[int, list[Content]] = {parcel.pk: [] for parcel in parcels}
    becomes |= contents_of_layout(change.before)
    leads = {parcel.pk: parcel.order_id for parcel in parcels}
    leads |= {one["parcel"]: one["order"] for one in change.before}
    lay_out(becomes, leads, orders=orders)
    change.undone_at, change.undone_by = now, by
    change.save(update_fields=["undone_at", "undone_by"])
    changed = [order for order in orders if order.tid in set(tids)]
    follow_parcels([order.pk for order in orders], now=now)
    new = {
        "kind": change.kind,
        "parcels": [Parcel(pk=one["parcel"]).number for one in change.before],
    }
    log_change("orders.parcel.undone", changed, by=by, now=now, new=new, reason=reason.strip())
    return change


def _as_left(change: ParcelChange) -> list[Parcel]:
    """Lock all parcels of a change and make sure that they are as it left them.

    :raises UnableToUndoError: if they are not, saying why
    """
    after = {one["parcel"] for one in change.after}
    parcels = locked_parcels(after | {one["parcel"] for one in change.before})
    living = [parcel for parcel in parcels if parcel.pk in after]
    later = _later(change, after)
    if later is not None:
        raise UnableToUndoError(
            _("后来又有一次%(kind)s（第 %(id)d 号），先撤销那一次。")
            % {"kind": later.get_kind_display(), "id": later.pk}
        )
    loose = {parcel.pk for parcel in loose_parcels(living)}
    for parcel in living:
        if parcel.pk not in loose:
            raise UnableToUndoError(
                _("包裹 %(number)s 已经开始拣货，不能撤销。") % {"number": parcel.number}
            )
    refuse_labelled(living, error=UnableToUndoError)
    if layout_now(living) != change.after:
        raise UnableToUndoError(
            _("包裹里的东西后来变过（导入改了商品，或加减了赠品），不能整个撤销；可以手工拆。")
        )
    return parcels


def _later(change: ParcelChange, parcel_ids: set[int]) -> ParcelChange | None:
    """Give the last change that still stands on parcels of an earlier one."""
    rows = ParcelChange.objects.filter(
        pk__gt=change.pk, undone_at__isnull=True, orders__in=change.orders.all()
    )
    for later in rows.distinct().order_by("-pk"):
        touched = {one["parcel"] for one in [*later.before, *later.after]}
        if touched & parcel_ids:
            return later
    return None


@transaction.atomic
def take_out_order(
    *, tid: str, by: User | None, now: datetime, reason: str = "", version: int | None = None
) -> Order:
    """Take an order out of the parcels that it shares, also while they are picked and checked.

    Its pieces go into a planned parcel of its own; of a closed or shipped order they go back on the
    shelf, also from a parcel that it shares with nobody. What was checked of the rest is to be checked again.

    :raises Order.DoesNotExist: if no order has this tid
    :raises UnableToSplitError: if there is nothing to take out
    :raises StaleOrderError: if the order changed since the version
    """
    versions = {} if version is None else {tid: version}
    orders = locked_with_companions([tid], versions=versions)
    order = next(one for one in orders if one.tid == tid)
    parcels = [
        parcel
        for parcel in lock_parcels_of([order])
        if parcel.state != ParcelState.HANDED_OVER and _leaves(order, parcel)
    ]
    if not parcels:
        raise UnableToSplitError(_("这单没有和别的单合在没交接的包裹里，没有要拿出来的。"))
    for parcel in parcels:
        take_out(order, parcel, now=now)
    follow_parcels([one.pk for one in orders], now=now)
    new = {"parcels": [parcel.number for parcel in parcels]}
    log_change("orders.parcel.taken_out", orders, by=by, now=now, new=new, reason=reason.strip())
    return order


def is_gone(order: Order) -> bool:
    """Say whether nothing of an order is to be packed any more: closed, or shipped as the platform says."""
    return order.stage == Stage.CANCELLED or order.stage in LEFT_STAGES


def _leaves(order: Order, parcel: Parcel) -> bool:
    return parcel.order_count > 1 or is_gone(order)


def take_out(order: Order, parcel: Parcel, *, now: datetime) -> None:
    """Take the pieces of a locked order out of a locked parcel that has not left the house."""
    contents = contents_by_parcel([parcel])[parcel.pk]
    gone = [one for one in contents if one.order_id == order.pk]
    rest = [one for one in contents if one.order_id != order.pk]
    waves = locked_waves({parcel.wave_id} if parcel.wave_id else set())
    ParcelLine.objects.filter(parcel=parcel, order=order).delete()
    forget_checks(parcel)
    state = ParcelState.PICKED if parcel.state == ParcelState.CHECKED else parcel.state
    remaining = [one.order_id for one in rest]
    is_astray = bool(rest and parcel.waybill_no and parcel.order_id not in remaining)
    Parcel.objects.filter(pk=parcel.pk).update(
        state=state if rest else ParcelState.DROPPED,
        checked_at=None,
        checked_by=None,
        second_checked_at=None,
        second_checked_by=None,
        weighed_grams=None,
        # What was listed for the carrier is scanned again when it is packed again.
        sheet=None,
        wave_id=parcel.wave_id if rest else None,
        wave_position=parcel.wave_position if rest else None,
        order_id=parcel.order_id if parcel.order_id in remaining or not rest else min(remaining),
        piece_count=sum(one.quantity for one in rest),
        kind_count=len({one.sku_code for one in rest}),
        order_count=len(set(remaining)) or 1,
        waybill_no="" if is_astray else parcel.waybill_no,
        version=F("version") + 1,
    )
    for wave in waves:
        count_wave(wave, now=now)
    if is_astray:
        _label_anew(order, parcel, remaining, now=now)
    if is_gone(order):
        return
    own = Parcel.objects.create(
        order=order,
        created_at=now,
        due_at=order.ship_due_at,
        piece_count=sum(one.quantity for one in gone),
        kind_count=len({one.sku_code for one in gone}),
    )
    ParcelLine.objects.bulk_create([as_parcel_line(own.pk, one) for one in gone])


def _label_anew(leaver: Order, parcel: Parcel, remaining: Sequence[int], *, now: datetime) -> None:
    """Hold what stays in a parcel whose label bears the address of the order that left it."""
    orders = list(Order.objects.filter(pk__in=set(remaining)).order_by("pk"))
    with translation.override("zh-hans"):  # stored as it stands, for whoever reads it
        words = _("面单 %(waybill)s 上是订单 %(tid)s 的地址，它已经拿出去了：作废重打。") % {
            "waybill": parcel.waybill_no,
            "tid": leaver.tid,
        }
    hold_failed_labels(orders, words, cause="", by=None, now=now)
