"""The parcels of an order as its page shows them: what lies where, what was done, what may be done."""

from typing import Any

from django.utils.translation import gettext as _

from orders import registry
from orders.choices import OPEN_STAGES, ParcelChangeKind, ParcelState
from orders.models import GiftLine, ParcelChange
from orders.queries.mergeable import MERGEABLE_STAGES
from orders.queries.order_page import OrderDetail
from orders.queries.parcels import PackedParcel
from orders.wording.couriers import carrier_words

type Data = dict[str, Any]

STATE_TONES: dict[str, str] = {
    ParcelState.PLANNED: "us",
    ParcelState.IN_WAVE: "us",
    ParcelState.PICKED: "us",
    ParcelState.CHECKED: "us",
    ParcelState.HANDED_OVER: "wait",
    ParcelState.DROPPED: "wait",
}
_LOOSE = (ParcelState.PLANNED, ParcelState.IN_WAVE)


def packed_context(detail: OrderDetail, *, may_merge: bool) -> Data:
    """Give the `packed` of templates/orders/_packed.html. A query or two where rules gave gifts."""
    order, packed = detail.order, detail.packed
    sources = registry.gift_sources({one.source for one in packed.gifts})
    is_open = order.stage in OPEN_STAGES and may_merge
    is_loose = all(one.parcel.state in _LOOSE for one in packed.parcels)
    return {
        "parcels": [_parcel(one, order.tid, is_open=is_open) for one in packed.parcels],
        "changes": [_change(one) for one in packed.changes],
        "gifts": [_gift(one, *sources.get(one.source, ("", ""))) for one in packed.gifts],
        "partners": packed.partners,
        "undo_id": packed.can_undo_id if may_merge and is_loose else None,
        "can_merge": may_merge and order.stage in MERGEABLE_STAGES and not order.has_open_refund,
        # Without a parcel yet the whole order may be split; with several, each has its own button.
        "can_split": is_open and not packed.parcels and bool(detail.lines),
    }


def _parcel(one: PackedParcel, tid: str, *, is_open: bool) -> Data:
    parcel = one.parcel
    is_planned = parcel.state == ParcelState.PLANNED
    return {
        "id": parcel.pk,
        "number": parcel.number,
        "state": parcel.get_state_display() if parcel.state != ParcelState.DROPPED else "",
        "tone": STATE_TONES[parcel.state],
        "wave": parcel.wave.number if parcel.wave else "",
        "carrier": parcel.carrier,
        "why": carrier_words(parcel.carrier_reason),
        "waybill_no": parcel.waybill_no,
        "pieces": parcel.piece_count,
        "lines": one.lines,
        "amount": sum(line.amount for line in one.lines if line.tid == tid),
        "others": [other for other in one.tids if other != tid],
        "waits": _waits(one, tid),
        "can_split": is_open and is_planned and not parcel.waybill_no and parcel.piece_count > 1,
    }


def _waits(one: PackedParcel, tid: str) -> str:
    """Say for which other order a shared parcel waits; what keeps the order itself stands above."""
    if one.waiting is None or one.waiting.tid == tid or one.parcel.state == ParcelState.HANDED_OVER:
        return ""
    return _("等订单 %(tid)s：%(why)s") % {"tid": one.waiting.tid, "why": one.waiting.why.label}


def _change(change: ParcelChange) -> Data:
    is_merge = change.kind == ParcelChangeKind.MERGE
    return {
        "id": change.pk,
        "label": change.get_kind_display(),
        "text": _("%(n)d 个包裹合成 1 个") % {"n": len(change.before)}
        if is_merge
        else _("拆成 %(n)d 个包裹") % {"n": len(change.after)},
        "risk": change.get_risk_display() if change.risk else "",
        "reason": change.reason,
        "consent": change.consent_words,
        "channel": change.get_consent_channel_display() if change.consent_channel else "",
        "at": change.made_at,
        "by": change.made_by.name if change.made_by else "",
        "undone_at": change.undone_at,
        "undone_by": change.undone_by.name if change.undone_by else "",
    }


def _gift(gift: GiftLine, name: str, url: str) -> Data:
    source = gift.source.split(":", 1)[0]
    words = {"hand": _("手工加的"), "keyword": _("关键词加的"), "promotion": _("活动送的")}
    return {
        "id": gift.pk,
        "sku_code": gift.sku_code,
        "title": gift.title,
        "quantity": gift.quantity,
        "source": words.get(source, gift.source),
        "rule": name,
        "url": url,
    }
