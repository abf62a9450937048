"""Whether a new price needs the manager, and which prices might be worth changing, with figures."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from products.choices import PriceKind

FEN = Decimal("0.01")
MOST = Decimal("1000000")


@dataclass(frozen=True, slots=True)
class Prices:
    """What a SKU costs and is sold at now; None is unknown."""

    cost: Decimal | None = None
    floor: Decimal | None = None
    list: Decimal | None = None
    activity: Decimal | None = None

    def of(self, kind: PriceKind) -> Decimal | None:
        """Give the price of a kind."""
        return {
            PriceKind.COST: self.cost,
            PriceKind.FLOOR: self.floor,
            PriceKind.LIST: self.list,
            PriceKind.ACTIVITY: self.activity,
        }[kind]


def refusal(kind: PriceKind, new: Decimal, now: Prices) -> str:
    """Say why a price is no price at all: not_positive, too_large, same; empty if it is one."""
    if not new.is_finite() or new <= 0:
        return "not_positive"
    if new > MOST:
        return "too_large"
    return "same" if now.of(kind) == new else ""


def needs_manager(kind: PriceKind, new: Decimal, now: Prices) -> list[str]:
    """Give the reasons why the manager must agree, as `code|new|other`; empty: it may be done.

    A selling price below floor or cost; a floor below cost or over the list price; a cost over what
    the goods are sold at. What is unknown cannot object.
    """
    pairs: Sequence[tuple[str, Decimal | None, bool]]
    if kind in {PriceKind.LIST, PriceKind.ACTIVITY}:
        pairs = (
            ("below_floor", now.floor, now.floor is not None and new < now.floor),
            ("below_cost", now.cost, now.cost is not None and new < now.cost),
        )
    elif kind == PriceKind.FLOOR:
        pairs = (
            ("floor_below_cost", now.cost, now.cost is not None and new < now.cost),
            ("floor_over_list", now.list, now.list is not None and new > now.list),
        )
    else:
        pairs = (
            ("cost_over_list", now.list, now.list is not None and new > now.list),
            ("cost_over_activity", now.activity, now.activity is not None and new > now.activity),
        )
    return [f"{code}|{new}|{other}" for code, other, objects in pairs if objects]


def notes(kind: PriceKind, now: Prices) -> list[str]:
    """Give what could not be compared, as codes: said beside the change, stops nothing."""
    if kind in {PriceKind.LIST, PriceKind.ACTIVITY}:
        known = (("no_floor", now.floor), ("no_cost", now.cost))
        return [code for code, amount in known if amount is None]
    return []


_SEASONS = (("春", 3, 5), ("夏", 6, 8), ("秋", 9, 11), ("冬", 12, 2))


def season_is_over(season: str, today: date) -> bool:
    """Tell whether a product's season ended within the last three months: 夏, 2026夏季, 春夏.

    Of several seasons the last one named counts. A year in the text counts too.
    """
    named = [(season.rfind(sign), first, last) for sign, first, last in _SEASONS if sign in season]
    if not named:
        return False
    _at, first, last = max(named)
    if (year := re.search(r"20\d\d", season)) and int(year.group()) != _season_year(today, first):
        return int(year.group()) < today.year
    months_since = (today.month - last - 1) % 12
    return months_since < 3 and not _within(today.month, first, last)


def _season_year(today: date, first: int) -> int:
    return today.year if today.month >= first else today.year - 1


def _within(month: int, first: int, last: int) -> bool:
    return first <= month <= last if first <= last else month >= first or month <= last


@dataclass(frozen=True, slots=True)
class SkuTrade:
    """What a suggestion looks at. `daily_pieces` None: sales are unknown, never zero."""

    code: str
    prices: Prices
    season: str = ""
    on_hand: int | None = None
    daily_pieces: float | None = None
    rival_title: str = ""
    rival_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A price that might be worth a thought; nobody acts on it but a person."""

    code: str
    kind: str
    now_amount: Decimal
    amount: Decimal
    evidence: str
    is_at_floor: bool


def suggestions(trade: SkuTrade, settings: Mapping[str, Any], *, today: date) -> list[Suggestion]:
    """Suggest lower list prices for one SKU, never below its floor (or cost): each with its figures."""
    if trade.prices.list is None:
        return []
    found = [*_by_stock(trade, settings, today), *_by_rival(trade, settings)]
    return [one for one in found if one.amount < one.now_amount]


def _by_stock(trade: SkuTrade, settings: Mapping[str, Any], today: date) -> Iterator[Suggestion]:
    stock = trade.on_hand or 0
    if stock <= 0:
        return
    if season_is_over(trade.season, today):
        cut = Decimal(str(settings["season_cut_rate"]))
        yield _cut(trade, "season_end", cut, f"season_end|{trade.season}|{stock}|{cut}")
        return
    if trade.daily_pieces is None:
        return
    slow_days = int(settings["slow_days"])
    cover = stock / trade.daily_pieces if trade.daily_pieces else None
    if cover is None or cover > slow_days:
        cut = Decimal(str(settings["slow_cut_rate"]))
        days = f"{cover:.0f}" if cover is not None else ""
        evidence = f"slow|{stock}|{trade.daily_pieces:.2f}|{days}|{slow_days}|{cut}"
        yield _cut(trade, "slow", cut, evidence)


def _by_rival(trade: SkuTrade, settings: Mapping[str, Any]) -> Iterator[Suggestion]:
    now, rival = trade.prices.list, trade.rival_amount
    if now is None or rival is None or rival <= 0:
        return
    gap = (now - rival) / now
    if gap >= Decimal(str(settings["rival_gap_rate"])):
        evidence = f"rival|{trade.rival_title.replace('|', '/')}|{rival}|{now}|{gap:.4f}"
        yield _suggest(trade, "rival", rival, evidence)


def _cut(trade: SkuTrade, kind: str, rate: Decimal, evidence: str) -> Suggestion:
    now = trade.prices.list or Decimal(0)
    return _suggest(trade, kind, now * (1 - rate), evidence)


def _suggest(trade: SkuTrade, kind: str, amount: Decimal, evidence: str) -> Suggestion:
    now = trade.prices.list or Decimal(0)
    least = max((one for one in (trade.prices.floor, trade.prices.cost) if one), default=FEN)
    wanted = max(amount, least).quantize(FEN, ROUND_HALF_UP)
    return Suggestion(trade.code, kind, now, wanted, evidence, is_at_floor=amount < least)
