"""Words of the warehouse and the road."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ParcelState(TextChoices):
    """Where a parcel stands in the warehouse. `dropped`: emptied by a merge or an undo."""

    PLANNED = "planned", _("待入波次")
    IN_WAVE = "in_wave", _("已入波次")
    PICKED = "picked", _("已拣货")
    CHECKED = "checked", _("已验货")
    HANDED_OVER = "handed_over", _("已交接")
    DROPPED = "dropped", _("已并入别的包裹")


class ParcelChangeKind(TextChoices):
    """What was done to parcels."""

    MERGE = "merge", _("合单")
    SPLIT = "split", _("拆单")


class MergeRisk(TextChoices):
    """How sure one may be that two orders want to travel together."""

    LOW = "low", _("低：同一买家、同一地址")
    MIDDLE = "middle", _("中：买家或地址不同")
    HIGH = "high", _("高：有一单没付款")


class ConsentChannel(TextChoices):
    """How the buyer agreed to a merge."""

    WANGWANG = "wangwang", _("旺旺")
    PHONE = "phone", _("电话")
    MESSAGE = "message", _("下单留言")
    OTHER = "other", _("其他")


class WaveState(TextChoices):
    """Where a wave stands."""

    OPEN = "open", _("待拣货")
    PICKING = "picking", _("拣货中")
    PICKED = "picked", _("已拣货")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")


class WaveShape(TextChoices):
    """What the parcels of a wave have in common."""

    SINGLE = "single", _("单件")
    SAME_SKU = "same_sku", _("同款多件")
    MIXED = "mixed", _("多款")


class ScanOutcome(TextChoices):
    """What a scan at the packing table came to; only `piece` counts a piece."""

    PARCEL = "parcel", _("开始验这个包裹")
    PIECE = "piece", _("对了")
    COMPLETE = "complete", _("齐了")
    WRONG = "wrong", _("不在这单里")
    SURPLUS = "surplus", _("多一件")
    UNKNOWN = "unknown", _("不认识的条码")
    REFUSED = "refused", _("现在不能验")


class TraceKind(TextChoices):
    """What a carrier reports."""

    PICKUP = "pickup", _("揽收")
    TRANSIT = "transit", _("运输")
    DELIVERING = "delivering", _("派送")
    SIGNED = "signed", _("签收")
    PROBLEM = "problem", _("异常")
    RETURNED = "returned", _("退回")
