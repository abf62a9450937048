"""The forecast run: for each SKU that can be bought, how much to order until when."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext as _

from products import registry
from products.metrics import forecast as forecasts
from products.metrics.demand import WEEK, demand_frame
from products.models import ReplenishmentPlan, ReplenishmentRule
from products.queries import replenishment as queries
from products.queries.replenishment import SkuSupply
from products.queries.rules import replenishment_rule
from products.rules.replenishment import Replenishment, Supply, replenishment, with_uplift
from shopops.lib.business_time import business_date
from shopops.work.context import RunContext

# SKUs of one step: forecast in two seconds, and enough kin to learn from.
STEP_SKUS = 1000
# How far a forecast looks: twelve weeks outlast the usual lead and review time.
HORIZON = 84
SHOWN_WEEKS = 12


def perform_replenishment(run: RunContext) -> dict[str, int]:
    """Plan all SKUs in steps; plans of SKUs that are no longer bought go at the end."""
    ids = queries.sku_ids_to_plan()
    begin = int((run.cursor or {}).get("after", 0))
    rest = [pk for pk in ids if pk > begin]
    rule = replenishment_rule(now=run.now)
    done = len(ids) - len(rest)
    for place in range(0, len(rest), STEP_SKUS):
        part = rest[place : place + STEP_SKUS]
        done += len(part)
        text = _("%(done)d / %(total)d 个 SKU") % {"done": done, "total": len(ids)}
        with run.step(cursor={"after": part[-1]}, done=done, total=len(ids), text=text):
            plan_skus(part, rule=rule, now=run.now)
    with run.step():
        gone, _kinds = ReplenishmentPlan.objects.exclude(sku__in=ids).delete()
    return {"skus": len(ids), "gone": gone}


def plan_skus(sku_ids: Sequence[int], *, rule: ReplenishmentRule, now: datetime) -> int:
    """Work out and store the plans of some SKUs; give how many have something to order.

    Sales up to yesterday count: today is not over. A SKU that never sold has a plan of nothing.
    """
    today = business_date(now)
    demand = demand_of(sku_ids, rule=rule, until=today - timedelta(days=1))
    horizon, windows = forecasts.shape_for(demand.shape[1])
    choice = (
        forecasts.back_test(demand, horizon=horizon, windows=windows)
        if len(demand)
        else pd.DataFrame()
    )
    said = (
        forecasts.forecast(demand, choice["model"], horizon=HORIZON)
        if len(demand)
        else pd.DataFrame()
    )
    supplies = queries.supplies_of(sku_ids, lead_days=rule.lead_days, today=today)
    codes = [supply.code for supply in supplies.values()]
    lifts = registry.uplift(codes, since=today, until=today + timedelta(days=HORIZON))
    plans = [
        _plan(
            supply,
            _row(choice, pk),
            _said(said, pk),
            lifts.get(supply.code, {}),
            sold=_sold_weeks(demand, pk),
            rule=rule,
            now=now,
        )
        for pk, supply in supplies.items()
    ]
    fields = [
        field.name for field in ReplenishmentPlan._meta.concrete_fields if field.name != "sku"
    ]
    ReplenishmentPlan.objects.bulk_create(
        plans, update_conflicts=True, unique_fields=["sku"], update_fields=fields
    )
    return sum(plan.suggested_quantity > 0 for plan in plans)


def demand_of(sku_ids: Sequence[int], *, rule: ReplenishmentRule, until: date) -> pd.DataFrame:
    """Give the demand of SKUs by day as the shop's history tells it; empty if nothing is known."""
    since = queries.first_known_day(since=until - timedelta(days=rule.history_days))
    if since is None or since > until:
        return pd.DataFrame()
    return demand_frame(
        queries.sales_of(sku_ids, since=since, until=until),
        since=since,
        until=until,
        unknown=queries.unknown_days(since=since, until=until),
        without_stock=queries.days_without_stock(sku_ids, since=since, until=until),
    )


def _said(said: pd.DataFrame, sku_id: int) -> list[float]:
    if sku_id not in said.index:
        return [0.0] * HORIZON
    return [float(one) for one in said.loc[sku_id].to_numpy()]


def _row(choice: pd.DataFrame, sku_id: int) -> dict[str, Any]:
    if sku_id not in choice.index:
        return {"kind": "none", "model": forecasts.MEAN, "sigma": math.nan, "weeks": []}
    return {str(name): value for name, value in choice.loc[sku_id].items()}


def _plan(  # noqa: PLR0913
    supply: SkuSupply,
    chosen: Mapping[str, Any],
    daily: Sequence[float],
    lift: Mapping[date, float],
    *,
    sold: list[int],
    rule: ReplenishmentRule,
    now: datetime,
) -> ReplenishmentPlan:
    today = business_date(now)
    lifted = with_uplift(daily, lift, today=today)
    percent = rule.main_service_percent if supply.is_main else rule.service_percent
    terms = Supply(
        free=supply.free or 0,
        arrivals=supply.arrivals,
        lead_days=supply.lead_days,
        review_days=rule.review_days,
        service_level=float(percent) / 100,
        pack_size=supply.pack_size,
        minimum_quantity=supply.minimum_quantity,
        safety=supply.safety,
    )
    found = replenishment(lifted, chosen["sigma"], terms, today=today)
    if supply.free is None:  # nobody knows what stands there: no suggestion, only the demand
        found = Replenishment(found.reorder_point, found.safety_stock, 0, None, None, None)
    month = forecasts.HORIZON
    return ReplenishmentPlan(
        sku_id=supply.sku_id,
        made_at=now,
        supplier_id=supply.supplier_id,
        daily_demand=_decimal(sum(lifted[:month]) / month, 4),
        uplift_pieces=_decimal(sum(lifted[:month]) - sum(daily[:month]), 2),
        safety_stock=found.safety_stock,
        reorder_point=found.reorder_point,
        free=supply.free,
        on_the_way=sum(supply.arrivals.values()),
        suggested_quantity=found.quantity,
        order_by=found.order_by,
        runs_out_on=found.runs_out_on,
        cover_days=found.cover_days,
        lead_days=supply.lead_days,
        kind=str(chosen["kind"]),
        model=str(chosen["model"]),
        error=_figure(chosen.get("error")),
        naive_error=_figure(chosen.get("naive_error")),
        bias=_figure(chosen.get("bias")),
        back_test=_dated(chosen["weeks"], until=today - timedelta(days=1)),
        sold_weeks=sold,
    )


def _sold_weeks(demand: pd.DataFrame, sku_id: int) -> list[int]:
    """Give the pieces of the last weeks, oldest first; each ends on the same weekday as yesterday."""
    if sku_id not in demand.index:
        return []
    days = np.nan_to_num(demand.loc[sku_id].to_numpy(dtype="float64"))
    weeks = min(len(days) // WEEK, SHOWN_WEEKS)
    return [round(sum(week)) for week in days[len(days) - weeks * WEEK :].reshape(weeks, WEEK)]


def _dated(weeks: Sequence[Sequence[float]], *, until: date) -> list[list[object]]:
    first = until - timedelta(days=len(weeks) * WEEK - 1)
    return [
        [(first + timedelta(days=place * WEEK)).isoformat(), *week]
        for place, week in enumerate(weeks)
    ]


def _decimal(value: float, places: int) -> Decimal:
    return round(Decimal(str(value)), places)


def _figure(value: float | None) -> Decimal | None:
    return None if value is None or math.isnan(value) else _decimal(value, 4)
