"""How carriers did in a period: pickup, transit, silence, faults.

Bounded by the period: one range of `shipment_left_idx` (hand-over, or the pickup where nobody handed
over) with its orders by key, one range of `case_opened_idx`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count

from orders.choices import Responsible
from orders.models import AfterSalesCase
from orders.queries.traces import trace_limits
from orders.rules.courier_score import SMALL, CarrierFigures, Score, score_of
from orders.rules.traces import TraceLimit
from shopops.lib.business_time import day_bounds

LONGEST_DAYS = 92


@dataclass(frozen=True, slots=True)
class ProvinceDays:
    """How long parcels of one carrier took to one province: median days from pickup to signature."""

    province: str
    parcels: int
    days: float

    @property
    def is_small(self) -> bool:
        """Say whether these are too few to say much."""
        return self.parcels < SMALL


@dataclass(frozen=True, slots=True)
class CarrierReport:
    """One carrier in a period. Hours and days None where no pickup or signature is known."""

    carrier: str
    parcels: int
    picked: int
    in_time: int
    pickup_hours: float | None
    pickup_hours_p90: float | None
    signed: int
    transit_days: float | None
    transit_days_p90: float | None
    stalled: int
    damage: int
    loss: int
    other: int
    complaints: int
    score: Score
    provinces: tuple[ProvinceDays, ...] = field(default=())

    @property
    def stalled_share(self) -> float | None:
        """Give the part of the parcels with traces that is silent now."""
        return self.stalled / self.picked if self.picked else None


_CARRIERS = """
WITH s AS (
  SELECT h.carrier, h.handed_over_at, h.picked_up_at, h.signed_at, h.last_trace_at,
    o.receiver_province AS province, o.stage
  FROM orders_shipment h JOIN orders_order o ON o.id = h.order_id
  WHERE coalesce(h.handed_over_at, h.picked_up_at) >= %(since)s
    AND coalesce(h.handed_over_at, h.picked_up_at) < %(until)s
    AND (h.handed_over_at IS NOT NULL OR h.picked_up_at IS NOT NULL)),
t AS (
  SELECT s.*, extract(epoch FROM s.picked_up_at - s.handed_over_at) / 3600.0 AS hours,
    extract(epoch FROM s.signed_at - s.picked_up_at) / 86400.0 AS days,
    {limit} AS silence_hours
  FROM s)
SELECT {key}, count(*), count(t.picked_up_at), count(t.hours),
  count(*) FILTER (WHERE t.hours <= %(pickup)s),
  count(*) FILTER (WHERE t.picked_up_at IS NULL AND t.handed_over_at < %(now)s - make_interval(hours => %(pickup)s)),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(t.hours, 0)),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY greatest(t.hours, 0)),
  count(t.days), percentile_cont(0.5) WITHIN GROUP (ORDER BY t.days),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY t.days),
  count(*) FILTER (WHERE t.signed_at IS NULL AND t.stage IN ('picked_up', 'in_transit')
    AND t.last_trace_at < %(now)s - make_interval(hours => t.silence_hours))
FROM t GROUP BY {group}
"""


def courier_reports(*, first: date, last: date, now: datetime) -> list[CarrierReport]:
    """Give each carrier's report over dates, both included, the most parcels first.

    Four queries over the period.

    :raises ValueError: if the period is empty or longer than `LONGEST_DAYS`
    """
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise ValueError("period")
    since, until = day_bounds(first)[0], day_bounds(last)[1]
    limits = trace_limits(now=now)
    rows = _rows(since, until, now, limits, key="t.carrier", group="t.carrier")
    total = _rows(since, until, now, limits, key="''", group="()")
    usual = total[0][9] if total else None
    provinces = _provinces(since, until, now, limits)
    faults = _faults(since, until)
    reports = [
        _report(row, usual, faults.get(row[0], {}), provinces.get(row[0], [])) for row in rows
    ]
    return sorted(reports, key=lambda one: (-one.parcels, one.carrier))


def _rows(
    since: datetime,
    until: datetime,
    now: datetime,
    limits: Sequence[TraceLimit],
    *,
    key: str,
    group: str,
) -> list[tuple[Any, ...]]:
    parameters: dict[str, Any] = {"since": since, "until": until, "now": now}
    others = next((one for one in limits if not one.provinces), TraceLimit())
    parameters["pickup"] = others.pickup_hours
    cases = []
    for number, limit in enumerate(one for one in limits if one.provinces):
        parameters[f"names{number}"] = [f"{name}%" for name in limit.provinces]
        parameters[f"hours{number}"] = limit.silence_hours
        cases.append(f"WHEN s.province LIKE ANY(%(names{number})s) THEN %(hours{number})s::int")
    parameters["silence"] = others.silence_hours
    limit_sql = f"CASE {' '.join(cases)} ELSE %(silence)s::int END" if cases else "%(silence)s::int"
    with connection.cursor() as cursor:
        cursor.execute(_CARRIERS.format(limit=limit_sql, key=key, group=group), parameters)
        return list(cursor.fetchall())


def _provinces(
    since: datetime, until: datetime, now: datetime, limits: Sequence[TraceLimit]
) -> dict[str, list[ProvinceDays]]:
    found: dict[str, list[ProvinceDays]] = {}
    rows = _rows(
        since, until, now, limits, key="t.carrier, t.province", group="t.carrier, t.province"
    )
    for carrier, province, *figures in rows:
        signed, days = figures[7], figures[8]
        if signed:
            one = ProvinceDays(str(province), int(str(signed)), float(str(days)))
            found.setdefault(str(carrier), []).append(one)
    for days_of in found.values():
        days_of.sort(key=lambda one: (-one.parcels, one.province))
    return found


def _faults(since: datetime, until: datetime) -> dict[str, dict[str, int]]:
    rows = (
        AfterSalesCase.objects.filter(
            responsible=Responsible.COURIER, opened_at__gte=since, opened_at__lt=until
        )
        .values("carrier", "courier_fault", "is_complaint")
        .annotate(n=Count("pk"))
        .order_by("carrier")
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        of = found.setdefault(row["carrier"], {})
        fault = row["courier_fault"] or "other"
        of[fault] = of.get(fault, 0) + row["n"]
        of["all"] = of.get("all", 0) + row["n"]
        if row["is_complaint"]:
            of["complaints"] = of.get("complaints", 0) + row["n"]
    return found


def _report(
    row: tuple[Any, ...],
    usual: object,
    faults: dict[str, int],
    provinces: Sequence[ProvinceDays],
) -> CarrierReport:
    carrier, *numbers = row
    parcels, picked, timed, in_time, unpicked = (int(str(one)) for one in numbers[:5])
    hours, hours_p90, days, days_p90 = (_number(numbers[n]) for n in (5, 6, 8, 9))
    signed, stalled = int(str(numbers[7])), int(str(numbers[10]))
    judged = timed + unpicked
    figures = CarrierFigures(
        parcels=parcels,
        picked_in_time=in_time / judged if judged else None,
        transit_days=days,
        usual_days=_number(usual),
        stalled=stalled / picked if picked else None,
        faults=faults.get("all", 0) / parcels if parcels else None,
    )
    damage, loss = faults.get("damage", 0), faults.get("loss", 0)
    return CarrierReport(
        carrier=str(carrier),
        parcels=parcels,
        picked=picked,
        in_time=in_time,
        pickup_hours=hours,
        pickup_hours_p90=hours_p90,
        signed=signed,
        transit_days=days,
        transit_days_p90=days_p90,
        stalled=stalled,
        damage=damage,
        loss=loss,
        other=faults.get("all", 0) - damage - loss,
        complaints=faults.get("complaints", 0),
        score=score_of(figures),
        provinces=tuple(provinces),
    )


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def default_period(today: date) -> tuple[date, date]:
    """Give the thirty days before today: parcels handed over today are not picked up yet."""
    return today - timedelta(days=30), today - timedelta(days=1)
