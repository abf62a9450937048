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
from analytics.views.boards.links import day_url, gaps, nothing
from analytics.views.boards.parts import (
    Board,
    Card,
    Column,
    Data,
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
            _daily(asked, cells),
            _kinds(asked, cells, past),
            _share(asked, cells),
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
            points=course(NEW), source=daily),
        kpi(_("支付老买家"), "count", old.buyers, was[1].buyers if was else None, against=words,
            points=course(OLD), source=daily),
        kpi(_("老买家金额占比"), "share", _old_share(cells), _old_share(past) if past else None,
            against=words, source=_("365 天内买过的算老")),
        kpi(_("新客客单价"), "money", new.per_buyer, was[0].per_buyer if was else None,
            against=words, source=_("先加后除"), unknown=_("没有新买家")),
        kpi(_("老客客单价"), "money", old.per_buyer, was[1].per_buyer if was else None,
            against=words, source=_("先加后除"), unknown=_("没有老买家")),
    ]  # fmt: skip


def _known(asked: Asked) -> list[date]:
    days = asked.days
    known = known_days(basis="paid", since=days.since, until=days.until)
    return [day for day in days.days if day in known]


def _daily(asked: Asked, cells: Cells) -> Card:
    known = set(_known(asked)) | set(cells)
    days = asked.days.days

    def count(day: date, kind: str) -> int | None:
        if day not in known:
            return None
        cell = cells.get(day, {}).get(kind)
        return (cell.buyers or 0) if cell else 0

    return Card(
        code="daily",
        title=_("每天的新老买家"),
        sub=_("人数；空着的日子是未知"),
        columns=[
            Column("day", _("日期")),
            Column("new", _("新买家"), "count"),
            Column("old", _("老买家"), "count"),
        ],
        rows=[
            Row(
                {"day": day.isoformat(), "new": count(day, NEW), "old": count(day, OLD)},
                {"day": day_url(asked, day)},
            )
            for day in reversed(days)
        ],
        chart=line_chart(
            [short(day) for day in days],
            [
                (_("新买家"), [number(count(day, NEW)) for day in days], "us"),
                (_("老买家"), [number(count(day, OLD)) for day in days], "done"),
            ],
            _("人"),
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
                }
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


def _share(asked: Asked, cells: Cells) -> Card:
    days = asked.days.days
    shares = {day: _old_share({day: cells[day]}) for day in days if day in cells}
    return Card(
        code="share",
        title=_("老买家金额占比"),
        sub="%",
        columns=[Column("day", _("日期")), Column("share", _("老买家占比"), "share")],
        rows=[
            Row({"day": day.isoformat(), "share": shares.get(day)}, {"day": day_url(asked, day)})
            for day in reversed(days)
        ],
        chart=line_chart(
            [short(day) for day in days],
            [(_("老买家占比"), [percent(shares.get(day)) for day in days], "done")],
            "%",
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
