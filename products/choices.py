"""Words of the goods trade as enumerations. The member values are what the database stores."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProductRole(TextChoices):
    """What a product is there for."""

    TRAFFIC = "traffic", _("引流款")
    PROFIT = "profit", _("利润款")
    IMAGE = "image", _("形象款")
    CLEARANCE = "clearance", _("清仓款")


class ProductStatus(TextChoices):
    """Where a product stands on the platform. `draft`: seen in orders only, nobody has looked at it."""

    DRAFT = "draft", _("草稿")
    ON_SHELF = "on_shelf", _("在售")
    OFF_SHELF = "off_shelf", _("已下架")
    FORBIDDEN = "forbidden", _("禁止上架")


class MoveKind(TextChoices):
    """Why stock moved; the sign of the quantity says which way."""

    RECEIPT = "receipt", _("入库")
    SALE = "sale", _("销售出库")
    RETURN = "return", _("退货入库")
    GIFT = "gift", _("赠品出库")
    ADJUST = "adjust", _("调整")
    COUNT = "count", _("盘点")
    SCRAP = "scrap", _("报损")


class AllocationState(TextChoices):
    """What became of pieces set aside for an order line."""

    HELD = "held", _("已占用")
    CONSUMED = "consumed", _("已出库")
    RELEASED = "released", _("已释放")


class CountState(TextChoices):
    """Where a stock count stands."""

    OPEN = "open", _("盘点中")
    BOOKED = "booked", _("已入账")
    CANCELLED = "cancelled", _("已取消")


# The key of a gift's line begins so: its pieces leave as gifts, not as sales.
GIFT_PREFIX = "gift:"


class AllocateAt(TextChoices):
    """When pieces are set aside for an order."""

    PAYMENT = "payment", _("付款时")
    APPROVAL = "approval", _("审单通过时")


class WarningKind(TextChoices):
    """Why a SKU stands on the list of stock warnings, worst first."""

    OVERSOLD = "oversold", _("占用超过在库")
    OUT = "out", _("断货")
    THRESHOLD = "threshold", _("低于警戒线")
    COVER = "cover", _("可售天数不够")


class WarningAct(TextChoices):
    """What somebody did about a warning."""

    SHELF = "shelf", _("改了货架数量")
    CHASE = "chase", _("催了采购单")
    ADVERT = "advert", _("停了推广")


class PurchaseState(TextChoices):
    """Where a purchase order stands."""

    DRAFT = "draft", _("草稿")
    ORDERED = "ordered", _("已下单")
    PAID = "paid", _("已付款")
    PART_ARRIVED = "part_arrived", _("部分到货")
    ARRIVED = "arrived", _("已到货")
    CANCELLED = "cancelled", _("已取消")


class PriceKind(TextChoices):
    """Which price."""

    COST = "cost", _("成本价")
    FLOOR = "floor", _("底价")
    LIST = "list", _("一口价")
    ACTIVITY = "activity", _("活动价")


# What only those see who hold `products.view_cost`.
SECRET_KINDS = frozenset({PriceKind.COST, PriceKind.FLOOR})


class PriceChangeState(TextChoices):
    """Whether a change of price is in force."""

    WAITING = "waiting", _("等店长批")
    APPLIED = "applied", _("已生效")
    REFUSED = "refused", _("没批")


class CheckOutcome(TextChoices):
    """What a listing check says of one point."""

    PASS = "pass", _("通过")
    FAIL = "fail", _("不通过")
    UNKNOWN = "unknown", _("看不出")


class RankSort(TextChoices):
    """By what the platform's search was sorted."""

    GENERAL = "general", _("综合")
    SALES = "sales", _("销量")
    PRICE = "price", _("价格")
    CREDIT = "credit", _("信用")


class ViolationState(TextChoices):
    """Where a violation stands."""

    OPEN = "open", _("待处理")
    APPEALED = "appealed", _("已申诉")
    UPHELD = "upheld", _("维持处罚")
    WITHDRAWN = "withdrawn", _("已撤销")
    MENDED = "mended", _("已整改")


class GoodsRuleCode(TextChoices):
    """What goods and their sales are judged by; each is a dated row with parameters of its own."""

    LISTING = "listing", _("上架检查")
    SHELF = "shelf", _("上下架与橱窗")
    WATCH = "watch", _("主推款盯防")
    RIVAL = "rival", _("对手变化")
    QUALITY = "quality", _("品质与二检")
    PRICE = "price", _("调价建议")
    VIOLATION = "violation", _("违规申诉")
    TARGET = "target", _("月目标进度")
