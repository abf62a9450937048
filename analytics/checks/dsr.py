"""The daily checks of the scores: each against the day before."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.queries import experience, ratings, shown
from analytics.rules import dsr
from analytics.rules import experience as indicators
from analytics.rules.experience import HOURS, Indicator
from analytics.score_choices import Score
from analytics.wording.dsr import indicator_value, indicator_words, score_text
from shopops.checks.models import CheckResult
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.words import clauses

DSR = "analytics.dsr_against_yesterday"
AFTER_SALES = "analytics.after_sales_against_yesterday"
# Somebody reads the page in the morning: the scores of today, else of yesterday.
FRESH = timedelta(days=1)
# Less than this is the noise of thirty days moving on by one.
LEAST_WORSE: Mapping[str, Decimal] = {HOURS: Decimal(1), indicators.RATE: Decimal("0.001")}


# A score before and now, the industry, the day, and whether it is the platform's own.
type Pair = tuple[Decimal, Decimal, Decimal | None, date, bool]


def dsr_against_yesterday(day: date, now: datetime) -> CheckOutcome:
    """Fail for each score that is lower than the day before, as shown, else as our ratings give it."""
    pairs = {name: _pair(name, day) for name in dsr.SCORES}
    if all(pair is None for pair in pairs.values()):
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    findings = [_fallen(name, pair) for name, pair in pairs.items() if pair and pair[1] < pair[0]]
    return outcome_of(findings)


def _pair(name: str, day: date) -> Pair | None:
    """Give a score on two days, as shown where both are known, else as our ratings give it."""
    said = shown.shown(since=day - FRESH - timedelta(days=1), until=day)
    for at in (day, day - FRESH):
        today, before = said.get(at), said.get(at - timedelta(days=1))
        if today and before:
            one, other = today[name], before[name]
            if one.score is not None and other.score is not None:
                return other.score, one.score, one.industry, at, True
    yesterday = day - FRESH
    kept = ratings.kept_days(since=yesterday - timedelta(days=1), until=yesterday)[name]
    series = dsr.series(kept, yesterday - timedelta(days=1), yesterday)
    older, newer = (tally.shown for tally in series.values())
    return (
        (older, newer, None, yesterday, False) if older is not None and newer is not None else None
    )


def _fallen(name: str, pair: Pair) -> Finding:
    before, now, industry, at, is_shown = pair
    label = Score(name).label
    below = dsr.against(now, industry) == "below"
    words = [
        _("%(day)s %(now)s，前一天 %(before)s")
        % {
            "day": at.isoformat(),
            "now": score_text(now)
            if is_shown
            else _("按自己的评分算 %(n)s") % {"n": score_text(now)},
            "before": score_text(before),
        }
    ]
    if industry is not None:
        words.append(_("行业平均 %(n)s") % {"n": score_text(industry)})
    title = (_("%(name)s比前一天低，而且低于行业") if below else _("%(name)s比前一天低")) % {
        "name": label
    }
    return Finding(
        title=title,
        evidence=clauses(words),
        severity="late" if below else "soon",
        owner_role="service_lead" if name != Score.DELIVERY else "warehouse_lead",
        key=name,
        url=reverse("analytics:dsr"),
    )


def after_sales_against_yesterday(day: date, now: datetime) -> CheckOutcome:
    """Fail for each figure of the after-sales composite that is worse than the day before.

    What the platform showed on two days in a row, else what our own rows say of thirty days.
    """
    pairs = {one.code: _composite(one, day) for one in indicators.COMPOSITE}
    if all(pair is None for pair in pairs.values()):
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    findings = []
    for one in indicators.COMPOSITE:
        pair = pairs[one.code]
        if pair is None:
            continue
        before, value, industry, is_shown = pair
        least = Decimal(0) if is_shown else LEAST_WORSE[one.unit]
        if indicators.worse(one, value, before) and abs(value - before) >= least:
            findings.append(_worse(one, before, value, industry, is_shown=is_shown))
    return outcome_of(findings)


def _composite(one: Indicator, day: date) -> tuple[Decimal, Decimal, Decimal | None, bool] | None:
    said = shown.official(since=day - FRESH - timedelta(days=1), until=day).get(one.code, {})
    for at in (day, day - FRESH):
        now, before = said.get(at), said.get(at - timedelta(days=1))
        if now and before and now.value is not None and before.value is not None:
            return before.value, now.value, now.industry, True
    yesterday = day - FRESH
    values = []
    for until in (yesterday - timedelta(days=1), yesterday):
        since, _until = experience.span_until(until, indicators.DAYS)
        parts = experience.kept_parts(since=since, until=until)
        orders = parts.get(indicators.ORDERS)
        if orders is None or not indicators.is_scored(orders.base):
            return None
        values.append(indicators.value_of(one, parts.get(one.code)))
    older, newer = values
    return (older, newer, None, False) if older is not None and newer is not None else None


def _worse(
    one: Indicator, before: Decimal, now: Decimal, industry: Decimal | None, *, is_shown: bool
) -> Finding:
    worse = industry is not None and indicators.worse(one, now, industry)
    words = [
        _("%(now)s，前一天 %(before)s")
        % {"now": indicator_value(one, now), "before": indicator_value(one, before)},
        _("平台页面上的数") if is_shown else _("按自己的单子算的近 30 天"),
    ]
    if industry is not None:
        words.append(_("行业 %(n)s") % {"n": indicator_value(one, industry)})
    title = _("%(name)s比前一天差，也差过行业") if worse else _("%(name)s比前一天差")
    return Finding(
        title=title % {"name": indicator_words(one.code)},
        evidence=clauses(words),
        severity="late" if worse else "soon",
        owner_role="service_lead",
        key=one.code,
        url=f"{reverse('analytics:experience')}#after-sales",
    )


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    register_check(DSR, gettext_lazy("店铺评分不比前一天低"), "service_lead", dsr_against_yesterday)
    register_check(
        AFTER_SALES,
        gettext_lazy("售后综合不比前一天差"),
        "service_lead",
        after_sales_against_yesterday,
    )
