"""Sentences for codes of activities: points of a check, lines that cannot be taken, tasks, differences."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from promotions.rules.page_text import Difference
from promotions.rules.price_check import figures
from shopops.intake.wording import refusal_text
from shopops.lib.templatetags.shop import money, rate
from shopops.lib.words import clauses

POINTS: Mapping[str, str | Promise] = {
    "floor": gettext_lazy("底价"),
    "cost": gettext_lazy("成本毛利"),
    "week": gettext_lazy("7 日最低成交价"),
    "signup": gettext_lazy("报名价"),
    "basket": gettext_lazy("凑单最低价"),
    "overlap": gettext_lazy("活动重叠"),
    "stock": gettext_lazy("库存够不够"),
    "war": gettext_lazy("价格战"),
}
OUTCOMES: Mapping[str, str | Promise] = {
    "pass": gettext_lazy("通过"),
    "look": gettext_lazy("要看"),
    "unknown": gettext_lazy("看不出"),
    "fail": gettext_lazy("不过"),
}
TONES = {"pass": "done", "look": "soon", "unknown": "soon", "fail": "late", "": "wait"}
TASKS: Mapping[str, str | Promise] = {
    "items": gettext_lazy("商品和价格"),
    "profit": gettext_lazy("利润核算"),
    "stock": gettext_lazy("库存锁定或下单"),
    "page": gettext_lazy("页面和文案"),
    "service": gettext_lazy("通知客服"),
    "times": gettext_lazy("核对时间"),
    "approval": gettext_lazy("价格检查或审批"),
}
_MONEY = {
    "lowest", "floor", "gap", "cost", "goods", "gift", "postage", "packing", "fees", "returns",
    "insurance", "margin", "was", "deal", "before", "recent", "borne", "price", "least",
}  # fmt: skip
_RATES = {"margin_rate", "line", "margin_before", "margin_now"}
# What tells of floors, costs and margins is for those who may see costs.
_SECRET = {"floor", "cost"}
_SECRET_CODES = {"no_floor", "no_cost", "no_gift_cost", "war", "basket_floor", "basket_cost"}


def point_words(evidence: str, *, with_cost: bool = True) -> str:
    """Write a point's evidence as a sentence with its figures; without cost, only what it comes to."""
    code = evidence.partition("|")[0]
    if not with_cost and (code.partition("_")[0] in _SECRET or code in _SECRET_CODES):
        return _hidden(code)
    values = {name: _value(name, text) for name, text in figures(evidence).items()}
    sentences = _sentences()
    if code not in sentences:
        return evidence
    if code in {"cost_below", "basket_cost"}:
        values["margin"] = values["margin"].lstrip("−")
    if "goods" in values:
        values["parts"] = sentences["parts"] % values
        if Decimal(_plain(evidence, "borne")):
            values["parts"] += sentences["borne"] % values
    return sentences[code] % values


def _plain(evidence: str, name: str) -> str:
    """Give a figure as it stands, nought where an older evidence has none."""
    return figures(evidence).get(name, "0")


def _value(name: str, text: str) -> str:
    if name in _MONEY:
        return money(text)
    return rate(text) if name in _RATES else text


def _hidden(code: str) -> str:
    return {
        "floor_ok": _("不低于底价。"),
        "floor_below": _("低于底价，是破价。"),
        "no_floor": _("没有底价，没法核对。"),
        "cost_ok": _("毛利过线。"),
        "cost_thin": _("毛利率没到线。"),
        "cost_below": _("卖一件亏一件。"),
        "no_cost": _("没有成本，没法核对。"),
        "no_gift_cost": _("赠品没有成本，没法核对。"),
        "war": _("又一次降价，买家没有多。"),
        "basket_floor": _("凑单买会低于底价。"),
        "basket_cost": _("凑单买会亏本。"),
    }.get(code, code)


def _sentences() -> dict[str, str]:
    parts = _(
        "货 %(goods)s、赠品 %(gift)s、快递 %(postage)s、包材 %(packing)s、平台 %(fees)s、"
        "预计退货 %(returns)s、运费险 %(insurance)s"
    )
    return {
        "no_lowest": _("算不出到手价：没有一口价。"),
        "floor_ok": _("到手价 %(lowest)s 不低于底价 %(floor)s。"),
        "floor_below": _("到手价 %(lowest)s 低于底价 %(floor)s，差 %(gap)s，是破价。"),
        "no_floor": _("到手价 %(lowest)s，没有底价，没法核对。"),
        "cost_ok": _(
            "全成本 %(cost)s（%(parts)s），剩 %(margin)s，毛利率 %(margin_rate)s，线是 %(line)s。"
        ),
        "cost_thin": _(
            "全成本 %(cost)s（%(parts)s），只剩 %(margin)s，毛利率 %(margin_rate)s 没到线 %(line)s。"
        ),
        "cost_below": _(
            "到手价 %(lowest)s 低于全成本 %(cost)s（%(parts)s），卖一件亏 %(margin)s，毛利率 %(margin_rate)s。"
        ),
        "no_cost": _("到手价 %(lowest)s，没有成本，没法核对。"),
        "no_gift_cost": _("到手价 %(lowest)s，赠品没有成本，没法核对。"),
        "week_ok": _(
            "划线价 %(was)s，不高于 %(since)s 至 %(until)s 最低成交 %(deal)s（%(tid)s）。"
        ),
        "week_no_was": _("页面不标划线价；%(since)s 至 %(until)s 最低成交 %(deal)s（%(tid)s）。"),
        "week_quiet": _("页面不标划线价；开始前 7 天没有成交。"),
        "week_above": _(
            "划线价 %(was)s 高于 %(since)s 至 %(until)s 最低成交 %(deal)s（%(tid)s），高 %(gap)s，不能这样比价。"
        ),
        "week_last_above": _(
            "开始前 7 天没有成交；划线价 %(was)s 高于最近一次成交 %(deal)s（%(date)s，%(tid)s），高 %(gap)s。"
        ),
        "week_last_ok": _(
            "开始前 7 天没有成交；划线价 %(was)s 不高于最近一次成交 %(deal)s（%(date)s，%(tid)s）。"
        ),
        "week_no_deal": _("划线价 %(was)s 没有成交可以比，没法核对。"),
        "deal_lower": _(
            "到手价 %(lowest)s 比 %(since)s 至 %(until)s 最低成交 %(deal)s（%(tid)s）还高，不算真降价。"
        ),
        "signup_none": _("这种活动没有报名价的规则。"),
        "signup_no_price": _("没有一口价，报名价没法核对。"),
        "signup_ok": _("报名价 %(price)s 不高于近 %(days)s 天最低标价 %(least)s。"),
        "signup_above": _(
            "报名价 %(price)s 高于近 %(days)s 天最低标价 %(least)s（%(date)s 起），高 %(gap)s，平台不收。"
        ),
        "basket_none": _("和别的商品凑单不会更便宜。"),
        "basket_ok": _("凑单最低 %(lowest)s 一件（%(lines)s），不破价。"),
        "basket_floor": _(
            "凑单最低 %(lowest)s 一件（%(lines)s），低于底价 %(floor)s，差 %(gap)s，是破价。"
        ),
        "basket_cost": _(
            "凑单最低 %(lowest)s 一件（%(lines)s），低于全成本 %(cost)s，卖一件亏 %(margin)s。"
        ),
        "basket_week": _(
            "凑单最低 %(lowest)s 一件（%(lines)s），比 %(since)s 至 %(until)s 最低成交 %(deal)s"
            "（%(tid)s）还低；这样成交后，下次划线价不能高过它。"
        ),
        "basket_too": _("单买已经破了；凑单还能低到 %(lowest)s 一件（%(lines)s）。"),
        "overlap_none": _("这几天没有别的活动。"),
        "overlap_may": _(
            "%(since)s 至 %(until)s 同时在「%(name)s」，两边的优惠会叠在一起，已算进到手价。"
        ),
        "overlap_not": _("%(since)s 至 %(until)s 同时在「%(name)s」，两个活动不许同一商家编码。"),
        "stock_ok": _("可用 %(free)s 件，路上 %(coming)s 件，预计要卖 %(expected)s 件。"),
        "stock_short": _(
            "可用 %(free)s 件，路上 %(coming)s 件，预计要卖 %(expected)s 件，缺 %(missing)s 件。"
        ),
        "stock_promised": _(
            "可用 %(free)s 件，路上 %(coming)s 件，答应平台 %(promised)s 件，缺 %(missing)s 件。"
        ),
        "stock_unknown": _("没有记库存，不知道够不够。"),
        "stock_sales_unknown": _(
            "可用 %(free)s 件，路上 %(coming)s 件；没有销售记录，不知道要卖多少。"
        ),
        "war_none": _("没有越降越低又不长买家。"),
        "war_unknown": _("前四周成交太少，看不出走势。"),
        "war": _(
            "价 %(before)s → %(recent)s → %(lowest)s，毛利率 %(margin_before)s → %(margin_now)s；"
            "上次降价买家 %(buyers_before)s → %(buyers)s，没有多。"
        ),
    } | {"parts": parts, "borne": _("；平台补 %(borne)s")}


def bad_line_words(reason: str) -> str:
    """Say why a line of an item list cannot be taken."""
    code, *values = reason.split("|")
    words = {
        "unknown_code": _("没有这个商家编码"),
        "twice": _("同一个编码写了两行"),
        "not_positive": _("价格要大于 0"),
        "too_large": _("价格超过一百万，多半是打错了"),
        "was_not_positive": _("划线价要大于 0，也不能超过一百万"),
        "promised_not_positive": _("报名件数要是大于 0 的整数"),
        "bad_price": _("价格看不懂，写成 36.50 这样"),
        "bad_pieces": _("报名件数看不懂，写一个整数"),
        "too_many_cells": _("一行最多四栏：编码、价格、件数、划线价"),
    }
    if code == "over_list":
        return _("价格 %(price)s 高过一口价 %(list)s") % {
            "price": money(values[0]),
            "list": money(values[1]),
        }
    if code == "was_below":
        return _("划线价 %(was)s 低于活动价 %(price)s") % {
            "was": money(values[0]),
            "price": money(values[1]),
        }
    if code == "meets":
        return _("%(since)s 至 %(until)s 已经在「%(name)s」，两个活动不许同一商家编码") % {
            "name": values[0],
            "since": values[1],
            "until": values[2],
        }
    return words.get(code, code)


def beside_words(beside: Sequence[tuple[str, int]]) -> str:
    """Say in which other activities on the same days SKUs are: allowed, and their benefits add up."""
    return _("同一段时间也在别的活动里：%(them)s。这样可以，优惠会叠在一起，已算进到手价。") % {
        "them": clauses(
            _("「%(name)s」%(n)s 个商家编码") % {"name": name, "n": n} for name, n in beside
        )
    }


def task_name(code: str, name: str) -> str:
    """Name a point of the preparation: ours by code, a person's by its own words."""
    return str(TASKS.get(code, name))


def difference_words(one: Difference) -> str:
    """Name what a page says otherwise than was planned."""
    if one.kind in {"start", "end"}:
        label = _("开始") if one.kind == "start" else _("结束")
        if not one.seen:
            return _("页面上没有%(label)s时间，计划是 %(planned)s") % {
                "label": label,
                "planned": one.planned,
            }
        return _("%(label)s：页面写 %(seen)s，计划是 %(planned)s") % {
            "label": label,
            "seen": one.seen,
            "planned": one.planned,
        }
    if one.kind == "amount":
        if one.seen:
            return _("页面上有 %(amount)s，计划里没有") % {"amount": money(one.seen)}
        return _("计划里的 %(amount)s，页面上没有") % {"amount": money(one.planned)}
    return _("页面上没有这一句：%(text)s") % {"text": one.planned}


def page_file_words(reason: str) -> str:
    """Say why a file with a page's text cannot be read."""
    code, *values = reason.split("|")
    words = {
        "page_empty": _("文件里没有字。"),
        "page_not_text": _("看不懂这个文件：选存下来的网页、文本、CSV 或 XLSX。"),
        "page_old_workbook": _("这是旧的 XLS 表格，另存为 XLSX 再选。"),
    }
    if code == "page_too_large":
        return _("文件超过 %(n)s MB，只留活动那一段再选。") % {"n": values[0]}
    if code == "page_too_long":
        return _("页面有 %(n)s 个字，最多 %(most)s 个，只留活动那一段再选。") % {
            "n": values[0],
            "most": values[1],
        }
    return words.get(code) or refusal_text(reason)
