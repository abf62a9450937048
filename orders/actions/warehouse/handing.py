"""Hand-over lists: parcels scanned onto the open list of their carrier, signed, and gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders.actions.couriers import assign_carriers
from orders.actions.errors import OrderRefusedError
from orders.actions.leaving import Kept, let_parcels_leave, refuse_order, why_kept, with_order
from orders.actions.locks import locked_order
from orders.actions.parcels import parcels_of
from orders.actions.warehouse.locks import (
    LockedParcel,
    WarehouseRefusedError,
    locked_parcel,
    locked_sheet,
    locked_with_orders,
)
from orders.actions.warehouse.moving import save_parcel
from orders.actions.warehouse.scanning import clean_code, find_parcel
from orders.actions.warehouse.table import clock
from orders.choices import ParcelState
from orders.models import HandOverSheet, Order, Parcel
from shopops.staff import operations
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class HandAnswer:
    """What scanning a parcel for the carrier came to, in words for the band."""

    is_good: bool
    title: str
    detail: str
    sheet_id: int | None = None
    parcel_id: int | None = None


@transaction.atomic
def scan_onto_sheet(*, code: str, carrier: str, by: User, now: datetime) -> HandAnswer:
    """Put a parcel on the open list of its carrier. Locks its orders, the parcel, the list.

    `carrier`: whose man stands there; "" takes the parcel's own. Never raises for a bad code.
    """
    text = clean_code(code)
    try:
        parcel_id = _parcel_id(text, now=now)
        held = locked_parcel(parcel_id) if parcel_id is not None else None
    except OrderRefusedError as refusal:
        title = _("不能交：%(parcel)s") % {"parcel": text}
        return HandAnswer(is_good=False, title=title, detail=refusal.message)
    if held is None or parcel_id is None:
        words = _("%(code)s 不是包裹号、运单号，也不是订单号。") % {"code": text or "—"}
        return HandAnswer(is_good=False, title=_("不认识的条码"), detail=words)
    try:
        _refuse_listing(held, carrier)
    except OrderRefusedError as refusal:
        return HandAnswer(
            is_good=False,
            title=_("不能交：%(parcel)s") % {"parcel": held.parcel.number},
            detail=refusal.message,
            parcel_id=parcel_id,
        )
    sheet = _open_sheet(held.parcel.carrier, by=by, now=now)
    held.parcel.sheet = sheet
    save_parcel(held.parcel, "sheet")
    _count(sheet)
    return HandAnswer(
        is_good=True,
        title=_("第 %(n)s 个：%(parcel)s")
        % {"n": sheet.parcel_count, "parcel": held.parcel.number},
        detail=_("%(carrier)s 运单 %(waybill)s")
        % {"carrier": held.parcel.carrier, "waybill": held.parcel.waybill_no},
        sheet_id=sheet.pk,
        parcel_id=parcel_id,
    )


def _parcel_id(text: str, *, now: datetime) -> int | None:
    """Find the parcel of a code; an approved order that skipped the waves gets its own.

    :raises OrderRefusedError: if an order without a parcel may not leave
    """
    if not text:
        return None
    found = find_parcel(text)
    if found is not None:
        return found.pk
    if not Order.objects.filter(tid=text).exists():
        return None
    order = locked_order(tid=text)
    refuse_order(order)
    parcels = parcels_of([order], now=now)
    rows = next(iter(parcels.values()))
    assign_carriers(rows, now=now)
    return rows[0].pk


def _refuse_listing(held: LockedParcel, carrier: str) -> None:
    parcel = held.parcel
    if parcel.state == ParcelState.HANDED_OVER:
        raise WarehouseRefusedError(
            _("%(at)s 已经交接过了。") % {"at": clock(parcel.handed_over_at)}
        )
    if parcel.sheet_id is not None:
        raise WarehouseRefusedError(_("已经在这张交接单上，不用再扫。"))
    if carrier and parcel.carrier and parcel.carrier != carrier:
        words = _("它走 %(own)s，现在扫的是 %(carrier)s 的单。放到 %(own)s 那一堆。")
        raise WarehouseRefusedError(words % {"own": parcel.carrier, "carrier": carrier})
    words, tid = why_kept(held)
    if words:
        raise WarehouseRefusedError(with_order(words, tid) if len(held.orders) > 1 else words)


def _open_sheet(carrier: str, *, by: User, now: datetime) -> HandOverSheet:
    """Give the one open list of a carrier, locked; two who begin it at once share it."""
    found = HandOverSheet.objects.filter(carrier=carrier, signed_at__isnull=True).first()
    if found is None:
        try:
            with transaction.atomic():
                found = HandOverSheet.objects.create(carrier=carrier, created_at=now, created_by=by)
        except IntegrityError:
            found = HandOverSheet.objects.get(carrier=carrier, signed_at__isnull=True)
    sheet = locked_sheet(found.pk)
    # Signed by a colleague while this one waited for it: begin the next.
    return sheet if sheet.signed_at is None else _open_sheet(carrier, by=by, now=now)


def _count(sheet: HandOverSheet) -> None:
    sheet.parcel_count = Parcel.objects.filter(sheet=sheet).count()
    sheet.save(update_fields=["parcel_count"])


@transaction.atomic
def take_off_sheet(*, parcel_id: int, by: User, now: datetime) -> Parcel:
    """Take a parcel off the list before it is signed. Locks orders, parcel, list.

    :raises Parcel.DoesNotExist: if there is none
    :raises WarehouseRefusedError: if it is on no open list
    """
    held = locked_parcel(parcel_id)
    parcel = held.parcel
    if parcel.sheet_id is None or parcel.state == ParcelState.HANDED_OVER:
        raise WarehouseRefusedError(_("这个包裹不在没签的交接单上。"))
    sheet = locked_sheet(parcel.sheet_id)
    parcel.sheet = None
    save_parcel(parcel, "sheet")
    _count(sheet)
    operations.record(
        name="orders.parcel.off_sheet",
        by=by,
        now=now,
        object_type="parcel",
        object_key=parcel.number,
        new={"sheet": sheet.pk, "carrier": sheet.carrier},
    )
    return parcel


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed list, and the parcels that had to stay behind."""

    sheet: HandOverSheet
    parcels: int
    kept: Sequence[Kept]


@transaction.atomic
def sign_sheet(*, sheet_id: int, name: str, by: User, now: datetime) -> Signed:
    """Hand all parcels of a list over to the carrier's man, who gives his name. Locks all of it.

    A parcel with an order that was refunded, held or cancelled since it was scanned stays behind.

    :raises HandOverSheet.DoesNotExist: if there is none
    :raises WarehouseRefusedError: if the name is missing, it is signed, nothing is left on it, or a
        parcel was scanned onto it at this moment
    """
    if not name.strip():
        raise WarehouseRefusedError(_("写下取件人的名字，丢件时要找他。"))
    ids = Parcel.objects.filter(sheet=sheet_id).order_by("pk").values_list("pk", flat=True)
    held = locked_with_orders(list(ids))
    sheet = locked_sheet(sheet_id)
    if sheet.signed_at is not None:
        words = _("%(who)s %(at)s 已经签过。")
        raise WarehouseRefusedError(words % {"who": sheet.signed_by, "at": clock(sheet.signed_at)})
    if Parcel.objects.filter(sheet=sheet).exclude(pk__in=held).exists():
        # Scanned while this one waited for the locks: on a signed list nobody would miss it.
        raise WarehouseRefusedError(_("刚有包裹扫上这张单，看一眼再签一次。"))
    mine = [one for one in held.values() if one.parcel.sheet_id == sheet.pk]
    left, kept = let_parcels_leave(mine, by=by, now=now)
    if not left and not kept:
        raise WarehouseRefusedError(_("单上没有包裹，先扫包裹。"))
    for one in kept:
        one.parcel.sheet = None
        save_parcel(one.parcel, "sheet")
    sheet.parcel_count = len(left)
    if left:
        sheet.signed_at, sheet.signed_by = now, name.strip()[:40]
    sheet.save(update_fields=["signed_at", "signed_by", "parcel_count"])
    operations.record(
        name="orders.sheet.signed",
        by=by,
        now=now,
        object_type="sheet",
        object_key=str(sheet.pk),
        new={
            "carrier": sheet.carrier,
            "parcels": len(left),
            "kept": [one.parcel.number for one in kept],
            "name": sheet.signed_by,
        },
    )
    return Signed(sheet, len(left), kept)
