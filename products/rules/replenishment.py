"""When to order how much: reorder point, quantity and the last date on which to order.

Pieces are whole; demand is pieces a day. The order-up-to form of Silver, Pyke and Thomas, "Inventory
and Production Management in Supply Chains", 4th ed., ch. 7: safety stock covers the misses of the
forecast over lead time and review time at the wanted service level.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

WEEK = 7


@dataclass(frozen=True, slots=True)
class Supply:
    """What stands and comes, and how it is bought.

    `arrivals`: pieces by the date on which they are expected; late ones count as of today.
    `review_days`: how often somebody orders. What must be ordered before the next time is ordered now
    at the latest, so the reorder point alone does not decide. `pack_size`, `minimum_quantity`: of the
    supplier.
    """

    free: int
    arrivals: Mapping[date, int]
    lead_days: int
    review_days: int
    service_level: float
    pack_size: int = 1
    minimum_quantity: int = 1
    safety: int = 0


@dataclass(frozen=True, slots=True)
class Replenishment:
    """What to do for one SKU.

    `order_by`: the last date on which an order still arrives before the stock falls under the safety
    stock; None where nothing runs out within the horizon. `cover_days`: until free stock and arrivals
    are gone; None where it outlasts the horizon.
    """

    reorder_point: int
    safety_stock: int
    quantity: int
    order_by: date | None
    runs_out_on: date | None
    cover_days: int | None


def replenishment(
    demand: Sequence[float], sigma_week: float, supply: Supply, *, today: date
) -> Replenishment:
    """Work out one SKU's order.

    :param demand: pieces a day, from today on, with the uplift of activities; its last weekly level
        goes on where lead and review time are longer
    :param sigma_week: standard deviation of a week's forecast miss, pieces; NaN counts as the square
        root of a week's demand (Poisson)
    :raises ValueError: if lead time is negative, a pack holds nothing, or the service level is not
        between 0 and 1
    """
    _refuse_nonsense(supply)
    span = supply.lead_days + supply.review_days
    days = _lengthened(demand, max(span, len(demand)))
    sigma = sigma_week if not math.isnan(sigma_week) else math.sqrt(max(sum(days[:WEEK]), 0.0))
    factor = NormalDist().inv_cdf(supply.service_level)
    safety = max(supply.safety, math.ceil(factor * sigma * math.sqrt(span / WEEK)))
    at_arrival = math.ceil(sum(days[: supply.lead_days]) - 1e-9) + safety
    wanted = math.ceil(sum(days[:span]) - 1e-9) + safety
    position = supply.free + sum(supply.arrivals.values())
    short_on = _falls_under(days, supply, safety, today=today)
    out_on = _falls_under(days, supply, 0, today=today)
    order_by = None if short_on is None else short_on - timedelta(days=supply.lead_days)
    next_review = today + timedelta(days=supply.review_days)
    is_due = position <= at_arrival or (order_by is not None and order_by < next_review)
    missing = wanted - position if is_due else 0
    return Replenishment(
        reorder_point=at_arrival,
        safety_stock=safety,
        quantity=in_packs(
            missing, pack_size=supply.pack_size, minimum_quantity=supply.minimum_quantity
        ),
        order_by=order_by,
        runs_out_on=out_on,
        cover_days=None if out_on is None else (out_on - today).days,
    )


def _refuse_nonsense(supply: Supply) -> None:
    if supply.lead_days < 0 or supply.review_days < 0:
        raise ValueError("lead and review time are not negative")
    if supply.pack_size < 1 or supply.minimum_quantity < 0:
        raise ValueError("a pack holds at least one piece")
    if not 0 < supply.service_level < 1:
        raise ValueError("a service level lies between 0 and 1")


def _lengthened(demand: Sequence[float], length: int) -> list[float]:
    """Go on with the last week's mean where the forecast ends."""
    days = [max(float(one), 0.0) for one in demand]
    last = days[-WEEK:]
    level = sum(last) / len(last) if last else 0.0
    return days + [level] * (length - len(days))


def in_packs(missing: int, *, pack_size: int, minimum_quantity: int) -> int:
    """Give the least whole packs that hold what is missing and the supplier's minimum; 0 for nothing."""
    if missing <= 0:
        return 0
    return math.ceil(max(missing, minimum_quantity) / pack_size) * pack_size


def _falls_under(days: Sequence[float], supply: Supply, line: int, *, today: date) -> date | None:
    """Give the first date at whose end the stock is under `line` (or at zero), None if on none."""
    stock = float(supply.free)
    arrivals = dict(supply.arrivals)
    stock += sum(arrivals.pop(day) for day in [day for day in arrivals if day <= today])
    for place, demand in enumerate(days):
        day = today + timedelta(days=place)
        stock += arrivals.pop(day, 0)
        stock -= demand
        if stock < line or (line == 0 and stock <= 0 < demand):
            return day
    return None


def with_uplift(
    demand: Sequence[float], factors: Mapping[date, float], *, today: date
) -> list[float]:
    """Multiply the days of signed-up activities by what such activities brought."""
    return [
        one * factors.get(today + timedelta(days=place), 1.0) for place, one in enumerate(demand)
    ]
