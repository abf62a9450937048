"""The daily checks of files about the shop's days: gaps, figures that cannot be, files that disagree."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.queries import gaps as queries
from analytics.queries.gaps import FLOW, Gap
from analytics.queries.known import lineage_url
from analytics.wording.stats import figure_words, source_words, value_words
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check

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
    source = str(_("生意参谋流量来源")) if gap.source == FLOW else source_words(gap.source)
    return Finding(
        title=_("%(source)s缺 %(n)d 天：%(first)s 到 %(last)s")
        % {
            "source": source,
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
    """Fail for each day on which the products say more than the shop has."""
    found = queries.products_over_shop(since=day - timedelta(days=30), until=day)
    return outcome_of(
        [
            Finding(
                title=_("%(day)s 商品的%(figure)s加起来比全店还多")
                % {"day": one.day.isoformat(), "figure": figure_words(one.code)}
                if one.code != "visitors"
                else _("%(day)s 有一个商品的访客比全店还多") % {"day": one.day.isoformat()},
                evidence=_("商品 %(products)s，全店 %(shop)s：两份文件里有一份不对，或不是同一家店")
                % {
                    "products": _shown(one.code, one.products),
                    "shop": _shown(one.code, one.shop),
                },
                severity="soon",
                owner_role="manager",
                key=f"{one.code}:{one.day}",
                url=lineage_url(one.code, one.day),
            )
            for one in found
        ]
    )


def _shown(code: str, value: Decimal) -> str:
    return value_words(value, "money" if code.endswith("_amount") else "count")


def files_agree(day: date, now: datetime) -> CheckOutcome:
    """Fail for each recent day that several files tell of with other figures; the later one counts."""
    found = queries.said_twice(since=day - TOLD_FOR, until=day)
    return outcome_of(
        [
            Finding(
                title=_("%(day)s 的%(source)s导入过 %(n)d 次，数不一样")
                % {
                    "day": one.day.isoformat(),
                    "source": source_words(one.source),
                    "n": one.files,
                },
                evidence=_("按最晚导出的算，以前的也留着；先看「%(figure)s」")
                % {"figure": figure_words(one.code)},
                severity="soon",
                owner_role="manager",
                key=f"{one.source}:{one.day}:{one.code}",
                url=lineage_url(one.code.partition("@")[0], one.day),
            )
            for one in found
        ]
    )


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    register_check(GAPS, gettext_lazy("每天的数没有缺"), "manager", no_missing_days)
    register_check(EXCESS, gettext_lazy("商品的数不超过全店"), "manager", products_within_shop)
    register_check(TWICE, gettext_lazy("同一天的文件数字一致"), "manager", files_agree)
