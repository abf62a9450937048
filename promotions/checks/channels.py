"""The daily checks of paid traffic."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from promotions.choices import Channel
from promotions.models import ChannelDay
from promotions.queries.ad_margins import settings_on
from promotions.queries.channel_money import balances, caps_on, over_spent
from promotions.queries.channel_watch import under_break_even
from promotions.queries.traffic import Span, channel_days, reaches
from shopops.checks.models import CheckResult
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.templatetags.shop import money

OVER = "promotions.channel_caps_hold"
LOW = "promotions.channel_balances_last"
UNDER = "promotions.channel_items_pay"
REPORTS = "promotions.channel_reports_came"
MOST_FINDINGS = 8
# Channels whose report comes by the month; only the daily ones are missed the next morning.
_MONTHLY = {Channel.TBK, Channel.SMS}
# A channel without a report for this long is no longer run.
ASLEEP = timedelta(days=14)
_UNKNOWN = CheckOutcome(CheckResult.Status.UNKNOWN)


def caps_hold(day: date, now: datetime) -> CheckOutcome:
    """Fail for each cap that was passed yesterday or today; unknown where no report tells of either."""
    yesterday = day - timedelta(days=1)
    if not caps_on(day):
        return outcome_of([])
    if not ChannelDay.objects.filter(date__range=(yesterday, day)).exists():
        return _UNKNOWN
    over = {
        (one.channel, one.plan_key): one for which in (yesterday, day) for one in over_spent(which)
    }
    found = [
        Finding(
            title=_("超了日限额：%(name)s")
            % {"name": one.plan_name or str(Channel(one.channel).label)},
            evidence=_("%(day)s 花了 %(spend)s，限额 %(cap)s")
            % {"day": one.date.isoformat(), "spend": money(one.spend), "cap": money(one.cap)},
            severity="late",
            owner_role="promotion",
            key=":".join((one.channel, one.plan_key)),
            url=reverse("promotions:plan", args=[one.plan_id])
            if one.plan_id
            else reverse("promotions:channels"),
        )
        for one in over.values()
    ]
    return outcome_of(found)


def balances_last(day: date, now: datetime) -> CheckOutcome:
    """Fail while a balance is low; unknown while nobody noted one."""
    rows = balances(day)
    if not any(one.noted is not None for one in rows):
        return _UNKNOWN if rows else outcome_of([])
    days = settings_on(day).balance_days
    found = []
    for one in rows:
        if not one.is_low(days=days):
            continue
        lasts = one.lasts_days
        evidence = _("约剩 %(left)s") % {"left": money(one.left)}
        if lasts is not None:
            evidence = _("约剩 %(left)s，按近 7 天够 %(days)s 天") % {
                "left": money(one.left),
                "days": f"{lasts:.1f}",
            }
        found.append(
            Finding(
                title=_("%(channel)s 余额低") % {"channel": Channel(one.channel).label},
                evidence=evidence,
                severity="soon",
                owner_role="promotion",
                key=one.channel,
                url=reverse("promotions:channel_accounts"),
            )
        )
    return outcome_of(found)


def items_pay(day: date, now: datetime) -> CheckOutcome:
    """Fail for each item whose return lay under break-even for too long; unknown without reports."""
    yesterday = day - timedelta(days=1)
    if not ChannelDay.objects.filter(serves_items=True).exists():
        return outcome_of([])
    if not ChannelDay.objects.filter(serves_items=True, date=yesterday).exists():
        return _UNKNOWN
    rows = sorted(
        under_break_even(yesterday),
        key=lambda one: -(one.day.spend_amount or 0) if one.day else 0,
    )
    # The evidence names no break-even return: it tells the cost, which not everybody may see.
    found = [
        Finding(
            title=_("投产比低于保本线：%(item)s")
            % {"item": one.item.title or one.item.item_no if one.item else ""},
            evidence=_("连续 %(days)s 天") % {"days": one.under},
            severity="soon",
            owner_role="promotion",
            key=one.item.item_no if one.item else "",
            url=reverse("promotions:ad_item", args=[one.item.item_no]) if one.item else "",
        )
        for one in rows
    ]
    return outcome_of(found, most=MOST_FINDINGS)


def reports_came(day: date, now: datetime) -> CheckOutcome:
    """Fail for each channel that runs and whose report of yesterday is missing."""
    yesterday = day - timedelta(days=1)
    there = channel_days(Span(yesterday, yesterday))
    found = [
        Finding(
            title=_("%(channel)s %(day)s 的报表没来")
            % {"channel": Channel(one.channel).label, "day": yesterday.isoformat()},
            evidence=_("最后一天是 %(last)s；这一天的花费未知，不是 0")
            % {"last": one.last.isoformat()},
            severity="soon",
            owner_role="promotion",
            key=one.channel,
            url=reverse("promotions:channel_reports"),
        )
        for one in reaches()
        if one.is_used
        and one.channel not in _MONTHLY
        and one.channel not in there
        and one.last >= yesterday - ASLEEP
    ]
    return outcome_of(found)


def register() -> None:
    """Register them; called once by `promotions.wiring`."""
    for code, name, run in (
        (OVER, gettext_lazy("推广没有超日限额"), caps_hold),
        (LOW, gettext_lazy("推广余额够花"), balances_last),
        (UNDER, gettext_lazy("推广的商品都保本"), items_pay),
        (REPORTS, gettext_lazy("昨天的推广报表来了"), reports_came),
    ):
        register_check(code, name, "promotion", run)
