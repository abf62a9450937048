"""When buyers buy: weekday by hour as a heat, and the day's course against other days."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from analytics.queries.by_hour import HOURS, Week, by_hour
from analytics.queries.trade_hours import ToldHours, told_hours
from analytics.rules.spans import Days
from analytics.views.boards.asked import Asked, against_words
from analytics.views.boards.links import gaps, nothing, orders_url
from analytics.views.boards.parts import Board, Card, Column, Data, Row, kpi, line_chart, number
from analytics.views.figures import weekday_name
from analytics.wording.stats import figure_words
from shopops.lib.money import from_fen

_MEASURES = {"orders": _l("支付订单"), "amount": _l("支付金额"), "placed": _l("下单")}
_MONDAY = date(2024, 1, 1)
# Hours that people stand ready for.
_DAY = range(9, 21)


def build(asked: Asked) -> Board:
    """Give the page; `?show=` chooses paid orders, their amount, or placed orders."""
    measure = asked.choice("show", _MEASURES, "orders")
    week = by_hour(asked.days, measure)
    past = by_hour(asked.past, measure) if asked.past else None
    title = _("时段")
    choices = [
        {
            "label": _("看什么"),
            "items": [
                {"label": label, "url": asked.with_(show=code), "current": code == measure}
                for code, label in _MEASURES.items()
            ],
        }
    ]
    if not any(week.days):
        words = _("导入订单文件后，这里看一周里哪天哪个钟点付款的人多，客服和推广照着排班、调价。")
        empty = nothing(_("这段时间没有订单文件"), words, asked)
        return Board(title=title, cards=[], choices=choices, empty=empty)
    return Board(
        title=title,
        kpis=_kpis(asked, week, past, measure),
        notes=gaps(asked),
        choices=choices,
        cards=[_heat(asked, week, measure), _course(asked, week, past, measure)],
    )


def _value(total: int | None, measure: str) -> Decimal | None:
    if total is None:
        return None
    return from_fen(total) if measure == "amount" else Decimal(total)


def _unit(measure: str) -> str:
    return "money" if measure == "amount" else "count"


def _basis(measure: str) -> str:
    return "created" if measure == "placed" else "paid"


def _sum(week: Week, hours: range) -> int:
    return sum(week.hour(hour) or 0 for hour in hours)


def _kpis(asked: Asked, week: Week, past: Week | None, measure: str) -> list[Data]:
    words = against_words(asked) if past else ""
    total = _sum(week, range(HOURS))
    was = _sum(past, range(HOURS)) if past and any(past.days) else None
    evening = _sum(week, range(18, HOURS))
    night = total - _sum(week, _DAY)
    # A weekday that came five times in the span is not busier than one that came four times.
    cells = [
        (Decimal(value) / week.days[weekday], weekday, hour)
        for weekday, row in enumerate(week.sums)
        for hour, value in enumerate(row)
        if value is not None
    ]
    most = max(cells, key=lambda one: one[0]) if cells else None
    busiest = (
        _("%(day)s %(hour)s 时")
        % {"day": weekday_name(_MONDAY + timedelta(days=most[1])), "hour": most[2]}
        if most and most[0]
        else ""
    )
    label = _("最忙：%(when)s") % {"when": busiest} if busiest else _("最忙的钟点")
    return [
        kpi(_MEASURES[measure], _unit(measure), _value(total, measure),
            _value(was, measure) if was is not None else None, against=words,
            source=_("自己的订单"), url=orders_url(asked, asked.days, basis=_basis(measure))),
        kpi(label, _unit(measure), _mean(most[0] if most else None, measure),
            source=_("平均每个这样的钟点")),
        kpi(_("18 点以后"), "share", Decimal(evening) / total if total else None,
            source=_("占一天")),
        kpi(_("9–21 点以外"), "share", Decimal(night) / total if total else None,
            source=_("占一天，没人值班的时候")),
    ]  # fmt: skip


def _mean(value: Decimal | None, measure: str) -> Decimal | None:
    if value is None:
        return None
    return value / 100 if measure == "amount" else value.quantize(Decimal(1))


def _heat(asked: Asked, week: Week, measure: str) -> Card:
    names = [weekday_name(_MONDAY + timedelta(days=n)) for n in range(7)]
    values = [[number(_value(one, measure)) for one in row] for row in week.sums]
    shown = [[None if one is None else round(one) for one in row] for row in values]
    return Card(
        code="heat",
        title=_("星期 × 钟点"),
        sub=_("%(what)s，合计") % {"what": _MEASURES[measure]},
        columns=[
            Column("hour", _("小时")),
            *(Column(str(n), name, _unit(measure)) for n, name in enumerate(names)),
        ],
        rows=[
            Row(
                {
                    "hour": f"{hour:02d}",
                    **{str(n): _value(week.sums[n][hour], measure) for n in range(7)},
                },
                {
                    str(n): orders_url(
                        asked,
                        asked.days,
                        weekday=str(n + 1),
                        hour=f"{hour:02d}",
                        basis=_basis(measure),
                    )
                    for n in range(7)
                    if week.sums[n][hour]
                },
            )
            for hour in range(HOURS)
        ],
        chart={
            "kind": "heat",
            "days": names,
            "values": shown,
            "unit": "¥" if measure == "amount" else _("单"),
            "href": orders_url(asked, asked.days, basis=_basis(measure)),
        },
        is_wide=True,
    )


def _course(asked: Asked, week: Week, past: Week | None, measure: str) -> Card:
    hours = range(HOURS)
    now = [_value(week.hour(hour), measure) for hour in hours]
    series = [(_("本期"), [number(one) for one in now], "us")]
    columns = [Column("hour", _("小时")), Column("now", _MEASURES[measure], _unit(measure))]
    old: list[Decimal | None] = [None] * HOURS
    if past is not None:
        old = [_value(past.hour(hour), measure) for hour in hours]
        series.append((against_words(asked), [number(one) for one in old], "prev"))
        columns.append(Column("past", against_words(asked), _unit(measure)))
    told = told_hours(asked.days, measure)
    label = _("生意参谋%(what)s") % {"what": figure_words(told.code)}
    columns += [
        Column("told", label, _unit(measure)),
        Column("told_days", _("生意参谋讲到几天"), "count"),
    ]
    # Courses over other days than ours would look like another course.
    if told.covers(week.known):
        series.append((label, [number(one) for one in told.sums], "done"))

    def behind(days: Days | None, hour: int, value: Decimal | None) -> str:
        if days is None or not value:
            return ""
        return orders_url(asked, days, hour=f"{hour:02d}", basis=_basis(measure))

    return Card(
        code="hours",
        title=_("一天里"),
        sub=_("%(what)s，各钟点合计") % {"what": _MEASURES[measure]},
        columns=columns,
        rows=[
            Row(
                {
                    "hour": f"{hour:02d}",
                    "now": now[hour],
                    "past": old[hour],
                    "told": told.sums[hour],
                    "told_days": told.days[hour],
                },
                {
                    "now": behind(asked.days, hour, now[hour]),
                    "past": behind(asked.past, hour, old[hour]),
                },
            )
            for hour in hours
        ],
        chart=line_chart(
            [f"{hour}" for hour in hours], series, "¥" if measure == "amount" else _("单")
        ),
        note=_told_note(told, week.known, measure),
        is_wide=True,
    )


def _told_note(told: ToldHours, known: Collection[date], measure: str) -> str:
    """Say where the platform's column is from, over which days, and what it counts."""
    most = max(told.days)
    if not most:
        return _("生意参谋一栏要「交易趋势」的分时文件，这段时间没有，是未知。")
    words = [
        _("生意参谋一栏是「交易趋势」分时文件说的，自己的订单 %(all)s 天里它最多讲到 %(n)s 天。")
        % {"all": len(known), "n": most}
    ]
    if not told.covers(known):
        words.append(_("不是同样的日子，不画在图上。"))
    if measure != "amount":
        words.append(_("它数的是买家，不是订单。"))
    return " ".join(words)
