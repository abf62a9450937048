"""What pages of figures are made of: columns with units, tables, cards with a chart, small figures.

A cell holds the value itself. Pages write it by its unit, unknown in words; files take it exact.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, overload

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.metrics import change
from analytics.wording.dsr import score_text
from analytics.wording.stats import seconds_words
from shopops.lib.templatetags.shop import count, money, money_big, pct_change, point_change, rate

type Data = dict[str, Any]
type Words = str | Promise
# text, money, count (also people), rate, share (one digit), change (relative), points, times, days, seconds
type Unit = str
COST = "products.view_cost"
# A page shows so many rows; the file has all.
SHOWN_ROWS = 31


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `right`: without it the column is left out of page and file.

    `is_file_only`: for the file, which has room where a page has none.
    """

    key: str
    label: Words
    unit: Unit = "text"
    right: str = ""
    is_file_only: bool = False

    @property
    def is_number(self) -> bool:
        """Tell whether it stands at the right."""
        return self.unit != "text"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: values by column, and where some of them lead."""

    cells: Mapping[str, object]
    urls: Mapping[str, str] = field(default_factory=dict)
    is_strong: bool = False


class Made[Of](Sequence[Row]):
    """Rows that are made when they are looked at: a page shows the first few of many, its file all."""

    def __init__(self, of: Sequence[Of], make: Callable[[Of], Row]) -> None:
        self._of, self._make = of, make

    def __len__(self) -> int:
        return len(self._of)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return Made(self._of[place], self._make)
        return self._make(self._of[place])


@dataclass(frozen=True, slots=True)
class Card:
    """One part of a page: a table, with a chart where there is something to look at.

    `code` names its file. `is_hidden`: the table stands behind the chart, one click away.
    """

    code: str
    title: Words
    columns: Sequence[Column]
    rows: Sequence[Row]
    chart: Data | None = None
    sub: Words = ""
    note: Words = ""
    empty: Words = ""
    tools: Sequence[Data] = ()
    is_wide: bool = False
    is_tall: bool = False
    shades: Mapping[tuple[int, str], int] = field(default_factory=dict)
    # A table shows so many rows.
    most: int = SHOWN_ROWS


@dataclass(frozen=True, slots=True)
class Board:
    """A page: its small figures, its cards, what must be said above them."""

    title: Words
    cards: Sequence[Card]
    kpis: Sequence[Data] = ()
    notes: Sequence[Data] = ()
    choices: Sequence[Data] = ()
    empty: Data | None = None


# --- writing


def written(value: object, unit: Unit) -> str:
    """Write a value by its unit; unknown in words, never as zero."""
    if value is None:
        return _("未知")
    if isinstance(value, Decimal | int | float) and unit in _WRITERS:
        return str(_WRITERS[unit](value))
    return str(value)


_WRITERS: dict[str, Any] = {
    "money": money,
    "count": lambda value: count(int(value)),
    "rate": lambda value: rate(value, 2),
    "share": lambda value: rate(value, 1),
    "change": pct_change,
    "points": point_change,
    "times": lambda value: f"{value:.2f}",
    "days": lambda value: _("%(n)s 天") % {"n": f"{value:,.1f}"},
    "score": score_text,
    "seconds": seconds_words,
}


def exact(value: object, unit: Unit) -> object:
    """Give a value to a file: numbers without signs or separators, unknown empty."""
    if value is None:
        return ""
    if isinstance(value, Decimal) and unit not in ("money", "count"):
        return f"{value.quantize(Decimal('0.000001')).normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return value


def shown_cell(row: Row, column: Column) -> SafeString | str:
    """Write a cell, with the way to what is behind it."""
    words = written(row.cells.get(column.key), column.unit)
    if row.is_strong:
        words = format_html('<b class="strong">{}</b>', words)
    url = row.urls.get(column.key)
    if not url:
        return words
    return format_html('<a class="so-inw" href="{}">{}</a>', url, words)


def number(value: object) -> float | None:
    """Give a figure to a chart; unknown is a gap."""
    if value is None:
        return None
    return float(Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def percent(value: Decimal | None) -> float | None:
    """Give a rate to a chart, in percent."""
    return None if value is None else float((value * 100).quantize(Decimal("0.01")))


def short(day: date) -> str:
    """Write a day on an axis."""
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


# --- small figures


def moved(now: Decimal | None, past: Decimal | None, unit: Unit) -> str:
    """Write a change: of rates in points, of the others relative."""
    if now is None or past is None:
        return _("未知")
    if unit in ("rate", "share"):
        return point_change(now - past)
    return pct_change(change(now, past))


def kpi(  # noqa: PLR0913
    label: Words,
    unit: Unit,
    now: Decimal | int | None,
    past: Decimal | int | None = None,
    *,
    against: str = "",
    points: Sequence[float | None] = (),
    unknown: Words = "",
    source: Words = "",
    url: str = "",
) -> Data:
    """Give a figure as `components/_kpi.html` takes it; `source` says where it is from or over which days."""
    value = None if now is None else Decimal(now)
    before = None if past is None else Decimal(past)
    words = str(money_big(value)) if unit == "money" and value is not None else written(value, unit)
    changes = [{"label": against, "text": moved(value, before, unit)}] if against else []
    return {
        "label": label,
        "value": money_big(value) if unit == "money" and value is not None else words,
        "points": list(points)[-14:],
        "band": None,
        "tone": "us",
        "flag": None,
        "changes": changes,
        "note": source,
        "unknown": "" if value is not None else unknown or _("没有来源讲到这段时间"),
        "url": url,
    }


type Line = tuple[Words, Sequence[float | None], str]


def line_chart(
    x: Sequence[str], series: Sequence[Line], unit: str, *, past: Sequence[Line] = ()
) -> Data:
    """Give a chart of lines; a tone `prev` is dashed.

    :param past: what lines of `series` are set against, each dashed in the colour of its own
    """
    return {
        "kind": "lines",
        "x": list(x),
        "series": [
            {"name": str(name), "values": list(values), "tone": tone, "dashed": is_dashed}
            for name, values, tone, is_dashed in (
                *((*one, one[2] == "prev") for one in series),
                *((*one, True) for one in past),
            )
        ],
        "unit": unit,
    }


def bar_chart(
    x: Sequence[str],
    series: Sequence[tuple[Words, Sequence[float | None], str]],
    unit: str,
    *,
    is_stacked: bool = False,
) -> Data:
    """Give a chart of lying bars, the first on top."""
    return {
        "kind": "bars",
        "stacked": is_stacked,
        "x": list(x),
        "series": [
            {"name": str(name), "values": list(values), "tone": tone}
            for name, values, tone in series
        ],
        "unit": unit,
    }


def note(words: Words, *, tone: str = "soon", url: str = "", act: Words = "") -> Data:
    """Give a sentence that stands above the cards."""
    return {"words": words, "tone": tone, "url": url, "act": act}
