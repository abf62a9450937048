"""Words of promotions as enumerations. The member values are what the database stores."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ActivityKind(TextChoices):
    """Whose event an activity is."""

    PLATFORM = "platform", _("平台大促")
    FLASH = "flash", _("秒杀与聚划算")
    CHANNEL = "channel", _("频道活动")
    SHOP = "shop", _("店铺活动")
    MEMBER = "member", _("会员活动")
    ORDINARY = "ordinary", _("日常")


class ActivityState(TextChoices):
    """Where an activity stands, from the idea to the lesson."""

    IDEA = "idea", _("想法")
    SIGNED_UP = "signed_up", _("已报名")
    IN_REVIEW = "in_review", _("平台审核中")
    PASSED = "passed", _("审核通过")
    REFUSED = "refused", _("审核未过")
    PREPARED = "prepared", _("已备好")
    RUNNING = "running", _("进行中")
    ENDED = "ended", _("已结束")
    SUMMED_UP = "summed_up", _("已复盘")
    CANCELLED = "cancelled", _("已取消")


_S = ActivityState
# From where to where an activity may go. The shop's own activity needs no platform: idea to passed.
ACTIVITY_MOVES: Mapping[ActivityState, frozenset[ActivityState]] = {
    _S.IDEA: frozenset({_S.SIGNED_UP, _S.PASSED, _S.CANCELLED}),
    _S.SIGNED_UP: frozenset({_S.IN_REVIEW, _S.PASSED, _S.REFUSED, _S.CANCELLED}),
    _S.IN_REVIEW: frozenset({_S.PASSED, _S.REFUSED, _S.CANCELLED}),
    _S.REFUSED: frozenset({_S.SIGNED_UP, _S.CANCELLED}),
    _S.PASSED: frozenset({_S.PREPARED, _S.CANCELLED}),
    _S.PREPARED: frozenset({_S.PASSED, _S.RUNNING, _S.CANCELLED}),
    _S.RUNNING: frozenset({_S.ENDED}),
    _S.ENDED: frozenset({_S.SUMMED_UP}),
    _S.SUMMED_UP: frozenset(),
    _S.CANCELLED: frozenset(),
}
# What will still change what buyers pay: price checks and forecasts look at these.
LIVE_STATES = (_S.SIGNED_UP, _S.IN_REVIEW, _S.PASSED, _S.PREPARED, _S.RUNNING)


class BenefitKind(TextChoices):
    """What a buyer gets.

    Parameters by kind, amounts and rates as text, as in `manage.py quote`: price_tool {price} ·
    item_off {off} · item_rate {rate} · official {rate} · coupon {threshold, off, scope} ·
    multi_off {pieces or amount, off} · multi_rate {pieces, rate} · second_half {} · cross {per, off} ·
    asset {off} · gift {sku, quantity, cost} · postage {from_amount, regions} ·
    return_insurance {cost} · auction {start}
    """

    PRICE_TOOL = "price_tool", _("活动价（单品宝、秒杀）")
    ITEM_OFF = "item_off", _("单品立减")
    ITEM_RATE = "item_rate", _("单品打折")
    OFFICIAL = "official", _("官方立减")
    COUPON = "coupon", _("优惠券")
    MULTI_OFF = "multi_off", _("满减")
    MULTI_RATE = "multi_rate", _("满件打折")
    SECOND_HALF = "second_half", _("第二件半价")
    CROSS = "cross", _("跨店满减")
    ASSET = "asset", _("红包与抵扣")
    GIFT = "gift", _("赠品")
    POSTAGE = "postage", _("满包邮")
    RETURN_INSURANCE = "return_insurance", _("运费险")
    AUCTION = "auction", _("一元起拍")


class Audience(TextChoices):
    """Who gets a benefit. Only `public` belongs to the public lowest price."""

    PUBLIC = "public", _("所有人")
    MEMBER = "member", _("会员")
    RETURNING = "returning", _("回头客")
    FIRST_ORDER = "first_order", _("首单新客")
    VIP = "vip", _("88VIP")


class RuleMark(TextChoices):
    """How well a price rule is known: as the notes on the rules mark them."""

    READ = "R", _("读自平台规则")
    SELLER = "S", _("读自卖家记录")
    INFERRED = "I", _("由公布的数字推出")
    GENERAL = "G", _("未核实，先核对再用")


class Channel(TextChoices):
    """Where money for traffic goes. The order is that of the tables."""

    WXT = "wxt", _("万相台无界")
    ZTC = "ztc", _("直通车")
    YLMF = "ylmf", _("引力魔方")
    WXT_2022 = "wxt22", _("万相台（2022）")
    TBK = "tbk", _("淘宝客")
    SMS = "sms", _("短信")


class Level(TextChoices):
    """What one row of a report is about. Two levels of a channel tell the same spend twice."""

    ACCOUNT = "account", _("账户")
    PLAN = "plan", _("计划")
    UNIT = "unit", _("单元")
    ITEM_IN_PLAN = "item_plan", _("计划里的商品")
    ITEM = "item", _("商品")


class PlanState(TextChoices):
    """Whether a plan spends, as people keep it: reports do not say."""

    RUNNING = "running", _("投放中")
    PAUSED = "paused", _("已暂停")
    ENDED = "ended", _("已结束")
