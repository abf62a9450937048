"""Words of an order's life. (Provisional: the rules branch carries the full lists.)"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlatformStatus(models.TextChoices):
    WAIT_SELLER_SEND_GOODS = "WAIT_SELLER_SEND_GOODS", _("买家已付款，等待卖家发货")


class Stage(models.TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", _("待付款")
    AWAITING_AUDIT = "awaiting_audit", _("待审单")
    HELD = "held", _("挂起")
    APPROVED = "approved", _("已审")
    IN_WAVE = "in_wave", _("波次中")
    PICKED = "picked", _("已拣")
    CHECKED = "checked", _("已验")
    HANDED_OVER = "handed_over", _("已交接")
    PICKED_UP = "picked_up", _("已揽收")
    IN_TRANSIT = "in_transit", _("运输中")
    SIGNED = "signed", _("已签收")
    CANCELLED = "cancelled", _("已取消")


class Flag(models.IntegerChoices):
    NONE = 0, _("无")


class HoldKind(models.TextChoices):
    HAND_SET = "hand_set", _("人工挂起")


class RefundStatus(models.TextChoices):
    SUCCESS = "SUCCESS", _("退款成功")


class RefundType(models.TextChoices):
    REFUND = "refund_only", _("仅退款")


class ToldChannel(models.TextChoices):
    WANGWANG = "wangwang", _("旺旺")


class BuyerAnswer(models.TextChoices):
    WAIT = "wait", _("愿意等")
