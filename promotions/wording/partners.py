"""What partners, tests and material write into the log and onto pages, in words."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from promotions.choices import (
    BillingCycle,
    Breach,
    DistributorState,
    ExchangeSide,
    FestivalKind,
    MaterialKind,
    TrialState,
)
from promotions.rules.material_words import Objection
from shopops.lib.words import clauses
from shopops.staff.operations import name_operations, name_parts

OBJECTS = {
    "distributor": gettext_lazy("分销商"),
    "partner": gettext_lazy("互换伙伴"),
    "subscription": gettext_lazy("工具订阅"),
    "trial": gettext_lazy("测试"),
    "material": gettext_lazy("素材"),
    "festival": gettext_lazy("节日"),
}
FIELDS = {
    "name": gettext_lazy("名称"),
    "shop": gettext_lazy("店铺或链接"),
    "contact": gettext_lazy("联系方式"),
    "owner": gettext_lazy("谁负责"),
    "note": gettext_lazy("备注"),
    "next_on": gettext_lazy("下次跟进"),
    "follow_up_on": gettext_lazy("下次跟进"),
    "distributor_state": gettext_lazy("分销阶段"),
    "valid_from": gettext_lazy("从哪天起"),
    "agreed": gettext_lazy("约定价"),
    "breach": gettext_lazy("破价"),
    "sells": gettext_lazy("卖什么"),
    "is_on": gettext_lazy("在用"),
    "exchange": gettext_lazy("互换"),
    "exchange_side": gettext_lazy("哪一边"),
    "shown": gettext_lazy("展现"),
    "clicks": gettext_lazy("点击"),
    "coupons_given": gettext_lazy("发券"),
    "coupons_used": gettext_lazy("用券"),
    "orders": gettext_lazy("订单"),
    "renews_on": gettext_lazy("续费日"),
    "cancelled_on": gettext_lazy("停用日"),
    "notice_days": gettext_lazy("提前几天提醒"),
    "is_automatic": gettext_lazy("自动续费"),
    "cycle": gettext_lazy("付费周期"),
    "cost_amount": gettext_lazy("每期费用"),
    "purpose": gettext_lazy("用来做什么"),
    "users": gettext_lazy("谁在用"),
    "people": gettext_lazy("每种方案要的人数"),
    "days": gettext_lazy("天数"),
    "date": gettext_lazy("日期"),
    "trial_state": gettext_lazy("测试状态"),
    "title": gettext_lazy("标题"),
    "text": gettext_lazy("内容"),
    "tags": gettext_lazy("标签"),
    "picture": gettext_lazy("图片"),
    "where": gettext_lazy("用在哪里"),
    "starts_on": gettext_lazy("开始"),
    "ends_on": gettext_lazy("结束"),
    "is_certain": gettext_lazy("日子确定"),
}
OPERATIONS = {
    "promotions.distributor.added": gettext_lazy("加了分销商"),
    "promotions.distributor.edited": gettext_lazy("改了分销商"),
    "promotions.distributor.moved": gettext_lazy("换了分销阶段"),
    "promotions.distributor.noted": gettext_lazy("记了跟进"),
    "promotions.distributor.price_agreed": gettext_lazy("约定了价格"),
    "promotions.distributor.seen": gettext_lazy("记了看到的价"),
    "promotions.distributor.warned": gettext_lazy("警告了破价"),
    "promotions.partner.added": gettext_lazy("加了伙伴"),
    "promotions.partner.edited": gettext_lazy("改了伙伴"),
    "promotions.partner.noted": gettext_lazy("记了跟进"),
    "promotions.partner.exchange_added": gettext_lazy("加了互换"),
    "promotions.partner.figures_set": gettext_lazy("填了互换的数"),
    "promotions.subscription.added": gettext_lazy("加了工具"),
    "promotions.subscription.edited": gettext_lazy("改了工具"),
    "promotions.subscription.renewed": gettext_lazy("续了费"),
    "promotions.subscription.cancelled": gettext_lazy("停了工具"),
    "promotions.trial.started": gettext_lazy("开了测试"),
    "promotions.trial.day_entered": gettext_lazy("填了一天的数"),
    "promotions.trial.filled": gettext_lazy("取了每天的数"),
    "promotions.trial.decided": gettext_lazy("下了结论"),
    "promotions.trial.stopped": gettext_lazy("停了测试"),
    "promotions.material.added": gettext_lazy("加了素材"),
    "promotions.material.edited": gettext_lazy("改了素材"),
    "promotions.material.used": gettext_lazy("用上了素材"),
    "promotions.material.unused": gettext_lazy("取下了素材"),
    "promotions.festival.added": gettext_lazy("加了节日"),
    "promotions.festival.edited": gettext_lazy("改了节日"),
    "promotions.festival.removed": gettext_lazy("去掉了节日"),
}
PLACES = {
    "title": gettext_lazy("标题"),
    "text": gettext_lazy("内容"),
    "tags": gettext_lazy("标签"),
}


def objection_words(one: Objection) -> str:
    """Say what may not stand where, and why."""
    where = PLACES.get(one.place, one.place)
    if one.code == "absolute":
        return _("%(where)s里的「%(word)s」：%(why)s") % {
            "where": where,
            "word": one.words,
            "why": one.reason,
        }
    if one.code == "praise":
        return _("%(where)s里的「%(word)s」：用好处换评价或刷单，违反反不正当竞争法") % {
            "where": where,
            "word": one.words,
        }
    return _("%(where)s里的「%(word)s」：求好评，平台不许") % {"where": where, "word": one.words}


def short_words(*, people: int, days: int) -> str:
    """Say what a test still lacks before it may be read."""
    parts = []
    if people:
        parts.append(_("人最少的方案还差 %(n)s 人") % {"n": f"{people:,}"})
    if days:
        parts.append(_("还差 %(n)d 天") % {"n": days})
    return clauses(parts)


def points(value: Decimal | float) -> str:
    """Write a difference of rates in percentage points, with its sign."""
    return f"{float(value) * 100:+.2f}".replace("-", "−")


def name_all() -> None:
    """Give the log these words."""
    name_operations(OPERATIONS)
    name_parts("object", OBJECTS)
    name_parts("field", FIELDS)
    for field, kind in (
        ("distributor_state", DistributorState),
        ("breach", Breach),
        ("exchange_side", ExchangeSide),
        ("cycle", BillingCycle),
        ("trial_state", TrialState),
        ("festival_kind", FestivalKind),
        ("material_kind", MaterialKind),
    ):
        name_parts(field, {one.value: one.label for one in kind})
