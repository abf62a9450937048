"""By which figures paid traffic is judged: bounds and start values. They are the shop's own, dated."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """One figure; bounds are inclusive."""

    name: str
    start: float
    low: float
    high: float
    is_rate: bool = False
    is_whole: bool = False


PARAMETERS: tuple[Parameter, ...] = (
    # What the platform, payment and postage take of a price before the goods are paid.
    Parameter("fee_rate", 0.08, 0, 0.9, is_rate=True),
    # How many days in a row a return under break-even is left alone.
    Parameter("under_days", 3, 1, 30, is_whole=True),
    # How many robust deviations from its own week a day must lie to be a change.
    Parameter("band_width", 3, 1, 8),
    # A change smaller than this part of the usual is none, whatever the deviations say.
    Parameter("least_change_rate", 0.2, 0.05, 2, is_rate=True),
    # Below this spend a day nothing is suggested.
    Parameter("least_spend", 20, 0, 100_000),
    # Below this many clicks a rate says nothing.
    Parameter("least_clicks", 30, 1, 100_000, is_whole=True),
    # By how much a return must be over break-even before more money is suggested.
    Parameter("raise_over_rate", 0.3, 0, 5, is_rate=True),
    # Days of its average spend that a balance must last.
    Parameter("balance_days", 3, 1, 60, is_whole=True),
)


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """The parameters in force on a day."""

    fee_rate: Decimal
    under_days: int
    band_width: float
    least_change_rate: float
    least_spend: Decimal
    least_clicks: int
    raise_over_rate: Decimal
    balance_days: int


def start_parameters() -> dict[str, float]:
    """Give the values that a new shop begins with."""
    return {one.name: one.start for one in PARAMETERS}


def settings_of(stored: Mapping[str, Any] | None) -> ChannelSettings:
    """Give stored values as typed ones, start values where a row is older than a parameter."""
    given = start_parameters() | dict(stored or {})
    return ChannelSettings(
        fee_rate=Decimal(str(given["fee_rate"])),
        under_days=int(given["under_days"]),
        band_width=float(given["band_width"]),
        least_change_rate=float(given["least_change_rate"]),
        least_spend=Decimal(str(given["least_spend"])),
        least_clicks=int(given["least_clicks"]),
        raise_over_rate=Decimal(str(given["raise_over_rate"])),
        balance_days=int(given["balance_days"]),
    )
