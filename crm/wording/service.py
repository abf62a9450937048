"""Sentences of the service desk in the reader's language: figures, lines of bonus sheets, the log."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import gettext_noop

from crm.rules.agents import RATES
from crm.rules.training import BadSheetError
from crm.service_choices import AppealState, HandOutRule, LineKind, Measure, SheetState
from shopops.lib.money import from_fen
from shopops.lib.templatetags.shop import money, rate
from shopops.staff.operations import name_operations, name_parts

FIGURES: Mapping[str, Any] = {
    "asked": _l("咨询人数"),
    "received": _l("接待人数"),
    "in_three_minutes": _l("3 分钟内回复"),
    "answers": _l("回复消息"),
    "inquired": _l("询单人数"),
    "ordered": _l("下单人数"),
    "paid": _l("付款人数"),
    "paid_amount": _l("付款金额"),
    "refunds": _l("退款笔数"),
    "refund_amount": _l("退款金额"),
    "rated": _l("评价服务的人"),
    "satisfied": _l("满意的人"),
    "reviews_good": _l("好评"),
    "reviews_neutral": _l("中评"),
    "reviews_bad": _l("差评"),
    "first_seconds": _l("首次响应（秒）"),
    "response_seconds": _l("平均响应（秒）"),
}
AMOUNTS: Mapping[str, Any] = {
    "base": _l("每月基础奖金"),
    "neutral": _l("每个中评"),
    "bad": _l("每个差评"),
    "score_up": _l("服务分每升 0.1"),
    "score_down": _l("服务分每降 0.1"),
    "conversion": _l("询单→付款每超目标 1 个百分点"),
    "slow": _l("全月首次响应没达标"),
    "three_minutes": _l("全月 3 分钟回复率没达标"),
    "satisfaction": _l("全月满意率达标"),
    "least_asked": _l("询单少于几人不看比率"),
}
# What the importer, which knows no Django, says of a row; shown by `words.stored`.
ROW_REASONS = (
    gettext_noop("客服绩效"),
    gettext_noop("付款金额"),
    gettext_noop("不是一天的日期；请在导出时选“分天”，像 2026-06-18"),
    gettext_noop("不是时长，应当像 28.5、28秒 或 1分20秒"),
    gettext_noop("响应时间超过了一天"),
    gettext_noop("3 分钟回复的人比咨询的人还多"),
    gettext_noop("接待的人比咨询的人还多"),
    gettext_noop("下单的人比询单的人还多"),
    gettext_noop("付款的人比询单的人还多"),
    gettext_noop("满意的人比评价的人还多"),
)
_BAD_SHEETS: Mapping[str, Any] = {
    "empty": _l("还没有题目。"),
    "too_many": _l("一份卷子最多 100 题，现在有 {number} 题。"),
    "no_options": _l("第 {number} 题「{text}」不到两个选项。"),
    "twice": _l("第 {number} 题「{text}」有两个一样的选项。"),
    "no_right": _l("第 {number} 题「{text}」没有标对的选项：对的一行用 * 开头。"),
    "all_right": _l("第 {number} 题「{text}」所有选项都标成了对的。"),
    "odd_line": _l("第 {number} 题里「{text}」看不懂：选项用 * 或 - 开头，题和题之间空一行。"),
}


def figure_words(name: str) -> str:
    """Give the name of a figure; empty where it is none."""
    return str(FIGURES.get(name, ""))


def measure_value(code: str, value: Decimal | None) -> str:
    """Write a measure as it is read."""
    if value is None:
        return str(_("未知"))
    if code in RATES:
        return rate(value)
    if code == Measure.AVERAGE_ORDER:
        return money(value)
    return _("%(n)s 秒") % {"n": f"{value:.1f}"}


def fen_words(fen: int) -> str:
    """Write an amount in fen with its sign."""
    text = money(from_fen(abs(fen)))
    return text if fen == 0 else f"{'+' if fen > 0 else '−'}{text}"


def line_words(kind: str, evidence: Mapping[str, Any]) -> str:
    """Say what a line of a bonus sheet rests on."""
    if kind in {LineKind.NEUTRAL, LineKind.BAD}:
        if evidence.get("ref"):
            return _("%(day)s 的评价 %(ref)s") % {"day": evidence["date"], "ref": evidence["ref"]}
        return _("%(day)s 的客服数据") % {"day": evidence.get("date", "")}
    if kind in {LineKind.SCORE_UP, LineKind.SCORE_DOWN}:
        return _("%(from_date)s 是 %(from)s，%(to_date)s 是 %(to)s") % dict(evidence)
    if kind == LineKind.CARRIED:
        return _("%(month)s 已结 %(closed)s，按现在的数是 %(fresh)s，之前已补 %(elsewhere)s") % {
            "month": str(evidence.get("month", ""))[:7],
            "closed": money(from_fen(int(evidence.get("closed", 0)))),
            "fresh": money(from_fen(int(evidence.get("fresh", 0)))),
            "elsewhere": fen_words(int(evidence.get("elsewhere", 0))),
        }
    code = _MEASURES.get(LineKind(kind), "")
    return _("全月 %(value)s，目标 %(target)s；询单 %(asked)s 人") % {
        "value": measure_value(code, _decimal(evidence.get("value"))),
        "target": measure_value(code, _decimal(evidence.get("target"))),
        "asked": evidence.get("asked", 0),
    }


_MEASURES = {
    LineKind.CONVERSION: "pay_rate",
    LineKind.SLOW: "first_response",
    LineKind.THREE_MINUTES: "three_minutes",
    LineKind.SATISFACTION: "satisfaction",
}


def _decimal(text: object) -> Decimal | None:
    return None if text in (None, "", "None") else Decimal(str(text))


def bad_sheet_words(error: BadSheetError) -> str:
    """Say what is wrong with an exam sheet."""
    return str(_BAD_SHEETS[error.code]).format(number=error.number, text=error.text[:40])


_OPERATIONS = {
    "crm.agent_day.entered": _l("填了客服一天的数"),
    "crm.agent_name.mapped": _l("对上了客服名字"),
    "crm.service_target.changed": _l("改了客服目标"),
    "crm.service_score.noted": _l("记了服务分"),
    "crm.bonus_rule.changed": _l("改了奖金规则"),
    "crm.bonus.computed": _l("算了奖金表"),
    "crm.bonus.published": _l("公布了奖金表"),
    "crm.bonus.closed": _l("结了奖金表"),
    "crm.bonus_line.appealed": _l("申诉了奖金表的一行"),
    "crm.bonus_line.kept": _l("维持了奖金表的一行"),
    "crm.bonus_line.struck": _l("划掉了奖金表的一行"),
    "crm.exam.added": _l("加了卷子"),
    "crm.exam.changed": _l("改了卷子"),
    "crm.exam.taken": _l("交了卷子"),
    "crm.customers.handed_out": _l("分配了老客"),
}
_OBJECTS = {
    "agent_day": _l("客服数据"),
    "agent_name": _l("客服名字"),
    "service_target": _l("客服目标"),
    "service_score": _l("服务分"),
    "bonus_rule": _l("奖金规则"),
    "bonus_sheet": _l("奖金表"),
    "exam": _l("卷子"),
    "agent_customers": _l("老客分配"),
}
_FIELDS = {
    **FIGURES,
    "agent": _l("客服"),
    "date": _l("日期"),
    "is_nobody": _l("不是人"),
    "measure": _l("指标"),
    "value": _l("目标"),
    "missed_days": _l("连续几天没达标才提醒"),
    "score": _l("服务分"),
    "month": _l("月份"),
    "bonus_total": _l("合计（元）"),
    "lines": _l("行数"),
    "sheet_state": _l("奖金表状态"),
    "appeal_state": _l("申诉"),
    "line": _l("哪一行"),
    "pass_mark": _l("及格分"),
    "valid_days": _l("几天后重考"),
    "mark": _l("得分"),
    "has_passed": _l("及格"),
    "customers": _l("客户数"),
    "from_agent": _l("原来的客服"),
    "hand_out_rule": _l("分配规则"),
    **{f"bonus_{name}": label for name, label in AMOUNTS.items()},
}


def name_all() -> None:
    """Give the log these words."""
    name_operations(_OPERATIONS)
    name_parts("object", _OBJECTS)
    name_parts("field", _FIELDS)
    for field, kind in (
        ("sheet_state", SheetState),
        ("appeal_state", AppealState),
        ("measure", Measure),
        ("line", LineKind),
        ("hand_out_rule", HandOutRule),
    ):
        name_parts(field, {one.value: one.label for one in kind})
