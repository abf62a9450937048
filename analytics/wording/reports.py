"""Words of reports: the same lines on the page, in the workbook, in the picture and on the phone.

Reads nothing but the frozen facts of a report (`queries.report_facts`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from analytics.figures import figure
from analytics.metrics import change
from analytics.rules.reports import DAILY
from analytics.wording.stats import source_words, value_words
from shopops.lib import words
from shopops.lib.templatetags.shop import WEEKDAYS, money, pct_change, point_change, rate
from shopops.staff.operations import name_operations, name_parts

type Facts = Mapping[str, Any]

NAMES: Mapping[str, str | Promise] = {"daily": _l("日报"), "weekly": _l("周报")}
SEVERITIES: Mapping[str, str | Promise] = {"late": _l("红"), "soon": _l("黄"), "us": _l("要看")}
WAITED: Mapping[str, str | Promise] = {
    "checks": _l("当天的检查还没跑完"),
    "figures": _l("有几天的数字还没重算"),
}
OPERATIONS = {
    "analytics.report.asked": _l("补做了报告"),
    "analytics.report_address.added": _l("加了报告的推送地址"),
    "analytics.report_address.changed": _l("改了报告的推送地址"),
    "analytics.report_address.switched": _l("开关了报告的推送地址"),
    "analytics.report_address.removed": _l("去掉了报告的推送地址"),
    "analytics.report_address.tested": _l("试了报告的推送地址"),
    "analytics.report_sending.resent": _l("重发了报告"),
    "analytics.report_sending.confirmed": _l("确认报告收到了"),
    "analytics.report_sending.given_up": _l("报告不发了"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of a report in words. `note`: what limits it; empty where nothing does."""

    code: str
    label: str
    value: str
    is_known: bool
    against: tuple[tuple[str, str, str], ...]
    source: str
    note: str


def weekday(day: date) -> str:
    """Name a weekday."""
    return _(WEEKDAYS[day.weekday()])


def title_of(kind: str, since: date, until: date) -> str:
    """Name a report by the days that it tells of."""
    if kind == DAILY:
        return _("%(kind)s %(month)d月%(day)d日 %(weekday)s") % {
            "kind": NAMES[kind],
            "month": until.month,
            "day": until.day,
            "weekday": weekday(until),
        }
    return _("%(kind)s %(m)d月%(d)d日–%(month)d月%(day)d日") % {
        "kind": NAMES[kind],
        "m": since.month,
        "d": since.day,
        "month": until.month,
        "day": until.day,
    }


def against_words(name: str, until: date) -> str:
    """Name what a figure is set against."""
    if name == "last_week_day":
        return _("上%(weekday)s") % {"weekday": weekday(until)}
    names = {"day_before": _("前一日"), "last_week": _("前一周"), "week_before": _("前两周")}
    return names[name]


def number(text: str | None) -> Decimal | None:
    """Read a frozen number."""
    return None if text is None else Decimal(text)


def lines_of(kind: str, until: date, facts: Facts) -> list[Line]:
    """Give the figures of a report in words."""
    return [_line(kind, until, row) for row in facts["figures"]]


def _line(kind: str, until: date, row: Facts) -> Line:
    spec = figure(row["code"])
    value = number(row["value"])
    return Line(
        code=spec.code,
        label=str(spec.label),
        value=value_words(_round(value, spec.unit), spec.unit),
        is_known=value is not None,
        against=tuple(_against(kind, until, spec.code, value, one) for one in row["against"]),
        source=source_words(row["source"]),
        note=_note(row),
    )


def _round(value: Decimal | None, unit: str) -> Decimal | None:
    return value.quantize(Decimal("0.01")) if value is not None and unit == "money" else value


def _against(
    kind: str, until: date, code: str, value: Decimal | None, one: Facts
) -> tuple[str, str, str]:
    """Give what it is set against, its figure, and the change."""
    name = "last_week_day" if kind == DAILY and one["name"] == "last_week" else one["name"]
    unit, past = figure(code).unit, number(one["value"])
    moved = ""
    if value is not None and past is not None:
        moved = point_change(value - past) if unit == "rate" else pct_change(change(value, past))
    return against_words(name, until), value_words(_round(past, unit), unit), moved


def _note(row: Facts) -> str:
    if not row["known_days"]:
        return _("没有来源讲到")
    parts = []
    if row["known_days"] < row["days"]:
        parts.append(
            _("%(n)d 天里知道 %(k)d 天") % {"n": row["days"], "k": row["known_days"]},
        )
    if row["is_visits"]:
        parts.append(_("逐日相加"))
    return words.listed(parts)


def late_words(facts: Facts) -> str:
    """Say what is late and what it costs."""
    late = facts["late"]
    if late is None:
        return _("超时：未知（补做的报告，当时没有留下）")
    if not late["orders"]:
        return _("没有超时没出的单")
    return _("超时没出 %(n)d 单，现在预计赔付 %(now)s，当天 24:00 前不动 %(then)s") % {
        "n": late["orders"],
        "now": money(late["now_amount"]),
        "then": money(late["midnight_amount"]),
    }


def target_words(facts: Facts) -> str:
    """Say how the month's target goes."""
    target = facts["target"]
    if target is None:
        return _("本月没有定支付金额的目标")
    done, due = Decimal(target["done"]), Decimal(target["due"])
    text = _("%(month)d 月目标 %(target)s，到这天完成 %(done)s（%(share)s）") % {
        "month": date.fromisoformat(target["month"]).month,
        "target": money(target["target"]),
        "done": money(done),
        "share": rate(done / Decimal(target["target"])),
    }
    parts = [text]
    if due:
        parts.append(_("进度是应有的 %(rate)s") % {"rate": rate(done / due)})
    if target["unknown_days"]:
        parts.append(_("有 %(n)d 天未知，两边都没算") % {"n": target["unknown_days"]})
    return words.phrases(parts)


def findings_words(facts: Facts) -> str:
    """Say how much is open, by severity."""
    counts = facts["findings"]["counts"]
    if not any(counts.values()):
        return _("没有没处理的异常")
    return _("异常 %(counts)s") % {
        "counts": words.listed(f"{name} {counts[code]}" for code, name in SEVERITIES.items())
    }


def finding_rows(facts: Facts) -> list[dict[str, Any]]:
    """Give the worst findings in the reader's language."""
    return [
        {
            **row,
            "title": words.stored(row["title"], names=True),
            "tag": SEVERITIES[row["severity"]],
            "owner": words.stored(row["owner"]),
        }
        for row in facts["findings"]["rows"]
    ]


def more_findings(facts: Facts) -> int:
    """Give how many findings are not named."""
    found = facts["findings"]
    return int(sum(found["counts"].values()) - len(found["rows"]))


def score_rows(facts: Facts) -> list[dict[str, Any]]:
    """Give the scores in words, each with the day that it is of."""
    rows = []
    for one in facts["scores"]:
        value, before = number(one["value"]), number(one["before"])
        moved = ""
        if value is not None and before is not None:
            by = value - before
            sign = "▲" if by > 0 else "▼"
            moved = f"{sign} {abs(by).normalize():f}" if by else _("持平")
        rows.append(
            {
                "code": one["code"],
                "label": str(figure(one["code"]).label),
                "value": value_words(value, "score"),
                "is_known": value is not None,
                "moved": moved,
                "day": date.fromisoformat(one["day"]) if one["day"] else None,
            }
        )
    return rows


def limits_of(facts: Facts) -> list[str]:
    """Say what the reader must know before trusting the figures."""
    found = [str(WAITED[one]) for one in facts["waited_for"]]
    if facts["is_belated"]:
        found.append(_("这份是后来补做的"))
    return found


def noted(text: object, note: object) -> str:
    """Write a text with what belongs to it in brackets; alone where nothing does."""
    return _("%(text)s（%(note)s）") % {"text": text, "note": note} if note else str(text)


def body_of(kind: str, until: date, facts: Facts) -> str:
    """Write the report as a phone shows it: a line a figure, then what is to be done."""
    rows = []
    for line in lines_of(kind, until, facts):
        moved = words.phrases(f"{name} {by}" for name, _past, by in line.against if by)
        told = _("%(label)s：%(value)s") % {"label": line.label, "value": line.value}
        rows.append(noted(told, moved))
    rows += ["", late_words(facts)]
    if facts["target"] is not None:
        rows.append(target_words(facts))
    rows.append(_score_line(facts))
    rows += ["", findings_words(facts)]
    for one in finding_rows(facts):
        rows.append(f"· {noted(one['title'], one['owner'])}")
    if more := more_findings(facts):
        rows.append(_("还有 %(n)d 条在异常页") % {"n": more})
    rows += [f"※ {text}" for text in limits_of(facts)]
    return "\n".join(rows)


def _score_line(facts: Facts) -> str:
    scores = [
        f"{one['label']} {one['value']}{one['moved'] and ' ' + one['moved']}"
        for one in score_rows(facts)
        if one["is_known"]
    ]
    return _("评分：%(scores)s") % {"scores": " · ".join(scores) if scores else _("未知")}


def name_the_log() -> None:
    """Give the acts of this topic their words in the log."""
    name_operations(OPERATIONS)
    name_parts(
        "object",
        {
            "report": _l("报告"),
            "report_address": _l("推送地址"),
            "report_sending": _l("报告的推送"),
        },
    )
    name_parts(
        "field",
        {
            "address": _l("地址"),
            "service": _l("发到"),
            "gets_daily": _l("收日报"),
            "gets_weekly": _l("收周报"),
            "is_on": _l("开着"),
            "state": _l("状态"),
        },
    )
