"""Turn a view of a day's orders into the cells of an order list, by header without blanks."""

import numpy as np

from orders.demo import messages, people, shipping, state
from orders.demo.catalog import SHOP_ID, SHOP_NAME, load_skus
from orders.demo.curve import DAY
from orders.demo.dice import Ints, Texts, below, texts, unit
from orders.demo.sinks import Cells
from orders.demo.state import View
from orders.demo.times import NEVER, show

_MEMO_TEXT = texts([text for text, _ in messages.MEMOS])
MEMO_FLAG = texts([f"{flag}旗" if flag else "" for _, flag in messages.MEMOS])


def yuan(fen: Ints) -> list[str]:
    """Return amounts as the platform writes them: `1234.50`."""
    return [f"{value // 100}.{value % 100:02d}" for value in fen.tolist()]


def numbers(values: Ints) -> list[str]:
    """Return whole numbers as texts."""
    return [str(value) for value in values.tolist()]


def status_texts(status: Ints, tid: Ints) -> Texts:
    """Return the Chinese statuses; some rows carry the half-width comma that old exports wrote."""
    shown = state.STATUS_TEXT[status]
    narrow = unit(tid, 61) < 0.04
    shown[narrow] = [text.replace("，", ",") for text in shown[narrow]]
    return shown


def memo_texts(view: View) -> Texts:
    """Return the shop's memos, a promised date filled in."""
    memos = _MEMO_TEXT[view.memo]
    promised = np.flatnonzero(view.memo == messages.MEMO_PROMISED)
    dates = (view.orders.memo_date[promised]).astype("datetime64[s]").astype("datetime64[D]")
    for place, day in zip(promised.tolist(), dates.tolist(), strict=True):
        memos[place] = memos[place].format(date=f"{day.month}月{day.day}日")
    return memos


def titles(view: View) -> list[str]:
    """Return the titles of each order's lines in one cell, joined by full-width commas."""
    lines = load_skus().title[view.orders.sku].tolist()
    starts = view.orders.starts.tolist()
    ends = [*starts[1:], len(lines)]
    return [
        "，".join(lines[a:b]) if b - a > 1 else lines[a] for a, b in zip(starts, ends, strict=True)
    ]


def _stage_texts(view: View) -> list[str]:
    stages = [""] * view.orders.count
    for place in np.flatnonzero(view.orders.presale).tolist():
        deposit = int(view.orders.deposit[place])
        balance = int(view.orders.total[place]) - deposit
        paid = "已付款" if view.paid[place] < NEVER else "未付款"
        stages[place] = (
            f"阶段1（定金）：{deposit / 100:.2f}元 已付款；"
            f"阶段2（尾款）：{balance / 100:.2f}元 {paid}"
        )
    return stages


def _common_order_cells(view: View, memos: Texts) -> dict[str, str | list[str]]:
    orders = view.orders
    blank_memo = np.where(unit(orders.tid, 62) < 0.15, "null", "")
    visible = view.parcels
    return {
        "订单编号": numbers(orders.tid),
        "买家应付货款": yuan(orders.total - orders.postage),
        "买家应付邮费": yuan(orders.postage),
        "买家支付积分": "0",
        "总金额": yuan(orders.total),
        "返点积分": "0",
        "买家实际支付金额": yuan(np.where(view.is_paid, orders.total - view.refunded, 0)),
        "买家实际支付积分": "0",
        "订单状态": status_texts(view.status, orders.tid).tolist(),
        "买家留言": messages.message_table()[orders.message].tolist(),
        "运送方式": "快递",
        "联系电话": "'",
        "订单创建时间": show(orders.created).tolist(),
        "订单付款时间": show(view.paid).tolist(),
        "宝贝标题": titles(view),
        "宝贝种类": numbers(np.bincount(orders.order_of, minlength=orders.count)),
        "物流单号": shipping.waybills(orders.tid, orders.parcels, visible).tolist(),
        "物流公司": _carriers(view),
        "订单备注": np.where(memos == "", blank_memo, memos).tolist(),
        "宝贝总数量": numbers(orders.pieces),
        "店铺Id": SHOP_ID,
        "店铺名称": SHOP_NAME,
        "订单关闭原因": view.close_reason.tolist(),
        "卖家服务费": "0",
        "买家服务费": "0元",
        "是否手机订单": np.where(orders.mobile, "手机订单", "").tolist(),
        "分阶段订单信息": _stage_texts(view),
        "是否上传合同照片": "否",
        "是否上传小票": "否",
        "是否代付": "否",
        "退款金额": yuan(view.refunded),
    }


def _carriers(view: View) -> list[str]:
    names = np.where(view.parcels > 0, shipping.CARRIERS[view.orders.parcels.carrier], "")
    split = np.flatnonzero(view.parcels > 1)
    names[split] = [
        ",".join([name] * parcels)
        for name, parcels in zip(names[split], view.parcels[split], strict=True)
    ]
    shown: list[str] = names.tolist()
    return shown


def order_cells_2022(view: View) -> Cells:
    """Return the cells of the 71-column order list: contacts masked, some phones virtual."""
    orders = view.orders
    buyers = people.describe(orders.buyer)
    memos = memo_texts(view)
    virtual = unit(orders.tid, 63) < 0.12
    extension = below(orders.tid, 64, 9_000).tolist()
    dialled = texts([f"18877771111-{100 + number}" for number in extension])
    expires = np.where(virtual & view.is_paid, orders.created + 30 * DAY, NEVER)
    paid_out = np.where(view.status == state.FINISHED, orders.total - view.refunded, 0)
    return _common_order_cells(view, memos) | {
        "买家会员名": buyers.member.tolist(),
        "买家会员昵称": buyers.nick.tolist(),
        "支付单号": payment_numbers(orders.created, orders.tid, view.paid),
        "收货人姓名": buyers.receiver.tolist(),
        "收货地址": buyers.address.tolist(),
        "联系手机": np.where(virtual, dialled, buyers.phone).tolist(),
        "虚拟号过期时间": show(expires).tolist(),
        "是否是O2O交易": "",
        "确认收货时间": show(view.finished).tolist(),
        "打款商家金额": [f"{amount}元" for amount in yuan(paid_out)],
        "是否信用购": "否",
        "配送类型": "",
        "预售订单": np.where(orders.presale | (orders.lead_days > 0), "是", "否").tolist(),
        "发货时间": show(view.consigned).tolist(),
        "商家备忘": memos.tolist(),
        "主订单编号": numbers(orders.tid),
    }


def order_cells_2017(view: View) -> Cells:
    """Return the cells of the 46-column order list, from before the platform masked contacts."""
    buyers = people.describe(view.orders.buyer)
    tail = below(view.orders.buyer, 65, 10**4).tolist()
    return _common_order_cells(view, memo_texts(view)) | {
        "买家会员名": people.member_names(view.orders.buyer).tolist(),
        "买家支付宝账号": [f"buyer{number:04d}@example.com" for number in tail],
        "收货人姓名": buyers.open_receiver.tolist(),
        "收货地址": buyers.open_address.tolist(),
        "联系手机": buyers.open_phone.tolist(),
        "特权订金订单id": "",
    }


def payment_numbers(created: Ints, tid: Ints, paid: Ints) -> list[str]:
    """Return Alipay-like numbers: the date, then digits; none before payment."""
    days = created.astype("datetime64[s]").astype("datetime64[D]").astype(str).tolist()
    digits = below(tid, 66, 10**14).tolist()
    shown = zip(days, digits, (paid < NEVER).tolist(), strict=True)
    return [f"{d.replace('-', '')}2200{n:014d}" if is_paid else "" for d, n, is_paid in shown]
