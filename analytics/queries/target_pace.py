"""How a month goes against its targets: spread by the shop's own weekly curve, known days only."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from analytics.figures import figure
from analytics.models import Target
from analytics.queries.known import Known, figures_of
from analytics.queries.trend import point
from analytics.rules.pace import Pace, days_of_month, pace, spread, weights
from analytics.rules.spans import Days

HISTORY_DAYS = 56
# What shops say first.
ORDER = (
    "paid_amount",
    "net_amount",
    "gross_margin",
    "paid_orders",
    "paid_buyers",
    "visitors",
    "new_buyers",
    "pay_rate",
    "per_buyer",
)


@dataclass(frozen=True, slots=True)
class Going:
    """One target and how it goes. `pace` and `plan` for figures that are summed, else only `value`.

    `is_own_curve`: the plan is spread by the shop's own weeks, not evenly.
    """

    target: Target
    value: Decimal | None
    known_days: int
    past_days: int
    pace: Pace | None
    plan: dict[date, Decimal]
    known: dict[date, Decimal]
    is_own_curve: bool

    @property
    def rate(self) -> Decimal | None:
        """Give how it goes: 1 is as planned; None is unknown."""
        if self.pace is not None:
            return self.pace.rate
        goal = self.target.value
        return self.value / goal if self.value is not None and goal else None


def current_targets(month: date) -> dict[str, Target]:
    """Give what counts for a month by figure; one that was taken back has the value None. One query."""
    rows = Target.objects.filter(month=month.replace(day=1)).select_related("set_by")
    return {row.figure: row for row in rows.order_by("figure", "version")}


def said(month: date) -> list[Target]:
    """Give every word about the targets of a month, the newest first. One query."""
    rows = Target.objects.filter(month=month.replace(day=1)).select_related("set_by")
    return list(rows.order_by("-set_at", "figure", "-version")[:60])


def goings(month: date, *, until: date, codes: tuple[str, ...] = ORDER) -> list[Going]:
    """Give how the targets of a month go as of the end of `until`; a fixed number of queries."""
    targets = current_targets(month)
    asked = [code for code in codes if code in targets and targets[code].value is not None]
    if not asked:
        return []
    days = days_of_month(month)
    parts = {part for code in asked for part in (figure(code).parts or (code,))}
    since = days[0] - timedelta(days=HISTORY_DAYS)
    last = min(until, days[-1])
    series = figures_of(sorted(parts), since=since, until=max(last, days[0]))
    return [_going(targets[code], series, days, last) for code in asked]


def _going(
    target: Target, series: dict[str, dict[date, Known]], days: list[date], last: date
) -> Going:
    spec, goal = figure(target.figure), target.value or Decimal(0)
    past = [day for day in days if day <= last]
    if spec.parts:
        one = point(target.figure, series, Days(days[0], last)) if past else None
        return Going(
            target,
            one.value if one else None,
            one.known_days if one else 0,
            len(past),
            None,
            {},
            {},
            is_own_curve=False,
        )
    by_day = series[target.figure]
    curve = weights({day: known.value for day, known in by_day.items() if day < days[0]})
    known = {day: value for day in past if (value := by_day[day].value) is not None}
    return Going(
        target=target,
        value=sum(known.values(), Decimal(0)) if known else None,
        known_days=len(known),
        past_days=len(past),
        pace=pace(goal, days[0], curve, known, last),
        plan=spread(goal, days[0], curve),
        known=known,
        is_own_curve=len(set(curve)) > 1,
    )
