"""Reports: not made by their hour."""

from analytics.models import Report
from analytics.rules.reports import DAILY, span_of
from tests.checks.cases.case import Case, World


def _made(w: World) -> None:
    span = span_of(DAILY, w.day)
    Report.objects.create(
        kind=DAILY,
        business_date=w.day,
        since=span.since,
        until=span.until,
        facts={},
        made_at=w.now,
        sheet="x",
    )


CASES = {"analytics.reports_went_out": Case(lambda w: None, _made)}
