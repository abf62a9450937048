"""The daily checks of figures: what lies outside the usual is a finding, of the shop and of main products."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import figures
from analytics.queries import breaks
from analytics.queries.breaks import MainSeen, Seen
from analytics.queries.known import PRODUCT, figures_of
from analytics.wording.breaks import band_words, value_words
from shopops.checks.models import CheckResult
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.templatetags.shop import WEEKDAYS
from shopops.lib.words import clauses

CODE, MAINS = "analytics.breaks", "analytics.mains_convert"
RATE = "pay_rate"
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


def mains_convert(day: date, now: datetime) -> CheckOutcome:
    """Fail for each main product that paid less often than it usually does on such a weekday.

    Of the day before `day`. Unknown where of no main product the file of that day, or enough of such
    weekdays before it, are there; of a single one that is unknown nothing opens and nothing closes.
    """
    mains = breaks.mains_seen(RATE, day=day - timedelta(days=1))
    judged = [
        one for one in mains if one.seen.band is not None and one.seen.known.value is not None
    ]
    if not judged:
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    untold = [one.product.pk for one in mains if one not in judged]
    worse = [_main_finding(one) for one in judged if one.seen.is_worse]
    return outcome_of(worse, lasting=untold)


def _main_finding(one: MainSeen) -> Finding:
    seen, item_no = one.seen, one.product.item_no
    days = breaks.days_in_a_row(RATE, seen.day, seen.side, scope=PRODUCT, key=item_no)
    parts = figures_of(
        ("visitors", "paid_buyers"), since=seen.day, until=seen.day, scope=PRODUCT, key=item_no
    )
    visitors, buyers = (parts[code][seen.day].value for code in ("visitors", "paid_buyers"))
    words = [
        _("%(weekday)s平常 %(band)s")
        % {
            "weekday": _(WEEKDAYS[seen.day.weekday()]),
            "band": band_words(RATE, seen.band),
        },
        _("%(day)s 访客 %(visitors)s，支付买家 %(buyers)s")
        % {
            "day": seen.day.isoformat(),
            "visitors": value_words("visitors", visitors),
            "buyers": value_words("paid_buyers", buyers),
        },
    ]
    if days >= LONG:
        words.append(_("连续 %(n)d 天低于平常") % {"n": days})
    return Finding(
        title=_("主推款「%(title)s」支付转化率 %(value)s，低于平常")
        % {"title": one.product.title[:30], "value": value_words(RATE, seen.known.value)},
        evidence=clauses(words),
        severity="late" if days >= LONG else "soon",
        owner_role="editor",
        key=str(one.product.pk),
        url=reverse("products:product", kwargs={"product_id": one.product.pk}),
    )


def register() -> None:
    """Register them; called once by the wiring of breaks."""
    register_check(CODE, gettext_lazy("昨天的数都在平常里"), "manager", figures_as_usual)
    register_check(MAINS, gettext_lazy("主推款的转化率平稳"), "editor", mains_convert)
