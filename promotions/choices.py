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


class FreightUnit(TextChoices):
    """What a freight template counts."""

    PIECES = "pieces", _("按件数")
    WEIGHT = "weight", _("按重量")
    VOLUME = "volume", _("按体积")


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


class GiftShortage(TextChoices):
    """What becomes of an order that earned a gift of which none is left."""

    SKIP = "skip", _("照发，订单上记一笔")
    HOLD = "hold", _("挂起，先问买家")


class GrantState(TextChoices):
    """What became of a gift for an order. Only `given` counts against the quota."""

    GIVEN = "given", _("已送")
    RETURNED = "returned", _("订单取消，已退回")
    TAKEN_OFF = "taken_off", _("人工去掉，已退回")
    MISSED = "missed", _("没送上")


# --- partners, tests, material, festivals


class FestivalKind(TextChoices):
    """What kind of a day ahead it is."""

    TRADITIONAL = "traditional", _("传统节日")
    CIVIC = "civic", _("公历节日")
    PLATFORM = "platform", _("平台大促")
    SEASON = "season", _("时令")


class DistributorState(TextChoices):
    """How far it has come with somebody who sells our goods."""

    TALKING = "talking", _("洽谈")
    DATA_SENT = "data_sent", _("已给资料")
    LISTED = "listed", _("已上架")
    SELLING = "selling", _("在卖")
    ENDED = "ended", _("已结束")


_D = DistributorState
# Backwards one step where it was moved too early; from the end only back to talking.
DISTRIBUTOR_MOVES: Mapping[DistributorState, frozenset[DistributorState]] = {
    _D.TALKING: frozenset({_D.DATA_SENT, _D.ENDED}),
    _D.DATA_SENT: frozenset({_D.TALKING, _D.LISTED, _D.ENDED}),
    _D.LISTED: frozenset({_D.DATA_SENT, _D.SELLING, _D.ENDED}),
    _D.SELLING: frozenset({_D.LISTED, _D.ENDED}),
    _D.ENDED: frozenset({_D.TALKING}),
}


class Breach(TextChoices):
    """What a price that was seen means for a distributor."""

    NONE = "none", _("没破价")
    UNKNOWN = "unknown", _("那天没有约定价")
    WARNING = "warning", _("破价，要警告")
    ENDING = "ending", _("再次破价，建议终止")


# Those that somebody has to speak about.
BREACHES = (Breach.WARNING, Breach.ENDING)


class ExchangeKind(TextChoices):
    """What is exchanged with a partner."""

    COUPON = "coupon", _("互推优惠券")
    BANNER = "banner", _("互挂图")
    INSERT = "insert", _("包裹互放")


class ExchangeSide(TextChoices):
    """Who gave what a row of figures is about."""

    GAVE = "gave", _("我们给出的")
    GOT = "got", _("我们得到的")


class BillingCycle(TextChoices):
    """How often a tool is paid for."""

    MONTHLY = "monthly", _("按月")
    QUARTERLY = "quarterly", _("按季")
    YEARLY = "yearly", _("按年")


CYCLE_MONTHS: Mapping[BillingCycle, int] = {
    BillingCycle.MONTHLY: 1,
    BillingCycle.QUARTERLY: 3,
    BillingCycle.YEARLY: 12,
}


class TrialSubject(TextChoices):
    """What is tried in two forms or more."""

    MAIN_IMAGE = "main_image", _("主图")
    TITLE = "title", _("标题")
    PRICE = "price", _("价格")


class TrialSplit(TextChoices):
    """How visitors come to see one form or another."""

    DAYS = "days", _("按天轮换")
    BLOCKS = "blocks", _("按段轮换")
    TRAFFIC = "traffic", _("按流量分")


class TrialMeasure(TextChoices):
    """By what a test is judged; a rate has a number of people below and above the line."""

    CLICK_RATE = "click_rate", _("点击率（点击 ÷ 展现）")
    BUYER_RATE = "buyer_rate", _("转化率（支付买家 ÷ 访客）")
    AMOUNT = "amount", _("每访客支付金额")


class TrialState(TextChoices):
    """Where a test stands."""

    RUNNING = "running", _("在测")
    DECIDED = "decided", _("已下结论")
    STOPPED = "stopped", _("中途停了")


class MaterialKind(TextChoices):
    """What a piece of material is."""

    IDEA = "idea", _("创意")
    PICTURE = "picture", _("图片")
    TEXT = "text", _("文案")
