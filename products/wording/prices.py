"""Sentences for codes of prices: why a price is refused, why it waits, what a suggestion rests on."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from shopops.lib.templatetags.shop import money, rate
from shopops.lib.words import stored


def refusal_words(code: str) -> str:
    """Say why a price is not taken."""
    words = {
        "not_positive": _("价格要大于 0。"),
        "too_large": _("价格超过一百万，多半是打错了。"),
        "same": _("和现在的价一样，不用改。"),
        "unknown_code": _("没有这个商家编码"),
        "twice": _("同一个编码的同一种价出现了两次"),
        "waits_already": _("已经有一条在等店长批"),
        "stale": _("预览之后被改过，没有动"),
    }
    return words.get(code, code)


def objection_words(text: str) -> str:
    """Write an objection: `code|new|other` of ours, or a stored text of an activity."""
    code, *values = text.split("|")
    sentences = {
        "below_floor": _("%(new)s 低于底价 %(other)s"),
        "below_cost": _("%(new)s 低于成本 %(other)s"),
        "floor_below_cost": _("底价 %(new)s 低于成本 %(other)s"),
        "floor_over_list": _("底价 %(new)s 高过一口价 %(other)s"),
        "cost_over_list": _("成本 %(new)s 高过一口价 %(other)s"),
        "cost_over_activity": _("成本 %(new)s 高过活动价 %(other)s"),
        "no_floor": _("没有底价，没法核对"),
        "no_cost": _("没有成本，没法核对"),
    }
    if code not in sentences:
        return stored(text)
    if not values:
        return sentences[code]
    return sentences[code] % {"new": money(values[0]), "other": money(values[-1])}


COST_CODES = {"below_cost", "floor_below_cost", "cost_over_list", "cost_over_activity"}


def objections_words(objections: list[str], *, with_cost: bool) -> list[str]:
    """Write all objections; whoever may not see cost is told that it is cost or floor, not how much."""
    shown = []
    for text in objections:
        code = text.split("|")[0]
        if not with_cost and code in COST_CODES:
            shown.append(_("和成本有冲突"))
        elif not with_cost and code == "below_floor":
            shown.append(_("低于底价"))
        else:
            shown.append(objection_words(text))
    return shown


def suggestion_words(evidence: str) -> str:
    """Write what a suggestion rests on, in figures."""
    code, *values = evidence.split("|")
    writer = _SUGGESTIONS.get(code)
    return writer(values) if writer else evidence


def _season(values: list[str]) -> str:
    season, stock, cut = values
    return _("%(season)s款季末还有 %(stock)s 件，降 %(cut)s") % {
        "season": season,
        "stock": stock,
        "cut": rate(cut, 0),
    }


def _slow(values: list[str]) -> str:
    stock, daily, days, line, cut = values
    named = {"stock": stock, "daily": daily, "days": days, "line": line, "cut": rate(cut, 0)}
    if not days:
        return _("在库 %(stock)s 件，近期没有卖出，降 %(cut)s") % named
    return (
        _("在库 %(stock)s 件，日均卖 %(daily)s，够卖 %(days)s 天（线 %(line)s 天），降 %(cut)s")
        % named
    )


def _rival(values: list[str]) -> str:
    title, amount, now, gap = values
    return _("对手 %(title)s 卖 %(rival)s，我们 %(now)s，贵 %(gap)s") % {
        "title": title,
        "rival": money(amount),
        "now": money(now),
        "gap": rate(gap),
    }


_SUGGESTIONS: dict[str, Callable[[list[str]], str]] = {
    "season_end": _season,
    "slow": _slow,
    "rival": _rival,
}


def suggestion_kind(kind: str) -> str:
    """Name a kind of suggestion."""
    return {"season_end": _("季末"), "slow": _("滞销"), "rival": _("对手")}.get(kind, kind)
