"""The daily checks of customers."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.actions.follow import oldest_mark
from crm.models import CustomerStat, RfmRun
from crm.queries import stats
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check

FIGURES = "crm.customers_are_right"
VALUE = "crm.value_is_of_yesterday"
STALE = timedelta(hours=1)


def customers_are_right(_day: date, now: datetime) -> CheckOutcome:
    """Fail where kept figures are not those of the orders, or wait for over an hour."""
    found = stats.verify()
    findings = []
    if wrong := found.differences + found.missing:
        findings.append(
            _finding(
                "wrong",
                _("%(count)s 个客户的数字和订单对不上") % {"count": wrong},
                _("运行 manage.py customers 全部重算；再出现就是程序的错"),
            )
        )
    since = oldest_mark()
    if since is not None and since < now - STALE:
        findings.append(
            _finding(
                "waiting",
                _("%(count)s 个会员等了一个多小时还没重算") % {"count": found.waiting},
                _("客户页显示的是旧的；看后台任务「重算客户」"),
            )
        )
    return outcome_of(findings)


def _finding(key: str, title: str, evidence: str) -> Finding:
    return Finding(
        title=title,
        evidence=evidence,
        severity="soon",
        owner_role="administrator",
        key=key,
        url=reverse("work:runs"),
    )


def value_is_of_yesterday(day: date, _now: datetime) -> CheckOutcome:
    """Fail while buyers' value was not worked out as of the day before."""
    yesterday = day - timedelta(days=1)
    if RfmRun.objects.filter(as_of__gte=yesterday).exists():
        return outcome_of([])
    if not CustomerStat.objects.filter(paid_orders__gt=0).exists():
        return outcome_of([])
    return outcome_of(
        [
            Finding(
                title=_("客户价值还没算到 %(day)s") % {"day": yesterday.isoformat()},
                evidence=_("看后台任务「算客户价值」"),
                severity="soon",
                owner_role="manager",
                url=reverse("crm:rfm"),
            )
        ]
    )


def register() -> None:
    """Register them; called once, when the apps are ready."""
    register_check(
        FIGURES, gettext_lazy("客户的数字和订单一致"), "administrator", customers_are_right
    )
    register_check(VALUE, gettext_lazy("客户价值算到昨天"), "manager", value_is_of_yesterday)
