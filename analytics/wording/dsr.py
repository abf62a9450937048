"""Names of scores and indicators, their values, and what the log tells of them."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import gettext_noop

from analytics.rules.experience import HOURS, OF_FIVE, Indicator
from analytics.score_choices import Score
from shopops.lib.templatetags.shop import rate
from shopops.staff.operations import name_operations, name_parts

_ENDS: Mapping[str, Any] = {
    "": _l("%(name)s"),
    "_industry": _l("%(name)s行业平均"),
    "_best": _l("%(name)s行业最高"),
}
LEVERS: Mapping[str, Any] = {
    Score.GOODS: _l("商品"),
    Score.SERVICE: _l("服务"),
    Score.DELIVERY: _l("物流"),
}
INDICATORS: Mapping[str, Any] = {
    "first_defect": _l("首次品退率"),
    "bad_reviews": _l("商品差评率"),
    "pickup_48h": _l("48 小时揽收及时率"),
    "arrival": _l("物流到货时长"),
    "anomaly": _l("物流异常率"),
    "reply_3min": _l("旺旺 3 分钟人工响应率"),
    "satisfaction": _l("旺旺满意度"),
    "refund_hours": _l("退款处理时长"),
    "platform_help": _l("平台求助率"),
    "finish_hours": _l("退款完结时长"),
    "dispute_rate": _l("纠纷退款率"),
    "refund_rate": _l("退款率"),
    "official": _l("体验分（平台）"),
}
# How we work each out; said beside it, so that nobody takes it for the platform's own figure.
MEANINGS: Mapping[str, Any] = {
    "first_defect": _l("有效支付订单里，第一笔退款写的是质量、发错或破损的"),
    "bad_reviews": _l("收到的评价里的差评，已删除的不算"),
    "pickup_48h": _l("付款后 48 小时内有揽收记录的；预售和查不到揽收的不算"),
    "arrival": _l("揽收到签收的平均小时，按寄出那天算，没签收的不算"),
    "anomaly": _l("寄出的包裹里有异常、退回，或到现在太久没动静的"),
    "reply_3min": _l("咨询的人里 3 分钟内有人回的，来自客服数据"),
    "satisfaction": _l("评价服务的人里满意的，来自客服数据"),
    "refund_hours": _l("申请到退款成功的平均小时，按成功那天算"),
    "platform_help": _l("我们登记的投诉占有效支付订单；没登记的看不到"),
    "finish_hours": _l("申请到退款成功的平均小时"),
    "dispute_rate": _l("闹到投诉的退款占有效支付订单，只有我们登记过的"),
    "refund_rate": _l("退款成功的订单占有效支付订单，按成功那天算"),
    "official": _l("只能照平台页面抄：权重没有公开，我们不算"),
}
GROUPS: Mapping[str, Any] = {
    "goods": _l("商品"),
    "delivery": _l("物流"),
    "service": _l("服务"),
    "after_sales": _l("售后"),
}
# What the importers, which know no Django, say of a row; shown by `words.stored`.
ROW_REASONS = (
    gettext_noop("评分与行业"),
    gettext_noop("评分明细"),
    gettext_noop("评分要是 0 到 5 的数"),
    gettext_noop("不是一天的日期，应当像 2026-06-18"),
    gettext_noop("这一行一项打分都没有"),
)


def field_words(name: str) -> str:
    """Give the name of a score's figure; empty where it is none."""
    for end in ("_industry", "_best", ""):
        score = name.removesuffix(end) if end else name
        if (not end or name.endswith(end)) and score in Score.values:
            return str(_ENDS[end]) % {"name": Score(score).label}
    return ""


def indicator_words(code: str) -> str:
    """Give the name of an indicator."""
    return str(INDICATORS[code])


def indicator_value(one: Indicator, value: Decimal | None) -> str:
    """Write an indicator as it is read."""
    if value is None:
        return str(_("未知"))
    if one.unit == HOURS:
        return _("%(n)s 小时") % {"n": f"{value:.1f}"}
    if one.unit == OF_FIVE:
        return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP)}"
    return rate(value, 2)


def score_text(value: Decimal | None) -> str:
    """Write a score as the platform shows it: two decimals."""
    if value is None:
        return str(_("未知"))
    return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP)}"


def change_text(now: Decimal | None, before: Decimal | None) -> str:
    """Write how a score moved; empty where either is unknown."""
    if now is None or before is None:
        return ""
    moved = now - before
    if not moved:
        return str(_("持平"))
    arrow = "▲" if moved > 0 else "▼"
    text = f"{abs(moved):.5f}".rstrip("0")
    return f"{arrow} {text if len(text) > 4 else f'{abs(moved):.2f}'}"


def name_all() -> None:
    """Give the log its words; called once, when the apps are ready."""
    name_operations(
        {
            "analytics.dsr.entered": _l("记店铺评分"),
            "analytics.experience.entered": _l("记体验指标"),
            "analytics.rating.added": _l("补一条评分"),
            "analytics.rating.taken_back": _l("拿掉补的评分"),
            "analytics.score_plan.changed": _l("定评分目标"),
            "analytics.score_lever.changed": _l("改评分计划"),
            "analytics.scores.asked": _l("重算评分与体验指标"),
        }
    )
    name_parts(
        "object",
        {
            "dsr_day": _l("店铺评分"),
            "experience_day": _l("体验指标"),
            "shop_rating": _l("评分明细"),
            "score_plan": _l("评分计划"),
        },
    )
    names = {
        f"{score}{end}": field_words(f"{score}{end}") for end in _ENDS for score in Score.values
    }
    name_parts("field", {**names, **INDICATORS, "target": _l("目标"), "due_on": _l("期限")})
