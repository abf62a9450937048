"""What a line of the Alipay bill is, by the words of its type, product and remark. Pure.

Words: sellers' own bills, as `docs/files.md` names them; not the platform's published list. What no
word knows stays `other` and is shown, never guessed.
"""

from decimal import Decimal

from orders.choices import BillKind

# The first that fits wins: penalties before fees, special fees before the general one.
_WORDS: tuple[tuple[BillKind, tuple[str, ...]], ...] = (
    (BillKind.LATE_PENALTY, ("延迟发货", "延时发货", "迟发货")),
    (BillKind.FAKE_PENALTY, ("虚假发货",)),
    (BillKind.TRACE_PENALTY, ("物流轨迹异常", "物流异常", "轨迹超时", "揽收超时", "物流超时")),
    (BillKind.STOCK_PENALTY, ("缺货",)),
    (BillKind.COMMISSION, ("天猫佣金",)),
    (
        BillKind.AFFILIATE,
        ("淘宝客佣金", "淘宝联盟佣金", "推广佣金", "淘客佣金", "招商服务费", "团长服务费"),
    ),
    (BillKind.POINTS, ("返点积分", "退回积分", "代扣积分", "天猫积分")),
    (
        BillKind.FREIGHT_INSURANCE,
        ("消费者体验提升计划", "运费险", "退货宝", "退货包运费", "保险承保", "保险理赔"),
    ),
    (BillKind.INSTALMENT, ("花呗分期", "分期免息")),
    (BillKind.CREDIT_PAY, ("先用后付",)),
    (
        BillKind.GIFT_MONEY,
        ("新客礼金", "首单礼金", "会员礼金", "品牌新享", "消费券", "限时红包", "商家红包"),
    ),
    (BillKind.CONSOLIDATION, ("集运",)),
    (BillKind.CHARITY, ("公益宝贝",)),
    (BillKind.PROMOTION, ("百亿补贴", "官方竞价", "淘金币", "聚划算", "活动服务费", "营销服务费")),
    (BillKind.SERVICE_FEE, ("基础软件服务费", "技术服务费", "软件服务费")),
    (BillKind.REFUND, ("交易退款", "退款")),
    (BillKind.TRANSFER, ("提现", "充值", "转账", "余额宝", "转入", "转出")),
    (BillKind.PAYMENT, ("交易付款", "在线支付", "交易收款", "货款", "支付宝担保交易", "确认收货")),
)
# 商户订单号 of a payment for an order: this and the order number.
TID_PREFIXES = ("T200P", "T10000P", "T100P", "T50060NP")
_SHORTEST_TID, _LONGEST_TID = 12, 20


def bill_kind(
    *, type_text: str, title: str, remark: str, income: Decimal, expense: Decimal, tid: str
) -> BillKind:
    """Classify a line; the remark says more than the type, so it is asked first.

    A line of an order that brings money in and has no word of its own is its payment.
    """
    for text in (remark, title, type_text):
        for kind, words in _WORDS:
            if text and any(word in text for word in words):
                return kind
    if tid and income > 0 and expense == 0:
        return BillKind.PAYMENT
    return BillKind.OTHER


def tid_of(*numbers: str) -> str:
    """Give the order number that one of a line's numbers holds; empty where none does.

    `T200P` and the number; a bare number of an order's length; or the number inside a fee's own
    (`T200P…_1`). Anything else is not guessed.
    """
    for number in numbers:
        text = number.strip()
        prefix = next((one for one in TID_PREFIXES if text.startswith(one)), "")
        digits = _leading_digits(text[len(prefix) :])
        rest = text[len(prefix) + len(digits) :]
        fits = _SHORTEST_TID <= len(digits) <= _LONGEST_TID
        if fits and (prefix or not rest) and (not rest or rest[0] in "_-|"):
            return digits
    return ""


def _leading_digits(text: str) -> str:
    end = next((place for place, sign in enumerate(text) if not sign.isdecimal()), len(text))
    return text[:end] if text[:end].isascii() else ""
