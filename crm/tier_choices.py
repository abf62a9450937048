"""Words of membership, points, occasions and draws. The member values are what the database stores."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TierFall(TextChoices):
    """What becomes of a customer whose tier is over and who did not keep it."""

    STEP = "step", _("降一级")
    RECOUNT = "recount", _("按门槛重新定")
    NEVER = "never", _("不降")


class TierReason(TextChoices):
    """Why a customer stands in a tier."""

    ONE_ORDER = "one_order", _("单笔达到")
    WINDOW_AMOUNT = "window_amount", _("累计金额达到")
    WINDOW_ORDERS = "window_orders", _("累计次数达到")
    KEPT = "kept", _("达到保级")
    WITHIN = "within", _("等级期内")
    NEVER_FALLS = "never_falls", _("规则不降级")
    FELL = "fell", _("到期没达到保级")
    LEFT = "left", _("没有会员名了")


class PointKind(TextChoices):
    """What moved points."""

    EARN = "earn", _("订单成功")
    REFUND = "refund", _("退款扣回")
    SPEND = "spend", _("使用")
    EXPIRE = "expire", _("到期")
    ADJUST = "adjust", _("手工调整")
    MOVE_OUT = "move_out", _("并给别人")
    MOVE_IN = "move_in", _("并入")


class SpentOn(TextChoices):
    """What points were spent on."""

    GIFT = "gift", _("换赠品")
    COUPON = "coupon", _("换优惠券")
    OTHER = "other", _("其他")


class OccasionKind(TextChoices):
    """What day of a customer, or of the shop, is an occasion to write."""

    BIRTHDAY = "birthday", _("生日")
    FIRST_ORDER = "first_order", _("首单周年")
    FESTIVAL = "festival", _("节日")
    NEW_GOODS = "new_goods", _("上新")
    MEMBERS_ONLY = "members_only", _("会员专享")
    FOLLOW_UP = "follow_up", _("商品回访")
    POINTS_END = "points_end", _("积分到期")


class DrawKind(TextChoices):
    """What customers take part in."""

    SHOW = "show", _("买家秀")
    SUGGESTION = "suggestion", _("建议征集")
    MONTHLY = "monthly", _("每月抽奖")
