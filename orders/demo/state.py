"""What the platform knows of a day's orders at the moment of an export."""

from dataclasses import dataclass

import numpy as np

from orders.demo import aftersales, messages
from orders.demo.dice import Flags, Ints, Texts, texts
from orders.demo.story import DayOrders
from orders.demo.times import NEVER

WAIT_PAY, WAIT_SEND, PART, SENT, FINISHED, CLOSED = range(6)
STATUS_TEXT = texts(
    [
        "等待买家付款",
        "买家已付款，等待卖家发货",
        "卖家部分发货",
        "卖家已发货，等待买家确认",
        "交易成功",
        "交易关闭",
    ]
)
STATUS_CODE = (
    "WAIT_BUYER_PAY",
    "WAIT_SELLER_SEND_GOODS",
    "SELLER_CONSIGNED_PART",
    "WAIT_BUYER_CONFIRM_GOODS",
    "TRADE_FINISHED",
    "TRADE_CLOSED",
)

APPLIED, AGREED, RETURNED, REFUSED, REFUND_CLOSED, REFUNDED, RESENT = range(1, 8)
REFUND_TEXT = texts(
    [
        "没有申请退款",
        "买家已经申请退款，等待卖家同意",
        "卖家已经同意退款，等待买家退货",
        "买家已经退货，等待卖家确认收货",
        "卖家拒绝退款",
        "退款关闭",
        "退款成功",
        "卖家已发货,等待卖家和买家确认收货",
    ]
)
OPEN_REFUNDS = (APPLIED, AGREED, RETURNED, REFUSED, RESENT)


@dataclass(frozen=True, slots=True)
class View:
    """A day's orders as seen at one moment; amounts in fen, `NEVER` for what is still to come."""

    at: int
    orders: DayOrders
    paid: Ints
    status: Ints
    refunded: Ints  # successful refunds of each order
    parcels: Ints  # parcels handed over so far
    consigned: Ints  # when the first one was
    finished: Ints
    memo: Ints
    close_reason: Texts
    line_status: Ints  # per line
    line_refunded: Ints  # per line
    refund_status: Ints  # per line, index into REFUND_TEXT

    @property
    def is_paid(self) -> Flags:
        return self.paid < NEVER


def look(orders: DayOrders, at: int) -> View:
    """Return what an export made at `at` shows of these orders."""
    paid = _until(orders.paid, at)
    status = _status(orders, at)
    done = (orders.refunds.outcome == aftersales.SUCCESS) & (orders.refunds.ended <= at)
    line_refunded = np.where(done, orders.refunds.amount, 0)
    refunded = np.bincount(orders.order_of, weights=line_refunded, minlength=orders.count)
    return View(
        at=at,
        orders=orders,
        paid=paid,
        status=status,
        refunded=refunded.astype(np.int64),
        parcels=np.where(
            orders.parcels.last <= at, orders.parcels.count, (orders.parcels.first <= at) * 1
        ),
        consigned=_until(orders.parcels.first, at),
        finished=np.where(status == FINISHED, orders.finished, NEVER),
        memo=np.where(orders.memo_at <= at, orders.memo, 0),
        close_reason=_close_reason(orders, status, paid),
        line_status=_line_status(orders, status, done),
        line_refunded=line_refunded,
        refund_status=_refund_status(orders.refunds, at),
    )


def _until(moments: Ints, at: int) -> Ints:
    return np.where(moments <= at, moments, NEVER)


def _status(orders: DayOrders, at: int) -> Ints:
    return np.select(
        [
            (orders.closed_unpaid <= at) | (orders.closed_refunded <= at),
            orders.finished <= at,
            orders.parcels.last <= at,
            orders.parcels.first <= at,
            orders.paid <= at,
        ],
        [CLOSED, FINISHED, SENT, PART, WAIT_SEND],
        WAIT_PAY,
    )


def _line_status(orders: DayOrders, status: Ints, done: Flags) -> Ints:
    """Lines follow their order, save wholly refunded ones and those of a later parcel."""
    lines = status[orders.order_of]
    lines = np.where((lines == PART) & (orders.place == 0), SENT, lines)
    lines = np.where(lines == PART, WAIT_SEND, lines)
    in_time = orders.refunds.ended < orders.finished[orders.order_of]
    return np.where(done & orders.refunds.whole & in_time, CLOSED, lines)


def _refund_status(refunds: aftersales.Refunds, at: int) -> Ints:
    goods = (refunds.kind == aftersales.EXCHANGE) | (refunds.kind == aftersales.RESEND)
    ended = refunds.ended <= at
    return np.select(
        [
            ended & (refunds.outcome == aftersales.SUCCESS) & goods,
            ended & (refunds.outcome == aftersales.SUCCESS),
            ended & (refunds.outcome == aftersales.CLOSED),
            ended & (refunds.outcome == aftersales.REFUSED),
            refunds.returned <= at,
            refunds.agreed <= at,
            refunds.applied <= at,
        ],
        [RESENT, REFUNDED, REFUND_CLOSED, REFUSED, RETURNED, AGREED, APPLIED],
        0,
    )


_REASONS = texts([messages.NOT_CLOSED, messages.NEVER_PAID, messages.CANCELLED, messages.REFUNDED])


def _close_reason(orders: DayOrders, status: Ints, paid: Ints) -> Texts:
    unpaid = np.where(orders.cancelled, 2, 1)
    return _REASONS[np.where(status == CLOSED, np.where(paid < NEVER, 3, unpaid), 0)]
