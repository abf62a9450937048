"""Rows of the orders and refunds behind a figure, as page and file show them."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from analytics.choices import REFUNDED
from analytics.queries.behind_course import GOODS, Question
from analytics.queries.orders_behind import Part, Place, parts_behind
from analytics.views.boards.parts import Column, Row
from orders.choices import Device, PlatformStatus, RefundType
from orders.models import Order, Refund
from orders.views.rows import mask_nick, order_url
from shopops.lib.business_time import SHANGHAI
from shopops.lib.money import from_fen, to_fen


def columns_of(question: Question, *, is_file: bool = False) -> list[Column]:
    """Give the columns: of goods, pieces and amounts are their part of the order. A file has more."""
    if question.basis == REFUNDED:
        return [
            Column("no", _("退款单号")),
            Column("tid", _("订单号")),
            Column("at", _("退完")),
            Column("reason", _("原因")),
            Column("type", _("售后类型")),
            Column("amount", _("退款金额"), "money"),
        ]
    is_part = any(name in question.keys for name in GOODS)
    found = [Column("tid", _("订单号")), Column("status", _("平台状态"))]
    if question.basis == "created" or is_file:
        found.append(Column("created", _("下单")))
    found += [Column("at", _("付款")), Column("province", _("省份"))]
    if is_file:
        found += [Column("device", _("终端")), Column("buyer", _("买家"))]
    if question.basis == "created":
        return [*found, Column("ordered", _("其中金额") if is_part else _("下单金额"), "money")]
    found += [
        Column("pieces", _("其中件数") if is_part else _("件数"), "count"),
        Column("paid", _("其中金额") if is_part else _("支付金额"), "money"),
    ]
    if is_file:
        found.append(Column("refund", _("已退"), "money"))
    return [*found, Column("net", _("净支付"), "money")]


def rows_of(question: Question, places: Sequence[Place]) -> list[Row]:
    """Give the rows in their order, buyers masked. At most two queries."""
    ids = [place.pk for place in places if place.pk is not None]
    if question.basis == REFUNDED:
        refunds = Refund.objects.select_related("order").in_bulk(ids)
        return [_refund(refunds[pk]) for pk in ids if pk in refunds]
    orders = Order.objects.in_bulk(ids)
    parts = parts_behind(question, ids)
    return [_order(orders[pk], parts.get(pk)) for pk in ids if pk in orders]


def _refund(refund: Refund) -> Row:
    return Row(
        {
            "no": refund.refund_no,
            "tid": refund.tid,
            "at": refund.finished_at,
            "reason": refund.reason.strip() or _("没写原因"),
            "type": _label(RefundType, refund.type),
            "amount": refund.refund_amount,
        },
        {"tid": order_url(refund.order.tid) if refund.order else ""},
    )


def _order(order: Order, part: Part | None) -> Row:
    is_paid = order.paid_at is not None
    whole = Part(
        order.piece_count if is_paid else 0,
        to_fen(order.paid_amount if is_paid else order.total_amount),
        to_fen(order.paid_amount) if is_paid else 0,
        to_fen(order.refund_amount) if is_paid else 0,
    )
    one = part or whole
    return Row(
        {
            "tid": order.tid,
            "status": _label(PlatformStatus, order.status),
            "created": order.created_at,
            "at": order.paid_at or _("没付款"),
            "province": order.receiver_province,
            "device": _label(Device, order.device),
            "buyer": mask_nick(order.buyer_nick),
            "pieces": one.pieces,
            "ordered": from_fen(one.ordered_fen),
            "paid": from_fen(one.gross_fen),
            "refund": from_fen(one.refund_fen),
            "net": from_fen(one.gross_fen - one.refund_fen),
        },
        {"tid": order_url(order.tid)},
    )


def _label(of: type[PlatformStatus | RefundType | Device], code: str) -> str:
    return str(of(code).label) if code in of.values else code


def in_file(value: object) -> object:
    """Write a cell for a file: instants as Shanghai clocks show them."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return value
