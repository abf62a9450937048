"""Trying a rule on past orders before it is saved: how many it would have held. Writes no order."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_noop

from orders import registry
from orders.choices import AuditRuleCode
from orders.models import Order
from orders.queries import audit as queries
from orders.rules.audit import AuditRule, audit_order
from orders.rules.audit_parameters import checked
from shopops.lib.business_time import business_date
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = queries.TRIAL_RUN
DAYS = 30
SAMPLE = 10
_STEP_ORDERS = 2000
_NOTHING_YET: dict[str, Any] = {"orders": 0, "held": 0}


def request_trial(
    *, code: AuditRuleCode, parameters: Mapping[str, Any], by: User, now: datetime
) -> Run:
    """Ask for a trial of a rule over the orders paid in the last `DAYS` days.

    :raises orders.rules.audit_parameters.ParameterError: if a parameter makes no sense
    """
    since = business_date(now) - timedelta(days=DAYS)
    payload = {
        "code": code.value,
        "parameters": checked(code, parameters),
        "since": since.isoformat(),
    }
    key = f"{by.pk}-{now.timestamp():.6f}"
    return work.request_run(kind=KIND, key=key, payload=payload, by=by, now=now)


def perform_trial(run: RunContext) -> dict[str, Any]:
    """Judge past orders by the one rule, as each stood shortly after its payment."""
    rule = AuditRule(AuditRuleCode(run.payload["code"]), run.payload["parameters"])
    since = date.fromisoformat(run.payload["since"])
    keywords = queries.rules_in_force(now=run.now).keywords
    cursor = dict(run.cursor) or {
        "day": since.isoformat(),
        "after": 0,
        **_NOTHING_YET,
        "sample": [],
    }
    total = queries.past_count(since=since)
    while found := _next(cursor):
        with run.step(cursor=cursor, total=total, text=gettext_noop("试审过去的订单")) as step:
            orders = list(Order.objects.filter(pk__in=[pk for _, pk in found]).order_by("pk"))
            cases = queries.cases_of(orders)
            known = registry.needs_by_rules([one.facts for one in cases], [rule], run.now)
            for case in cases:
                cursor["orders"] += 1
                now = case.facts.paid_at + timedelta(seconds=1)
                verdict = audit_order(case.facts, rules=[rule], keywords=keywords, now=now)
                needs = [
                    *(need for need in verdict.needs if need.reason.startswith(rule.code.value)),
                    *known.get(case.facts.tid, ()),
                ]
                if needs:
                    cursor["held"] += 1
                    if len(cursor["sample"]) < SAMPLE:
                        cursor["sample"].append([case.facts.tid, needs[0].reason])
            cursor["day"], cursor["after"] = found[-1][0].isoformat(), found[-1][1]
            step.done = cursor["orders"]
    return {
        "code": rule.code.value,
        "parameters": dict(rule.parameters),
        "days": DAYS,
        "orders": cursor["orders"],
        "held": cursor["held"],
        "sample": cursor["sample"],
    }


def _next(cursor: Mapping[str, Any]) -> list[tuple[date, int]]:
    day = date.fromisoformat(cursor["day"])
    return queries.past_ids(since=day, after=cursor["after"], size=_STEP_ORDERS)
