"""Words of the order trade as enumerations, with the tables that say what may follow what.

The member values are what the database stores. Platform statuses keep the platform's own codes.
Texts of export files are mapped to these codes in `orders.rules.platform_texts`, without Django.
"""

from dataclasses import dataclass

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class PlatformStatus(TextChoices):
    """The platform's status of an order or an order line."""

    TRADE_NO_CREATE_PAY = "TRADE_NO_CREATE_PAY", _("未创建支付宝交易")
    WAIT_BUYER_PAY = "WAIT_BUYER_PAY", _("等待买家付款")
    PAY_PENDING = "PAY_PENDING", _("付款处理中")
    WAIT_PRE_AUTH_CONFIRM = "WAIT_PRE_AUTH_CONFIRM", _("等待预授权确认")
    PAID_FORBID_CONSIGN = "PAID_FORBID_CONSIGN", _("已付款，平台禁止发货")
    WAIT_SELLER_SEND_GOODS = "WAIT_SELLER_SEND_GOODS", _("买家已付款，等待卖家发货")
    SELLER_CONSIGNED_PART = "SELLER_CONSIGNED_PART", _("卖家部分发货")
    WAIT_BUYER_CONFIRM_GOODS = "WAIT_BUYER_CONFIRM_GOODS", _("卖家已发货，等待买家确认")
    TRADE_BUYER_SIGNED = "TRADE_BUYER_SIGNED", _("买家已签收（货到付款）")
    TRADE_FINISHED = "TRADE_FINISHED", _("交易成功")
    TRADE_CLOSED_BY_TAOBAO = "TRADE_CLOSED_BY_TAOBAO", _("交易关闭（未付款）")
    TRADE_CLOSED = "TRADE_CLOSED", _("交易关闭（已退款）")


# How far along a status is. The file exported last wins per field whatever the rank; an *older*
# file may only move a status to a higher rank. Equal rank means: neither is further along.
STATUS_RANK: dict[str, int] = {
    PlatformStatus.TRADE_NO_CREATE_PAY: 0,
    PlatformStatus.WAIT_BUYER_PAY: 10,
    PlatformStatus.PAY_PENDING: 15,
    PlatformStatus.WAIT_PRE_AUTH_CONFIRM: 15,
    PlatformStatus.PAID_FORBID_CONSIGN: 20,
    PlatformStatus.WAIT_SELLER_SEND_GOODS: 30,
    PlatformStatus.SELLER_CONSIGNED_PART: 40,
    PlatformStatus.WAIT_BUYER_CONFIRM_GOODS: 50,
    PlatformStatus.TRADE_BUYER_SIGNED: 60,
    PlatformStatus.TRADE_FINISHED: 70,
    PlatformStatus.TRADE_CLOSED_BY_TAOBAO: 80,
    PlatformStatus.TRADE_CLOSED: 90,
}


class Stage(TextChoices):
    """Where an order stands in our own work; stored, moved only by actions."""

    AWAITING_PAYMENT = "awaiting_payment", _("待付款")
    AWAITING_AUDIT = "awaiting_audit", _("待审单")
    HELD = "held", _("已挂起")
    APPROVED = "approved", _("已通过")
    IN_WAVE = "in_wave", _("已入波次")
    PICKED = "picked", _("已拣货")
    CHECKED = "checked", _("已验货")
    HANDED_OVER = "handed_over", _("已交接")
    PICKED_UP = "picked_up", _("已揽收")
    IN_TRANSIT = "in_transit", _("运输中")
    SIGNED = "signed", _("已签收")
    CANCELLED = "cancelled", _("已取消")


# Paid, not yet handed over: what the cutoff and a recomputation of due times are about.
OPEN_STAGES = [
    Stage.AWAITING_AUDIT,
    Stage.HELD,
    Stage.APPROVED,
    Stage.IN_WAVE,
    Stage.PICKED,
    Stage.CHECKED,
]

# The parcel has left the house.
LEFT_STAGES: tuple[Stage, ...] = (
    Stage.HANDED_OVER,
    Stage.PICKED_UP,
    Stage.IN_TRANSIT,
    Stage.SIGNED,
)

_LEAVES = frozenset({*LEFT_STAGES, Stage.CANCELLED})

# What may follow what. A file or the platform may report any later stage at once, so each open
# stage leads to each stage after the hand-over; steps back exist only where a person undoes a step.
STAGE_TRANSITIONS: dict[Stage, frozenset[Stage]] = {
    Stage.AWAITING_PAYMENT: _LEAVES | {Stage.AWAITING_AUDIT, Stage.HELD},
    Stage.AWAITING_AUDIT: _LEAVES | {Stage.HELD, Stage.APPROVED},
    Stage.HELD: _LEAVES | {Stage.AWAITING_AUDIT, Stage.APPROVED},
    # Past picking: it passed audit again while its parcel was on the packing table.
    Stage.APPROVED: _LEAVES
    | {Stage.AWAITING_AUDIT, Stage.HELD, Stage.IN_WAVE, Stage.PICKED, Stage.CHECKED},
    Stage.IN_WAVE: _LEAVES | {Stage.HELD, Stage.APPROVED, Stage.PICKED},
    Stage.PICKED: _LEAVES | {Stage.HELD, Stage.APPROVED, Stage.IN_WAVE, Stage.CHECKED},
    Stage.CHECKED: _LEAVES | {Stage.HELD, Stage.APPROVED, Stage.PICKED},
    # A hand-over entered by mistake goes back to approved, until the carrier's pickup proves it.
    Stage.HANDED_OVER: frozenset(
        {Stage.APPROVED, Stage.PICKED_UP, Stage.IN_TRANSIT, Stage.SIGNED, Stage.CANCELLED}
    ),
    Stage.PICKED_UP: frozenset({Stage.IN_TRANSIT, Stage.SIGNED, Stage.CANCELLED}),
    Stage.IN_TRANSIT: frozenset({Stage.SIGNED, Stage.CANCELLED}),
    # Money back after signing closes the trade on the platform.
    Stage.SIGNED: frozenset({Stage.CANCELLED}),
    Stage.CANCELLED: frozenset(),
}


class HoldKind(TextChoices):
    """Why an order is held; each kind has an owner, a due time and a way to end."""

    UNPAID_BALANCE = "unpaid_balance", _("尾款未付")
    COOL_DOWN = "cool_down", _("付款冷静期")
    WAITING_TO_MERGE = "waiting_to_merge", _("等待合单")
    STOCK_SHORT = "stock_short", _("缺货")
    UNKNOWN_CODE = "unknown_code", _("编码不识")
    COMBO_PART_UNKNOWN = "combo_part_unknown", _("套装部件不识")
    PRICE_UNDER_FLOOR = "price_under_floor", _("低于底价")
    AMOUNT_TOO_LARGE = "amount_too_large", _("金额过大")
    TOO_MANY_PIECES = "too_many_pieces", _("件数过多")
    EXCLUDED_SKU = "excluded_sku", _("指定编码人工审")
    BUYER_MESSAGE = "buyer_message", _("买家留言")
    SPECIAL_COURIER = "special_courier", _("指定快递")
    MEMO_INSTRUCTION = "memo_instruction", _("备注有交代")
    ADDRESS_INCOMPLETE = "address_incomplete", _("地址不全")
    ADDRESS_CHANGED = "address_changed", _("改了地址")
    REGION_NOT_SERVED = "region_not_served", _("快递不到")
    BLACK_LIST = "black_list", _("黑名单")
    REFUND_OPEN = "refund_open", _("退款中")
    EXCHANGE_WAITING = "exchange_waiting", _("换货等回件")
    LABEL_FAILED = "label_failed", _("面单失败")
    GIFT_OUT_OF_STOCK = "gift_out_of_stock", _("赠品缺货")
    PLATFORM_FORBIDS = "platform_forbids", _("平台禁发")
    PRESALE_NOT_DUE = "presale_not_due", _("预售未到期")
    LATE_SHIPPING = "late_shipping", _("发货延迟")
    QUALITY_RECHECK = "quality_recheck", _("质量复检")
    HAND_SET = "hand_set", _("人工挂起")


@dataclass(frozen=True, slots=True)
class HoldDefault:
    """What a hold of one kind starts with; the person who sets it may change owner and due time.

    `owner_role` is a role code of `shopops.staff`. `must_tell`: the hold cannot close before the
    buyer was told. `self_releases`: it ends by itself when its cause is gone. `is_timed`: all it waits
    for is a time, its due time; nobody has anything to do.
    """

    owner_role: str
    due_hours: int
    must_tell: bool
    self_releases: bool
    is_timed: bool = False


def _hold(role: str, *, hours: int = 24, tell: bool = False, releases: bool = False) -> HoldDefault:
    return HoldDefault(owner_role=role, due_hours=hours, must_tell=tell, self_releases=releases)


_TIMED = HoldDefault("service", due_hours=24, must_tell=False, self_releases=True, is_timed=True)


HOLD_DEFAULTS: dict[HoldKind, HoldDefault] = {
    HoldKind.UNPAID_BALANCE: _hold("service", releases=True),
    HoldKind.COOL_DOWN: _TIMED,
    HoldKind.WAITING_TO_MERGE: _hold("service", releases=True),
    HoldKind.STOCK_SHORT: _hold("warehouse_lead", tell=True, releases=True),
    HoldKind.UNKNOWN_CODE: _hold("editor", releases=True),
    HoldKind.COMBO_PART_UNKNOWN: _hold("editor", releases=True),
    HoldKind.PRICE_UNDER_FLOOR: _hold("manager"),
    HoldKind.AMOUNT_TOO_LARGE: _hold("service_lead"),
    HoldKind.TOO_MANY_PIECES: _hold("service_lead"),
    HoldKind.EXCLUDED_SKU: _hold("service"),
    HoldKind.BUYER_MESSAGE: _hold("service"),
    HoldKind.SPECIAL_COURIER: _hold("service"),
    HoldKind.MEMO_INSTRUCTION: _hold("service"),
    HoldKind.ADDRESS_INCOMPLETE: _hold("service"),
    HoldKind.ADDRESS_CHANGED: _hold("service"),
    HoldKind.REGION_NOT_SERVED: _hold("service", tell=True),
    HoldKind.BLACK_LIST: _hold("service_lead"),
    HoldKind.REFUND_OPEN: _hold("service", releases=True),
    HoldKind.EXCHANGE_WAITING: _hold("service", releases=True),
    HoldKind.LABEL_FAILED: _hold("warehouse_lead"),
    HoldKind.GIFT_OUT_OF_STOCK: _hold("promotion", tell=True, releases=True),
    HoldKind.PLATFORM_FORBIDS: _hold("service", releases=True),
    HoldKind.PRESALE_NOT_DUE: _TIMED,
    HoldKind.LATE_SHIPPING: _hold("service", tell=True),
    HoldKind.QUALITY_RECHECK: _hold("warehouse_lead"),
    HoldKind.HAND_SET: _hold("service"),
}


TIMED_KINDS: tuple[HoldKind, ...] = tuple(
    kind for kind, defaults in HOLD_DEFAULTS.items() if defaults.is_timed
)

# End by themselves when stock arrives, whether or not the buyer was told.
SHORTAGES: tuple[HoldKind, ...] = (HoldKind.STOCK_SHORT, HoldKind.GIFT_OUT_OF_STOCK)

# How a hold ended that no person ended: its cause was gone, or its order left or ended.
BY_ITSELF = "auto"
GONE = "gone"


class AuditRuleCode(TextChoices):
    """What audit looks at. Each rule's parameters: `orders.rules.audit_parameters`."""

    ACTIVE_HOURS = "active_hours", _("自动审单时段")
    COOL_DOWN = "cool_down", _("付款冷静期")
    UNPAID_BALANCE = "unpaid_balance", _("预售尾款未付清")
    MAX_AMOUNT = "max_amount", _("金额上限")
    MAX_PIECES = "max_pieces", _("件数上限")
    MAX_KINDS = "max_kinds", _("款数上限")
    EXCLUDED_SKUS = "excluded_skus", _("指定编码不自动审")
    UNKNOWN_CODE = "unknown_code", _("商家编码为空")
    RECEIVER_COMPLETE = "receiver_complete", _("收货信息不全")
    REGION_SERVED = "region_served", _("快递不到的省份")
    BLACK_LIST = "black_list", _("买家黑名单")
    BUYER_MESSAGE = "buyer_message", _("买家留言要人看")
    MEMO = "memo", _("卖家备注要人看")
    FLAGS = "flags", _("旗帜对应的动作")
    MERGEABLE = "mergeable", _("同一买家可合单")
    PRESALE_NOT_DUE = "presale_not_due", _("预售未到期")
    LOW_PRICE = "low_price", _("成交价过低")


class KeywordPlace(TextChoices):
    """Where a keyword rule looks."""

    MESSAGE = "message", _("买家留言")
    MEMO = "memo", _("卖家备注")
    BOTH = "both", _("留言和备注")


class KeywordAct(TextChoices):
    """What a keyword asks for. `pass`: the words need nobody's attention."""

    PASS = "pass", _("不用管")
    URGENT = "urgent", _("标为加急")
    COURIER = "courier", _("指定快递")
    GIFT = "gift", _("加赠品")
    HOLD = "hold", _("挂起")


class Device(TextChoices):
    """What an order was placed on, as the order file tells it."""

    MOBILE = "mobile", _("手机")
    PC = "pc", _("电脑")


class Flag(IntegerChoices):
    """The seller's flag on an order, numbered as the platform numbers it."""

    NONE = 0, _("灰")
    RED = 1, _("红")
    YELLOW = 2, _("黄")
    GREEN = 3, _("绿")
    BLUE = 4, _("蓝")
    PURPLE = 5, _("紫")


class RefundStatus(TextChoices):
    """Where a refund stands; the exchange states exist as export text only."""

    NO_REFUND = "NO_REFUND", _("没有申请退款")
    WAIT_SELLER_AGREE = "WAIT_SELLER_AGREE", _("买家已经申请退款，等待卖家同意")
    WAIT_BUYER_RETURN_GOODS = "WAIT_BUYER_RETURN_GOODS", _("卖家已经同意退款，等待买家退货")
    WAIT_SELLER_CONFIRM_GOODS = (
        "WAIT_SELLER_CONFIRM_GOODS",
        _("买家已经退货，等待卖家确认收货"),
    )
    SELLER_REFUSE_BUYER = "SELLER_REFUSE_BUYER", _("卖家拒绝退款")
    EXCHANGE_SENT = "EXCHANGE_SENT", _("卖家已发货，等待卖家和买家确认收货")
    EXCHANGE_WAIT_BUYER = "EXCHANGE_WAIT_BUYER", _("等待买家确认重新邮寄的货物")
    CLOSED = "CLOSED", _("退款关闭")
    SUCCESS = "SUCCESS", _("退款成功")


# Not ended: these stop a parcel that is not handed over. A refusal is open: the buyer may answer
# it.
OPEN_REFUND_STATUSES: tuple[RefundStatus, ...] = (
    RefundStatus.WAIT_SELLER_AGREE,
    RefundStatus.WAIT_BUYER_RETURN_GOODS,
    RefundStatus.WAIT_SELLER_CONFIRM_GOODS,
    RefundStatus.SELLER_REFUSE_BUYER,
    RefundStatus.EXCHANGE_SENT,
    RefundStatus.EXCHANGE_WAIT_BUYER,
)


class RefundType(TextChoices):
    """What the buyer asks for, as the export's 售后类型 names it."""

    REFUND_ONLY = "refund_only", _("仅退款")
    RETURN_AND_REFUND = "return_and_refund", _("退货退款")
    EXCHANGE = "exchange", _("换货")
    RESEND = "resend", _("补寄")
    REFUND = "refund", _("退款")
    FREIGHT_REFUND = "freight_refund", _("退运费")
    REPAIR = "repair", _("维修")
    POSTAGE_DIFFERENCE = "postage_difference", _("邮费退差")


class ToldChannel(TextChoices):
    """How the buyer was told."""

    WANGWANG = "wangwang", _("旺旺")
    PHONE = "phone", _("电话")
    SMS = "sms", _("短信")
    OTHER = "other", _("其他")


class BuyerAnswer(TextChoices):
    """What the buyer answered when told."""

    NONE_YET = "none_yet", _("还没回")
    WAIT = "wait", _("愿意等")
    SWAP = "swap", _("换别的")
    REFUND = "refund", _("要退款")
