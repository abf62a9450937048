"""Why money goes back: reasons of finished refunds, goods that come back, against other days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from analytics.choices import REFUNDED
from analytics.metrics import change, ratio
from analytics.models import ReturnDay
from analytics.queries.daily import refund_files_cover
from analytics.queries.sums import sums, total
from analytics.rules.spans import Days
from analytics.views.boards.asked import Asked, against_words
from analytics.views.boards.links import goods_urls, nothing, refund_gaps, refunds_url
from analytics.views.boards.parts import (
    SHOWN_ROWS,
    Board,
    Card,
    Column,
    Data,
    Row,
    bar_chart,
    kpi,
    line_chart,
    number,
    short,
)
from shopops.lib.money import from_fen

_BARS = 12


@dataclass(frozen=True, slots=True)
class Reason:
    """Finished refunds of one reason over a span."""

    reason: str
    refunds: int
    fen: int
    with_goods: int
    before_leaving: int


def build(asked: Asked) -> Board:
    """Give the page."""
    now, title = _reasons(asked.days), _("退货原因")
    if not now:
        words = _("导入退款文件（售后 → 退款管理 → 导出），几分钟后这里按买家写的原因看退了多少。")
        empty = nothing(_("这段时间没有退成功的款"), words, asked)
        return Board(title=title, cards=[], notes=refund_gaps(asked), empty=empty)
    past = {one.reason: one for one in _reasons(asked.past)} if asked.past else None
    return Board(
        title=title,
        kpis=_kpis(asked, now, list(past.values()) if past else None),
        notes=refund_gaps(asked),
        cards=[_bars(asked, now, past), _daily(asked), _table(asked, now, past), _goods(asked)],
    )


def _reasons(days: Days) -> list[Reason]:
    rows = (
        ReturnDay.objects.filter(date__range=(days.since, days.until))
        .values("reason")
        .annotate(
            n=Sum("refunds"),
            fen=Sum("amount_fen"),
            back=Sum("with_goods"),
            early=Sum("before_leaving"),
        )
        .order_by("-n", "reason")
    )
    return [Reason(row["reason"], row["n"], row["fen"], row["back"], row["early"]) for row in rows]


def _kpis(asked: Asked, now: Sequence[Reason], past: Sequence[Reason] | None) -> list[Data]:
    words = against_words(asked) if past else ""

    def amount(rows: Sequence[Reason]) -> Decimal:
        return from_fen(sum(one.fen for one in rows))

    def count(rows: Sequence[Reason], name: str = "refunds") -> int:
        return sum(getattr(one, name) for one in rows)

    def share(rows: Sequence[Reason] | None, name: str) -> Decimal | None:
        return ratio(Decimal(count(rows, name)), count(rows)) if rows else None

    paid, was = _paid(asked.days), _paid(asked.past) if asked.past else None
    rate = amount(now) / paid if paid else None
    before = amount(past) / was if past and was else None
    url = refunds_url(asked, asked.days)
    return [
        kpi(_("退款金额"), "money", amount(now), amount(past) if past else None, against=words,
            source=_("按退款完成那天"), url=url),
        kpi(_("退款笔数"), "count", count(now), count(past) if past else None, against=words,
            source=_("退款成功的"), url=url),
        kpi(_("退款金额 ÷ 同期支付"), "share", rate, before, against=words,
            source=_("两边不是同一批订单"), unknown=_("没有订单文件")),
        kpi(_("退货退款占"), "share", share(now, "with_goods"), share(past, "with_goods"),
            against=words, source=_("按笔数")),
        kpi(_("发货前就退的占"), "share", share(now, "before_leaving"),
            share(past, "before_leaving"), against=words, source=_("按笔数")),
    ]  # fmt: skip


def _paid(days: Days) -> Decimal | None:
    found = total(basis="paid", since=days.since, until=days.until, with_buyers=False)
    return found.paid_amount if found and found.gross_fen else None


def _name(reason: str) -> str:
    return reason or _("没写原因")


def _bars(asked: Asked, now: Sequence[Reason], past: dict[str, Reason] | None) -> Card:
    shown = now[:_BARS]
    series = [(_("本期"), [float(one.refunds) for one in shown], "us")]
    columns = [Column("name", _("原因")), Column("now", _("笔数"), "count")]
    if past is not None:
        old = [float(past[one.reason].refunds) if one.reason in past else 0.0 for one in shown]
        series.append((against_words(asked), old, "prev"))
        columns.append(Column("past", against_words(asked), "count"))
    return Card(
        code="bars",
        title=_("最多的原因"),
        sub=_("退款成功的笔数"),
        columns=columns,
        rows=[
            Row(
                {
                    "name": _name(one.reason),
                    "now": one.refunds,
                    "past": (past[one.reason].refunds if one.reason in past else 0)
                    if past is not None
                    else None,
                },
                {
                    "now": refunds_url(asked, asked.days, reason=one.reason),
                    "past": refunds_url(asked, asked.past, reason=one.reason) if asked.past else "",
                },
            )
            for one in shown
        ],
        chart=bar_chart([_name(one.reason)[:12] for one in shown], series, _("笔")),
    )


def _by_day(days: Days) -> dict[date, tuple[Decimal | None, int | None]]:
    """Give amount and number of each day's refunds; a day that no file tells of is unknown. Two queries."""
    rows = (
        ReturnDay.objects.filter(date__range=(days.since, days.until))
        .values("date")
        .annotate(fen=Sum("amount_fen"), n=Sum("refunds"))
        .order_by("date")
    )
    found = {row["date"]: (from_fen(int(row["fen"])), int(row["n"])) for row in rows}
    first, last = refund_files_cover()

    def value(day: date) -> tuple[Decimal | None, int | None]:
        if day in found:
            return found[day]
        is_known = first is not None and last is not None and first <= day <= last
        return (from_fen(0), 0) if is_known else (None, None)

    return {day: value(day) for day in days.days}


def _daily(asked: Asked) -> Card:
    days, now, words = asked.days.days, _by_day(asked.days), against_words(asked)
    past = _by_day(asked.past) if asked.past else {}
    old = [past[day] if day else (None, None) for day in asked.past_days]
    columns = [
        Column("day", _("日期")),
        Column("amount", _("退款金额"), "money"),
        Column("n", _("笔数"), "count"),
    ]
    if asked.past:
        columns += [
            Column("past_day", _("对比日期")),
            Column("past", words, "money"),
            Column("past_n", _("对比笔数"), "count"),
        ]
    return Card(
        code="daily",
        title=_("每天退回去多少"),
        sub=_("退款金额；空着的日子是未知"),
        columns=columns,
        rows=[
            Row(
                {
                    "day": day.isoformat(),
                    "amount": now[day][0],
                    "n": now[day][1],
                    "past_day": other,
                    "past": before[0],
                    "past_n": before[1],
                },
                dict.fromkeys(("amount", "n"), refunds_url(asked, Days(day, day)))
                if now[day][1]
                else {},
            )
            for day, other, before in zip(days, asked.past_days, old, strict=True)
        ][::-1],
        chart=line_chart(
            [short(day) for day in days],
            [(_("退款金额"), [number(now[day][0]) for day in days], "us")],
            "¥",
            past=[(words, [number(one[0]) for one in old], "us")] if asked.past else (),
        ),
    )


def _table(asked: Asked, now: Sequence[Reason], past: dict[str, Reason] | None) -> Card:
    whole = sum(one.refunds for one in now)
    columns = [
        Column("name", _("原因")),
        Column("refunds", _("笔数"), "count"),
        Column("share", _("占比"), "share"),
    ]
    if past is not None:
        columns.append(Column("change", against_words(asked), "change"))
    columns += [
        Column("amount", _("退款金额"), "money"),
        Column("mean", _("平均每笔"), "money"),
        Column("back", _("退货退款"), "count"),
        Column("early", _("发货前"), "count"),
    ]
    rows = []
    for one in now:
        old = past.get(one.reason) if past else None
        url = refunds_url(asked, asked.days, reason=one.reason)
        rows.append(
            Row(
                {
                    "name": _name(one.reason),
                    "refunds": one.refunds,
                    "share": ratio(Decimal(one.refunds), whole),
                    "change": change(Decimal(one.refunds), Decimal(old.refunds)) if old else None,
                    "amount": from_fen(one.fen),
                    "mean": from_fen(one.fen) / one.refunds,
                    "back": one.with_goods,
                    "early": one.before_leaving,
                },
                {
                    "refunds": url,
                    "amount": url,
                    "back": _how(asked, one.reason, "back") if one.with_goods else "",
                    "early": _how(asked, one.reason, "early") if one.before_leaving else "",
                },
            )
        )
    return Card(code="reasons", title=_("全部原因"), columns=columns, rows=rows, is_wide=True)


def _how(asked: Asked, reason: str, how: str) -> str:
    return refunds_url(asked, asked.days, reason=reason, how=how)


def _goods(asked: Asked) -> Card:
    days = asked.days
    cells = sums(
        basis=REFUNDED, dim="product", since=days.since, until=days.until, with_buyers=False
    )
    whole = sum(cell.refund_fen for cell in cells) or 1
    cells = sorted(cells, key=lambda cell: (-cell.refund_fen, cell.key))
    pages = goods_urls(asked, [cell.key for cell in cells[:SHOWN_ROWS]])
    return Card(
        code="goods",
        title=_("退得最多的商品"),
        sub=_("按退款完成那天"),
        columns=[
            Column("name", _("商品")),
            Column("amount", _("退款金额"), "money"),
            Column("share", _("占比"), "share"),
            Column("orders", _("退款订单"), "count"),
        ],
        rows=[
            Row(
                {
                    "name": cell.label or cell.key or _("说不清是哪个商品"),
                    "amount": cell.refund_amount,
                    "share": Decimal(cell.refund_fen) / whole,
                    "orders": cell.refunded_orders,
                },
                {
                    "name": pages.get(cell.key, ""),
                    **dict.fromkeys(
                        ("amount", "orders"), refunds_url(asked, days, product=cell.key)
                    ),
                },
            )
            for cell in cells
        ],
        is_wide=True,
    )
