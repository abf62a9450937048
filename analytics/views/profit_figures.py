"""The small figures of the page of profits, against those of other days."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html
from django.utils.translation import gettext as _

from analytics.queries import profit as queries
from analytics.rules import profit as rules
from analytics.rules.spans import Days
from analytics.views.boards.asked import Asked, against_words
from analytics.views.boards.parts import Data, kpi
from analytics.views.profit_parts import yuan
from shopops.lib.templatetags.shop import money, rate


@dataclass(frozen=True, slots=True)
class Small:
    """What a span left, in CNY; None is unknown. `profit` is less advertising, as far as reports tell of it."""

    net: Decimal | None
    profit: Decimal | None
    at_most: Decimal | None
    rate: Decimal | None
    goods: Decimal | None
    fees: Decimal | None
    ads: Decimal | None


def _small(period: queries.PeriodProfit, ads: queries.AdSpend) -> Small:
    spent = yuan(ads.fen) if ads.known_days else None
    if not period.orders:
        return Small(None, None, None, None, None, None, spent)
    is_known = period.orders == period.known_orders
    total = period.total - ads.fen
    return Small(
        net=yuan(period.net),
        profit=yuan(total) if is_known else None,
        at_most=yuan(total),
        rate=Decimal(total) / period.net if is_known and period.net > 0 else None,
        goods=yuan(-_of(period, rules.GOODS)),
        fees=yuan(-sum(_of(period, code) for code in (*rules.FEES, rules.AFFILIATE))),
        ads=spent,
    )


def _of(period: queries.PeriodProfit, code: str) -> int:
    line = period.lines.get(code)
    return line.fen if line else 0


def _past(days: Days) -> Small:
    return _small(
        queries.period_profit(since=days.since, until=days.until),
        queries.ad_spend(since=days.since, until=days.until),
    )


def small_figures(asked: Asked, period: queries.PeriodProfit, ads: queries.AdSpend) -> list[Data]:
    """Give the figures as `components/_kpi.html` takes them. Three queries for the days set against."""
    now, past = _small(period, ads), _past(asked.past) if asked.past else None
    words = against_words(asked) if past else ""

    def one(label: str, unit: str, name: str, source: str = "", unknown: str = "") -> Data:
        before = getattr(past, name) if past else None
        return kpi(
            label,
            unit,
            getattr(now, name),
            before,
            against=words,
            source=source,
            unknown=unknown,
        )

    at_most = _("不高于 %(a)s") % {"a": money(now.at_most)} if now.at_most is not None else ""
    told = _("%(n)s / %(m)s 天有报表") % {"n": ads.known_days, "m": asked.days.length}
    known = (
        _("成本已知 %(r)s") % {"r": rate(period.known_cost_rate)}
        if period.known_cost_rate is not None
        else ""
    )
    profit = one(_("利润"), "money", "profit", _("扣了广告"), at_most)
    if now.profit is not None and now.profit < 0:
        profit["value"] = format_html('<span class="t-late">{}</span>', profit["value"])
    return [
        one(_("净收入"), "money", "net"),
        profit,
        one(_("利润率"), "share", "rate", unknown=_("有成本未知")),
        one(_("货品成本"), "money", "goods", known),
        one(_("平台费用与佣金"), "money", "fees"),
        one(_("广告"), "money", "ads", told, _("没有推广报表")),
    ]


def unknown_words(period: queries.PeriodProfit) -> str:
    """Say what is known of the profit while some costs are not; empty where all are."""
    unknown = period.orders - period.known_orders
    if not unknown:
        return ""
    return _("%(n)s 单有成本没填，利润未知。其余订单净收入 %(b)s，利润 %(a)s（没扣广告）。") % {
        "n": f"{unknown:,}",
        "a": money(yuan(period.known_profit)),
        "b": money(yuan(period.known_net)),
    }
