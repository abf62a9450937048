"""Trend: any figure by day, week or month against other days; above it the five figures of the shop."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from analytics.figures import FigureSpec, figure, visible
from analytics.metrics import change
from analytics.queries.known import lineage_url
from analytics.queries.trend import Five, Point, base_series, five, point, points
from analytics.rules.spans import Days, buckets
from analytics.views.boards.asked import Asked, against_words
from analytics.views.boards.links import day_url, nothing
from analytics.views.boards.margin import margin_note
from analytics.views.boards.parts import (
    COST,
    Board,
    Card,
    Column,
    Data,
    Row,
    kpi,
    line_chart,
    moved,
    number,
    percent,
    short,
    written,
)
from analytics.wording.stats import source_words
from shopops.lib.words import listed

_UNITS = {"day": _l("按日"), "week": _l("按周"), "month": _l("按月")}
# What a share is made of: of no interest by itself.
_PARTS_ONLY = frozenset({"kept_pieces", "costed_pieces"})
_SIGNS: dict[str, str | Promise] = {"money": "¥", "rate": "%", "seconds": _l("秒")}


def build(asked: Asked) -> Board:
    """Give the page; `?figure=` chooses the figure, `?by=` the unit."""
    offered = [one for one in visible(sees_cost=asked.may(COST)) if one.code not in _PARTS_ONLY]
    code = asked.choice("figure", (one.code for one in offered), "paid_amount")
    unit = asked.choice("by", _UNITS, "day")
    now = five(asked.days)
    past = five(asked.past) if asked.past else None
    main, is_known = _main(asked, figure(code), unit)
    choices: list[Data] = [
        {"label": _("指标"), "items": _figure_links(asked, offered, code), "is_many": True},
        {
            "label": _("按日、周还是月"),
            "items": [
                {"label": label, "url": asked.with_(by=one), "current": one == unit}
                for one, label in _UNITS.items()
            ],
        },
    ]
    return Board(
        title=_("趋势"),
        kpis=_kpis(asked, now, past),
        choices=choices,
        cards=_cards(main, _UNITS[unit]) if is_known else [],
        empty=None if is_known else _nothing(asked, figure(code)),
    )


def _cards(main: Card, by: str | Promise) -> list[Card]:
    sub = _("点数字看它从哪来，点日期看订单")
    return [main, replace(main, code="days", title=by, chart=None, sub=sub)]


def _nothing(asked: Asked, spec: FigureSpec) -> Data:
    text = _("「%(name)s」来自：%(sources)s。没有文件讲到的日子是未知，不是 0。") % {
        "name": spec.label,
        "sources": listed(
            dict.fromkeys(
                source_words(one)
                for part in (spec.parts or (spec.code,))
                for one in figure(part).sources
            )
        ),
    }
    return nothing(_("这段时间没有来源讲到这个指标"), text, asked)


def _figure_links(asked: Asked, offered: Sequence[FigureSpec], code: str) -> list[Data]:
    return [
        {"label": one.label, "url": asked.with_(figure=one.code), "current": one.code == code}
        for one in offered
    ]


def _kpis(asked: Asked, now: Five, past: Five | None) -> list[Data]:
    words = against_words(asked) if past else ""

    def one(label: str, unit: str, name: str, source: str, unknown: str, url: str) -> Data:
        return kpi(
            label,
            unit,
            getattr(now, name),
            getattr(past, name) if past else None,
            against=words,
            source=source,
            unknown=unknown,
            url=url,
        )

    spend = _("%(all)s 天里知道 %(n)s 天") % {"all": asked.days.length, "n": now.spend_days}
    rate = _("%(all)s 天里知道 %(n)s 天") % {"all": asked.days.length, "n": now.pay_days}
    as_of = _("365 天，到 %(day)s") % {"day": now.repurchase_as_of or ""}
    channels = reverse("promotions:channels") if asked.may("promotions.channels") else ""
    found = [
        one(_("新客成本"), "money", "buyer_cost", spend, _("没有推广报表，或没有新客"), channels)
    ]
    if asked.may(COST):
        lost = _("没有推广报表，或成本未知")
        found.append(one(_("全店毛利 / 花费"), "times", "whole_return", spend, lost, channels))
    found += [
        one(_("支付转化率"), "rate", "pay_rate", rate, _("访客未知"), reverse("analytics:funnel")),
        one(_("复购率"), "rate", "repurchase", as_of, _("还没有算过"), reverse("analytics:cohorts")),
        one(_("忠诚度"), "rate", "loyalty", _("老买家的支付金额占比"), _("没有订单"),
            reverse("analytics:customers")),
    ]  # fmt: skip
    return found


def _main(asked: Asked, spec: FigureSpec, unit: str) -> tuple[Card, bool]:
    series = base_series(spec.code, asked.days)
    now = points(spec.code, series, buckets(asked.days, unit))
    past: list[Point | None] = [None] * len(now)
    whole = point(spec.code, series, asked.days)
    before: Point | None = None
    if asked.past:
        old = base_series(spec.code, asked.past)
        past = [
            point(spec.code, old, days) if (days := _within(one, asked)) else None for one in now
        ]
        before = point(spec.code, old, asked.past)
    card = Card(
        code="trend",
        title=spec.label,
        sub=_sub(asked, spec, whole, before),
        columns=_columns(asked, spec),
        rows=[_row(asked, spec, one, other) for one, other in zip(now, past, strict=True)][::-1],
        chart=_chart(asked, spec, now, past),
        note=_note(asked, spec, whole, unit),
        is_wide=True,
    )
    return card, whole.value is not None or (before is not None and before.value is not None)


def _within(one: Point, asked: Asked) -> Days | None:
    """Give the days that a part of the span is set against, by its place in the span."""
    if asked.past is None:
        return None
    shift = one.days.since - asked.days.since
    since = asked.past.since + shift
    return Days(since, since + (one.days.until - one.days.since))


def _sub(asked: Asked, spec: FigureSpec, now: Point, past: Point | None) -> str:
    words = written(now.value, spec.unit)
    if past is not None:
        words += " · " + _("比%(what)s %(change)s") % {
            "what": against_words(asked),
            "change": moved(now.value, past.value, spec.unit),
        }
    if now.known_days < now.days.length:
        words += " · " + _("%(all)s 天里知道 %(n)s 天") % {
            "all": now.days.length,
            "n": now.known_days,
        }
    return words


def _columns(asked: Asked, spec: FigureSpec) -> list[Column]:
    found = [Column("day", _("日期")), Column("now", spec.label, spec.unit)]
    if asked.past:
        found += [
            Column("past_day", _("对比日期")),
            Column("past", against_words(asked), spec.unit),
            Column("change", _("变化"), "points" if spec.unit == "rate" else "change"),
        ]
    return [*found, Column("source", _("来源"))]


def _row(asked: Asked, spec: FigureSpec, now: Point, past: Point | None) -> Row:
    old = past.value if past else None
    by: Decimal | None = None
    if now.value is not None and old is not None:
        by = now.value - old if spec.unit == "rate" else change(now.value, old)
    sources = " + ".join(dict.fromkeys(source_words(one) for one in now.sources))
    is_day = now.days.length == 1
    return Row(
        {
            "day": _span(now.days),
            "now": now.value,
            "past_day": _span(past.days) if past else None,
            "past": old,
            "change": by,
            "source": sources or _("没有来源讲到"),
        },
        {
            "now": lineage_url(spec.code, now.days.since) if is_day else "",
            "past": lineage_url(spec.code, past.days.since) if is_day and past else "",
            "day": day_url(asked, now.days.since) if is_day else asked.with_days(now.days),
        },
    )


def _span(days: Days) -> str:
    if days.length == 1:
        return days.since.isoformat()
    return f"{days.since.isoformat()} – {days.until:%m-%d}"


def _chart(asked: Asked, spec: FigureSpec, now: list[Point], past: list[Point | None]) -> Data:
    to_number = percent if spec.unit == "rate" else number
    series = [(spec.label, [to_number(one.value) for one in now], "us")]
    if asked.past:
        old = [to_number(one.value) if one else None for one in past]
        series.append((against_words(asked), old, "prev"))
    x = [short(one.days.since) for one in now]
    return line_chart(x, series, str(_SIGNS.get(spec.unit, "")))


def _note(asked: Asked, spec: FigureSpec, whole: Point, unit: str) -> str:
    words = []
    if spec.code == "gross_margin":
        words.append(margin_note(asked.days))
    names = spec.parts or (spec.code,)
    if any(figure(name).unit == "people" for name in names) and (
        unit != "day" or whole.days.length > 1
    ):
        words.append(_("人数逐日相加：同一个人几天来算几次。"))
    if spec.parts:
        words.append(_("比率先加后除，只用两边都知道的日子。"))
    if spec.weight and (unit != "day" or whole.days.length > 1):
        words.append(
            _("平台只给每天的平均：几天的按%(weight)s加权，只用两边都知道的日子。")
            % {"weight": figure(spec.weight).label}
        )
    return " ".join(words)
