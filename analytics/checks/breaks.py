"""The daily check of figures: what lies outside the usual is a finding with its diagnosis."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import figures
from analytics.queries import breaks
from analytics.queries.breaks import Seen
from analytics.wording.breaks import band_words, value_words
from shopops.checks.models import CheckResult
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.templatetags.shop import WEEKDAYS

CODE = "analytics.breaks"
# A figure that stays out for so long is the week's talk.
LONG = 2


def figures_as_usual(day: date, now: datetime) -> CheckOutcome:
    """Fail for each figure of the day before `day` that lies where it hurts; unknown without any figure."""
    yesterday = day - timedelta(days=1)
    seen = breaks.seen_between(since=yesterday, until=yesterday)[yesterday]
    judged = [one for one in seen.values() if one.band is not None and one.known.value is not None]
    if not judged:
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    return outcome_of([_finding(one) for one in judged if one.is_worse])


def _finding(seen: Seen) -> Finding:
    days = breaks.days_in_a_row(seen.code, seen.day, seen.side)
    way = _("低于平常") if seen.side < 0 else _("高于平常")
    title = _("%(figure)s %(value)s，%(way)s") % {
        "figure": figures.figure(seen.code).label,
        "value": value_words(seen.code, seen.known.value),
        "way": way,
    }
    evidence = _("%(weekday)s平常 %(band)s") % {
        "weekday": _(WEEKDAYS[seen.day.weekday()]),
        "band": band_words(seen.code, seen.band),
    }
    if days >= LONG:
        evidence += _("，连续 %(n)d 天") % {"n": days}
    return Finding(
        title=title,
        evidence=evidence,
        severity="late" if days >= LONG else "soon",
        owner_role="manager",
        key=seen.code,
        url=reverse("analytics:diagnosis", kwargs={"day": seen.day.isoformat(), "code": seen.code}),
    )


def register() -> None:
    """Register it; called once by the wiring of breaks."""
    register_check(CODE, gettext_lazy("昨天的数都在平常里"), "manager", figures_as_usual)
