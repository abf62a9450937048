"""Try a plan of tiers on what was paid: who would rise and fall, what a year of discounts would have cost."""

from collections import Counter
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from crm.actions.tiers import STEP_CUSTOMERS, PlanValues, refuse
from crm.models import TierState
from crm.queries import tiers as queries
from crm.rules import tiers as rules
from crm.rules.tiers import Bought, Held, Level, Paid, Plan, Replay
from shopops.lib.business_time import business_date
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "crm.tier_trial"
YEAR_DAYS = 365
MOST_SHOWN = 12


class Tally:
    """What one plan does beside another, added up over customers."""

    def __init__(self, new: Plan, old: Plan, on: date) -> None:
        self.new, self.old, self.on = new, old, on
        self.meeting = Counter[int]()
        self.everybody = 0
        self.levels: dict[str, Counter[int]] = {"new": Counter(), "old": Counter()}
        self.rises, self.falls = 0, 0
        self.sample: dict[str, list[list[int]]] = {"rises": [], "falls": []}
        self.cost = {"new": Replay(), "old": Replay()}

    def add(self, customer: int, held: Held | None, orders: list[Bought]) -> None:
        """Add one customer, with all orders that either plan or the year's cost looks at, oldest first."""
        now = rules.paid_as_of(orders, self.new, self.on)
        if now.window_orders:
            self.everybody += 1
        for level in self.new.levels:
            self.meeting[level.level] += bool(rules.reason_to_rise(level, now))
        before = rules.paid_as_of(orders, self.old, self.on)
        then = rules.next_state(held, now, self.new, self.on)
        was = rules.next_state(held, before, self.old, self.on)
        if _level(then) <= _level(was):
            then = self._at_its_end(held, now, before, was)
        self._compare(customer, _level(was), _level(then))
        since = self.on - timedelta(days=YEAR_DAYS - 1)
        rules.replay(orders, self.new, since=since, into=self.cost["new"])
        rules.replay(orders, self.old, since=since, into=self.cost["old"])

    def _at_its_end(
        self, held: Held | None, now: Paid, before: Paid, was: Held | None
    ) -> Held | None:
        """Give the tier that is lost by the new plan and not by the old, were it over today; else what was.

        Nobody loses a tier before its end, so without this no change would ever show who falls.
        """
        if held is None:
            return was
        over = replace(held, until=self.on - timedelta(days=1))
        then = rules.next_state(over, now, self.new, self.on)
        stays = rules.next_state(over, before, self.old, self.on)
        return then if _level(then) < _level(stays) else was

    def _compare(self, customer: int, was: int, then: int) -> None:
        self.levels["old"][was] += was > 0
        self.levels["new"][then] += then > 0
        if was == then:
            return
        key = "rises" if then > was else "falls"
        setattr(self, key, getattr(self, key) + 1)
        if len(self.sample[key]) < MOST_SHOWN:
            self.sample[key].append([customer, was, then])

    def result(self) -> dict[str, Any]:
        """Give it as a run keeps it; amounts in fen."""
        return {
            "on": self.on.isoformat(),
            "everybody": self.everybody,
            "meeting": {str(one.level): self.meeting[one.level] for one in self.new.levels},
            "new": {str(level): n for level, n in self.levels["new"].items() if n},
            "old": {str(level): n for level, n in self.levels["old"].items() if n},
            "rises": self.rises,
            "falls": self.falls,
            "sample": self.sample,
            "cost": {
                side: {str(level): fen for level, fen in one.off_fen.items()}
                for side, one in self.cost.items()
            },
            "orders": {side: sum(one.orders.values()) for side, one in self.cost.items()},
            "odd": rules.warnings(dict(self.meeting), self.everybody),
        }


def _level(held: Held | None) -> int:
    return held.level if held else 0


def request_trial(*, values: PlanValues, by: User, now: datetime) -> Run:
    """Ask for a trial; nothing is stored but its result.

    :raises MemberRefusedError: if the plan cannot be so
    """
    refuse(values, now=now)
    payload = {"values": values_json(values)}
    key = f"{by.pk}-{now.timestamp():.6f}"
    return work.request_run(kind=KIND, key=key, payload=payload, by=by, now=now)


def perform_trial(run: RunContext) -> dict[str, Any]:
    """Try the plan on everybody; only reads. Starts over when it is interrupted."""
    values = values_of(run.payload["values"])
    on = business_date(run.now)
    tally = Tally(values.plan, queries.plan_in_force(on), on)
    days = YEAR_DAYS + max(
        days for plan in (tally.new, tally.old) for days in (plan.window_days, plan.keep_days)
    )
    for after, upto in queries.customer_ranges(STEP_CUSTOMERS):
        with run.step(text=gettext_noop("试算会员等级")):
            _add_range(tally, after, upto, days)
    return tally.result()


def _add_range(tally: Tally, after: int, upto: int, days: int) -> None:
    rows = TierState.objects.filter(pk__gt=after, pk__lte=upto)
    held = {row.pk: queries.as_held(row) for row in rows}
    bought = queries.bought_by(after, upto, on=tally.on, days=days)
    for customer in sorted(held.keys() | bought.keys()):
        tally.add(customer, held.get(customer), bought.get(customer, []))


def values_json(values: PlanValues) -> dict[str, Any]:
    """Give what was entered as JSON keeps it."""
    levels = [{**asdict(one), "rate": str(one.rate)} for one in values.plan.levels]
    return {
        "valid_from": values.valid_from.isoformat(),
        "note": values.note,
        "window_days": values.plan.window_days,
        "keep_days": values.plan.keep_days,
        "fall": values.plan.fall,
        "levels": levels,
    }


def values_of(kept: dict[str, Any]) -> PlanValues:
    """Give back what was entered."""
    levels = tuple(Level(**{**one, "rate": Decimal(one["rate"])}) for one in kept["levels"])
    plan = Plan(levels, kept["window_days"], kept["keep_days"], kept["fall"])
    return PlanValues(date.fromisoformat(kept["valid_from"]), plan, kept["note"])
