"""The dashboard of paid traffic: what it cost and brought, what changed, what one might do."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from promotions.queries import channel_money, channel_watch, traffic
from promotions.queries.ad_margins import settings_on
from promotions.queries.channel_money import Earned
from promotions.queries.traffic import Span
from promotions.rules.traffic import Traffic, ratio, total
from promotions.views import channel_parts as parts
from promotions.views.channel_parts import CHANNELS, COST, Data
from promotions.wording import channels as wording
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import count, money, money_big, pct_change
from shopops.staff.access import requires

SPARK_DAYS = 14
MOST = 12
# What comes by the month: a day without a row is no gap.
MONTHLY = frozenset({"tbk", "sms"})
type Days = dict[str, dict[date, Traffic]]


@require_GET
@requires(CHANNELS)
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show all channels over a span against the span before."""
    now = timezone.now()
    asked = parts.span_of(request, business_date(now))
    span, with_cost = asked.span, request.user.has_perm(COST)
    reaches = traffic.reaches()
    if not reaches:
        context: Data = {"now": now, "is_new": True, **parts.span_context(asked, request)}
        return render(request, "promotions/channels.html", context)
    wide = Span(min(span.before().since, span.until - timedelta(days=SPARK_DAYS)), span.until)
    by_channel = traffic.channel_days(wide)
    shop = channel_money.shop_days(wide)
    missed = _missed(by_channel, reaches, wide)
    settings = settings_on(span.until)
    last = min(span.until, max(one.last for one in reaches))
    items = channel_watch.items_seen(last, settings)
    plans = channel_watch.plans_seen(last, settings)
    seen = [*channel_watch.channels_seen(last, settings), *plans, *items]
    context = {
        "now": now,
        "is_new": False,
        "kpis": _kpis(by_channel, shop, span, missed, with_cost=with_cost),
        "spend_chart": _spend_chart(by_channel, span, missed),
        "return_chart": _return_chart(by_channel, shop, span, with_cost=with_cost),
        **_table(by_channel, span, asked.query),
        "over": [_over(one) for day in (asked.today, last) for one in channel_money.over_spent(day)]
        if last != asked.today
        else [_over(one) for one in channel_money.over_spent(last)],
        "low": [
            _low(one)
            for one in channel_money.balances(asked.today)
            if one.is_low(days=settings.balance_days)
        ],
        "changes": _changes(seen)[:MOST],
        "advice": _advice(seen, with_cost=with_cost)[:MOST],
        "looked_at": last,
        "gaps": _gaps(by_channel, reaches, span),
        "accounts_url": reverse("promotions:channel_accounts"),
        **parts.span_context(asked, request),
    }
    return render(request, "promotions/channels.html", context)


def _within(days: dict[date, Traffic], span: Span) -> list[Traffic]:
    return [one for day, one in days.items() if span.since <= day <= span.until]


def _sum(by_channel: Days, span: Span) -> Traffic:
    return total(one for days in by_channel.values() for one in _within(days, span))


def _earned(shop: dict[date, Earned], span: Span) -> Earned:
    """Add up known days of the shop."""
    known = [one for day, one in shop.items() if span.since <= day <= span.until]
    if not known:
        return Earned()
    return Earned(
        len(known),
        sum(one.first_buyers or 0 for one in known),
        sum((one.net_amount or Decimal(0) for one in known), Decimal(0)),
        sum((one.costed_amount or Decimal(0) for one in known), Decimal(0)),
        sum((one.cost_amount or Decimal(0) for one in known), Decimal(0)),
    )


def _kpis(
    by_channel: Days,
    shop: dict[date, Earned],
    span: Span,
    missed: set[date],
    *,
    with_cost: bool,
) -> list[Data]:
    lacking = len(missed & set(span.days))
    days = [span.until - timedelta(days=n) for n in range(SPARK_DAYS - 1, -1, -1)]
    daily = [Traffic() if day in missed else _sum(by_channel, Span(day, day)) for day in days]
    now, before = _sum(by_channel, span), _sum(by_channel, span.before())
    earned, earned_before = _earned(shop, span), _earned(shop, span.before())
    rows: list[tuple[str, Any, Any, Any, list[Any]]] = [
        (_("花费"), money_big, now.spend_amount, before.spend_amount,
         [one.spend_amount for one in daily]),
        (_("投产比"), parts.times, now.roas, before.roas, [one.roas for one in daily]),
        (_("点击单价"), money, now.click_cost, before.click_cost,
         [one.click_cost for one in daily]),
        (_("新客成本"), money, channel_money.buyer_cost(now.spend_amount, earned),
         channel_money.buyer_cost(before.spend_amount, earned_before), []),
    ]  # fmt: skip
    if with_cost:
        rows.append(
            (_("全店毛利 / 花费"), parts.times,
             channel_money.whole_return(now.spend_amount, earned),
             channel_money.whole_return(before.spend_amount, earned_before), []),
        )  # fmt: skip
    else:
        rows.append((_("成交笔数"), count, now.deals, before.deals, [one.deals for one in daily]))
    return [
        {
            "label": label,
            "value": "" if value is None else shown(value),
            "points": [None if one is None else float(one) for one in points],
            "band": None,
            "tone": "soon" if lacking else "us",
            "flag": _("缺 %(n)s 天") % {"n": lacking} if lacking else None,
            "changes": [
                {"label": _("比前 %(n)s 天") % {"n": span.length}, "text": _moved(value, past)}
            ],
            "unknown": "" if value is not None else _("这些天没有报表或订单"),
        }
        for label, shown, value, past, points in rows
    ]


def _moved(value: Decimal | None, past: Decimal | None) -> str:
    if value is None or not past:
        return str(pct_change(None))
    return str(pct_change((Decimal(value) - past) / past))


def _day_label(day: date) -> str:
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def _missed(by_channel: Days, reaches: list[traffic.Reach], span: Span) -> set[date]:
    """Give the days for which some channel that reports daily has no report: their total is unknown."""
    return {
        day
        for one in reaches
        if one.is_used and one.channel not in MONTHLY
        for day in channel_money.missing_days(by_channel.get(one.channel, {}), span)
        if one.first <= day <= one.last
    }


def _spent(by_channel: Days, day: date, missed: set[date]) -> float | None:
    if day in missed:
        return None
    spend = _sum(by_channel, Span(day, day)).spend_amount
    return None if spend is None else float(spend)


def _spend_chart(by_channel: Days, span: Span, missed: set[date]) -> Data:
    days, past = span.days, span.before().days
    values = [_spent(by_channel, day, missed) for day in days]
    channels = sorted(by_channel)
    return {
        "data": {
            "kind": "trend",
            "x": [_day_label(day) for day in days],
            "now": values,
            "before": [_spent(by_channel, day, missed) for day in past],
            "now_label": _("这段"),
            "before_label": _("前一段"),
            "unit": "¥",
            "unknown": _("没有报表"),
            "bands": [],
        },
        "columns": [_("日期"), _("合计"), *(parts.channel_words(one) for one in channels)],
        "rows": [
            [
                day.isoformat(),
                values[place],
                *(
                    by_channel[one][day].spend_amount if day in by_channel[one] else None
                    for one in channels
                ),
            ]
            for place, day in reversed(list(enumerate(days)))
        ],
    }


def _return_chart(
    by_channel: Days, shop: dict[date, Earned], span: Span, *, with_cost: bool
) -> Data:
    days = span.days
    sums = [_sum(by_channel, Span(day, day)) for day in days]
    series = [{"name": _("投产比"), "values": [_number(one.roas) for one in sums]}]
    if with_cost:
        whole = [
            _number(ratio(shop[day].gross_profit, one.spend_amount)) if day in shop else None
            for day, one in zip(days, sums, strict=True)
        ]
        series.append({"name": _("毛利/花费"), "values": whole, "dashed": True})  # type: ignore[dict-item]
    return {
        "data": {
            "kind": "lines",
            "x": [_day_label(day) for day in days],
            "series": series,
            "unit": "",
        },
        "columns": [_("日期"), *(one["name"] for one in series)],
        "rows": [
            [day.isoformat(), *(one["values"][place] for one in series)]
            for place, day in reversed(list(enumerate(days)))
        ],
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else round(float(value), 2)


def _table(by_channel: Days, span: Span, query: str) -> Data:
    rows = []
    for channel, days in sorted(by_channel.items()):
        now, before = total(_within(days, span)), total(_within(days, span.before()))
        if not now.days and not before.days:
            continue
        page = "promotions:affiliates" if channel == "tbk" else "promotions:plans"
        extra = "" if channel == "tbk" else f"&channel={channel}"
        cells = parts.traffic_cells(now if now.days else None)
        rows.append(
            {
                "url": f"{reverse(page)}?{query}{extra}",
                "cells": {
                    "channel": parts.channel_words(channel),
                    **cells,
                    "moved": _moved(now.spend_amount, before.spend_amount),
                    "days": f"{now.days} / {span.length}",
                },
            }
        )
    columns = [
        parts.column("channel", _("渠道"), number=False),
        *(parts.column(name, wording.figure_words(name)) for name, _shown in parts.COLUMNS),
        parts.column("moved", _("花费变化")),
        parts.column("days", _("有报表的天")),
    ]
    return {"channel_columns": columns, "channel_rows": rows}


def _over(one: channel_money.OverSpend) -> Data:
    return {
        "name": one.plan_name or parts.channel_words(one.channel),
        "day": one.date,
        "spend": one.spend,
        "cap": one.cap,
        "url": reverse("promotions:plan", args=[one.plan_id])
        if one.plan_id
        else reverse("promotions:channel_accounts"),
    }


def _low(one: channel_money.Balance) -> Data:
    return {"name": parts.channel_words(one.channel), "left": one.left, "lasts": one.lasts_days}


def _name_and_url(one: channel_watch.Seen) -> tuple[str, str, str]:
    if one.item is not None:
        name = one.item.title or one.item.item_no
        return _("商品"), name, reverse("promotions:ad_item", args=[one.item.item_no])
    if one.plan is not None:
        return (
            parts.channel_words(one.channel),
            str(one.plan),
            reverse("promotions:plan", args=[one.plan.pk]),
        )
    return (
        _("渠道"),
        parts.channel_words(one.channel),
        reverse("promotions:plans") + (f"?channel={one.channel}"),
    )


def _changes(seen: list[channel_watch.Seen]) -> list[Data]:
    """Give what changed, the bad and the dear first."""
    found = []
    for one in seen:
        for change in one.changes:
            kind, name, url = _name_and_url(one)
            spend = one.day.spend_amount if one.day else None
            found.append(
                {
                    "kind": kind,
                    "name": name,
                    "url": url,
                    "tone": {True: "late", False: "done", None: "us"}[change.is_bad],
                    "text": wording.change_words(
                        change.name, change.now, change.usual, change.rate
                    ),
                    "order": (change.is_bad is not True, -(spend or 0)),
                }
            )
    return sorted(found, key=lambda one: one["order"])


def _advice(seen: list[channel_watch.Seen], *, with_cost: bool) -> list[Data]:
    """Give what one might do, what costs most first."""
    found = []
    for one in seen:
        if one.advice is None:
            continue
        kind, name, url = _name_and_url(one)
        spend = one.day.spend_amount if one.day else None
        found.append(
            {
                "kind": kind,
                "name": name,
                "url": url,
                "act": wording.act_words(one.advice.act),
                "tone": wording.ACT_TONES[one.advice.act],
                "text": wording.advice_words(one.advice.evidence, with_margin=with_cost),
                "order": (one.advice.act not in {"pause", "lower"}, -(spend or 0)),
            }
        )
    return sorted(found, key=lambda one: one["order"])


def _gaps(by_channel: Days, reaches: list[traffic.Reach], span: Span) -> list[Data]:
    """Say of each channel how far its reports reach and which days of the span are missing."""
    found = []
    for one in reaches:
        within = Span(max(span.since, one.first), span.until)
        missing = []
        if within.length > 0 and one.is_used and one.channel not in MONTHLY:
            missing = channel_money.missing_days(by_channel.get(one.channel, {}), within)
        found.append(
            {
                "name": parts.channel_words(one.channel),
                "last": one.last,
                "exported_at": one.exported_at,
                "missing": missing,
                "shown": missing[:5],
                "more": max(len(missing) - 5, 0),
            }
        )
    return found
