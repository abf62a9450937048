"""The rows behind a figure of a span: orders, or (by the day on which they ended) refunds.

How many there are says `behind_course`, from the cells that the figure itself was added up from. The
rows are looked up by the index of days, a few days at a time, so that a page costs the same whatever the
span is; what else was asked for is looked at in the order of the rows, until the page is full.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from analytics.choices import REFUNDED
from analytics.queries.behind_course import GOODS, Course, Question
from analytics.queries.fact_lines import LINE_KEYS
from analytics.queries.fact_refunds import REFUND_KEYS, refunds_cte
from analytics.queries.facts import OF_IDS, ORDER_KEYS, kind_sql, orders_cte, whole_ctes

PER_PAGE = 50
# A page reads days that hold no more rows than this, and at least one day.
MOST_READ = {"created": 20_000, "paid": 20_000, REFUNDED: 5_000}
_FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: newest day first, then the largest key; without a key before all of its day."""

    day: date
    pk: int | None

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Read an address's word; None if it is none."""
        day, _mark, pk = text.partition("_")
        try:
            return cls(date.fromisoformat(day), int(pk) if pk.isdecimal() else None)
        except ValueError:
            return None

    def __str__(self) -> str:
        return self.day.isoformat() if self.pk is None else f"{self.day}_{self.pk}"


@dataclass(frozen=True, slots=True)
class Found:
    """One page, newest first, and where the next one begins after; None: there is none."""

    rows: Sequence[Place]
    after: Place | None


@dataclass(frozen=True, slots=True)
class Part:
    """What of an order is of the asked goods; amounts in whole fen."""

    pieces: int
    ordered_fen: int
    gross_fen: int
    refund_fen: int


def page_behind(question: Question, course: Course, *, after: Place | None) -> Found:
    """Give one page; one query over few days. It may be short, or even empty, and still have an `after`."""
    days = [day for day in course.days if after is None or day <= after.day]
    taken = _taken(question, course, days)
    places = _places(question, taken, after=after, limit=PER_PAGE + 1)
    if len(places) > PER_PAGE:
        return Found(places[:PER_PAGE], places[PER_PAGE - 1])
    rest = days[len(taken) :]
    return Found(places, Place(rest[0], None) if rest else None)


def all_behind(question: Question, course: Course, *, step: int) -> Iterator[list[Place]]:
    """Give all rows of the span in lists of `step`, a query over few days at a time; for files."""
    days = list(course.days)
    while days:
        taken = _taken(question, course, days, most_rows=_FOREVER)
        places = _places(question, taken, after=None, limit=_FOREVER)
        for begin in range(0, len(places), step):
            yield places[begin : begin + step]
        days = days[len(taken) :]


def _taken(
    question: Question, course: Course, days: list[date], most_rows: int = PER_PAGE
) -> list[date]:
    """Take as many days as may be read at once, and as are needed to fill a page."""
    read = rows = 0
    for place, day in enumerate(days):
        read += course.weights.get(day, 0)
        if place and (read > MOST_READ[question.basis] or rows > most_rows):
            return days[:place]
        rows += course.count(day)
    return days


def _places(
    question: Question, days: list[date], *, after: Place | None, limit: int
) -> list[Place]:
    if not days:
        return []
    statement = _refunds_sql(question) if question.basis == REFUNDED else _orders_sql(question)
    values: dict[str, Any] = {**question.keys, "days": days, "limit": limit}
    values |= {"after_day": date.max, "after_pk": _FOREVER}
    if after is not None and after.pk is not None:
        values |= {"after_day": after.day, "after_pk": after.pk}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Place(day, pk) for day, pk in cursor.fetchall()]


_AFTER = "(date, id) < (%(after_day)s, %(after_pk)s)"


def _orders_sql(question: Question) -> str:
    # OFFSET 0: sorted first, then looked at one by one until the page is full.
    return f"""WITH {orders_cte(question.basis)}
SELECT o.date, o.id FROM (SELECT * FROM o WHERE {_AFTER} ORDER BY date DESC, id DESC OFFSET 0) AS o
WHERE {_all(_of_order(name) for name in question.dims)}
ORDER BY o.date DESC, o.id DESC LIMIT %(limit)s"""


def _of_order(name: str) -> str:
    if name in LINE_KEYS:
        return f"""EXISTS (SELECT FROM orders_orderline l
          WHERE l.order_id = o.id AND {LINE_KEYS[name]} = %({name})s)"""
    expression = kind_sql("o", "o.date") if name == "buyer_kind" else ORDER_KEYS[name]
    return f"{expression} = %({name})s"


def _refunds_sql(question: Question) -> str:
    return f"""WITH {refunds_cte(with_words=True)}
SELECT date, id FROM r WHERE {_AFTER} AND {_all(_of_refund(name) for name in question.dims)}
ORDER BY date DESC, id DESC LIMIT %(limit)s"""


def _of_refund(name: str) -> str:
    if name == "how":
        return "CASE %(how)s WHEN 'back' THEN with_goods ELSE before_leaving END"
    return f"{REFUND_KEYS.get(name, name)} = %({name})s"


def _all(clauses: Iterator[str]) -> str:
    return " AND ".join(clauses) or "true"


def parts_behind(question: Question, ids: Sequence[int]) -> Mapping[int, Part]:
    """Give what of these orders is of the asked goods, as the figure adds it up; empty if none are asked for."""
    name = next((one for one in GOODS if one in question.keys), "")
    if not name or not ids or question.basis == REFUNDED:
        return {}
    statement = f"""WITH {whole_ctes(question.basis, wanted=OF_IDS)}
SELECT order_id, sum(pieces)::bigint, sum(ordered)::bigint, sum(gross)::bigint, sum(refund)::bigint
FROM sold WHERE {name} = %(key)s GROUP BY order_id"""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": list(ids), "key": question.keys[name]})
        return {order_id: Part(*values) for order_id, *values in cursor.fetchall()}
