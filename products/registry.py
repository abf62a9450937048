"""What higher apps bring to goods: what was sold, and what open orders still want."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from products.rules.stock import Wanted

# Pieces sold by code and day of payment, both ends included. A day that is missing is zero where
# anything was sold in the shop that day, else unknown.
DailySales = Callable[[Sequence[str], date, date], Mapping[str, Mapping[date, int]]]
# The lines of those of these orders that are paid and have not left.
OpenLines = Callable[[Sequence[str]], Sequence[Wanted]]

_daily_sales: list[DailySales] = []
_open_lines: list[OpenLines] = []


def register_daily_sales(answer: DailySales) -> None:
    """Say who knows what was sold."""
    _daily_sales[:] = [answer]


def register_open_lines(answer: OpenLines) -> None:
    """Say who knows what orders still want."""
    _open_lines[:] = [answer]


def daily_sales(codes: Sequence[str], *, since: date, until: date) -> dict[str, dict[date, int]]:
    """Give pieces sold by code and day of payment, both ends included; nothing if nobody knows."""
    found: dict[str, dict[date, int]] = {}
    for answer in _daily_sales:
        for code, days in answer(codes, since, until).items():
            found[code] = dict(days)
    return found


def open_lines(tids: Sequence[str]) -> list[Wanted]:
    """Give the lines of those of these orders that are paid and have not left."""
    return [line for answer in _open_lines for line in answer(tids)]


# What activities that the shop signed up for are expected to do: factors on a day's sales by code.
Uplift = Callable[[Sequence[str], date, date], Mapping[str, Mapping[date, float]]]
_uplifts: list[Uplift] = []


def register_uplift(answer: Uplift) -> None:
    """Say what signed-up activities do to sales; several answers multiply."""
    if answer not in _uplifts:
        _uplifts.append(answer)


def uplift(codes: Sequence[str], *, since: date, until: date) -> dict[str, dict[date, float]]:
    """Give the factors of signed-up activities by code and day; a day without one is missing."""
    found: dict[str, dict[date, float]] = {}
    for answer in _uplifts:
        for code, days in answer(codes, since, until).items():
            mine = found.setdefault(code, {})
            for day, factor in days.items():
                mine[day] = mine.get(day, 1.0) * factor
    return found
