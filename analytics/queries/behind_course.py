"""How many rows stand behind a figure of a span, day by day: from the cells that the figure was added up from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from analytics.choices import REFUND_DIMS, REFUNDED
from analytics.models import ReturnDay
from analytics.queries.sums import Cell, series
from analytics.rules.spans import Days

GOODS = ("product", "sku")
_OF_ORDERS = ("province", "hour", "device", "buyer_kind", "amount_tier", *GOODS)
# Told of refunds beside the dimensions of the rollup: the buyer's reason; whether goods came `back`, or
# had not left (`early`).
_OF_RETURNS = ("reason", "how")
# What may be asked for of each basis; `weekday` is 1 (Monday) to 7.
KEYS: Mapping[str, tuple[str, ...]] = {
    "paid": (*_OF_ORDERS, "weekday"),
    "created": (*_OF_ORDERS, "weekday"),
    REFUNDED: (*(one for one in REFUND_DIMS if one != "total"), *_OF_RETURNS, "weekday"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a figure was of: the day that counts, the span, and what it was narrowed to, by key."""

    basis: str
    days: Days
    keys: Mapping[str, str]

    @property
    def dims(self) -> list[str]:
        """Give what it was narrowed to, days left out."""
        return [name for name in self.keys if name != "weekday"]

    @property
    def is_of_returns(self) -> bool:
        """Tell whether refunds were counted by reason, a refund at a time, and not by order."""
        return self.basis == REFUNDED and set(self.dims) <= set(_OF_RETURNS)

    @property
    def asked_days(self) -> list[date]:
        """Give the days that count, the newest first."""
        weekday = self.keys.get("weekday")
        days = self.days.days[::-1]
        return [day for day in days if weekday is None or day.isoweekday() == int(weekday)]


@dataclass(frozen=True, slots=True)
class Tally:
    """What the cells say of a day, or of a span; amounts in whole fen, None is not told by them.

    `count`: paid orders, placed orders, refunds (or the orders of them). `buyers`: of each day, added up.
    """

    count: int
    fen: int | None
    refund_fen: int | None = None
    pieces: int | None = None
    buyers: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """The days that may have rows, the newest first, and what is known of them.

    `tallies` is None where no cells are kept of what was asked for. `weights`: all rows of each day.
    """

    days: Sequence[date]
    tallies: Mapping[date, Tally] | None
    weights: Mapping[date, int]

    def count(self, day: date) -> int:
        """Give how many rows a day is said to have."""
        return self.tallies[day].count if self.tallies and day in self.tallies else 0

    def whole(self) -> Tally | None:
        """Add all days up; None where no cells are kept."""
        if self.tallies is None:
            return None
        rows = list(self.tallies.values())
        return Tally(
            sum(one.count for one in rows),
            _sum([one.fen for one in rows]),
            _sum([one.refund_fen for one in rows]),
            _sum([one.pieces for one in rows]),
            _sum([one.buyers for one in rows]),
        )

    def most(self) -> int:
        """Give how many rows there are at most: as counted, else as many as their days have in all."""
        whole = self.whole()
        if whole is not None:
            return whole.count
        return sum(self.weights.get(day, 0) for day in self.days)

    def only(self, day: date) -> "Course":
        """Give the same of one day."""
        tallies = self.tallies
        if tallies is not None:
            tallies = {day: tallies[day]} if day in tallies else {}
        return Course([day], tallies, self.weights)


def _sum(values: Sequence[int | None]) -> int | None:
    known = [one for one in values if one is not None]
    return sum(known) if len(known) == len(values) else None


def course(question: Question) -> Course:
    """Give the days behind a figure. Two queries.

    A day of which the rollup says nothing yet may have rows all the same.
    """
    asked, days = question.asked_days, question.days
    totals = series(basis=question.basis, dim="total", key="", since=days.since, until=days.until)
    weights = {day: cell.orders or cell.refunded_orders for day, cell in totals.items()}
    found = _tallies(question, totals)
    if found is None:
        return Course(asked, None, weights)
    tallies = {day: found[day] for day in asked if day in found and found[day].count}
    return Course([day for day in asked if day in tallies or day not in totals], tallies, weights)


def _tallies(question: Question, totals: Mapping[date, Cell]) -> Mapping[date, Tally] | None:
    dims, days = question.dims, question.days
    if question.is_of_returns:
        return _returns(question)
    if len(dims) > 1:
        return None
    cells = totals
    if dims:
        cells = series(
            basis=question.basis,
            dim=dims[0],
            key=question.keys[dims[0]],
            since=days.since,
            until=days.until,
        )
    return {day: _tally(question.basis, cell) for day, cell in cells.items()}


def _tally(basis: str, cell: Cell) -> Tally:
    if basis == REFUNDED:
        return Tally(cell.refunded_orders, cell.refund_fen)
    if basis == "created":
        return Tally(cell.orders, cell.ordered_fen, buyers=cell.ordered_buyers)
    return Tally(cell.paid_orders, cell.gross_fen, cell.refund_fen, cell.pieces, cell.buyers)


def _returns(question: Question) -> dict[date, Tally]:
    column = {"back": "with_goods", "early": "before_leaving"}.get(
        question.keys.get("how", ""), "refunds"
    )
    days = question.days
    rows = ReturnDay.objects.filter(date__range=(days.since, days.until))
    if "reason" in question.keys:
        rows = rows.filter(reason=question.keys["reason"])
    summed = rows.values("date").annotate(n=Sum(column), fen=Sum("amount_fen")).order_by("date")
    # What of the amount came back with goods is not kept by day.
    return {
        row["date"]: Tally(row["n"], int(row["fen"]) if column == "refunds" else None)
        for row in summed
    }
