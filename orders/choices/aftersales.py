"""Words of after-sales, the daily sweep and the bill."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CaseType(TextChoices):
    """What an after-sales case is about."""

    REFUND_ONLY = "refund_only", _("仅退款")
    RETURN_AND_REFUND = "return_and_refund", _("退货退款")
    EXCHANGE = "exchange", _("换货")
    RESEND = "resend", _("补寄")
    REPAIR = "repair", _("维修")
    POSTAGE = "postage", _("邮费")


class CaseState(TextChoices):
    """Where a case stands: whose turn it is."""

    OPEN = "open", _("待首次答复")
    ANSWERED = "answered", _("处理中")
    WAITING_BUYER = "waiting_buyer", _("等买家")
    WAITING_GOODS = "waiting_goods", _("等退回件")
    WAITING_MANAGER = "waiting_manager", _("等审批")
    CLOSED = "closed", _("已结束")


# What may follow what. A case that was closed is reopened into work, never straight into waiting.
CASE_TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset(
        {
            CaseState.ANSWERED,
            CaseState.WAITING_BUYER,
            CaseState.WAITING_GOODS,
            CaseState.WAITING_MANAGER,
            CaseState.CLOSED,
        }
    ),
    CaseState.ANSWERED: frozenset(
        {
            CaseState.WAITING_BUYER,
            CaseState.WAITING_GOODS,
            CaseState.WAITING_MANAGER,
            CaseState.CLOSED,
        }
    ),
    CaseState.WAITING_BUYER: frozenset(
        {
            CaseState.ANSWERED,
            CaseState.WAITING_GOODS,
            CaseState.WAITING_MANAGER,
            CaseState.CLOSED,
        }
    ),
    CaseState.WAITING_GOODS: frozenset(
        {
            CaseState.ANSWERED,
            CaseState.WAITING_BUYER,
            CaseState.WAITING_MANAGER,
            CaseState.CLOSED,
        }
    ),
    CaseState.WAITING_MANAGER: frozenset(
        {
            CaseState.ANSWERED,
            CaseState.WAITING_BUYER,
            CaseState.WAITING_GOODS,
            CaseState.CLOSED,
        }
    ),
    CaseState.CLOSED: frozenset({CaseState.OPEN, CaseState.ANSWERED}),
}
# Somebody else's turn: our own clock for the solution rests, the platform's does not.
RESTING_STATES = (CaseState.WAITING_BUYER, CaseState.WAITING_GOODS)


class CaseGrade(TextChoices):
    """How bad it is."""

    SLIGHT = "slight", _("轻微瑕疵")
    FUNCTIONAL = "functional", _("功能故障")
    COMPLAINT = "complaint", _("投诉")


class Responsible(TextChoices):
    """Whose fault it was."""

    PRODUCT = "product", _("商品质量")
    PACKING = "packing", _("包装")
    WRONG_PIECE = "wrong_piece", _("发错漏发")
    COURIER = "courier", _("快递")
    DESCRIPTION = "description", _("描述不符")
    SERVICE = "service", _("客服")
    BUYER = "buyer", _("买家")


class CourierFault(TextChoices):
    """What a carrier did wrong, for its score."""

    DAMAGE = "damage", _("破损")
    LOSS = "loss", _("丢失")
    DELAY = "delay", _("延误")
    ATTITUDE = "attitude", _("态度")


class CaseEventKind(TextChoices):
    """What happened in a case."""

    BUYER = "buyer", _("买家说")
    ANSWER = "answer", _("答复买家")
    NOTE = "note", _("内部备注")
    CHAT = "chat", _("聊天记录")
    PLATFORM = "platform", _("平台")


class CompensationKind(TextChoices):
    """What the buyer is given."""

    COUPON = "coupon", _("优惠券")
    CASH = "cash", _("小额打款")
    GIFT = "gift", _("补送")


class CompensationState(TextChoices):
    """Whether it may be given."""

    WAITING = "waiting", _("等审批")
    APPROVED = "approved", _("可以给")
    REFUSED = "refused", _("没批")
    PAID = "paid", _("已给")


class SweepKind(TextChoices):
    """What went wrong with an order yesterday."""

    MISSED = "missed", _("漏发")
    SHORT = "short", _("缺货")


class SweepCause(TextChoices):
    """Where the order stuck when the day ended."""

    NOT_AUDITED = "not_audited", _("没审单")
    HELD = "held", _("挂起没处理")
    NOT_IN_WAVE = "not_in_wave", _("没进波次")
    NOT_PICKED = "not_picked", _("没拣货")
    NOT_CHECKED = "not_checked", _("没验货")
    NOT_HANDED_OVER = "not_handed_over", _("没交接")
    NO_STOCK = "no_stock", _("没货")
    OTHER = "other", _("其他")


class SweepOutcome(TextChoices):
    """How a missed or short order came to its end."""

    SHIPPED = "shipped", _("已发出")
    CANCELLED = "cancelled", _("订单取消")
    REFUNDED = "refunded", _("已退款")
    BY_HAND = "by_hand", _("人工了结")


class BillKind(TextChoices):
    """What a line of the Alipay bill is, by the words of its type and remark."""

    PAYMENT = "payment", _("货款")
    REFUND = "refund", _("退款")
    SERVICE_FEE = "service_fee", _("基础软件服务费")
    COMMISSION = "commission", _("天猫佣金")
    AFFILIATE = "affiliate", _("淘宝客佣金")
    POINTS = "points", _("返点积分")
    FREIGHT_INSURANCE = "freight_insurance", _("运费险")
    INSTALMENT = "instalment", _("分期免息")
    CREDIT_PAY = "credit_pay", _("先用后付")
    PROMOTION = "promotion", _("活动服务费")
    GIFT_MONEY = "gift_money", _("礼金红包")
    CONSOLIDATION = "consolidation", _("集运")
    CHARITY = "charity", _("公益宝贝")
    LATE_PENALTY = "late_penalty", _("延迟发货赔付")
    FAKE_PENALTY = "fake_penalty", _("虚假发货赔付")
    STOCK_PENALTY = "stock_penalty", _("缺货赔付")
    TRACE_PENALTY = "trace_penalty", _("物流异常赔付")
    TRANSFER = "transfer", _("转账提现")
    OTHER = "other", _("没归类")


# Lines that say what breaches of the shipping promise really cost.
PENALTY_KINDS: tuple[BillKind, ...] = (
    BillKind.LATE_PENALTY,
    BillKind.FAKE_PENALTY,
    BillKind.STOCK_PENALTY,
    BillKind.TRACE_PENALTY,
)
