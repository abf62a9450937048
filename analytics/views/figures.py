"""The five figures of the morning page: which days, against which, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analytics.metrics import change, outside, usual_range
from analytics.queries import daily
from analytics.queries.daily import Figures
from shopops.lib.templatetags.shop import WEEKDAYS, count, money_big, pct_change

SPARK_DAYS = 14
HISTORY_WEEKS = 8
YESTERDAY, TODAY, WEEK = "yesterday", "today", "week"


@dataclass(frozen=True, slots=True)
class View:
    """What the figures are about, and the two times that they are set against."""

    code: str
    label: str
    now: Figures
    against: tuple[tuple[str, Figures], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure, as `components/_kpi.html` takes it."""

    label: str
    value: str
    points: list[float | None]
    band: tuple[float, float] | None
    tone: str
    flag: str | None
    changes: list[dict[str, str]]
    unknown: str
    url: str = ""


def weekday_name(day: date) -> str:
    """Name a weekday: 周三."""
    return _(WEEKDAYS[day.weekday()])


def view_of(code: str, *, by_day: dict[date, Figures], today: date, now: datetime) -> View:
    """Choose the days of a view: yesterday, today so far, or this week up to yesterday."""
    if code == TODAY:
        return _today(today, now)
    if code == WEEK:
        return _week(by_day, today)
    day = today - timedelta(days=1)
    week_ago = day - timedelta(days=7)
    return View(
        code=YESTERDAY,
        label=_("昨日"),
        now=by_day[day],
        against=(
            (_("前一日"), by_day[day - timedelta(days=1)]),
            (_("上%(weekday)s") % {"weekday": weekday_name(week_ago)}, by_day[week_ago]),
        ),
    )


def _today(today: date, now: datetime) -> View:
    at = daily.data_until(day=today, now=now)
    days = [today, today - timedelta(days=1), today - timedelta(days=7)]
    cut = daily.until_clock(days, at=at) if at else dict.fromkeys(days, daily.UNKNOWN)
    return View(
        code=TODAY,
        label=_("今日"),
        now=cut[days[0]],
        against=(
            (_("昨日同时"), cut[days[1]]),
            (_("上%(weekday)s同时") % {"weekday": weekday_name(days[2])}, cut[days[2]]),
        ),
        note="" if at else _("今天还没有导入订单文件"),
    )


def _week(by_day: dict[date, Figures], today: date) -> View:
    last = today - timedelta(days=1)
    monday = last - timedelta(days=last.weekday())
    days = [monday + timedelta(days=n) for n in range((last - monday).days + 1)]
    weeks = [[day - timedelta(days=7 * back) for day in days] for back in (0, 1, 2)]
    label = _("本周") if monday + timedelta(days=7) > today else _("上周")
    one, two, three = (daily.of_period(week, by_day) for week in weeks)
    gap = any(by_day[day].gross_amount is None for day in days)
    return View(
        code=WEEK,
        label=label,
        now=one,
        against=((_("前一周同天数"), two), (_("前两周同天数"), three)),
        note=_("有未知的日子，没有算进去") if gap else "",
    )


type Pick = Callable[[Figures], Decimal | int | None]

_FIGURES: tuple[tuple[str, Pick, bool], ...] = (
    (gettext_noop("支付金额"), lambda one: one.gross_amount, True),
    (gettext_noop("支付买家数"), lambda one: one.buyers, False),
    (gettext_noop("客单价"), lambda one: one.per_buyer, True),
    (gettext_noop("支付订单数"), lambda one: one.orders, False),
    (gettext_noop("退款金额"), lambda one: one.refund_amount, True),
)


def kpis(view: View, *, by_day: dict[date, Figures], today: date) -> list[Kpi]:
    """Give the five figures with their changes, 14 days behind them and what is usual."""
    return [
        _kpi(_(label), pick, view, by_day, today, is_money=is_money)
        for label, pick, is_money in _FIGURES
    ]


def _kpi(
    label: str,
    pick: Pick,
    view: View,
    by_day: dict[date, Figures],
    today: date,
    *,
    is_money: bool,
) -> Kpi:
    day = today - timedelta(days=1)
    value = _decimal(pick(view.now))
    band = None
    if view.code == YESTERDAY:
        band = usual_range(_same_weekdays(day, pick, by_day))
    side = outside(value, band)
    spark = [day - timedelta(days=n) for n in reversed(range(SPARK_DAYS))]
    return Kpi(
        label=label,
        value="" if value is None else _shown(value, is_money=is_money),
        points=[_float(pick(by_day[one])) for one in spark],
        band=band,
        tone={-1: "soon", 1: "us"}.get(side, "us"),
        flag={-1: _("低于平常"), 1: _("高于平常")}.get(side),
        changes=[
            {"label": name, "text": pct_change(change(value, _decimal(pick(other))))}
            for name, other in view.against
        ],
        unknown="" if value is not None else _why_unknown(label, view),
    )


def _same_weekdays(day: date, pick: Pick, by_day: dict[date, Figures]) -> list[Decimal | None]:
    weeks = range(1, HISTORY_WEEKS + 1)
    return [_decimal(pick(by_day[day - timedelta(days=7 * back)])) for back in weeks]


def _shown(value: Decimal, *, is_money: bool) -> str:
    return str(money_big(value)) if is_money else count(int(value))


def _why_unknown(label: str, view: View) -> str:
    if view.note:
        return view.note
    if label == _("退款金额"):
        return _("没有退款文件讲到这一天")
    return _("没有订单文件讲到这一天")


def _decimal(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _float(value: Decimal | int | None) -> float | None:
    return None if value is None else float(value)


def facts_since(today: date) -> date:
    """Give the first day that the page looks at: two spans of 30 days, and eight weeks of weekdays."""
    return today - timedelta(days=1 + max(60, 7 * (HISTORY_WEEKS + 1)))


def view_links(code: str, today: date) -> list[dict[str, Any]]:
    """Give the switch between yesterday, today and the week."""
    week = _("上周") if today.weekday() == 0 else _("本周")
    names = ((YESTERDAY, _("昨日")), (TODAY, _("今日")), (WEEK, week))
    return [{"label": name, "url": f"?day={one}", "current": one == code} for one, name in names]
