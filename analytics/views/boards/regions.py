"""Where buyers live: provinces as bars and a table, against other days."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.metrics import change
from analytics.queries.sums import Cell, sums
from analytics.rules.pareto import Share, needed, shares
from analytics.rules.spans import Days
from analytics.views.boards.asked import Asked, against_words
from analytics.views.boards.links import SEES_ORDERS, gaps, nothing, orders_url
from analytics.views.boards.parts import (
    Board,
    Card,
    Column,
    Row,
    bar_chart,
    kpi,
    number,
)

_BARS = 31


def build(asked: Asked) -> Board:
    """Give the page."""
    now = _cells(asked.days)
    past = {cell.key: cell for cell in _cells(asked.past)} if asked.past else None
    title = _("地区")
    if not now:
        words = _("导入订单文件后，这里按收货省份看金额、单数和退款。")
        empty = nothing(_("这段时间没有支付的订单"), words, asked)
        return Board(title=title, cards=[], notes=gaps(asked), empty=empty)
    found = shares([cell.gross_fen for cell in now])
    words = against_words(asked) if past is not None else ""
    first = now[0]
    was = past.get(first.key) if past else None
    most = needed([cell.gross_fen for cell in now])
    orders = sum(cell.paid_orders for cell in now)
    kpis = [
        kpi(_("卖得最多：%(name)s") % {"name": _name(first)}, "money", first.paid_amount,
            was.paid_amount if was else None, against=words, source=_("自己的订单"),
            url=orders_url(asked, asked.days, province=first.key)),
        kpi(_("有支付的省份"), "count", sum(1 for cell in now if cell.key),
            sum(1 for cell in past.values() if cell.key) if past else None, against=words,
            source=_("八成金额来自 %(n)s 个") % {"n": most}),
        kpi(_("支付订单数"), "count", orders,
            sum(cell.paid_orders for cell in past.values()) if past else None, against=words,
            source=_("自己的订单"), url=orders_url(asked, asked.days)),
    ]  # fmt: skip
    return Board(
        title=title,
        kpis=kpis,
        notes=gaps(asked),
        cards=[_bars(asked, now, past), _table(asked, now, found, past)],
    )


def _cells(days: Days) -> list[Cell]:
    found = sums(
        basis="paid", dim="province", since=days.since, until=days.until, with_buyers=False
    )
    return sorted(found, key=lambda cell: (-cell.gross_fen, cell.key))


def _name(cell: Cell) -> str:
    return cell.key or _("没写省份")


def _bars(asked: Asked, now: Sequence[Cell], past: dict[str, Cell] | None) -> Card:
    shown = now[:_BARS]
    series = [(_("本期"), [number(cell.paid_amount) for cell in shown], "us")]
    columns = [Column("name", _("省份")), Column("now", _("支付金额"), "money")]
    if past is not None:
        old = [number(past[cell.key].paid_amount) if cell.key in past else 0 for cell in shown]
        series.append((against_words(asked), old, "prev"))
        columns.append(Column("past", against_words(asked), "money"))
    return Card(
        code="bars",
        title=_("各省支付金额"),
        columns=columns,
        rows=[
            Row(
                {
                    "name": _name(cell),
                    "now": cell.paid_amount,
                    "past": past[cell.key].paid_amount if past and cell.key in past else None,
                },
                {
                    "now": orders_url(asked, asked.days, province=cell.key),
                    "past": orders_url(asked, asked.past, province=cell.key)
                    if asked.past and past and cell.key in past
                    else "",
                },
            )
            for cell in shown
        ],
        chart=bar_chart([_name(cell) for cell in shown], series, "¥"),
        is_tall=len(shown) > 12,
    )


def _table(
    asked: Asked, now: Sequence[Cell], found: Sequence[Share], past: dict[str, Cell] | None
) -> Card:
    columns = [
        Column("name", _("省份")),
        Column("paid", _("支付金额"), "money"),
        Column("share", _("占比"), "share"),
    ]
    if past is not None:
        columns.append(Column("change", against_words(asked), "change"))
    columns += [
        Column("orders", _("支付订单"), "count"),
        Column("per_order", _("笔单价"), "money"),
        Column("refund", _("退款率"), "share"),
    ]
    return Card(
        code="provinces",
        title=_("全部省份"),
        sub=_("点省份看现在的订单，点单数看这段时间的"),
        columns=columns,
        rows=[_row(asked, cell, share, past) for cell, share in zip(now, found, strict=True)],
    )


def _row(asked: Asked, cell: Cell, share: Share, past: dict[str, Cell] | None) -> Row:
    old = past.get(cell.key) if past else None
    behind = orders_url(asked, asked.days, province=cell.key)
    queue = ""
    if cell.key and asked.may(SEES_ORDERS):
        address = reverse("orders:queue", kwargs={"code": "all"})
        queue = f"{address}?{urlencode({'province': cell.key})}"
    return Row(
        {
            "name": _name(cell),
            "paid": cell.paid_amount,
            "share": share.share,
            "change": change(cell.paid_amount, old.paid_amount) if old else None,
            "orders": cell.paid_orders,
            "per_order": cell.per_order,
            "refund": cell.refund_amount / cell.paid_amount if cell.gross_fen else None,
        },
        {"name": queue, **dict.fromkeys(("paid", "orders"), behind)},
    )
