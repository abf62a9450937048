"""The five figures of the morning page: which days, against which, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analytics.metrics import change
from analytics.queries import daily
from analytics.queries.breaks import WATCHED, Seen
from analytics.queries.daily import Figures
from shopops.lib.templatetags.shop import (
    WEEKDAYS,
    count,
    money_big,
    pct_change,
    point_change,
    rate,
)

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

    code: str
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


@dataclass(frozen=True, slots=True)
class _Spec:
    """One of the five: what it is called, how it is read, under which code it is known elsewhere."""

    code: str
    label: str
    pick: Pick
    unit: str


_FIGURES: tuple[_Spec, ...] = (
    _Spec("paid_amount", gettext_noop("支付金额"), lambda one: one.gross_amount, "money"),
    _Spec("paid_buyers", gettext_noop("支付买家数"), lambda one: one.buyers, "count"),
    _Spec("per_buyer", gettext_noop("客单价"), lambda one: one.per_buyer, "money"),
    _Spec("pay_rate", gettext_noop("支付转化率"), lambda one: one.pay_rate, "rate"),
    _Spec("refund_amount", gettext_noop("退款金额"), lambda one: one.refund_amount, "money"),
)
# What the page asks the bands of.
CODES = tuple(spec.code for spec in _FIGURES)


def kpis(
    view: View,
    *,
    by_day: Mapping[date, Figures],
    today: date,
    seen: Mapping[str, Seen],
) -> list[Kpi]:
    """Give the five figures with their changes, 14 days behind them and what is usual.

    :param seen: yesterday's figures beside their bands, as the diagnosis knows them
    """
    return [_kpi(spec, view, by_day, today, seen.get(spec.code)) for spec in _FIGURES]


def _kpi(
    spec: _Spec, view: View, by_day: Mapping[date, Figures], today: date, seen: Seen | None
) -> Kpi:
    day = today - timedelta(days=1)
    value = _decimal(spec.pick(view.now))
    is_judged = view.code == YESTERDAY and seen is not None and seen.band is not None
    side = seen.side if is_judged and seen else 0
    band = (seen.band.low, seen.band.high) if is_judged and seen and seen.band else None
    spark = [day - timedelta(days=n) for n in reversed(range(SPARK_DAYS))]
    return Kpi(
        code=spec.code,
        label=_(spec.label),
        value="" if value is None else _shown(value, spec.unit),
        points=[_float(spec.pick(by_day[one])) for one in spark],
        band=band,
        tone="soon" if seen is not None and side and seen.is_worse else "us",
        flag={-1: _("低于平常"), 1: _("高于平常")}.get(side),
        changes=[
            {"label": name, "text": _moved(spec.unit, value, _decimal(spec.pick(other)))}
            for name, other in view.against
        ],
        unknown="" if value is not None else _why_unknown(spec.code, view),
        url=figure_url(spec.code, day),
    )


def figure_url(code: str, day: date) -> str:
    """Give the page that says why a figure of a day is as it is; its course where it is not judged."""
    if code in WATCHED:
        return reverse("analytics:diagnosis", kwargs={"day": day.isoformat(), "code": code})
    return f"{reverse('analytics:trend')}?figure={code}"


def _moved(unit: str, now: Decimal | None, past: Decimal | None) -> str:
    if unit == "rate":
        return point_change(None if now is None or past is None else now - past)
    return pct_change(change(now, past))


def _shown(value: Decimal, unit: str) -> str:
    if unit == "rate":
        return rate(value, 2)
    return str(money_big(value)) if unit == "money" else count(int(value))


def _why_unknown(code: str, view: View) -> str:
    if code == "pay_rate" and view.code == TODAY:
        return _("今天的访客要等明天的生意参谋日报")
    if view.note:
        return view.note
    if code == "refund_amount":
        return _("没有退款文件讲到这一天")
    if code == "pay_rate":
        return _("没有生意参谋日报讲到这一天的访客")
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
