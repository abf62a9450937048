"""Changes of a competitor that are worth a look: a price cut, a leap in sales, with an activity or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RivalSeen:
    """What was seen of a competitor on a day; None is not seen."""

    date: date
    price_amount: Decimal | None
    monthly_sales: int | None
    activity: str = ""


@dataclass(frozen=True, slots=True)
class RivalChange:
    """One change: `kind` price_cut or sales_leap; `activity` empty: none is known."""

    kind: str
    date: date
    old: Decimal
    new: Decimal
    rate: float
    activity: str


def changes(
    seen: Sequence[RivalSeen], *, price_cut_rate: float, sales_leap_rate: float
) -> list[RivalChange]:
    """Give the changes between one look and the next that are large enough, newest first.

    A price cut is told with and without an activity; a leap in sales only without one, for an
    activity explains it. Unknown figures are skipped: the last known one is compared with.

    :param seen: of one competitor, oldest first
    """
    found: list[RivalChange] = []
    price: Decimal | None = None
    sales: int | None = None
    for one in seen:
        if one.price_amount is not None:
            if price and (price - one.price_amount) / price >= Decimal(str(price_cut_rate)):
                found.append(_change("price_cut", one, price, one.price_amount))
            price = one.price_amount
        if one.monthly_sales is not None:
            if sales and not one.activity and _leap(sales, one.monthly_sales) >= sales_leap_rate:
                old, new = Decimal(sales), Decimal(one.monthly_sales)
                found.append(_change("sales_leap", one, old, new))
            sales = one.monthly_sales
    return found[::-1]


def _leap(old: int, new: int) -> float:
    return (new - old) / old


def _change(kind: str, one: RivalSeen, old: Decimal, new: Decimal) -> RivalChange:
    return RivalChange(kind, one.date, old, new, float((new - old) / old), one.activity)
