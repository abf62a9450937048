"""The week's plan: which main product is relisted in which hour, and who goes into the showcase.

The platform lists for seven days, so the hour of listing is the hour of the next delisting, and items
near delisting stand higher. Products are spread over the hours in proportion to the shop's own traffic.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

DAYS, HOURS = 7, 24
SLOTS = DAYS * HOURS
# What a product in the hour beside weighs: three in a row are a pile-up too.
_BESIDE = 0.5

type Hour = tuple[int, int]
type Curve = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each product stands: weekday (0 is Monday) and hour. `cap`: the one that was kept to."""

    slots: Mapping[int, Hour]
    cap: int


def flat_curve() -> list[list[float]]:
    """Give the curve of a shop about which nothing is known: every hour alike."""
    return [[1.0] * HOURS for _day in range(DAYS)]


def plan_week(
    products: Sequence[int], pinned: Mapping[int, Hour], curve: Curve, *, cap: int
) -> Plan:
    """Place every product in an hour of the week; pinned ones stay where a person set them.

    An hour takes `cap` products, or as many more as the number of products makes necessary. Busy
    hours get more; one beside an hour that has some already gets fewer. The same input, the same plan.

    :param products: ids, the most important first; each once
    :param curve: seven lists of 24 weights
    """
    needed = math.ceil(len(set(products) | set(pinned)) / SLOTS)
    kept_cap = max(cap, needed, 1)
    taken: dict[Hour, int] = {}
    for place in pinned.values():
        taken[place] = taken.get(place, 0) + 1
    slots = dict(pinned)
    for product in products:
        if product in slots:
            continue
        best = _best(curve, taken, kept_cap)
        while best is None:  # pinned ones stand on top of one another elsewhere
            kept_cap += 1
            best = _best(curve, taken, kept_cap)
        slots[product] = best
        taken[best] = taken.get(best, 0) + 1
    return Plan(slots, kept_cap)


def _best(curve: Curve, taken: Mapping[Hour, int], cap: int) -> Hour | None:
    free = [
        (day, hour)
        for day in range(DAYS)
        for hour in range(HOURS)
        if taken.get((day, hour), 0) < cap
    ]
    if not free:
        return None
    return max(free, key=lambda place: (_worth(curve, taken, place), -place[1], -place[0]))


def _worth(curve: Curve, taken: Mapping[Hour, int], place: Hour) -> float:
    day, hour = place
    beside = sum(taken.get((day, hour + step), 0) for step in (-1, 1))
    return float(curve[day][hour]) / (1 + taken.get(place, 0) + _BESIDE * beside)


def minute_of(number: int, cap: int) -> int:
    """Give the minute of the n-th (from 0) product of an hour that takes `cap`."""
    return (number * 60 // max(cap, 1)) % 60


def next_delisting(weekday: int, at: time, *, now: datetime) -> datetime:
    """Give when a product of this slot is delisted next; a slot that is now counts as now.

    :param now: in the business time zone
    """
    ahead = (weekday - now.weekday()) % DAYS
    when = datetime.combine(now.date() + timedelta(days=ahead), at, tzinfo=now.tzinfo)
    return when if when >= now else when + timedelta(days=DAYS)


def showcase(delistings: Mapping[int, datetime], *, slots: int) -> list[int]:
    """Give the products for the showcase: those delisted soonest, as many as there are slots."""
    return sorted(delistings, key=lambda product: (delistings[product], product))[:slots]
