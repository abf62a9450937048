"""The cells of item lists and refund lists, by header name without its blanks."""

from dataclasses import dataclass

import numpy as np

from orders.demo import aftersales, messages, shipping, state
from orders.demo.catalog import load_skus
from orders.demo.cells import MEMO_FLAG, memo_texts, numbers, payment_numbers, status_texts, yuan
from orders.demo.curve import DAY
from orders.demo.dice import Flags, Ints, Texts, below, texts, unit
from orders.demo.sinks import Cells
from orders.demo.state import View
from orders.demo.times import NEVER, show


@dataclass(frozen=True, slots=True)
class Markers:
    """What a file writes where it has nothing to say; each container has its own habit."""

    nothing: str  # in text columns
    no_refund: str  # in 退款状态
    no_amount: str  # in 退款金额


GBK_MARKERS = Markers("--", "没有申请退款", "--")
XLSX_MARKERS = Markers("", "没有申请退款", "无退款申请")
UTF8_MARKERS = Markers("#NULL!", "无退款申请", "None")


def _line_waybills(view: View) -> tuple[list[str], list[str]]:
    """Return each line's waybills and carriers: the first parcel takes the first line only."""
    orders = view.orders
    joined = shipping.waybills(orders.tid, orders.parcels, view.parcels).tolist()
    carriers = shipping.CARRIERS[orders.parcels.carrier].tolist()
    lines = np.bincount(orders.order_of, minlength=orders.count).tolist()
    closed = (view.line_status == state.CLOSED) | (view.line_status == state.WAIT_SEND)
    waits = (closed & orders.refunds.before_shipping) | (view.line_status == state.WAIT_SEND)
    shown, names = [], []
    for order, place, wait in zip(
        orders.order_of.tolist(), orders.place.tolist(), waits.tolist(), strict=True
    ):
        numbers_here = "" if wait else joined[order]
        if numbers_here and lines[order] > 1 and "," in numbers_here:
            numbers_here = numbers_here.split(",")[0 if place == 0 else -1]
        shown.append(f"No:{numbers_here}" if numbers_here else "")
        names.append(carriers[order] if numbers_here else "")
    return shown, names


def item_cells(view: View, markers: Markers) -> Cells:
    """Return the cells of every item list layout; a layout takes those it has headers for."""
    orders, order_of, skus = view.orders, view.orders.order_of, load_skus()
    tid = orders.tid[order_of]
    memos = memo_texts(view)
    waybills, carriers = _line_waybills(view)
    paid = view.is_paid[order_of]
    net = np.where(paid, orders.due - view.line_refunded, 0)
    refund_amount = texts(yuan(view.line_refunded))
    refund_amount[view.refund_status == 0] = markers.no_amount
    refund_text = state.REFUND_TEXT[view.refund_status]
    refund_text[view.refund_status == 0] = markers.no_refund
    codes = _line_codes(orders.oid, orders.sku)
    title, words = skus.title[orders.sku].tolist(), messages.message_table()[orders.message]
    price, amount = yuan(skus.price_fen[orders.sku]), yuan(net)
    cells: dict[str, str | list[str]] = {
        "子订单编号": numbers(orders.oid),
        "主订单编号": numbers(tid),
        "订单编号": numbers(tid),
        "购买数量": numbers(orders.quantity),
        "外部系统编号": skus.product_code[orders.sku].tolist(),
        "商品属性": skus.spec[orders.sku].tolist(),
        "套餐信息": markers.nothing,
        "订单状态": status_texts(view.line_status, tid).tolist(),
        "商家编码": codes.tolist(),
        "支付单号": texts(payment_numbers(orders.created, orders.tid, view.paid))[
            order_of
        ].tolist(),
        "买家应付货款": yuan(orders.due),
        "退款状态": refund_text.tolist(),
        "退款金额": refund_amount.tolist(),
        "订单创建时间": show(orders.created)[order_of].tolist(),
        "订单付款时间": show(view.paid)[order_of].tolist(),
        "备注标签": MEMO_FLAG[view.memo][order_of].tolist(),
        "主订单买家留言": words[order_of].tolist(),
        "发货时间": _line_consigned(view, waybills),
        "物流单号": waybills,
        "物流公司": carriers,
    }
    both_names = [
        (("标题", "商品标题"), title),
        (("价格", "商品价格"), price),
        (("买家实际支付金额", "买家实付金额"), amount),
        (("商品id", "商品ID"), skus.product_id[orders.sku].tolist()),
        (("主订单备注", "商家备注"), memos[order_of].tolist()),
    ]
    for names, values in both_names:
        cells |= dict.fromkeys(names, values)
    return cells | dict.fromkeys(("是否赔付", "是否主动赔付"), "否")


def _line_codes(oid: Ints, sku: Ints) -> Texts:
    """Return the merchant codes; a few lines were sold before somebody filled the code in."""
    codes = load_skus().code[sku]
    codes[lacks_code(oid)] = ""
    return codes


def lacks_code(oid: Ints) -> Flags:
    """Tell which lines carry no merchant code."""
    return unit(oid, 71) < 0.002


def _line_consigned(view: View, waybills: list[str]) -> list[str]:
    orders = view.orders
    split_later = (orders.place > 0) & (view.parcels > 1)[orders.order_of]
    moments = np.where(
        split_later, orders.parcels.last[orders.order_of], view.consigned[orders.order_of]
    )
    left = np.array([bool(waybill) for waybill in waybills], dtype=np.bool_)
    shown: list[str] = show(np.where(left, moments, NEVER)).tolist()
    return shown


_KINDS = texts(list(aftersales.TYPE_TEXT))


def refund_cells(view: View, since: int) -> tuple[Cells, int]:
    """Return the cells of both refund layouts for refunds applied for at or after `since`."""
    orders, refunds = view.orders, view.orders.refunds
    rows = np.flatnonzero((refunds.applied <= view.at) & (refunds.applied >= since))
    if not len(rows):
        return {}, 0
    order = orders.order_of[rows]
    skus, sku = load_skus(), orders.sku[rows]
    oid, status, kind = orders.oid[rows], view.refund_status[rows], refunds.kind[rows]
    is_done = np.isin(status, (state.REFUNDED, state.REFUND_CLOSED))
    ended = show(np.where(is_done, refunds.ended[rows], NEVER)).tolist()
    applied = show(refunds.applied[rows]).tolist()
    returned = refunds.returned[rows]
    sent_back = returned <= view.at
    shipped = refunds.applied[rows] >= orders.parcels.first[order]
    money = yuan(refunds.amount[rows])
    waybills = shipping.waybills(orders.tid, orders.parcels, view.parcels)[order]
    carriers = np.where(view.parcels > 0, shipping.CARRIERS[orders.parcels.carrier], "")[order]
    back_no = [f"75{number:012d}" for number in below(oid, 72, 10**12).tolist()]
    product_id = skus.product_id[sku].tolist()
    whole = refunds.whole[rows]
    goods = np.where(
        shipped, np.where(kind == aftersales.RETURN, "买家已收到货", "买家未收到货"), "卖家未发货"
    )
    cells: dict[str, str | list[str]] = {
        "订单编号": numbers(orders.tid[order]),
        "退款编号": [f"2{number:017d}" for number in below(oid, 73, 10**17).tolist()],
        "支付宝交易号": texts(payment_numbers(orders.created, orders.tid, view.paid))[
            order
        ].tolist(),
        "订单付款时间": show(view.paid)[order].tolist(),
        "退款完结时间": ended,
        "完结时间": ended,
        "买家实际支付金额": yuan(orders.due[rows]),
        "宝贝标题": skus.title[sku].tolist(),
        "手工退款/系统退款": "手工退款",
        "是否需要退货": np.where(kind == aftersales.RETURN, "需要退货", "不需要退货").tolist(),
        "超时时间": show(_time_out(view, rows, is_done)).tolist(),
        "退款状态": state.REFUND_TEXT[status].tolist(),
        "货物状态": goods.tolist(),
        "客服介入状态": "不需要客服介入",
        "退货物流单号": np.where(sent_back, texts(back_no), "").tolist(),
        "退货物流公司": np.where(sent_back, "中通快递", "").tolist(),
        "买家退款原因": _reasons(oid, kind, refunds.before_shipping[rows]).tolist(),
        "买家退货时间": show(np.where(sent_back, returned, NEVER)).tolist(),
        "售中或售后": np.where(
            refunds.applied[rows] < orders.finished[order], "售中", "售后"
        ).tolist(),
        "审核操作人": "小岑",
        "是否零秒响应": "否",
        "退款操作人": "小岑",
        "业务类型": "普通退款",
        "商品sku信息": skus.spec[sku].tolist(),
        "代客发起": "否",
        "是否帮他退款": "否",
        "小额收款": "否",
        "淘特订单": "否",
        "售后类型": _KINDS[kind].tolist(),
        "退给平台金额": "0.00",
        "商家编码": skus.code[sku].tolist(),
        "发货物流单号": waybills.tolist(),
        "发货物流公司": carriers.tolist(),
        "卖家真实姓名": "宁**",
        "卖家退货地址": "江苏省 南通市 通州区 川姜镇示例路1号",
        "卖家邮编": "226300",
        "卖家手机": "13800000000",
        "买家会员名称": "",
    }
    doubled = [
        (("退款总额", "买家退款金额", "退给买家金额"), money),
        (("退款申请时间", "退款的申请时间"), applied),
        (("商品id", "商品编码"), product_id),
    ]
    for names, values in doubled:
        cells |= dict.fromkeys(names, values)
    cells["部分退款/全额退款"] = np.where(whole, "全额退款", "部分退款").tolist()
    cells["部分退款/全部退款"] = np.where(whole, "全部退款", "部分退款").tolist()
    return cells, len(rows)


def _time_out(view: View, rows: Ints, is_done: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    """Return the platform's deadline of the step a case is in; some cases are past it."""
    refunds = view.orders.refunds
    status = view.refund_status[rows]
    deadline = np.select(
        [status == state.RETURNED, status == state.AGREED],
        [refunds.returned[rows] + 10 * DAY, refunds.agreed[rows] + 7 * DAY],
        refunds.applied[rows] + 2 * DAY,
    )
    return np.where(is_done, NEVER, deadline)


def _reasons(oid: Ints, kind: Ints, before: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Texts:
    tables = [
        texts(list(r))
        for r in (messages.REASONS_BEFORE, messages.REASONS_RETURN, messages.REASONS_MONEY)
    ]
    picks = [table[below(oid, 74, len(table))] for table in tables]
    goods = (kind == aftersales.RETURN) | (kind == aftersales.EXCHANGE)
    shown: Texts = np.where(before, picks[0], np.where(goods, picks[1], picks[2]))
    return shown
