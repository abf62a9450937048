"""What a report of a morning tells, as it is frozen: exact numbers as text, null where unknown."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from analytics.figures import figure
from analytics.queries import known
from analytics.queries.metrics import distinct_buyers
from analytics.queries.target_pace import goings
from analytics.rules.reports import DAILY, Span, against, chart_span, span_of
from orders.models import DirtyDay
from orders.queries.risk import late_money
from shopops.checks.actions.running import KIND as CHECKS
from shopops.checks.models import Issue
from shopops.lib.business_time import at_local, business_date
from shopops.staff.queries import role_names, shop_platform
from shopops.work.choices import ENDED_STATES
from shopops.work.models import Run

type Facts = dict[str, Any]

# What a phone holds. No cost and no margin: a report goes to people whose rights nobody asks.
FIGURES = (
    "paid_amount",
    "paid_orders",
    "paid_buyers",
    "per_buyer",
    "visitors",
    "pay_rate",
    "refund_amount",
    "ad_spend",
)
CHARTS = ("paid_amount", "visitors", "pay_rate")
SCORES = ("dsr_goods", "dsr_service", "dsr_delivery")
# A score that was not said for longer is no score of now.
SCORE_DAYS = 14
MOST_FINDINGS = 8
BUYERS = "paid_buyers"
# The target that a report tells of.
TARGET = "paid_amount"


def waits_for(kind: str, *, day: date) -> list[str]:
    """Give what a report of a date should wait for: its checks, days that are being worked out anew."""
    checks = Run.objects.filter(kind=CHECKS, key=day.isoformat(), state__in=ENDED_STATES)
    span = chart_span(kind, day)
    dirty = DirtyDay.objects.filter(date__range=(span.since, span.until))
    return [
        *([] if checks.exists() else ["checks"]),
        *(["figures"] if dirty.exists() else []),
    ]


def facts_of(kind: str, *, day: date, now: datetime) -> Facts:
    """Give all that the report of a date tells, as of now.

    One that is made on a later day does not know what was late on that morning; what was open then
    is known from the days on which issues were opened and closed.
    """
    is_belated = business_date(now) > day
    at = at_local(day, time(9, 0)) if is_belated else now
    until = span_of(kind, day).until
    return {
        "figures": _figures(kind, day),
        "series": _series(chart_span(kind, day)),
        "target": _target(until),
        "scores": [_score(code, until) for code in SCORES],
        "late": None if is_belated else _late(now),
        "findings": _findings(at, day),
        "as_of": at.isoformat(),
        "is_belated": is_belated,
        # Checks of a morning that is past will not come; what was open then is known all the same.
        "waited_for": [
            one for one in waits_for(kind, day=day) if one != "checks" or not is_belated
        ],
    }


def _text(value: Decimal | int | None) -> str | None:
    return None if value is None else str(value)


def _figures(kind: str, day: date) -> list[Facts]:
    spans = (span_of(kind, day), *against(kind, day))
    read = _day_figures if kind == DAILY else _week_figures
    told = [read(span) for span in spans]
    return [
        {
            "code": code,
            **told[0][code],
            "against": [
                {"name": span.name, "value": one[code]["value"]}
                for span, one in zip(spans[1:], told[1:], strict=True)
            ],
        }
        for code in FIGURES
    ]


def _day_figures(span: Span) -> dict[str, Facts]:
    said = known.figures_of(FIGURES, since=span.since, until=span.until)
    return {
        code: {
            "value": _text(by_day[span.until].value),
            "source": by_day[span.until].source,
            "days": 1,
            "known_days": int(by_day[span.until].value is not None),
            "is_visits": False,
        }
        for code, by_day in said.items()
    }


def _week_figures(span: Span) -> dict[str, Facts]:
    """Give a week's figures: summed, then derived. Buyers are counted from the orders, once each."""
    periods = known.over(FIGURES, since=span.since, until=span.until)
    facts: dict[str, Facts] = {
        code: {
            "value": _text(one.value),
            "source": "+".join(one.sources),
            "days": one.days,
            "known_days": one.known_days,
            "is_visits": one.is_visits and code in (*CHARTS, BUYERS),
        }
        for code, one in periods.items()
    }
    if periods[BUYERS].value is not None and "orders" in periods[BUYERS].sources:
        buyers = distinct_buyers(basis="paid", since=span.since, until=span.until)
        paid = periods["paid_amount"].value
        facts[BUYERS] |= {"value": _text(buyers), "is_visits": False}
        if buyers and paid is not None:
            facts["per_buyer"]["value"] = _text(paid / buyers)
    return facts


def _series(span: Span) -> Facts:
    said = known.figures_of(CHARTS, since=span.since, until=span.until)
    return {
        "days": [day.isoformat() for day in span.days],
        **{code: [_text(said[code][day].value) for day in span.days] for code in CHARTS},
    }


def _target(until: date) -> Facts | None:
    """Give how the month's target goes: what its known days brought and should have brought, in CNY."""
    month = until.replace(day=1)
    going = next(iter(goings(month, until=until, codes=(TARGET,))), None)
    if going is None or going.pace is None:
        return None
    return {
        "month": month.isoformat(),
        "target": str(going.pace.target),
        "done": str(going.pace.done),
        "due": str(going.pace.due),
        "unknown_days": going.pace.unknown_days,
    }


def _score(code: str, until: date) -> Facts:
    """Give the last known score, of which day it is, and the one known before it."""
    since = until - timedelta(days=SCORE_DAYS - 1)
    by_day = known.figures_of([code], since=since, until=until)[code]
    told = [(day, one) for day, one in sorted(by_day.items()) if one.value is not None]
    if not told:
        return {"code": code, "value": None, "day": None, "before": None, "source": ""}
    day, last = told[-1]
    before = told[-2][1].value if len(told) > 1 else None
    return {
        "code": code,
        "value": _text(last.value),
        "day": day.isoformat(),
        "before": _text(before),
        "source": last.source,
    }


def _late(now: datetime) -> Facts:
    late = late_money(platform=shop_platform(), now=now)
    return {
        "orders": late.past_shop_count,
        "now_amount": str(late.now_amount),
        "midnight_amount": str(late.midnight_amount),
    }


def _findings(at: datetime, day: date) -> Facts:
    """Give what was open at an instant: how many of each severity, and the worst with their owners."""
    was_open = Q(closed_at__isnull=True) | Q(closed_at__gt=at)
    rows = Issue.objects.filter(was_open, opened_at__lte=at)
    counts = dict.fromkeys(Issue.Severity.values, 0)
    for row in rows.values("severity").annotate(n=Count("pk")).order_by("severity"):
        counts[row["severity"]] = row["n"]
    worst = rows.select_related("assignee").order_by("rank", "opened_at", "pk")[:MOST_FINDINGS]
    return {"counts": counts, "rows": list(_named(worst, day))}


def _named(rows: Iterable[Issue], day: date) -> Iterable[Facts]:
    roles = role_names()
    for row in rows:
        yield {
            "id": row.pk,
            "title": row.title,
            "severity": row.severity,
            "owner": row.assignee.name if row.assignee else roles.get(row.owner_role, ""),
            "days": (day - row.opened_on).days + 1,
        }


def units() -> dict[str, str]:
    """Give the unit of each figure that a report may hold."""
    return {code: figure(code).unit for code in (*FIGURES, *SCORES)}
