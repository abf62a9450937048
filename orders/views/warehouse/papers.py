"""What stands on the warehouse's papers; page and PDF are made of the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from orders.models import Order
from orders.queries.warehouse.hand_over import SheetDetail
from orders.queries.warehouse.waves import ParcelRow, PickList, Slot
from shopops.lib.business_time import SHANGHAI
from shopops.lib.words import listed


@dataclass(frozen=True, slots=True)
class PickLine:
    """One bin of a pick list."""

    bin_code: str
    name: str
    sku_code: str
    barcode: str
    quantity: int
    slots: str


@dataclass(frozen=True, slots=True)
class PickPaper:
    """A pick list."""

    title: str
    number: str
    facts: Sequence[str]
    lines: Sequence[PickLine]
    stopped: Sequence[str]


@dataclass(frozen=True, slots=True)
class SlipLine:
    """Pieces of one SKU on a packing slip."""

    name: str
    sku_code: str
    bin_code: str
    quantity: int


@dataclass(frozen=True, slots=True)
class SlipPaper:
    """The packing slip of one parcel. Personal data as the platform masked it, and only for who may see it."""

    shop: str
    number: str
    wave: str
    carrier: str
    waybill_no: str
    orders: Sequence[str]
    receiver: str
    place: str
    messages: Sequence[str]
    lines: Sequence[SlipLine]
    pieces: int
    due: str


@dataclass(frozen=True, slots=True)
class HandLine:
    """A parcel on a hand-over list."""

    position: int
    number: str
    waybill_no: str
    orders: str
    place: str
    pieces: int


@dataclass(frozen=True, slots=True)
class HandPaper:
    """A hand-over list with the place to sign."""

    title: str
    shop: str
    carrier: str
    facts: Sequence[str]
    lines: Sequence[HandLine]
    signed_by: str
    signed_at: str


def instant(at: datetime | None) -> str:
    """Give an instant as it stands on paper."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else "—"


def pick_paper(listed: PickList) -> PickPaper:
    """Write a pick list."""
    wave = listed.detail.row.wave
    return PickPaper(
        title=_("拣货单 %(wave)s") % {"wave": wave.number},
        number=wave.number,
        facts=[
            _("%(parcels)s 个包裹，%(pieces)s 件")
            % {
                "parcels": len(listed.detail.parcels) - len(listed.stopped),
                "pieces": listed.pieces,
            },
            str(wave.get_shape_display()),
            wave.carrier or _("未定快递"),
            _("应出 %(at)s") % {"at": instant(wave.due_at)},
            _("拣货人 %(who)s") % {"who": wave.picker.name if wave.picker else "____"},
        ],
        lines=[
            PickLine(
                bin_code=row.goods.bin_code or "—",
                name=row.goods.name,
                sku_code=row.goods.sku_code,
                barcode=row.goods.barcode or row.goods.sku_code,
                quantity=row.quantity,
                slots=_slots(row.slots) if listed.needs_slots else "",
            )
            for row in listed.rows
        ],
        stopped=[f"{row.parcel.wave_position} · {row.title}" for row in listed.stopped],
    )


def _slots(slots: Sequence[Slot]) -> str:
    return "  ".join(f"{slot.parcel.wave_position}×{slot.quantity}" for slot in slots)


def slip_paper(row: ParcelRow, *, shop: str, wave: str, may_see: bool) -> SlipPaper:
    """Write the slip of one parcel."""
    first: Order | None = row.orders[0] if row.orders else None
    return SlipPaper(
        shop=shop,
        number=row.parcel.number,
        wave=f"{wave} · {row.parcel.wave_position}" if wave else "",
        carrier=row.parcel.carrier,
        waybill_no=row.parcel.waybill_no,
        orders=[order.tid for order in row.orders],
        receiver=first.receiver_name if first and may_see else "",
        place=" ".join([first.receiver_province, first.receiver_city]) if first else "",
        messages=[order.buyer_message for order in row.orders if order.buyer_message],
        lines=[
            SlipLine(goods.name, goods.sku_code, goods.bin_code, line.quantity)
            for line, goods in row.lines
        ],
        pieces=sum(line.quantity for line, _goods in row.lines),
        due=instant(row.parcel.due_at),
    )


def hand_paper(detail: SheetDetail, *, shop: str) -> HandPaper:
    """Write a hand-over list."""
    sheet = detail.sheet
    pieces = sum(row.parcel.piece_count for row in detail.parcels)
    return HandPaper(
        title=_("交接单 %(carrier)s") % {"carrier": sheet.carrier},
        shop=shop,
        carrier=sheet.carrier,
        facts=[
            _("%(n)s 个包裹，%(pieces)s 件") % {"n": len(detail.parcels), "pieces": pieces},
            _("第 %(n)s 张，%(at)s 开") % {"n": sheet.pk, "at": instant(sheet.created_at)},
        ],
        lines=[
            HandLine(
                position=number,
                number=row.parcel.number,
                waybill_no=row.parcel.waybill_no,
                orders=listed(order.tid for order in row.orders),
                place=row.orders[0].receiver_province if row.orders else "",
                pieces=row.parcel.piece_count,
            )
            for number, row in enumerate(detail.parcels, start=1)
        ],
        signed_by=sheet.signed_by,
        signed_at=instant(sheet.signed_at) if sheet.signed_at else "",
    )
