"""Sentences about paid traffic in the reader's language: figures, advice, doubts about reports."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import gettext_noop

from shopops.lib.templatetags.shop import count, money, pct_change, rate

FIGURES: Mapping[str, object] = {
    "sent": _l("发送"),
    "shown": _l("展现"),
    "clicks": _l("点击"),
    "carts": _l("加购"),
    "favourites": _l("收藏"),
    "deals": _l("成交笔数"),
    "direct_deals": _l("直接成交笔数"),
    "deal_people": _l("成交人数"),
    "new_people": _l("成交新客"),
    "visits": _l("引导访问"),
    "spend_amount": _l("花费"),
    "deal_amount": _l("成交金额"),
    "direct_amount": _l("直接成交金额"),
    "presale_amount": _l("预售成交金额"),
    "click_rate": _l("点击率"),
    "click_cost": _l("点击单价"),
    "deal_rate": _l("点击转化率"),
    "roas": _l("投产比"),
}
ACTS: Mapping[str, object] = {
    "raise": _l("可以加"),
    "lower": _l("减"),
    "pause": _l("停"),
    "creative": _l("换创意"),
}
ACT_TONES = {"raise": "done", "lower": "soon", "pause": "late", "creative": "us"}
_ADVICE: Mapping[str, object] = {
    "under": _l("连续 {0} 天投产比低于保本线：近 7 天 {1}，保本 {2}，花了 ¥{3}"),
    "under_hidden": _l("连续 {0} 天投产比低于保本线：近 7 天 {1}，花了 ¥{3}"),
    "no_deals": _l("近 7 天 {0} 次点击、花了 ¥{1}，没有一笔成交"),
    "creative": _l("近 7 天点击率 {0}，同时在投的是 {1}；展现 {2} 次，图和标题没吸引人"),
    "over": _l("近 7 天投产比 {0}，保本 {1}，常常花到日限额 ¥{2}"),
    "over_hidden": _l("近 7 天投产比 {0}，高过保本线不少，常常花到日限额 ¥{2}"),
}
_DOUBTS: Mapping[str, object] = {
    "ratio": _l("和这一行自己的数算出来的不一样"),
    "sum": _l("和这一行的分项加起来不一样"),
}
# What the importers of reports, which know no Django, say of a row; shown by `words.stored`.
ROW_REASONS = (
    gettext_noop("这一行是 {n} 天的合计，分不到每一天，请在导出时选“分天”"),
    gettext_noop("点击比展现还多"),
    gettext_noop("{name}超过了 100%"),
    gettext_noop("另一种口径说的是同一笔消耗，不能相加"),
    gettext_noop("应当填是或否"),
    gettext_noop("花费"),
    gettext_noop("佣金"),
    gettext_noop("服务费金额"),
    gettext_noop("应退回佣金"),
    gettext_noop("应退回服务费"),
    gettext_noop("总成交金额"),
    gettext_noop("万相台商品报表"),
    gettext_noop("万相台计划报表"),
    gettext_noop("直通车报表"),
    gettext_noop("引力魔方报表"),
    gettext_noop("万相台报表（2022）"),
    gettext_noop("短信报表"),
    gettext_noop("淘宝客结算明细"),
    gettext_noop("淘宝客维权退款"),
)
_RATES = {"click_rate", "deal_rate"}
_AMOUNTS = {"spend_amount", "click_cost", "deal_amount", "direct_amount", "presale_amount"}


def figure_words(name: str) -> str:
    """Give the name of a figure; empty where it is none."""
    return str(FIGURES.get(name, ""))


def value_words(name: str, value: object) -> str:
    """Write a figure as it is read."""
    if value is None:
        return _("未知")
    if name in _RATES:
        return rate(value, 2)  # type: ignore[arg-type]
    if name in _AMOUNTS:
        return money(value)  # type: ignore[arg-type]
    return f"{value:.2f}" if name == "roas" else count(int(value))  # type: ignore[call-overload]


def change_words(name: str, now: object, usual: object, by: object) -> str:
    """Say what changed: 点击率 1.20%，平常 2.40%（▼ 50.0%）."""
    return _("%(figure)s %(now)s，平常 %(usual)s（%(change)s）") % {
        "figure": figure_words(name),
        "now": value_words(name, now),
        "usual": value_words(name, usual),
        "change": pct_change(by),  # type: ignore[arg-type]
    }


def advice_words(evidence: str, *, with_margin: bool) -> str:
    """Say why something is suggested; a break-even return tells the cost and is not for everybody."""
    code, *figures = evidence.split("|")
    if code == "creative":
        figures = [rate(figures[0], 2), rate(figures[1], 2), count(int(figures[2]))]
    if not with_margin and f"{code}_hidden" in _ADVICE:
        code = f"{code}_hidden"
    return str(_ADVICE[code]).format(*figures)


def act_words(act: str) -> str:
    """Give what is suggested."""
    return str(ACTS[act])


def doubt_words(code: str) -> str:
    """Say what is wrong with a derived figure of a report."""
    return str(_DOUBTS.get(code, code))
