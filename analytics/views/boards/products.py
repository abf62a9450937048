"""Who brings the money: goods by contribution, the best, the last, and how few bring four fifths."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from analytics.metrics import change
from analytics.queries.sums import Cell, sums
from analytics.rules.pareto import Share, curve, needed, shares
from analytics.views.boards.asked import Asked, against_words
from analytics.views.boards.links import SEES_GOODS, gaps, goods_urls, nothing, orders_url
from analytics.views.boards.parts import (
    COST,
    Board,
    Card,
    Column,
    Data,
    Made,
    Row,
    bar_chart,
    kpi,
    line_chart,
    number,
    percent,
    written,
)
from products.choices import ProductStatus
from products.models import Product
from shopops.lib.money import from_fen

_SHOWN = {"top": _l("最多的"), "bottom": _l("最少的"), "fall": _l("掉得多的")}
_BY = {"product": _l("按商品"), "sku": _l("按 SKU")}
_BARS = 15


def build(asked: Asked) -> Board:
    """Give the page; `?by=` goods or SKUs, `?show=` the top, the bottom or what fell most."""
    by = asked.choice("by", _BY, "product")
    show = asked.choice("show", _SHOWN, "top")
    now = _cells(by, asked)
    past = {cell.key: cell for cell in _past(by, asked)} if asked.past else None
    amounts = [cell.gross_fen - cell.refund_fen for cell in now]
    title = _("商品贡献")
    if not now:
        return Board(title=title, cards=[], notes=gaps(asked), empty=_nothing(asked))
    part = needed(amounts)
    return Board(
        title=title,
        kpis=_kpis(asked, now, past, part),
        notes=gaps(asked),
        choices=[
            _choice(asked, "by", _BY, by, _("按什么")),
            _choice(asked, "show", _SHOWN, show, _("先看哪些")),
        ],
        cards=[
            _bars(asked, by, now, past),
            _pareto(amounts, part),
            _table(asked, by, show, now, past),
        ],
    )


def _cells(by: str, asked: Asked) -> list[Cell]:
    days = asked.days
    return sums(basis="paid", dim=by, since=days.since, until=days.until, with_buyers=False)


def _past(by: str, asked: Asked) -> list[Cell]:
    days = asked.past
    if days is None:
        return []
    return sums(basis="paid", dim=by, since=days.since, until=days.until, with_buyers=False)


def _nothing(asked: Asked) -> Data:
    words = _("导入订单和宝贝（订单明细）文件，几分钟后这里有每个商品卖了多少、留下多少毛利。")
    return nothing(_("这段时间没有卖出的商品"), words, asked)


def _choice(asked: Asked, name: str, items: Mapping[str, object], now: str, label: str) -> Data:
    return {
        "label": label,
        "items": [
            {"label": words, "url": asked.with_(**{name: code}), "current": code == now}
            for code, words in items.items()
        ],
    }


def _kpis(asked: Asked, now: Sequence[Cell], past: dict[str, Cell] | None, part: int) -> list[Data]:
    words = against_words(asked) if past is not None else ""
    before = list(past.values()) if past else []
    unsold = _unsold({cell.key for cell in now}) if now else 0

    def net(cells: Sequence[Cell]) -> int:
        return sum(cell.gross_fen - cell.refund_fen for cell in cells)

    found = [
        kpi(_("净支付金额"), "money", from_fen(net(now)), from_fen(net(before)) if before else None,
            against=words, source=_("自己的订单")),
        kpi(_("卖出件数"), "count", sum(cell.pieces for cell in now),
            sum(cell.pieces for cell in before) if before else None, against=words,
            source=_("自己的订单")),
        kpi(_("有卖出的"), "count", len(now), len(before) if before else None, against=words,
            source=_("八成来自 %(n)s 个") % {"n": part}),
        kpi(_("在架没卖出的商品"), "count", unsold, source=_("在架的商品里"),
            url=reverse("products:list") + "?tab=on_shelf" if asked.may(SEES_GOODS) else ""),
    ]  # fmt: skip
    if asked.may(COST):
        kept = sum(cell.kept_pieces for cell in now)
        costed = sum(cell.costed_pieces for cell in now)
        money = from_fen(sum(cell.costed_fen - cell.cost_fen for cell in now)) if costed else None
        old = [cell for cell in before if cell.costed_pieces]
        was = from_fen(sum(cell.costed_fen - cell.cost_fen for cell in old)) if old else None
        source = _("%(rate)s 的件数知道成本") % {
            "rate": written(costed / kept if kept else None, "share")
        }
        found.append(
            kpi(_("毛利"), "money", money, was, against=words, source=source,
                unknown=_("这些货的成本都没填"))
        )  # fmt: skip
    return found


def _unsold(sold: set[str]) -> int:
    """Count goods on the shelf that nobody bought. One query."""
    rows = Product.objects.filter(status=ProductStatus.ON_SHELF)
    on_shelf = set(rows.order_by("pk").values_list("item_no", flat=True))
    return len(on_shelf - sold)


def _name(cell: Cell) -> str:
    return cell.label or cell.key or _("没写编码的")


def _bars(asked: Asked, by: str, now: Sequence[Cell], past: dict[str, Cell] | None) -> Card:
    shown = now[:_BARS]
    series = [(_("本期"), [number(cell.net_amount) for cell in shown], "us")]
    columns = [Column("name", _("商品")), Column("now", _("本期净支付"), "money")]
    if past is not None:
        old = [past.get(cell.key) for cell in shown]
        series.append(
            (against_words(asked), [number(one.net_amount) if one else 0 for one in old], "prev")
        )
        columns.append(Column("past", against_words(asked), "money"))
    return Card(
        code="top",
        title=_("卖得最多的 %(n)s 个") % {"n": len(shown)},
        sub=_("净支付金额"),
        columns=columns,
        rows=[
            Row(
                {
                    "name": _name(cell),
                    "now": cell.net_amount,
                    "past": _net_of(past, cell.key) if past is not None else None,
                },
                {
                    "now": orders_url(asked, asked.days, **{by: cell.key}),
                    "past": orders_url(asked, asked.past, **{by: cell.key})
                    if asked.past and past and cell.key in past
                    else "",
                },
            )
            for cell in shown
        ],
        chart=bar_chart([_name(cell)[:16] for cell in shown], series, "¥"),
    )


def _net_of(past: dict[str, Cell], key: str) -> object:
    return past[key].net_amount if key in past else from_fen(0)


def _pareto(amounts: Sequence[int], part: int) -> Card:
    points = curve(amounts)
    tenths = [f"{n * 10}%" for n in range(1, 11)]
    share = written(part / len(amounts), "share") if amounts else ""
    return Card(
        code="pareto",
        title=_("八成从哪来"),
        sub=_("%(n)s 个（%(share)s）带来八成净支付") % {"n": part, "share": share},
        columns=[Column("part", _("前多少商品")), Column("running", _("占净支付"), "share")],
        rows=[
            Row({"part": name, "running": value})
            for name, value in zip(tenths, points, strict=True)
        ],
        chart=line_chart(tenths, [(_("累计占比"), [percent(one) for one in points], "us")], "%"),
    )


def _table(
    asked: Asked, by: str, show: str, now: Sequence[Cell], past: dict[str, Cell] | None
) -> Card:
    found = shares([cell.gross_fen - cell.refund_fen for cell in now])
    ranked = list(zip(range(1, len(now) + 1), now, found, strict=True))
    if show == "bottom":
        ranked.reverse()
    elif show == "fall" and past is not None:
        ranked.sort(key=lambda one: _fall(one[1], past))
    pages = goods_urls(asked, [cell.key for cell in now[:200]]) if by == "product" else {}
    titles = {
        "top": _("商品，从多到少"),
        "bottom": _("商品，从少到多"),
        "fall": _("商品，掉得最多的在前"),
    }
    return Card(
        code="goods",
        title=titles[show],
        sub=_("共 %(n)s 个") % {"n": len(now)},
        columns=_columns(asked),
        rows=Made(ranked, lambda one: _row(asked, by, pages, *one, past)),
        note=_("毛利只算知道成本的件；知道成本的不到全部时，毛利只是一部分。")
        if asked.may(COST)
        else "",
        is_wide=True,
    )


def _fall(cell: Cell, past: dict[str, Cell]) -> int:
    old = past.get(cell.key)
    now = cell.gross_fen - cell.refund_fen
    return now - (old.gross_fen - old.refund_fen) if old else now


def _columns(asked: Asked) -> list[Column]:
    found = [
        Column("name", _("商品")),
        Column("rank", "#", "count"),
        Column("net", _("净支付金额"), "money"),
        Column("share", _("占比"), "share"),
        Column("running", _("累计"), "share"),
    ]
    if asked.past:
        found.append(Column("change", against_words(asked), "change"))
    return [
        *found,
        Column("pieces", _("件数"), "count"),
        Column("orders", _("支付订单"), "count"),
        Column("refund", _("退款率"), "share"),
        Column("margin", _("毛利"), "money", COST),
        Column("margin_rate", _("毛利率"), "share", COST),
        Column("known", _("知道成本的件"), "share", COST),
    ]


def _row(  # noqa: PLR0913
    asked: Asked,
    by: str,
    pages: dict[str, str],
    rank: int,
    cell: Cell,
    share: Share,
    past: dict[str, Cell] | None,
) -> Row:
    old = past.get(cell.key) if past is not None else None
    behind = orders_url(asked, asked.days, **{by: cell.key})
    url = pages.get(cell.key, "")
    if by == "sku" and asked.may("products.view"):
        url = f"{reverse('products:skus')}?which=all&q={cell.key}"
    return Row(
        {
            "name": _name(cell),
            "rank": rank,
            "net": cell.net_amount,
            "share": share.share,
            "running": share.running,
            "change": change(cell.net_amount, old.net_amount) if old else _("那时没卖"),
            "pieces": cell.pieces,
            "orders": cell.paid_orders,
            "refund": cell.refund_amount / cell.paid_amount if cell.gross_fen else None,
            "margin": cell.margin_amount,
            "margin_rate": cell.margin_rate,
            "known": cell.known_cost_rate,
        },
        {"name": url, **dict.fromkeys(("net", "pieces", "orders"), behind)},
    )
