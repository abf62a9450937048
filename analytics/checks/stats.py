"""The daily checks of files about the shop's days: gaps, figures that cannot be, files that disagree."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.queries import contradictions
from analytics.queries import gaps as queries
from analytics.queries.contradictions import Excess, Twice
from analytics.queries.gaps import Gap
from analytics.queries.known import PRODUCT, SHOP, lineage_url
from analytics.wording.stats import figure_words, file_words, said_words, source_words
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.words import clauses

GAPS = "analytics.no_missing_days"
EXCESS = "analytics.products_within_shop"
TWICE = "analytics.files_agree"
LOOKS_BACK = timedelta(days=90)
WEEK = 7
# How long files that disagree are told of: the later one counts, somebody should know.
TOLD_FOR = timedelta(days=7)


def no_missing_days(day: date, now: datetime) -> CheckOutcome:
    """Fail for each run of days that a daily source leaves out, up to the day before yesterday.

    That yesterday's file did not come is what another check says.
    """
    until = day - timedelta(days=2)
    found = queries.gaps(since=day - LOOKS_BACK, until=until)
    return outcome_of([_gap(one) for one in found])


def _gap(gap: Gap) -> Finding:
    return Finding(
        title=_("%(source)s缺 %(n)d 天：%(first)s 到 %(last)s")
        % {
            "source": file_words(gap.source),
            "n": gap.days,
            "first": gap.first.isoformat(),
            "last": gap.last.isoformat(),
        },
        evidence=_("这些天的数是未知，不当成 0；补导出这几天就好"),
        severity="late" if gap.days >= WEEK else "soon",
        owner_role="manager",
        key=f"{gap.source}:{gap.first}",
        url=reverse("intake:imports"),
    )


def products_within_shop(day: date, now: datetime) -> CheckOutcome:
    """Fail for each day on which the products say more than a file of the whole shop has."""
    found = contradictions.products_over_shop(since=day - timedelta(days=30), until=day)
    return outcome_of([_excess(one) for one in found])


def _excess(one: Excess) -> Finding:
    is_sum = one.code != "visitors"
    title = (
        _("%(day)s 商品的%(figure)s加起来比全店还多")
        if is_sum
        else _("%(day)s 有一个商品的访客比全店还多")
    )
    over, within = (
        _("商品 %(products)s，%(source)s的全店 %(shop)s：两份文件里有一份不对，或不是同一家店"),
        _("%(source)s的全店 %(shop)s 没有被超过"),
    )
    words = [
        (over if source in one.over else within)
        % {
            "products": said_words(one.code, one.products),
            "source": source_words(source),
            "shop": said_words(one.code, value),
        }
        for source, value in one.shops.items()
    ]
    return Finding(
        title=title % {"day": one.day.isoformat(), "figure": figure_words(one.code)},
        evidence=clauses(words),
        severity="soon",
        owner_role="manager",
        key=f"{one.code}:{one.day}",
        url=lineage_url(one.code, one.day),
    )


def files_agree(day: date, now: datetime) -> CheckOutcome:
    """Fail for each recent day that several files tell of with other figures; the later one counts."""
    found = contradictions.said_twice(since=day - TOLD_FOR, until=day)
    return outcome_of([_twice(one) for one in found])


def _twice(one: Twice) -> Finding:
    figure = figure_words(one.code)
    words = [
        _("按最晚导出的算，以前的也留着"),
        _("先看「%(figure)s」") % {"figure": f"{one.key} {figure}" if one.key else figure},
        _("以前 %(before)s，现在算 %(now)s")
        % {"before": said_words(one.code, one.before), "now": said_words(one.code, one.now)},
    ]
    if one.scope != SHOP:
        words.append(_("一共 %(n)d 行不一样") % {"n": one.rows})
    return Finding(
        title=_("%(day)s 的%(source)s导入过 %(n)d 次，数不一样")
        % {"day": one.day.isoformat(), "source": file_words(one.source), "n": one.files},
        evidence=clauses(words),
        severity="soon",
        owner_role="manager",
        # Of many rows another one may be the example tomorrow: it is one thing all the same.
        key=f"{one.source}:{one.day}:{one.code}"
        if one.scope == SHOP
        else f"{one.source}:{one.day}",
        url=_twice_url(one),
    )


def _twice_url(one: Twice) -> str:
    """Give the page that shows the figures: where they come from, what coupons brought, the sources."""
    if one.scope in (SHOP, PRODUCT):
        return lineage_url(one.code.partition("@")[0], one.day, scope=one.scope, key=one.key)
    page = "analytics:funnel" if one.scope == "coupon" else "analytics:traffic"
    item = {"item": one.key.partition("|")[0]} if one.scope == "item_flow" else {}
    query = urlencode({"since": one.day.isoformat(), "until": one.day.isoformat(), **item})
    return f"{reverse(page)}?{query}"


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    register_check(GAPS, gettext_lazy("每天的数没有缺"), "manager", no_missing_days)
    register_check(EXCESS, gettext_lazy("商品的数不超过全店"), "manager", products_within_shop)
    register_check(TWICE, gettext_lazy("同一天的文件数字一致"), "manager", files_agree)
