"""Figures of paid traffic: summed first, derived after. None is unknown, never nought. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

COUNTS = (
    "sent", "shown", "clicks", "carts", "favourites", "deals", "direct_deals", "deal_people",
    "new_people", "visits",
)  # fmt: skip
AMOUNTS = ("spend_amount", "deal_amount", "direct_amount", "presale_amount")
NAMES = (*COUNTS, *AMOUNTS)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What was counted on a day, or over days. `days`: how many days are known and in the sums."""

    sent: int | None = None
    shown: int | None = None
    clicks: int | None = None
    carts: int | None = None
    favourites: int | None = None
    deals: int | None = None
    direct_deals: int | None = None
    deal_people: int | None = None
    new_people: int | None = None
    visits: int | None = None
    spend_amount: Decimal | None = None
    deal_amount: Decimal | None = None
    direct_amount: Decimal | None = None
    presale_amount: Decimal | None = None
    days: int = 1

    @property
    def click_rate(self) -> Decimal | None:
        """Clicks of what was shown."""
        return ratio(self.clicks, self.shown)

    @property
    def click_cost(self) -> Decimal | None:
        """What a click costs."""
        return ratio(self.spend_amount, self.clicks)

    @property
    def deal_rate(self) -> Decimal | None:
        """Deals of clicks."""
        return ratio(self.deals, self.clicks)

    @property
    def cart_rate(self) -> Decimal | None:
        """Pieces put into carts of clicks."""
        return ratio(self.carts, self.clicks)

    @property
    def deal_cost(self) -> Decimal | None:
        """What a deal costs."""
        return ratio(self.spend_amount, self.deals)

    @property
    def roas(self) -> Decimal | None:
        """Deal amount per yuan spent (投入产出比)."""
        return ratio(self.deal_amount, self.spend_amount)


def ratio(above: Decimal | int | None, below: Decimal | int | None) -> Decimal | None:
    """Divide; None where a side is unknown or there is nothing to divide by."""
    if above is None or below is None or below <= 0:
        return None
    return Decimal(above) / Decimal(below)


def total(given: Iterable[Traffic | None]) -> Traffic:
    """Add days or rows up, unknown ones left out; a figure that none of them has stays unknown."""
    known = [one for one in given if one is not None]
    sums = {name: _added([getattr(one, name) for one in known]) for name in NAMES}
    return Traffic(**sums, days=sum(one.days for one in known))


def _added(values: Sequence[Any]) -> Any:  # noqa: ANN401 - counts or amounts
    there = [value for value in values if value is not None]
    return sum(there) if there else None


def break_even(margin_rate: Decimal | None) -> Decimal | None:
    """Give the return on ad spend at which nothing is earned or lost: 1 / margin rate.

    None where the margin is unknown or there is none to earn: no return makes up for a loss.
    """
    if margin_rate is None or margin_rate <= 0:
        return None
    return 1 / margin_rate


def margin_rate(
    *, price: Decimal | None, cost: Decimal | None, fee_rate: Decimal
) -> Decimal | None:
    """Give the part of a price that is left after fees and cost; below nought if it loses."""
    if price is None or cost is None or price <= 0:
        return None
    return (price * (1 - fee_rate) - cost) / price


def profit_after_ads(traffic: Traffic, margin: Decimal | None) -> Decimal | None:
    """Give what the deals that ads brought leave after goods, fees and the ads themselves."""
    if margin is None or traffic.deal_amount is None or traffic.spend_amount is None:
        return None
    return traffic.deal_amount * margin - traffic.spend_amount


def days_under(returns: Sequence[Decimal | None], line: Decimal | None) -> int:
    """Count the days up to the last one whose return lies under the line.

    A day without a report, or without spend, breaks no row and adds nothing to it.
    """
    if line is None:
        return 0
    count = 0
    for one in reversed(returns):
        if one is None:
            continue
        if one >= line:
            break
        count += 1
    return count


assert {field.name for field in fields(Traffic)} == {*NAMES, "days"}  # noqa: S101
