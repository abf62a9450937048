"""The indicators of the platform's experience score and of its after-sales composite. Pure.

The weights of the official score are not public: nothing here makes one number of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

# Fewer valid paid orders in the time looked at: the platform does not score, neither do we.
LEAST_ORDERS = 30
DAYS = 30
RATE, HOURS, OF_FIVE = "rate", "hours", "of_five"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. `base`: the code of which the denominators are; `is_ours`: our own rows say something."""

    code: str
    group: str
    unit: str
    less_is_better: bool = True
    is_ours: bool = True


ORDERS = "orders"
NINE: tuple[Indicator, ...] = (
    Indicator("first_defect", "goods", RATE),
    Indicator("bad_reviews", "goods", RATE),
    Indicator("pickup_48h", "delivery", RATE, less_is_better=False),
    Indicator("arrival", "delivery", HOURS),
    Indicator("anomaly", "delivery", RATE),
    Indicator("reply_3min", "service", RATE, less_is_better=False),
    Indicator("satisfaction", "service", RATE, less_is_better=False),
    Indicator("refund_hours", "service", HOURS),
    Indicator("platform_help", "service", RATE),
)
COMPOSITE: tuple[Indicator, ...] = (
    Indicator("finish_hours", "after_sales", HOURS),
    Indicator("dispute_rate", "after_sales", RATE),
    Indicator("refund_rate", "after_sales", RATE),
)
OFFICIAL = Indicator("official", "score", OF_FIVE, less_is_better=False, is_ours=False)
INDICATORS: Mapping[str, Indicator] = {one.code: one for one in (*NINE, *COMPOSITE, OFFICIAL)}
# Kept by day: the composite's time is the same as the ninth's, so it is kept once.
KEPT: tuple[str, ...] = (
    ORDERS,
    *(one.code for one in (*NINE, *COMPOSITE) if one.code != "finish_hours"),
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a figure is made of over some days: sums only, so that days add up."""

    part: int = 0
    base: int = 0

    def __add__(self, other: "Parts") -> "Parts":
        return Parts(self.part + other.part, self.base + other.base)


def value_of(one: Indicator, parts: Parts | None) -> Decimal | None:
    """Derive a rate (0 to 1) or hours from the sums; None where there is nothing to divide by."""
    if parts is None or not parts.base:
        return None
    share = Decimal(parts.part) / parts.base
    return share / 3600 if one.unit == HOURS else share


def worse(one: Indicator, now: Decimal, before: Decimal) -> bool:
    """Say whether a value is worse than another."""
    return now > before if one.less_is_better else now < before


def is_scored(orders: int) -> bool:
    """Say whether there are enough valid paid orders to say anything."""
    return orders >= LEAST_ORDERS
