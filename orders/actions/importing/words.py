"""What an import changed, in words: the names of columns and their values as people read them."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from orders.choices import Flag, PlatformStatus, RefundStatus, RefundType, Stage
from shopops.lib.business_time import SHANGHAI

# Columns that follow from others, or mean nothing to people, are left out.
_COLUMNS = {
    "stage": _l("阶段"),
    "status": _l("平台状态"),
    "paid_at": _l("付款时间"),
    "consigned_at": _l("发货时间"),
    "ended_at": _l("结束时间"),
    "ship_due_at": _l("应出时间"),
    "platform_due_at": _l("平台时限"),
    "goods_amount": _l("货款"),
    "postage_amount": _l("邮费"),
    "payable_amount": _l("应付"),
    "total_amount": _l("总金额"),
    "paid_amount": _l("实付"),
    "amount": _l("退款金额"),
    "refund_amount": _l("退款金额"),
    "refunded_amount": _l("已退款"),
    "refund_status": _l("退款状态"),
    "has_open_refund": _l("退款未完"),
    "close_reason": _l("关闭原因"),
    "seller_memo": _l("卖家备注"),
    "buyer_message": _l("买家留言"),
    "flag": _l("旗"),
    "is_urgent": _l("加急"),
    "promise_hours": _l("承诺小时"),
    "promised_date": _l("承诺日"),
    "piece_count": _l("件数"),
    "quantity": _l("数量"),
    "price": _l("单价"),
    "title": _l("商品"),
    "spec": _l("规格"),
    "sku_code": _l("商家编码"),
    "receiver_name": _l("收货人"),
    "receiver_phone": _l("电话"),
    "receiver_province": _l("省份"),
    "receiver_city": _l("城市"),
    "receiver_district": _l("区县"),
    "receiver_address": _l("地址"),
    "shipping_text": _l("运送方式"),
    "applied_at": _l("申请时间"),
    "finished_at": _l("完结时间"),
    "timeout_at": _l("超时时间"),
    "type": _l("类型"),
    "phase": _l("售前售后"),
    "goods_status": _l("货物状态"),
    "reason": _l("原因"),
    "explanation": _l("说明"),
    "responsible": _l("责任方"),
    "return_carrier": _l("退货快递"),
    "return_waybill_no": _l("退货运单号"),
    "agreed_ship_at": _l("约定发货"),
    "carrier": _l("快递"),
    "waybill_no": _l("运单号"),
}
_CHOICES: dict[str, list[Any]] = {
    "stage": Stage.choices,
    "status": [*PlatformStatus.choices, *RefundStatus.choices],
    "refund_status": RefundStatus.choices,
    "type": RefundType.choices,
    "flag": Flag.choices,
}


def column_words(column: str) -> str:
    """Give the name of a column; empty where it means nothing to people."""
    return str(_COLUMNS.get(column, ""))


def value_words(column: str, value: object) -> str:
    """Give a value of `column` as it is kept with a change: text, or ISO text for an instant."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    named = {str(code): str(label) for code, label in _CHOICES.get(column, [])}
    if str(value) in named:
        return named[str(value)]
    if column.endswith("_amount") or column in {"amount", "price"}:
        return f"¥{float(str(value)):,.2f}"
    return _instant_words(str(value)) if column.endswith("_at") else str(value)


def _instant_words(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at.tzinfo else text
