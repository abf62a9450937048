"""New against old by the 365-day rule, what each brings, and who paid without asking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.choices import NEW, NOBODY, OLD
from analytics.metrics import ratio
from analytics.queries.asking_buyers import Conversions, conversions, summed
from analytics.queries.coverage import known_days
from analytics.queries.sums import Cell, by_day
from analytics.rules.spans import Days
from analytics.views.boards.asked import Asked, against_words
from analytics.views.boards.links import day_url, gaps, nothing, orders_url
from analytics.views.boards.parts import (
    Board,
    Card,
    Column,
    Data,
    Line,
    Row,
    bar_chart,
    kpi,
    line_chart,
    number,
    percent,
    short,
)
from shopops.lib.money import from_fen


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of buyer over a span: buyers of each day added up, orders, amounts in fen."""

    buyers: int
    orders: int
    paid_fen: int
    refund_fen: int

    @property
    def per_buyer(self) -> Decimal | None:
        """Give 客单价."""
        return ratio(from_fen(self.paid_fen), self.buyers)

    @property
    def per_order(self) -> Decimal | None:
        """Give 笔单价."""
        return ratio(from_fen(self.paid_fen), self.orders)


type Cells = Mapping[date, Mapping[str, Cell]]


def build(asked: Asked) -> Board:
    """Give the page."""
    cells, title = _cells(asked.days), _("新老客")
    chat = conversions(asked.days)
    if not cells:
        words = _("导入订单文件后，这里看新客和老客各来了多少、各花多少。365 天内买过的算老买家。")
        empty = nothing(_("这段时间没有支付的订单"), words, asked)
        return Board(title=title, cards=[], notes=gaps(asked), empty=empty)
    past = _cells(asked.past) if asked.past else None
    return Board(
        title=title,
        kpis=_kpis(asked, cells, past),
        notes=gaps(asked),
        cards=[
            _daily(asked, cells, past),
            _kinds(asked, cells, past),
            _share(asked, cells, past),
            _chat(asked, chat),
        ],
    )


def _cells(days: Days) -> dict[date, dict[str, Cell]]:
    return by_day(basis="paid", dim="buyer_kind", since=days.since, until=days.until)


def _sum(cells: Cells, kind: str) -> Kind:
    rows = [by_kind[kind] for by_kind in cells.values() if kind in by_kind]
    return Kind(
        sum(cell.buyers or 0 for cell in rows),
        sum(cell.paid_orders for cell in rows),
        sum(cell.gross_fen for cell in rows),
        sum(cell.refund_fen for cell in rows),
    )


def _old_share(cells: Cells) -> Decimal | None:
    new, old = _sum(cells, NEW), _sum(cells, OLD)
    return ratio(Decimal(old.paid_fen), new.paid_fen + old.paid_fen)


def _kpis(asked: Asked, cells: Cells, past: Cells | None) -> list[Data]:
    words = against_words(asked) if past is not None else ""
    new, old = _sum(cells, NEW), _sum(cells, OLD)
    was = (_sum(past, NEW), _sum(past, OLD)) if past else None
    daily = _("逐日相加") if asked.days.length > 1 else _("自己的订单")
    days = sorted(cells)

    def course(kind: str) -> list[float | None]:
        return [float(cells[day][kind].buyers or 0) if kind in cells[day] else 0.0 for day in days]

    return [
        kpi(_("支付新买家"), "count", new.buyers, was[0].buyers if was else None, against=words,
            points=course(NEW), source=daily, url=orders_url(asked, asked.days, buyer_kind=NEW)),
        kpi(_("支付老买家"), "count", old.buyers, was[1].buyers if was else None, against=words,
            points=course(OLD), source=daily, url=orders_url(asked, asked.days, buyer_kind=OLD)),
        kpi(_("老买家金额占比"), "share", _old_share(cells), _old_share(past) if past else None,
            against=words, source=_("365 天内买过的算老")),
        kpi(_("新客客单价"), "money", new.per_buyer, was[0].per_buyer if was else None,
            against=words, source=_("先加后除"), unknown=_("没有新买家")),
        kpi(_("老客客单价"), "money", old.per_buyer, was[1].per_buyer if was else None,
            against=words, source=_("先加后除"), unknown=_("没有老买家")),
    ]  # fmt: skip


def _known(days: Days, cells: Cells) -> set[date]:
    return set(known_days(basis="paid", since=days.since, until=days.until)) | set(cells)


def _daily(asked: Asked, cells: Cells, past: Cells | None) -> Card:
    known, days, words = _known(asked.days, cells), asked.days.days, against_words(asked)
    past_known = _known(asked.past, past) if asked.past and past is not None else set()

    def count(of: Cells, told: set[date], day: date | None, kind: str) -> int | None:
        if day not in told or day is None:
            return None
        cell = of.get(day, {}).get(kind)
        return (cell.buyers or 0) if cell else 0

    rows = [
        Row(
            {
                "day": day.isoformat(),
                "new": count(cells, known, day, NEW),
                "old": count(cells, known, day, OLD),
                "past_day": other.isoformat() if other else None,
                "past_new": count(past or {}, past_known, other, NEW),
                "past_old": count(past or {}, past_known, other, OLD),
            },
            {
                "day": day_url(asked, day),
                "new": day_url(asked, day, buyer_kind=NEW) if count(cells, known, day, NEW) else "",
                "old": day_url(asked, day, buyer_kind=OLD) if count(cells, known, day, OLD) else "",
            },
        )
        for day, other in zip(days, asked.past_days, strict=True)
    ]

    def line(key: str, name: str, tone: str) -> Line:
        return name, [number(row.cells[key]) for row in rows], tone

    new, old = _("新买家"), _("老买家")
    columns = [Column("day", _("日期")), Column("new", new, "count"), Column("old", old, "count")]
    if past is not None:
        columns += [
            Column("past_day", _("对比日期")),
            Column("past_new", f"{new} {words}", "count"),
            Column("past_old", f"{old} {words}", "count"),
        ]
    return Card(
        code="daily",
        title=_("每天的新老买家"),
        sub=_("人数；空着的日子是未知"),
        columns=columns,
        rows=rows[::-1],
        chart=line_chart(
            [short(day) for day in days],
            [line("new", new, "us"), line("old", old, "done")],
            _("人"),
            past=[
                line("past_new", f"{new} {words}", "us"),
                line("past_old", f"{old} {words}", "done"),
            ]
            if past is not None
            else (),
        ),
        is_wide=True,
    )


def _kinds(asked: Asked, cells: Cells, past: Cells | None) -> Card:
    names = ((NEW, _("新买家")), (OLD, _("老买家")), (NOBODY, _("没写买家的订单")))
    whole = sum(_sum(cells, kind).paid_fen for kind, _name in names)
    rows = []
    for kind, name in names:
        one = _sum(cells, kind)
        if kind == NOBODY and not one.orders:
            continue
        was = _sum(past, kind) if past else None
        moved = None
        if was and was.paid_fen:
            moved = Decimal(one.paid_fen - was.paid_fen) / was.paid_fen
        rows.append(
            Row(
                {
                    "kind": name,
                    "buyers": one.buyers if kind else None,
                    "paid": from_fen(one.paid_fen),
                    "share": ratio(Decimal(one.paid_fen), whole),
                    "change": moved,
                    "orders": one.orders,
                    "per_buyer": one.per_buyer,
                    "per_order": one.per_order,
                    "refund": ratio(Decimal(one.refund_fen), one.paid_fen),
                },
                _behind(asked, kind) if one.orders else {},
            )
        )
    columns = [
        Column("kind", _("谁")),
        Column("buyers", _("人数（逐日）"), "count"),
        Column("paid", _("支付金额"), "money"),
        Column("share", _("占比"), "share"),
    ]
    if past is not None:
        columns.append(Column("change", against_words(asked), "change"))
    columns += [
        Column("orders", _("支付订单"), "count"),
        Column("per_buyer", _("客单价"), "money"),
        Column("per_order", _("笔单价"), "money"),
        Column("refund", _("退款率"), "share"),
    ]
    return Card(code="kinds", title=_("新客和老客"), columns=columns, rows=rows, is_wide=True)


def _behind(asked: Asked, kind: str) -> dict[str, str]:
    """Give where the figures of a kind lead; who bought without a name is not counted."""
    names = ("buyers", "paid", "orders") if kind else ("paid", "orders")
    return dict.fromkeys(names, orders_url(asked, asked.days, buyer_kind=kind))


def _share(asked: Asked, cells: Cells, past: Cells | None) -> Card:
    days, name, words = asked.days.days, _("老买家占比"), against_words(asked)
    shares = [_old_share({day: cells[day]}) if day in cells else None for day in days]
    before = [
        _old_share({day: past[day]}) if past and day and day in past else None
        for day in asked.past_days
    ]
    columns = [Column("day", _("日期")), Column("share", name, "share")]
    if past is not None:
        columns += [Column("past_day", _("对比日期")), Column("past", words, "share")]
    return Card(
        code="share",
        title=_("老买家金额占比"),
        sub="%",
        columns=columns,
        rows=[
            Row(
                {"day": day.isoformat(), "share": one, "past_day": other, "past": old},
                {"day": day_url(asked, day)},
            )
            for day, one, other, old in zip(days, shares, asked.past_days, before, strict=True)
        ][::-1],
        chart=line_chart(
            [short(day) for day in days],
            [(name, [percent(one) for one in shares], "done")],
            "%",
            past=[(words, [percent(one) for one in before], "done")] if past is not None else (),
        ),
    )


def _chat(asked: Asked, by_date: dict[date, Conversions]) -> Card:
    whole = summed(by_date)
    url = reverse("crm:agents") if asked.may("crm.lead_service") else ""
    rows = [
        Row(
            {
                "who": _("问过客服的"),
                "came": whole.asked,
                "paid": whole.asked_paid,
                "rate": whole.asked_rate,
            },
            {"who": url},
        ),
        Row(
            {
                "who": _("没问就买（静默）"),
                "came": whole.silent,
                "paid": whole.silent_paid,
                "rate": whole.silent_rate,
            },
        ),
    ]
    names = [_("问过客服的"), _("静默")]
    rates = [percent(whole.asked_rate), percent(whole.silent_rate)]
    return Card(
        code="asked",
        title=_("问过的和没问的，谁买得多"),
        sub=_("%(all)s 天里知道 %(n)s 天") % {"all": asked.days.length, "n": whole.days}
        if whole.days
        else "",
        columns=[
            Column("who", _("谁")),
            Column("came", _("人数"), "count"),
            Column("paid", _("付款的"), "count"),
            Column("rate", _("转化率"), "rate"),
        ],
        rows=rows if whole.days else [],
        chart=bar_chart(names, [(_("转化率"), rates, "us")], "%") if whole.days else None,
        empty=_("要客服的聊天文件（询单人数、询单付款人数）和店铺访客数都有的日子才算得出来。"),
        note=_("静默 = 访客减去询单的人，支付买家减去询单后付款的人。"),
    )
