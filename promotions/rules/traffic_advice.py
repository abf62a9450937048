"""What changed against the seven days before, and what one might do, with the figures. Pure.

Nobody but a person acts on it. Evidence is `code|value|…`, worded by `promotions.wording.channels`.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from promotions.rules.channel_parameters import ChannelSettings
from promotions.rules.traffic import Traffic, days_under, total

WEEK = 7
FEWEST_DAYS = 4
_MAD_TO_SIGMA = 1.4826
# Figures that are compared: name, and whether more of it is good.
WATCHED: tuple[tuple[str, bool | None], ...] = (
    ("spend_amount", None),
    ("shown", None),
    ("click_rate", True),
    ("click_cost", False),
    ("deal_rate", True),
    ("roas", True),
)
_NEEDS_CLICKS = {"click_cost", "deal_rate"}


@dataclass(frozen=True, slots=True)
class Change:
    """A figure outside of its own week: what it is, what is usual, and whether that is bad."""

    name: str
    now: Decimal
    usual: Decimal
    is_bad: bool | None

    @property
    def rate(self) -> Decimal:
        """The change relative to what is usual."""
        return (self.now - self.usual) / self.usual


def changes(
    day: Traffic | None, week: Sequence[Traffic | None], settings: ChannelSettings
) -> list[Change]:
    """Compare a day with the seven days before it, figure by figure.

    Outside means: further from the median of the known days than `band_width` robust deviations,
    and than `least_change_rate` of it. With fewer than four known days nothing is said.
    """
    if day is None or (day.spend_amount or 0) < settings.least_spend:
        return []
    found = []
    for name, more_is_good in WATCHED:
        if name in _NEEDS_CLICKS and (day.clicks or 0) < settings.least_clicks:
            continue
        one = _change(name, day, week, settings)
        if one is not None:
            now, usual = one
            is_bad = None if more_is_good is None else (now > usual) != more_is_good
            found.append(Change(name, now, usual, is_bad))
    return found


def _change(
    name: str, day: Traffic, week: Sequence[Traffic | None], settings: ChannelSettings
) -> tuple[Decimal, Decimal] | None:
    now = _value(day, name)
    known = [v for one in week if one is not None and (v := _value(one, name)) is not None]
    if now is None or len(known) < FEWEST_DAYS:
        return None
    middle = statistics.median(known)
    if middle <= 0:
        return None
    deviation = float(statistics.median([abs(one - middle) for one in known])) * _MAD_TO_SIGMA
    least = max(settings.band_width * deviation, settings.least_change_rate * float(middle))
    return (now, Decimal(middle)) if abs(float(now - middle)) > least else None


def _value(traffic: Traffic, name: str) -> Decimal | None:
    value = getattr(traffic, name)
    return None if value is None else Decimal(value)


@dataclass(frozen=True, slots=True)
class Advice:
    """One suggestion: `act` is raise, lower, pause or creative; `evidence` says by which figures."""

    act: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What advice about one plan or item looks at: its days (oldest first, the last one is judged).

    `line`: its break-even return; `shop_click_rate`: the click rate of all that runs beside it.
    """

    days: Sequence[Traffic | None]
    line: Decimal | None
    cap: Decimal | None = None
    shop_click_rate: Decimal | None = None


def advise(seen: Watched, settings: ChannelSettings) -> Advice | None:
    """Give the one thing most worth doing, or nothing: too little spend, or too little known."""
    week = total(seen.days[-WEEK:])
    spend = week.spend_amount
    if spend is None or not week.days or spend / week.days < settings.least_spend:
        return None
    under = days_under([one.roas if one else None for one in seen.days], seen.line)
    if under >= settings.under_days and seen.line is not None and week.roas is not None:
        # Half of what is needed, or no deal at all: not a matter of a little less.
        act = "pause" if week.roas < seen.line / 2 else "lower"
        return Advice(act, f"under|{under}|{week.roas:.2f}|{seen.line:.2f}|{spend:.2f}")
    if not week.deals and (week.clicks or 0) >= settings.least_clicks * 3:
        return Advice("pause", f"no_deals|{week.clicks}|{spend:.2f}")
    if _shows_badly(week, seen, settings):
        return Advice(
            "creative", f"creative|{week.click_rate:.4f}|{seen.shop_click_rate:.4f}|{week.shown}"
        )
    if seen.line is not None and week.roas is not None:
        enough = seen.line * (1 + settings.raise_over_rate)
        if week.roas >= enough and _is_at_cap(seen):
            return Advice("raise", f"over|{week.roas:.2f}|{seen.line:.2f}|{seen.cap:.2f}")
    return None


def _shows_badly(week: Traffic, seen: Watched, settings: ChannelSettings) -> bool:
    rate, usual = week.click_rate, seen.shop_click_rate
    if rate is None or usual is None or (week.shown or 0) < settings.least_clicks * 100:
        return False
    return rate < usual / 2


def _is_at_cap(seen: Watched) -> bool:
    """Whether the cap held it back on most of the last days; without a cap money was no limit."""
    spent = [one.spend_amount for one in seen.days[-WEEK:] if one and one.spend_amount is not None]
    if seen.cap is None or not spent:
        return False
    return sum(one >= seen.cap * Decimal("0.95") for one in spent) * 2 >= len(spent)
