"""One order as its page shows it: clocks, sentences, parts, time-line."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders import wording
from orders.choices import (
    BY_ITSELF,
    GONE,
    OPEN_REFUND_STATUSES,
    HoldKind,
    PlatformStatus,
    RefundStatus,
    Stage,
)
from orders.models import Hold, Order, OrderLine, Refund, Shipment
from orders.queries.order_page import ImportEvent, OrderDetail, buyer_order_count, due_words
from orders.queries.risk import RiskBook
from orders.queries.traces import trace_facts, trace_limits
from orders.queries.why import why_words
from orders.registry import marks_of
from orders.rules.traces import limit_for, trace_due
from orders.views.cases_rows import case_row_short
from orders.views.packed import packed_context
from orders.views.rows import DONE_STAGES, FLAG_CODES, STAGE_TONES, hold_tag, mask_nick
from orders.wording.audit import reason_words
from orders.wording.holds import ending_words
from orders.wording.traces import trace_rule_words, trace_words
from shopops.lib.words import listed, stored
from shopops.staff.models import Operation
from shopops.staff.operations import name_of


@dataclass(frozen=True, slots=True)
class View:
    """Who looks, and when."""

    now: datetime
    may_see_contact: bool
    may_reveal: bool
    role_names: dict[str, str]
    revealed: dict[str, str] | None = None
    may_handle_cases: bool = False
    may_merge: bool = False
    may_see_cost: bool = False


def order_context(detail: OrderDetail, *, book: RiskBook, view: View) -> dict[str, Any]:
    """Give the `order` of templates/orders/order.html."""
    order, now = detail.order, view.now
    stage = Stage(order.stage)
    risk = book.risk(order, now=now)
    return {
        "tid": order.tid,
        "version": order.version,
        "status_label": PlatformStatus(order.status).label,
        "stage_label": stage.label,
        "stage_tone": STAGE_TONES[stage],
        "is_done": stage in DONE_STAGES,
        "is_urgent": order.is_urgent,
        "flag": FLAG_CODES.get(order.flag, ""),  # type: ignore[call-overload]
        "flag_label": order.get_flag_display() if order.flag else "",
        "due_at": order.ship_due_at,
        "marks": marks_of([order], now).get(order.pk, []),
        "open_hold_count": len(detail.open_holds),
        "why_title": _("为什么还没发货"),
        "why": ""
        if stage in DONE_STAGES
        else why_words(detail, now=now, role_names=view.role_names, sees_costs=view.may_see_cost),
        "why_tone": "late" if detail.open_holds or order.has_open_refund else "us",
        "clocks": clocks(detail, now=now),
        "lines": [_line(line) for line in detail.lines],
        "pieces": sum(line.quantity for line in detail.lines) or order.piece_count,
        "goods_amount": order.goods_amount,
        "postage_amount": order.postage_amount,
        "paid_amount": order.paid_amount,
        "refunded_amount": order.refund_amount,
        "risk_amount": risk.now_amount if stage not in DONE_STAGES else 0,
        "risk_next_amount": risk.next_amount if risk.next_at and stage not in DONE_STAGES else None,
        "risk_next_at": risk.next_at,
        "message": order.buyer_message,
        "memo": order.seller_memo,
        "buyer": order.buyer_nick if view.may_see_contact else mask_nick(order.buyer_nick),
        "buyer_sub": _buyer_sub(order),
        **_contacts(detail, view),
        "holds": [_hold(hold, view) for hold in detail.holds],
        "parcels": [_parcel(parcel, now) for parcel in detail.shipments],
        "packed": packed_context(detail, may_merge=view.may_merge),
        "refunds": [_refund(refund) for refund in detail.refunds],
        "cases": [case_row_short(case) for case in detail.cases] if view.may_handle_cases else [],
        "new_case_url": _new_case_url(order) if view.may_handle_cases else "",
        "events": events(detail),
        "created_at": order.created_at,
        "paid_at": order.paid_at,
        "source": _source(detail),
    }


def clocks(detail: OrderDetail, *, now: datetime) -> list[dict[str, Any]]:
    """Give the three clocks, always in the order shop, platform, trace."""
    order = detail.order
    left = order.handed_over_at or order.consigned_at
    sentence = due_words(order, now=now)
    shop_words, _sep, platform_words = sentence.partition(_("；"))
    return [
        _clock("building-store", _("店铺截单"), order.shop_due_at, left, shop_words, now),
        _clock(
            "shield-half",
            _("平台时限"),
            order.platform_due_at,
            order.picked_up_at or left,
            platform_words,
            now,
        ),
        _trace_clock(order, now),
    ]


def _clock(
    icon: str,
    label: str,
    due_at: datetime | None,
    met_at: datetime | None,
    sentence: str,
    now: datetime,
) -> dict[str, Any]:
    text, tone = "", "wait"
    if due_at is None:
        text = _("没有时限")
    elif met_at is not None:
        text, tone = (_("按时"), "done") if met_at <= due_at else (_("迟了"), "late")
    elif due_at < now:
        tone = "late"
    elif due_at - now < timedelta(hours=12):
        tone = "soon"
    return {
        "icon": icon,
        "label": label,
        "at": due_at,
        "text": text,
        "tone": tone,
        "sentence": sentence,
    }


def _trace_clock(order: Order, now: datetime) -> dict[str, Any]:
    base = {"icon": "route", "label": _("物流轨迹"), "at": None, "tone": "wait"}
    limits = trace_limits(now=now)
    due = trace_due(trace_facts(order), limits)
    if due is not None:
        tone = "late" if due.due_at < now else "soon"
        sentence = trace_words(due, last_trace_at=order.last_trace_at, now=now)
        return {**base, "at": due.due_at, "text": "", "tone": tone, "sentence": sentence}
    if order.stage == Stage.SIGNED:
        text = _("已签收")
        sentence = ""
        if order.last_trace_at is not None:
            sentence = wording.time_words(order.last_trace_at, now=now)
        return {**base, "text": text, "tone": "done", "sentence": sentence}
    text = _("未开始") if order.stage not in DONE_STAGES else _("已离店")
    limit = limit_for(order.receiver_province, limits)
    return {**base, "text": text, "sentence": trace_rule_words(limit)}


def _line(line: OrderLine) -> dict[str, Any]:
    shown = line.refund_status and line.refund_status != RefundStatus.NO_REFUND
    return {
        "title": line.title,
        "spec": line.spec,
        "sku_code": line.sku_code,
        "price": line.list_price_amount,
        "quantity": line.quantity,
        "paid_amount": line.paid_amount,
        "refund_label": line.get_refund_status_display() if shown else "",
    }


def _buyer_sub(order: Order) -> str:
    count = buyer_order_count(order=order)
    return _("共下过 %(n)d 单") % {"n": count} if count else ""


def _contacts(detail: OrderDetail, view: View) -> dict[str, Any]:
    order = detail.order
    if not view.may_see_contact:
        note = _("你的角色不看收货信息。")
        return {"contacts": [], "contact_note": note, "reveal_form": None}
    shown = view.revealed or {}
    place = " ".join(
        part
        for part in (order.receiver_province, order.receiver_city, order.receiver_district)
        if part
    )
    can = view.may_reveal and detail.has_contact
    rows = [
        (_("收货人"), order.receiver_name, shown.get("name")),
        (_("电话"), order.receiver_phone, shown.get("phone")),
        (_("地址"), f"{place} {order.receiver_address}".strip(), shown.get("address")),
    ]
    note = "" if detail.has_contact else _("平台给的就是打码信息，没有明文。")
    return {
        "contacts": [
            {"label": label, "masked": masked, "revealed": plain, "can_reveal": can}
            for label, masked, plain in rows
        ],
        "contact_note": note,
    }


def _hold(hold: Hold, view: View) -> dict[str, Any]:
    tag = hold_tag(hold)
    told = ""
    if hold.told_at is not None:
        told = _("%(channel)s告诉过买家：%(words)s（%(answer)s）") % {
            "channel": hold.get_told_channel_display(),
            "words": hold.told_words,
            "answer": hold.get_buyer_answer_display(),
        }
    role = view.role_names.get(hold.owner_role, hold.owner_role)
    return {
        "id": hold.pk,
        "label": hold.get_kind_display(),
        "tone": "done" if hold.closed_at else tag.tone,
        "text": hold.note or reason_words(hold.reason, sees_costs=view.may_see_cost),
        "opened_at": hold.opened_at,
        "due_at": hold.due_at,
        "owner": hold.owner.name if hold.owner else role,
        "must_tell": hold.must_tell_buyer,
        "ending": ending_words(HoldKind(hold.kind)) if hold.closed_at is None else "",
        "told": told,
        "closed_at": hold.closed_at,
        "resolution": _resolution(hold),
    }


def _resolution(hold: Hold) -> str:
    if hold.closed_by_id is not None:
        return hold.resolution
    words = {BY_ITSELF: _("原因没了，自动结束"), GONE: _("订单已经离店或关闭")}
    return words.get(hold.resolution, hold.resolution)


def _parcel(parcel: Shipment, now: datetime) -> dict[str, Any]:
    steps = [
        (parcel.signed_at, _("已签收"), "done"),
        (parcel.first_trace_at, _("运输中"), "wait"),
        (parcel.picked_up_at, _("已揽收"), "wait"),
        (parcel.handed_over_at, _("已交接"), "us"),
    ]
    at, label, tone = next(
        ((at, label, tone) for at, label, tone in steps if at), (None, _("平台已发货"), "wait")
    )
    text = wording.time_words(at, now=now) if at else _("来自导入文件，揽收记录还没导入")
    return {
        "carrier": parcel.carrier or _("快递未知"),
        "waybill_no": parcel.waybill_no,
        "stage_label": label,
        "stage_tone": tone,
        "text": text,
    }


def _refund(refund: Refund) -> dict[str, Any]:
    is_open = refund.status in OPEN_REFUND_STATUSES
    tone = "late" if is_open else "done" if refund.status == RefundStatus.SUCCESS else "wait"
    return {
        "refund_no": refund.refund_no,
        "type_label": refund.get_type_display() if refund.type else "",
        "amount": refund.refund_amount,
        "status_label": refund.get_status_display(),
        "tone": tone,
        "reason": refund.reason,
        "applied_at": refund.applied_at,
    }


EVENT_WORDS = {
    "orders.order.held": (gettext_noop("挂起"), "late"),
    "orders.hold.told": (gettext_noop("告诉了买家"), "us"),
    "orders.hold.closed": (gettext_noop("结束挂起"), "done"),
    "orders.order.approved": (gettext_noop("审单通过"), "us"),
    "orders.order.handed_over": (gettext_noop("登记交接"), "done"),
    "orders.order.taken_back": (gettext_noop("撤回一步"), "late"),
    "orders.parcel.labelled": (gettext_noop("贴了运单"), "us"),
    "orders.parcel.label_voided": (gettext_noop("去掉了运单"), "late"),
    "orders.parcel.carrier_chosen": (gettext_noop("换了快递"), "us"),
    "orders.order.memo_written": (gettext_noop("改了备注"), ""),
    "orders.order.ship_time_agreed": (gettext_noop("与买家约定发货时间"), "us"),
    "staff.contact.revealed": (gettext_noop("查看了收货明文"), "late"),
}


# Of what an act left: what its line on the time-line names.
_SHOWN = ("carrier", "waybill_no", "sku", "parcel", "parcels", "with")


def events(detail: OrderDetail) -> list[dict[str, Any]]:
    """Give the time-line: acts and imports, newest first."""
    rows = [_operation(one) for one in detail.operations]
    rows += [_import(one) for one in detail.imports]
    order = detail.order
    for at, words in ((order.paid_at, _("买家付款")), (order.created_at, _("买家下单"))):
        if at is not None:
            rows.append({"text": words, "tone": "", "who": _("平台"), "at": at, "detail": ""})
    return sorted(rows, key=lambda row: row["at"], reverse=True)


def _operation(one: Operation) -> dict[str, Any]:
    text, tone = EVENT_WORDS.get(one.name, ("", ""))
    extra = [_shown(one.new[key]) for key in _SHOWN if one.new.get(key)]
    return {
        "text": _(text) if text else str(name_of(one.name)),
        "tone": tone,
        "who": one.actor_name or _("系统"),
        "at": one.at,
        "detail": " ".join([*extra, stored(one.reason)]).strip(),
    }


def _shown(value: Any) -> str:  # noqa: ANN401
    return listed(map(str, value)) if isinstance(value, list) else str(value)


def _import(one: ImportEvent) -> dict[str, Any]:
    at = one.batch.committed_at or one.batch.created_at
    if one.before is None:
        text = _("由导入文件建立")
    elif "status" not in one.before:
        text = _("由导入文件更新")
    else:
        old = one.before["status"]
        label = PlatformStatus(old).label if old in PlatformStatus.values else old
        text = _("由导入文件更新，之前是「%(old)s」") % {"old": label}
    return {"text": text, "tone": "", "who": _("导入"), "at": at, "detail": one.batch.file_name}


def _new_case_url(order: Order) -> str:
    if order.stage == Stage.AWAITING_PAYMENT:
        return ""
    return f"{reverse('orders:case_new')}?tid={order.tid}"


def _source(detail: OrderDetail) -> dict[str, str] | None:
    if not detail.imports:
        return None
    batch = detail.imports[0].batch
    return {"label": batch.file_name, "url": reverse("intake:batch", args=[batch.pk])}
