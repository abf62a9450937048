"""The funnel: visitors, cart, order, payment; over a span against another, step by step and day by day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.figures import figure
from analytics.metrics import both_known, change
from analytics.queries.known import Known, Period, figures_of, over
from analytics.rules.spans import Days
from analytics.views import asking, coupons
from analytics.views.asking import EXPORT, VIEW, Data
from analytics.views.boards.asked import Asked, against_words, asked_of, picker
from analytics.views.boards.cards import card_file, file_url, shown
from analytics.views.boards.links import day_url
from analytics.views.boards.page import kept_views
from analytics.views.boards.parts import (
    Card,
    Column,
    Line,
    Row,
    Unit,
    bar_chart,
    line_chart,
    number,
    percent,
    short,
)
from analytics.views.siblings import siblings
from analytics.wording.stats import source_words, value_words
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import money_big, point_change, rate, wan
from shopops.staff.access import requires

STEPS = ("visitors", "cart_buyers", "ordered_buyers", "paid_buyers")
BESIDE = ("pay_rate", "order_rate", "order_pay_rate", "per_buyer", "paid_amount")
CODES = (*STEPS, *BESIDE)
# What the table of days shows; its file has all.
_BY_DAY = (*STEPS, "pay_rate")
_MILLION = Decimal(1_000_000)
type Series = Mapping[str, Mapping[date, Known]]


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of the figures over some days: each day, and all of them together."""

    days: Days
    series: Series
    sums: Mapping[str, Period]

    def share(self, code: str, of: str) -> Decimal | None:
        """Give one step by another over the days that know both."""
        days = sorted(self.series[code])
        part, whole, _n = both_known(
            [self.series[code][day].value for day in days],
            [self.series[of][day].value for day in days],
        )
        return part / whole if part is not None and whole else None


def _told(days: Days) -> Told:
    return Told(
        days,
        figures_of(CODES, since=days.since, until=days.until),
        over(CODES, since=days.since, until=days.until),
    )


def _both(asked: Asked) -> tuple[Told, Told | None]:
    """Give the span, and what it is set against; None for nothing."""
    return _told(asked.days), _told(asked.past) if asked.past else None


@require_GET
@requires(VIEW)
def funnel(request: HttpRequest) -> HttpResponse:
    """Show how many go on at each step, where each figure comes from, and what was before."""
    asked = asked_of(request, business_date(timezone.now()))
    now, past = _both(asked)
    days = asked.days
    context: Data = {
        "is_empty": all(now.sums[code].value is None for code in STEPS),
        "steps": _steps(asked, now, past),
        "kpis": [_kpi(asked, code, now, past) for code in BESIDE],
        "cards": [
            shown(request, card, file_url(request, "funnel", card.code, asked.query))
            for card in _cards(asked, now, past)
        ],
        "is_visits": days.length > 1,
        "may_enter": request.user.has_perm(asking.ENTER),
        "siblings": siblings(request, "funnel", since=days.since, until=days.until),
        "coupons": coupons.card(request, asked),
        "picker": picker(asked),
        "views": kept_views(asked, "funnel"),
        "code": "funnel",
        "query": asked.query,
    }
    return render(request, "analytics/funnel.html", context)


@require_GET
@requires(EXPORT)
def funnel_csv(request: HttpRequest, part: str) -> StreamingHttpResponse:
    """Download one part of the page: the steps, the rate by day, all figures by day."""
    asked = asked_of(request, business_date(timezone.now()))
    days = asked.days
    stem = f"funnel-{part}-{days.since:%Y%m%d}-{days.until:%Y%m%d}"
    return card_file(request, _cards(asked, *_both(asked)), part, stem)


# --- the steps, drawn as a funnel


def _steps(asked: Asked, now: Told, past: Told | None) -> list[Data]:
    steps: list[Data] = []
    for place, code in enumerate(STEPS):
        one = now.sums[code]
        above = STEPS[place - 1] if place else None
        from_above = now.share(code, above) if above else None
        of_first = now.share(code, STEPS[0]) if above else None
        steps.append(
            {
                "label": figure(code).label,
                "value": value_words(one.value, "people"),
                "is_unknown": one.value is None,
                "change": _change_words(asked, one.value, past.sums[code].value) if past else "",
                "rate": "" if from_above is None else rate(from_above, 2),
                "rate_change": _rate_change(from_above, past, code, above),
                "of_first": "" if of_first is None else rate(of_first, 2),
                "sources": " / ".join(source_words(name) for name in one.sources),
                "note": asking.period_note(one),
            }
        )
    return steps


def _change_words(asked: Asked, now: Decimal | None, past: Decimal | None) -> str:
    """Write how a step moved against what it is set against, or that this is not known."""
    if past is None or now is None:
        return _("有一边未知，和%(what)s没法比") % {"what": against_words(asked)}
    moved = asking.moved(STEPS[0], now, past)
    return _("比%(what)s %(change)s") % {"what": against_words(asked), "change": moved}


def _rate_change(now: Decimal | None, past: Told | None, code: str, above: str | None) -> str:
    before = past.share(code, above) if past and above else None
    return "" if now is None or before is None else point_change(now - before)


# --- the figures beside it


def _kpi(asked: Asked, code: str, now: Told, past: Told | None) -> Data:
    spec, one, series = figure(code), now.sums[code], now.series[code]
    changes: list[Data] = []
    if past:
        moved = asking.moved(code, one.value, past.sums[code].value)
        changes = [{"label": against_words(asked), "text": moved or _("未知")}]
    return {
        "label": spec.label,
        "value": _big(one.value) if spec.unit == "money" else value_words(one.value, spec.unit),
        "points": [asking.number(series[day].value) for day in sorted(series)][-14:],
        "band": None,
        "tone": "us",
        "flag": _("缺 %(n)s 天") % {"n": one.days - one.known_days}
        if one.value is not None and one.known_days < one.days
        else None,
        "changes": changes,
        "unknown": "" if one.value is not None else _("没有来源讲到这段时间"),
        "url": "",
    }


def _big(value: Decimal | None) -> str:
    """Write an amount so that it fits a card: from a million on in 万."""
    if value is None:
        return ""
    return f"¥{wan(value)}" if value >= _MILLION else str(money_big(value))


# --- charts and tables


def _cards(asked: Asked, now: Told, past: Told | None) -> list[Card]:
    return [_steps_card(asked, now, past), _rate_card(asked, now, past), _days(asked, now, past)]


def _steps_card(asked: Asked, now: Told, past: Told | None) -> Card:
    columns = [
        Column("step", _("步骤")),
        Column("now", _("本期"), "count"),
        Column("from_above", _("占上一步"), "rate"),
        Column("of_first", _("占访客"), "rate"),
    ]
    series: list[Line] = [(_("本期"), [number(now.sums[code].value) for code in STEPS], "us")]
    if past:
        columns += [
            Column("past", against_words(asked), "count"),
            Column("change", _("变化"), "change"),
            Column("past_from_above", _("对比占上一步"), "rate", is_file_only=True),
        ]
        series.append(
            (against_words(asked), [number(past.sums[code].value) for code in STEPS], "prev")
        )
    columns += [
        Column("known", _("知道几天"), "count", is_file_only=True),
        Column("source", _("来源"), is_file_only=True),
    ]
    labels = [str(figure(code).label) for code in STEPS]
    return Card(
        code="steps",
        title=_("每一步多少人"),
        sub=_("本期对%(what)s") % {"what": against_words(asked)} if past else _("本期"),
        columns=columns,
        rows=[_step_row(place, now, past) for place in range(len(STEPS))],
        chart=bar_chart(labels, series, _("人")),
    )


def _step_row(place: int, now: Told, past: Told | None) -> Row:
    code, above = STEPS[place], STEPS[place - 1] if place else None
    one = now.sums[code]
    before = past.sums[code].value if past else None
    return Row(
        {
            "step": str(figure(code).label),
            "now": one.value,
            "from_above": now.share(code, above) if above else "",
            "of_first": now.share(code, STEPS[0]) if above else "",
            "past": before,
            "change": change(one.value, before),
            "past_from_above": past.share(code, above) if past and above else "",
            "known": one.known_days,
            "source": " / ".join(source_words(name) for name in one.sources),
        }
    )


def _rate_card(asked: Asked, now: Told, past: Told | None) -> Card:
    code, label = "pay_rate", str(figure("pay_rate").label)
    rates = [now.series[code][day].value for day in asked.days.days]
    old = [past.series[code][day].value if past and day else None for day in asked.past_days]
    columns = [Column("day", _("日期")), Column("now", label, "rate")]
    if past:
        columns += [
            Column("past_day", _("对比日期")),
            Column("past", against_words(asked), "rate"),
            Column("change", _("变化"), "points"),
        ]
    rows = [
        Row(
            {
                "day": day.isoformat(),
                "now": one,
                "past_day": other.isoformat() if other else None,
                "past": before,
                "change": one - before if one is not None and before is not None else None,
            },
            {"now": now.series[code][day].url},
        )
        for day, one, other, before in zip(
            asked.days.days, rates, asked.past_days, old, strict=True
        )
    ]
    return Card(
        code="rate",
        title=label,
        sub=_("空着的日子是未知"),
        columns=columns,
        rows=rows[::-1],
        chart=line_chart(
            [short(day) for day in asked.days.days],
            [(label, [percent(one) for one in rates], "us")],
            "%",
            past=[(against_words(asked), [percent(one) for one in old], "us")] if past else (),
        ),
    )


def _days(asked: Asked, now: Told, past: Told | None) -> Card:
    columns = [Column("day", _("日期"))]
    for code in CODES:
        label, is_file_only = figure(code).label, code not in _BY_DAY
        columns += [
            Column(code, label, _unit(code), is_file_only=is_file_only),
            Column(f"{code}_by", _("%(name)s来源") % {"name": label}, is_file_only=True),
        ]
    if past:
        columns.append(Column("past_day", _("对比日期"), is_file_only=True))
        columns += [
            Column(
                f"past_{code}",
                _("对比%(name)s") % {"name": figure(code).label},
                _unit(code),
                is_file_only=True,
            )
            for code in CODES
        ]
    pairs = zip(asked.days.days, asked.past_days, strict=True)
    return Card(
        code="days",
        title=_("逐日"),
        sub=_("点数字看它从哪来，点日期看订单"),
        columns=columns,
        rows=[_day_row(asked, now, past, day, other) for day, other in pairs][::-1],
        is_wide=True,
    )


def _unit(code: str) -> Unit:
    unit = figure(code).unit
    return "count" if unit == "people" else unit


def _day_row(asked: Asked, now: Told, past: Told | None, day: date, other: date | None) -> Row:
    cells: dict[str, object] = {"day": day.isoformat()}
    urls = {"day": day_url(asked, day)}
    for code in CODES:
        known = now.series[code][day]
        cells |= {code: known.value, f"{code}_by": source_words(known.source)}
        urls[code] = known.url
    if past and other:
        cells["past_day"] = other.isoformat()
        cells |= {f"past_{code}": past.series[code][other].value for code in CODES}
    return Row(cells, urls)
