"""How fast the shelf turns, what stands on it, and what nobody buys."""

from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from analytics.metrics import ratio
from analytics.queries.turnover import Turned, Turnover, Whole, turnover, whole_turnover
from analytics.views.boards.asked import Asked, against_words
from analytics.views.boards.links import SEES_GOODS, orders_url
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
    note,
    number,
    written,
)
from products.models import Sku

_SHOWN = {"slow": _l("慢的在前"), "fast": _l("快的在前"), "dead": _l("一件没卖的")}
_BARS = 12
_AT_ONCE = 500
# By how many days of sales stand there: upper ends, as the trade talks of it.
_COVERS = ((15, _l("15 天内")), (30, _l("15–30 天")), (60, _l("30–60 天")), (90, _l("60–90 天")))


def build(asked: Asked) -> Board:
    """Give the page; `?show=` the slow ones, the quick ones, or what nobody bought."""
    show = asked.choice("show", _SHOWN, "slow")
    now = turnover(asked.days)
    title = _("库存周转")
    if not now.rows:
        words = _(
            "给 SKU 建库存（盘点或入库），每天早上 5:20 记下前一天结束时的库存，第二天这里就有周转。"
        )
        url = reverse("products:stock") if asked.may(SEES_GOODS) else ""
        empty = {
            "title": _("这段时间没有库存的记录"),
            "words": words,
            "url": url,
            "label": _("去库存"),
        }
        return Board(title=title, cards=[], empty=empty)
    past = whole_turnover(asked.past) if asked.past else None
    choices = [
        {
            "label": _("先看哪些"),
            "items": [
                {"label": label, "url": asked.with_(show=code), "current": code == show}
                for code, label in _SHOWN.items()
            ],
        }
    ]
    return Board(
        title=title,
        kpis=_kpis(asked, now, past),
        notes=_gaps(asked, now),
        choices=choices,
        cards=[_cover(asked, now), _dearest(asked, now), _table(asked, now, show)],
    )


class _Goods:
    """The SKUs of rows as goods know them, read some hundred at a time: a page shows the first few."""

    def __init__(self, rows: Sequence[Turned]) -> None:
        self._codes = [row.code for row in rows]
        self._places = {code: place for place, code in enumerate(self._codes)}
        self._found: dict[str, tuple[int, str]] = {}

    def pk(self, row: Turned) -> int:
        """Give the id of a row's SKU; 0 if goods do not know it."""
        return self._of(row)[0]

    def name(self, row: Turned) -> str:
        """Give what orders call it, else what goods do, else its code."""
        return row.label or self._of(row)[1]

    def _of(self, row: Turned) -> tuple[int, str]:
        if row.code not in self._found:
            place = self._places[row.code]
            codes = self._codes[place : place + _AT_ONCE]
            self._found |= dict.fromkeys(codes, (0, ""))
            rows = Sku.objects.filter(code__in=codes).values_list(
                "pk", "code", "title", "product__title", "spec"
            )
            for pk, code, title, goods, spec in rows:
                self._found[code] = pk, " ".join(filter(None, (title or goods or "", spec)))
        pk, name = self._found[row.code]
        return pk, name or row.code


def _gaps(asked: Asked, now: Turnover) -> list[Data]:
    wanted = asked.days.length
    if len(now.looked_at) >= wanted or wanted > 35:
        return []
    words = _("%(all)s 天里只有 %(n)s 天记过库存，平均库存按这些天算。")
    return [note(words % {"all": wanted, "n": len(now.looked_at)})]


def _kpis(asked: Asked, now: Turnover, past: Whole | None) -> list[Data]:
    words = against_words(asked) if past else ""
    dead = [row for row in now.rows if not row.pieces and row.on_hand > 0]
    found = [
        kpi(_("周转次数"), "times", now.times, past.times if past else None, against=words,
            source=_("卖出件数 ÷ 平均库存件数"), unknown=_("架上没有货")),
        kpi(_("够卖"), "days", now.days(), past.days() if past else None, against=words,
            source=_("按这段时间的卖速"), unknown=_("一件没卖")),
        kpi(_("平均库存件数"), "count", int(now.mean_pieces),
            int(past.mean_pieces) if past else None, against=words, source=_("库存台账")),
        kpi(_("一件没卖的 SKU"), "count", len(dead), source=_("架上还有 %(n)s 件") % {
            "n": sum(row.on_hand for row in dead)}, url=asked.with_(show="dead")),
    ]  # fmt: skip
    if asked.may(COST):
        source = _("%(rate)s 的件数知道成本") % {"rate": written(now.known_rate, "share")}
        found.append(
            kpi(_("库存金额（成本）"), "money", now.value, past.value if past else None,
                against=words, source=source, unknown=_("这些货的成本都没填"))
        )  # fmt: skip
    return found


def _days(row: Turned, length: int) -> Decimal | None:
    return ratio(row.mean_pieces * length, row.pieces)


def _cover(asked: Asked, now: Turnover) -> Card:
    """Give pieces on the shelf by how long they last."""
    names = [*(str(label) for _end, label in _COVERS), _("90 天以上"), _("没卖过")]
    pieces, skus = [0] * len(names), [0] * len(names)
    for row in now.rows:
        if row.on_hand <= 0:
            continue
        place = _place(row, now.length)
        pieces[place] += row.on_hand
        skus[place] += 1
    return Card(
        code="cover",
        title=_("架上的货够卖多久"),
        sub=_("件数"),
        columns=[
            Column("cover", _("够卖")),
            Column("pieces", _("件数"), "count"),
            Column("skus", _("SKU 数"), "count"),
        ],
        rows=[
            Row({"cover": name, "pieces": pieces[n], "skus": skus[n]})
            for n, name in enumerate(names)
        ],
        chart=bar_chart(names, [(_("件数"), [float(one) for one in pieces], "us")], _("件")),
    )


def _place(row: Turned, length: int) -> int:
    if not row.pieces:
        return len(_COVERS) + 1
    lasts = Decimal(row.on_hand) * length / row.pieces
    return next((n for n, (end, _words) in enumerate(_COVERS) if lasts <= end), len(_COVERS))


def _dearest(asked: Asked, now: Turnover) -> Card:
    if asked.may(COST):
        rows = sorted(now.costed, key=lambda row: -(row.value or 0))[:_BARS]
        values = [number(row.value) for row in rows]
        title, unit, column = (
            _("压钱最多的"),
            "¥",
            Column("value", _("库存金额（成本）"), "money", COST),
        )
    else:
        rows = sorted(now.rows, key=lambda row: -row.on_hand)[:_BARS]
        values = [float(row.on_hand) for row in rows]
        title, unit, column = _("架上最多的"), _("件"), Column("value", _("件数"), "count")
    goods = _Goods(rows)
    return Card(
        code="most",
        title=title,
        columns=[Column("name", "SKU"), column],
        rows=[
            Row({"name": goods.name(row), "value": row.value if asked.may(COST) else row.on_hand})
            for row in rows
        ],
        chart=bar_chart([goods.name(row)[:16] for row in rows], [(title, values, "us")], unit),
        empty=_("这些货的成本都没填"),
    )


def _table(asked: Asked, now: Turnover, show: str) -> Card:
    rows: Sequence[Turned] = now.rows
    if show == "dead":
        rows = sorted((r for r in rows if not r.pieces and r.on_hand > 0), key=lambda r: -r.on_hand)
    else:
        turning = [row for row in rows if row.times is not None]
        rows = sorted(turning, key=lambda r: (r.times or 0, -r.on_hand), reverse=show == "fast")
    goods = _Goods(rows)
    return Card(
        code="skus",
        title=_SHOWN[show],
        sub=_("共 %(n)s 个 SKU") % {"n": len(rows)},
        columns=[
            Column("name", "SKU"),
            Column("code", _("编码")),
            Column("times", _("周转次数"), "times"),
            Column("days", _("够卖"), "days"),
            Column("pieces", _("卖出件数"), "count"),
            Column("mean", _("平均库存"), "count"),
            Column("on_hand", _("现在库存"), "count"),
            Column("value", _("库存金额"), "money", COST),
            Column("cost", _("卖出成本"), "money", COST),
        ],
        rows=Made(rows, lambda row: _row(asked, row, now.length, goods)),
        empty=_("没有这样的 SKU"),
        is_wide=True,
    )


def _row(asked: Asked, row: Turned, length: int, goods: _Goods) -> Row:
    pk = goods.pk(row)
    may = asked.may(SEES_GOODS) and pk
    return Row(
        {
            "name": goods.name(row),
            "code": row.code,
            "times": row.times,
            "days": _days(row, length) if row.pieces else _("没卖过"),
            "pieces": row.pieces,
            "mean": int(row.mean_pieces),
            "on_hand": row.on_hand,
            "value": row.value,
            "cost": row.cost_amount,
        },
        {
            "name": reverse("products:sku", args=[pk]) if may else "",
            "on_hand": reverse("products:ledger", args=[pk]) if may else "",
            "pieces": orders_url(asked, asked.days, sku=row.code) if row.pieces else "",
        },
    )
