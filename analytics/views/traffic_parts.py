"""The parts of the page of sources: kinds, terminals, the largest, all of them, one of them by day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from analytics.metrics import change
from analytics.queries import flow as flows
from analytics.queries.flow import Flow, Source, SourceDay
from analytics.rules.traffic_sources import KINDS, SEPARATOR, Kind
from analytics.views.boards.asked import Asked, against_words
from analytics.views.boards.links import SEES_FILES
from analytics.views.boards.parts import (
    Card,
    Column,
    Data,
    Line,
    Row,
    bar_chart,
    line_chart,
    number,
    short,
)
from analytics.wording.stats import DEVICES

KIND_WORDS: Mapping[Kind, str | Promise] = {
    "free": _l("免费"),
    "paid": _l("付费"),
    "own": _l("自主访问"),
    "outside": _l("站外"),
    "unknown": _l("不知道哪类"),
}
_TONES: Mapping[Kind, str] = {
    "free": "us",
    "paid": "soon",
    "own": "done",
    "outside": "prev",
    "unknown": "late",
}
_LARGEST = 10
_MOST_SOURCES = 200


@dataclass(frozen=True, slots=True)
class Asks:
    """What the page is asked beside the span: one terminal, one item, one source; empty for all."""

    device: str
    item: str
    source: str


def cards(asked: Asked, asks: Asks, now: Flow, past: Flow | None) -> list[Card]:
    """Give the parts of the page: of all sources, or of one of them day by day."""
    table = _sources(asked, now, past)
    if asks.source:
        return [_days(asked, asks), table]
    terminals = None if asks.item else _terminals(asked)
    return [
        _kinds(asked, now, past, is_wide=terminals is None),
        *([terminals] if terminals else []),
        _top(asked, now, past),
        table,
    ]


# --- free and paid


def _kinds(asked: Asked, now: Flow, past: Flow | None, *, is_wide: bool) -> Card:
    sums = flows.by_kind(now.sources)
    before = flows.by_kind(past.sources) if past else {}
    kinds = [kind for kind in KINDS if kind in sums or kind in before]
    columns = [
        Column("kind", _("类别")),
        Column("now", _("访客（逐日合计）"), "count"),
        Column("share", _("占比"), "share"),
    ]
    spans, parts = [_("本期")], [_shares(sums)]
    if past:
        columns += [
            Column("past", against_words(asked), "count"),
            Column("past_share", _("对比占比"), "share"),
            Column("change", _("变化"), "change"),
        ]
        spans, parts = [*spans, against_words(asked)], [*parts, _shares(before)]
    rows = [
        Row(
            {
                "kind": str(KIND_WORDS[kind]),
                "now": sums.get(kind),
                "share": parts[0].get(kind),
                "past": before.get(kind),
                "past_share": _shares(before).get(kind),
                "change": change(sums.get(kind), before.get(kind)),
            }
        )
        for kind in kinds
    ]
    series: list[Line] = [
        (KIND_WORDS[kind], [_percent(part.get(kind)) for part in parts], _TONES[kind])
        for kind in kinds
    ]
    return Card(
        code="kinds",
        title=_("免费与付费"),
        sub=_("占访客"),
        columns=columns,
        rows=rows,
        chart=bar_chart(spans, series, "%", is_stacked=True),
        is_wide=is_wide,
    )


def _shares(sums: Mapping[Kind, Decimal]) -> dict[Kind, Decimal]:
    total = sum(sums.values(), Decimal(0))
    return {kind: value / total for kind, value in sums.items() if total}


def _percent(share: Decimal | None) -> float | None:
    return None if share is None else round(float(share * 100), 1)


# --- PC and wireless


def _terminals(asked: Asked) -> Card | None:
    days, past = asked.days, asked.past
    now = flows.devices(since=days.since, until=days.until)
    before = flows.devices(since=past.since, until=past.until) if past else {}
    shown = [device for device in ("wireless", "pc") if now[device]]
    if not shown:
        return None
    names = {device: str(DEVICES[device]) for device in shown}
    tones = {"wireless": "us", "pc": "soon"}
    columns = [
        Column("day", _("日期")),
        *(Column(device, names[device], "count") for device in shown),
    ]
    if past:
        columns.append(Column("past_day", _("对比日期")))
        columns += [
            Column(f"past_{device}", _("对比%(name)s") % {"name": names[device]}, "count")
            for device in shown
        ]
    rows = []
    for day, other in zip(days.days, asked.past_days, strict=True):
        cells: dict[str, object] = {"day": day.isoformat()}
        cells |= {device: now[device].get(day) for device in shown}
        if other:
            cells["past_day"] = other.isoformat()
            cells |= {f"past_{device}": before[device].get(other) for device in shown}
        rows.append(Row(cells))

    def line(device: str, key: str, name: str) -> Line:
        return name, [number(row.cells.get(key)) for row in rows], tones[device]

    words = against_words(asked)
    return Card(
        code="terminals",
        title=_("PC 与无线"),
        sub=_("全店访客，逐日"),
        columns=columns,
        rows=rows[::-1],
        chart=line_chart(
            [short(day) for day in days.days],
            [line(device, device, names[device]) for device in shown],
            _("人"),
            past=[line(one, f"past_{one}", f"{names[one]} {words}") for one in shown]
            if past
            else (),
        ),
    )


# --- the largest, and all


def _top(asked: Asked, now: Flow, past: Flow | None) -> Card:
    parts = [one for one in now.sources if not one.is_whole] or list(now.sources)
    shown = parts[:_LARGEST]
    before = {one.key: one for one in past.sources} if past else {}
    columns = [Column("name", _("来源")), Column("now", _("访客（逐日合计）"), "count")]
    series: list[Line] = [(_("本期"), [number(_visitors(one)) for one in shown], "us")]
    if past:
        columns.append(Column("past", against_words(asked), "count"))
        old = [number(_visitors(before.get(one.key))) for one in shown]
        series.append((against_words(asked), old, "prev"))
    return Card(
        code="top",
        title=_("最大的十个来源"),
        sub=_("访客，本期对%(what)s") % {"what": against_words(asked)} if past else _("访客"),
        columns=columns,
        rows=[
            Row(
                {
                    "name": _name(one.key),
                    "now": _visitors(one),
                    "past": _visitors(before.get(one.key)),
                },
                {"name": asked.with_(source=one.key)},
            )
            for one in shown
        ],
        chart=bar_chart([_name(one.key) for one in shown], series, _("人")),
        is_wide=True,
    )


def _visitors(one: Source | None) -> Decimal | None:
    return one.sums.get("visitors") if one else None


def _name(key: str) -> str:
    return key.partition(SEPARATOR)[2] or key


def _sources(asked: Asked, now: Flow, past: Flow | None) -> Card:
    """Give groups with their sources below them, the largest first."""
    wholes = flows.groups(now.sources)
    old_wholes = flows.groups(past.sources) if past else {}
    old = {one.key: one for one in past.sources} if past else {}
    total = sum((_visitors(one) or Decimal(0) for one in wholes.values()), Decimal(0))
    rows: list[Row] = []
    for group in sorted(wholes.values(), key=lambda one: -(_visitors(one) or Decimal(0))):
        parts = [one for one in now.sources if one.group == group.key and not one.is_whole]
        rows.append(_source_row(asked, group, old_wholes.get(group.key), total))
        rows += [_source_row(asked, part, old.get(part.key), total) for part in parts]
    columns = [
        Column("group", _("分组")),
        Column("name", _("来源")),
        Column("kind", _("类别")),
        Column("visitors", _("访客（逐日合计）"), "count"),
        Column("share", _("占比"), "share"),
    ]
    if past:
        columns += [
            Column("past", _("对比访客"), "count", is_file_only=True),
            Column("change", against_words(asked), "change"),
        ]
    has_amounts = any("paid_amount" in one.sums for one in now.sources)
    columns += [*_outcome_columns(has_amounts=has_amounts), Column("days", _("几天有数"), "count")]
    return Card(
        code="sources",
        title=_("各来源"),
        sub=_("一个人从几个来源进来算几次，来源相加会大于全店访客"),
        columns=columns,
        rows=rows,
        note=_("点来源看它逐日的数。"),
        is_wide=True,
        most=_MOST_SOURCES,
    )


def _outcome_columns(*, has_amounts: bool) -> list[Column]:
    return [
        Column("ordered_buyers", _("下单买家"), "count"),
        Column("order_rate", _("下单转化率"), "rate"),
        Column("paid_buyers", _("支付买家"), "count"),
        Column("pay_rate", _("支付转化率"), "rate"),
        *([Column("paid_amount", _("支付金额"), "money")] if has_amounts else []),
    ]


def _outcome(figures: Mapping[str, Decimal]) -> dict[str, object]:
    """Give what visitors did, with the rates; without visitors there is no rate."""
    visits = figures.get("visitors")

    def by_visits(code: str) -> Decimal | None:
        part = figures.get(code)
        return part / visits if part is not None and visits else None

    return {
        "ordered_buyers": figures.get("ordered_buyers"),
        "order_rate": by_visits("ordered_buyers"),
        "paid_buyers": figures.get("paid_buyers"),
        "pay_rate": by_visits("paid_buyers"),
        "paid_amount": figures.get("paid_amount"),
    }


def _source_row(asked: Asked, one: Source, past: Source | None, total: Decimal) -> Row:
    visits, before = _visitors(one), _visitors(past)
    # A group's own row leads to the whole group.
    is_group = one.is_whole
    url = asked.with_(source=one.key)
    return Row(
        {
            "group": one.group,
            "name": _("合计") if is_group else _name(one.key),
            "kind": str(KIND_WORDS[one.kind]),
            "visitors": visits,
            "share": visits / total if visits is not None and total else None,
            "past": before,
            "change": change(visits, before),
            "days": len(one.days),
            **_outcome(one.sums),
        },
        {"group" if is_group else "name": url},
        is_strong=is_group,
    )


# --- one source by day


def _days(asked: Asked, asks: Asks) -> Card:
    now = _told(asks, asked.days.since, asked.days.until)
    before = _told(asks, asked.past.since, asked.past.until) if asked.past else {}
    words = against_words(asked)
    rows = [
        _day_row(asked, day, now.get(day), other, before.get(other) if other else None)
        for day, other in zip(asked.days.days, asked.past_days, strict=True)
    ]
    columns = [Column("day", _("日期")), Column("visitors", _("访客"), "count")]
    if asked.past:
        columns += [
            Column("past_day", _("对比日期")),
            Column("past", words, "count"),
            Column("change", _("变化"), "change"),
        ]
    has_amounts = any("paid_amount" in one.figures for one in now.values())
    lines: list[Line] = [(_("访客"), [number(row.cells["visitors"]) for row in rows], "us")]
    past: list[Line] = [(words, [number(row.cells["past"]) for row in rows], "us")]
    return Card(
        code="days",
        title=_("%(source)s，逐日") % {"source": asks.source},
        sub=_("空着的日子是未知"),
        columns=[*columns, *_outcome_columns(has_amounts=has_amounts)],
        rows=rows[::-1] if now else [],
        chart=line_chart(
            [short(day) for day in asked.days.days],
            lines,
            _("人"),
            past=past if asked.past else (),
        )
        if now
        else None,
        empty=_("这段时间没有文件讲到这个来源：是未知，不是 0。"),
        is_wide=True,
    )


def _told(asks: Asks, since: date, until: date) -> dict[date, SourceDay]:
    return flows.source_days(
        source=asks.source, since=since, until=until, device=asks.device, item=asks.item
    )


def _day_row(
    asked: Asked, day: date, one: SourceDay | None, other: date | None, past: SourceDay | None
) -> Row:
    figures = one.figures if one else {}
    visits = figures.get("visitors")
    before = past.figures.get("visitors") if past else None
    return Row(
        {
            "day": day.isoformat(),
            "visitors": visits,
            "past_day": other.isoformat() if other else None,
            "past": before,
            "change": change(visits, before),
            **_outcome(figures),
        },
        {"visitors": _file_url(asked, one)},
    )


def _file_url(asked: Asked, one: SourceDay | None) -> str:
    """Give the file that tells of a day, for those who may see files."""
    if one is None or not one.batches or not asked.may(SEES_FILES):
        return ""
    return reverse("intake:batch", args=[one.batches[-1]])


def chips(asked: Asked, asks: Asks) -> list[Data]:
    """Give the source that the page is of, to be taken away again."""
    if not asks.source:
        return []
    return [{"label": _("来源"), "value": asks.source, "remove_url": asked.with_(source="")}]
