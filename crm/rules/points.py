"""What points are earned, owed and expired: pure arithmetic in whole points.

A balance is never negative. What a refund takes back after it was spent is owed; whatever is earned later
pays what is owed first. Who owes has no balance. What is spent or taken back uses up first what expires
first, what never expires last.
"""

from collections.abc import Iterable
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


def expired(lots: Iterable[tuple[int, date | None]], used: int, on: date) -> int:
    """Give the points that are over on a day: those that came and whose last day was before it, less all used.

    :param lots: points that came, with their last day
    :param used: all that ever left: spent, taken back, expired
    """
    over = sum(points for points, last in lots if last is not None and last < on)
    return max(0, over - used)
