"""The daily check of the bill: a month that it does not agree with, a closed one that late data changed."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.queries.statement import Statement, statement
from shopops.checks.models import CheckResult
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.money import from_fen
from shopops.lib.templatetags.shop import money

BILL = "analytics.bill_differs"


def bill_differs(day: date, now: datetime) -> CheckOutcome:
    """Fail for the month of yesterday and the one before where a bill does not agree; unknown without one."""
    this = (day - timedelta(days=1)).replace(day=1)
    months = [statement(month=one) for one in ((this - timedelta(days=1)).replace(day=1), this)]
    findings = [finding for month in months for finding in _findings(month)]
    if not findings and not any(month.covered for month in months):
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    return outcome_of(findings)


def _findings(month: Statement) -> list[Finding]:
    url = f"{reverse('analytics:statement')}?month={month.month:%Y-%m}"
    found = []
    if month.agrees is False:
        gap = sum(row.gap or 0 for row in month.bill if row.verdict == "differs")
        found.append(
            Finding(
                title=_("%(month)s 的账单和店里的账对不上") % {"month": f"{month.month:%Y-%m}"},
                evidence=_("%(n)d 单不一致，账单合计差 %(gap)s；账单覆盖 %(days)d / %(all)d 天")
                % {
                    "n": month.gap_orders,
                    "gap": money(from_fen(gap)),
                    "days": len(month.covered),
                    "all": month.days,
                },
                severity="soon",
                owner_role="finance",
                url=url,
                key=f"{month.month:%Y-%m} bill",
            )
        )
    if month.correction:
        found.append(
            Finding(
                title=_("%(month)s 关账以后，利润变了 %(gap)s")
                % {"month": f"{month.month:%Y-%m}", "gap": money(from_fen(month.correction))},
                evidence=_("看更正了哪几行，再决定要不要重关"),
                severity="soon",
                owner_role="finance",
                url=url,
                key=f"{month.month:%Y-%m} close",
            )
        )
    return found


def register() -> None:
    """Register it; called once by `wirings.profit`."""
    register_check(BILL, gettext_lazy("账单和店里的账对得上"), "finance", bill_differs)
