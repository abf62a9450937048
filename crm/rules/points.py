"""What points are earned, owed and expired: pure arithmetic in whole points.

A balance is never negative. What a refund takes back after it was spent is owed; whatever is earned later
pays what is owed first. Who owes has no balance. What is spent or taken back uses up first what expires
first, what never expires last.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal


class NotEnoughPointsError(Exception):
    """More is asked for than there is. `balance` is what there is."""

    def __init__(self, balance: int) -> None:
        super().__init__(f"{balance} points")
        self.balance = balance


@dataclass(frozen=True, slots=True)
class Purse:
    """What a customer has, and what they owe."""

    balance: int = 0
    owed: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """What one line of the ledger changes both by."""

    points: int
    owed: int = 0


def earned_points(net_fen: int, per_yuan: Decimal) -> int:
    """Give the points of an order, rounded down; none for nothing paid."""
    points = Decimal(max(net_fen, 0)) / 100 * per_yuan
    return int(points.to_integral_value(rounding=ROUND_FLOOR))


def gain(purse: Purse, points: int) -> Change:
    """Book points that come: what is owed is paid first."""
    paid = min(purse.owed, points)
    return Change(points - paid, -paid)


def take_back(purse: Purse, points: int) -> Change:
    """Book points that a refund takes back: what is not there any more is owed."""
    there = min(purse.balance, points)
    return Change(-there, points - there)


def spend(purse: Purse, points: int) -> Change:
    """Book points that are spent.

    :raises NotEnoughPointsError: if there are fewer
    """
    if points > purse.balance:
        raise NotEnoughPointsError(purse.balance)
    return Change(-points)


def after(purse: Purse, change: Change) -> Purse:
    """Give what there is after a change."""
    return Purse(purse.balance + change.points, purse.owed + change.owed)


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that are left of those that came with one last day; None: they do not expire."""

    points: int
    last_day: date | None


def lots_left(lots: Iterable[Lot], used: int) -> list[Lot]:
    """Give what is left of lots after `used` points left: those that end first went first."""
    left: list[Lot] = []
    for lot in sorted(lots, key=lambda one: (one.last_day is None, one.last_day or date.max)):
        gone = min(used, lot.points)
        used -= gone
        if lot.points > gone:
            left.append(Lot(lot.points - gone, lot.last_day))
    return left


def pick(lots: Sequence[Lot], points: int, *, first: Mapping[date | None, int]) -> list[Lot]:
    """Take points out of lots: of the days in `first` as many as it says, the rest from those that end first."""
    taken = []
    for lot in lots:
        own = min(lot.points, first.get(lot.last_day, 0), points)
        points -= own
        taken.append(own)
    for place, lot in enumerate(lots):
        more = min(lot.points - taken[place], points)
        points -= more
        taken[place] += more
    return [Lot(n, lot.last_day) for n, lot in zip(taken, lots, strict=True) if n]


def expired(lots: Iterable[tuple[int, date | None]], used: int, on: date) -> int:
    """Give the points that are over on a day: those that came and whose last day was before it, less all used.

    :param lots: points that came, with their last day
    :param used: all that ever left: spent, taken back, expired
    """
    over = sum(points for points, last in lots if last is not None and last < on)
    return max(0, over - used)
