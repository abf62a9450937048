"""The platform's words in export files, mapped to its API codes. Pure text, no Django.

Source: the texts seen in exports from 2012 to 2026 and the API's enumerations. A text that is not
here is an error of its row, never a guess.
"""

import re
import unicodedata

WAIT_SELLER_SEND_GOODS = "WAIT_SELLER_SEND_GOODS"
SELLER_CONSIGNED_PART = "SELLER_CONSIGNED_PART"
PAID_FORBID_CONSIGN = "PAID_FORBID_CONSIGN"
TRADE_CLOSED = "TRADE_CLOSED"
TRADE_CLOSED_BY_TAOBAO = "TRADE_CLOSED_BY_TAOBAO"

# Never shippable, whatever else says so; an open refund comes on top of these.
NEVER_SHIPPABLE = frozenset({PAID_FORBID_CONSIGN, TRADE_CLOSED, TRADE_CLOSED_BY_TAOBAO})

_MARKS = re.compile(r"[\s,|、;:。()]+")


class UnknownTextError(ValueError):
    """A text of the platform that no table here knows."""

    def __init__(self, *, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text
        super().__init__(f"{kind}: {text!r}")


def text_key(text: str) -> str:
    """Reduce a platform text to what its full-width, half-width and mangled forms share."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).upper()


# As printed in exports. 交易关闭 stands for two codes: see `platform_status`.
STATUS_BY_TEXT: dict[str, str] = {
    "未创建支付宝交易": "TRADE_NO_CREATE_PAY",
    "等待买家付款": "WAIT_BUYER_PAY",
    "买家已付款，等待卖家发货": WAIT_SELLER_SEND_GOODS,
    "卖家部分发货": SELLER_CONSIGNED_PART,
    "卖家已发货，等待买家确认": "WAIT_BUYER_CONFIRM_GOODS",
    "买家已签收": "TRADE_BUYER_SIGNED",
    "买家已签收（货到付款）": "TRADE_BUYER_SIGNED",
    "交易成功": "TRADE_FINISHED",
    "交易关闭": TRADE_CLOSED,
}

# Known from the API only; no export text was ever found for them.
API_ONLY_STATUSES = frozenset(
    {"PAY_PENDING", "WAIT_PRE_AUTH_CONFIRM", PAID_FORBID_CONSIGN, TRADE_CLOSED_BY_TAOBAO}
)

REFUND_STATUS_BY_TEXT: dict[str, str] = {
    "没有申请退款": "NO_REFUND",
    "无退款申请": "NO_REFUND",
    "买家已经申请退款，等待卖家同意": "WAIT_SELLER_AGREE",
    "卖家已经同意退款，等待买家退货": "WAIT_BUYER_RETURN_GOODS",
    "买家已经退货，等待卖家确认收货": "WAIT_SELLER_CONFIRM_GOODS",
    "卖家拒绝退款": "SELLER_REFUSE_BUYER",
    "卖家已发货,等待卖家和买家确认收货": "EXCHANGE_SENT",
    "等待买家确认重新邮寄的货物": "EXCHANGE_WAIT_BUYER",
    "退款关闭": "CLOSED",
    "退款成功": "SUCCESS",
}

REFUND_TYPE_BY_TEXT: dict[str, str] = {
    "仅退款": "refund_only",
    "退货退款": "return_and_refund",
    "换货": "exchange",
    "补寄": "resend",
    "退款": "refund",
    "退运费": "freight_refund",
    "维修": "repair",
    "邮费退差": "postage_difference",
}

# 备注标签 and 旗: the colour, with or without 旗 or 色.
FLAG_BY_TEXT: dict[str, int] = {"灰": 0, "红": 1, "黄": 2, "绿": 3, "蓝": 4, "紫": 5}


def _by_key(texts: dict[str, str]) -> dict[str, str]:
    codes = {text_key(code): code for code in texts.values()}
    return codes | {text_key(text): code for text, code in texts.items()}


STATUS_BY_KEY = _by_key(STATUS_BY_TEXT) | {text_key(code): code for code in API_ONLY_STATUSES}
REFUND_STATUS_BY_KEY = _by_key(REFUND_STATUS_BY_TEXT)
REFUND_TYPE_BY_KEY = _by_key(REFUND_TYPE_BY_TEXT)


def platform_status(text: str, *, is_paid: bool) -> str:
    """Give the API status for an export text or an API code.

    交易关闭 means "refunded" after payment and "never paid" before it: `is_paid` (has a payment
    time) decides. An explicit TRADE_CLOSED_BY_TAOBAO stays as it is.

    :raises UnknownTextError: if the text is not a known status
    """
    status = STATUS_BY_KEY.get(text_key(text))
    if status is None:
        raise UnknownTextError(kind="订单状态", text=text)
    if status == TRADE_CLOSED and not is_paid:
        return TRADE_CLOSED_BY_TAOBAO
    return status


def refund_status(text: str) -> str:
    """Give the refund status for an export text or an API code.

    :raises UnknownTextError: if the text is not a known refund status
    """
    status = REFUND_STATUS_BY_KEY.get(text_key(text))
    if status is None:
        raise UnknownTextError(kind="退款状态", text=text)
    return status


def refund_type(text: str) -> str:
    """Give our code for the export's 售后类型.

    :raises UnknownTextError: if the text is not a known type
    """
    code = REFUND_TYPE_BY_KEY.get(text_key(text))
    if code is None:
        raise UnknownTextError(kind="售后类型", text=text)
    return code


def flag_number(text: str) -> int:
    """Give the platform's flag number (0 to 5) for a colour word such as 红, 红旗 or 红色.

    :raises UnknownTextError: if the text names no flag colour
    """
    colour = text_key(text).removesuffix("旗").removesuffix("色")
    if colour not in FLAG_BY_TEXT:
        raise UnknownTextError(kind="旗帜", text=text)
    return FLAG_BY_TEXT[colour]
