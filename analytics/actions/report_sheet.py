"""A report as a workbook with native charts: figures, what is open, and the days behind the charts."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from analytics.figures import figure
from analytics.wording import reports as wording
from analytics.wording.reports import Facts
from analytics.wording.stats import source_words
from shopops.lib.exports import safe_cell

_FORMATS = {
    "money": "¥#,##0.00",
    "count": "#,##0",
    "people": "#,##0",
    "rate": "0.00%",
    "score": "0.00###",
}
_WIDE, _NARROW = 22, 15


class _Book:
    """The workbook under way. Texts are text, never formulas; what is unknown says so."""

    def __init__(self) -> None:
        self.stream = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self.stream,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.head = self.book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.muted = self.book.add_format({"font_color": "#667085"})
        self.numbers = {
            unit: self.book.add_format({"num_format": shape}) for unit, shape in _FORMATS.items()
        }
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})

    def row(self, page: Any, at: int, cells: Sequence[object], style: Any = None) -> None:  # noqa: ANN401
        """Write texts side by side."""
        for column, cell in enumerate(cells):
            page.write_string(at, column, safe_cell(str(cell)), style)

    def value(self, page: Any, at: int, column: int, text: str | None, unit: str) -> None:  # noqa: ANN401
        """Write one figure as a number that can be reckoned with, or that it is unknown."""
        if text is None:
            page.write_string(at, column, _("未知"), self.muted)
        else:
            page.write_number(at, column, float(Decimal(text)), self.numbers[unit])


def workbook(kind: str, *, since: date, until: date, shop: str, facts: Facts) -> bytes:
    """Write the workbook of a report."""
    book = _Book()
    page = book.book.add_worksheet(_("概要"))
    days = book.book.add_worksheet(_("走势"))
    _write_days(book, days, facts)
    end = _write_figures(
        book, page, f"{shop} {wording.title_of(kind, since, until)}".strip(), facts
    )
    _write_rest(book, page, end, kind, until, facts)
    _write_charts(book, page, facts)
    book.book.close()
    return book.stream.getvalue()


def _write_figures(book: _Book, page: Any, title: str, facts: Facts) -> int:  # noqa: ANN401
    page.set_column(0, 0, _WIDE)
    page.set_column(1, 6, _NARROW)
    page.write_string(0, 0, safe_cell(title), book.title)
    names = [one["name"] for one in facts["figures"][0]["against"]]
    labels = {
        "day_before": _("前一日"),
        "last_week": _("上周同一天") if "day_before" in names else _("前一周"),
        "week_before": _("前两周"),
    }
    heads = [_("指标"), _("这次"), *(labels[name] for name in names), _("来源"), _("说明")]
    book.row(page, 2, heads, book.head)
    for at, row in enumerate(facts["figures"], start=3):
        spec = figure(row["code"])
        page.write_string(at, 0, str(spec.label))
        for column, text in enumerate(
            [row["value"], *(one["value"] for one in row["against"])], start=1
        ):
            book.value(page, at, column, text, spec.unit)
        page.write_string(at, 2 + len(names), source_words(row["source"]), book.muted)
        if row["known_days"] < row["days"]:
            known = _("知道 %(known)s 天") % {"known": f"{row['known_days']}/{row['days']}"}
            page.write_string(at, 3 + len(names), known, book.muted)
    return 4 + len(facts["figures"])


def _write_rest(
    book: _Book,
    page: Any,  # noqa: ANN401
    at: int,
    kind: str,
    until: date,
    facts: Facts,
) -> None:
    rows: list[Sequence[object]] = [
        [wording.late_words(facts)],
        [wording.target_words(facts)],
        [wording.findings_words(facts)],
        *[[text] for text in wording.limits_of(facts)],
        [],
    ]
    rows += [
        [one["label"], one["value"], one["moved"], one["day"] or ""]
        for one in wording.score_rows(facts)
    ]
    rows.append([])
    for number, row in enumerate(rows):
        book.row(page, at + number, row)
    at += len(rows)
    book.row(page, at, [_("没处理的异常"), _("轻重"), _("谁处理"), _("第几天")], book.head)
    for number, one in enumerate(wording.finding_rows(facts), start=1):
        book.row(page, at + number, [one["title"], one["tag"], one["owner"], one["days"]])


def _write_days(book: _Book, page: Any, facts: Facts) -> None:  # noqa: ANN401
    series = facts["series"]
    codes = [code for code in series if code != "days"]
    page.set_column(0, len(codes), _NARROW)
    book.row(page, 0, [_("日期"), *(figure(code).label for code in codes)], book.head)
    for at, day in enumerate(series["days"], start=1):
        page.write_datetime(at, 0, date.fromisoformat(day), book.day)
        for column, code in enumerate(codes, start=1):
            # An unknown day is an empty cell: the chart shows a gap, never a zero.
            if series[code][at - 1] is not None:
                book.value(page, at, column, series[code][at - 1], figure(code).unit)


def _write_charts(book: _Book, page: Any, facts: Facts) -> None:  # noqa: ANN401
    series = facts["series"]
    last = len(series["days"])
    for number, code in enumerate(code for code in series if code != "days"):
        spec = figure(code)
        chart = book.book.add_chart({"type": "column" if spec.unit == "money" else "line"})
        chart.add_series(
            {
                "name": str(spec.label),
                "categories": [_("走势"), 1, 0, last, 0],
                "values": [_("走势"), 1, number + 1, last, number + 1],
                **(
                    {"fill": {"color": "#1F5FD0"}}
                    if spec.unit == "money"
                    else {"line": {"color": "#1F5FD0", "width": 2}, "marker": {"type": "circle"}}
                ),
            }
        )
        chart.set_title({"name": str(spec.label), "name_font": {"size": 11}})
        chart.set_legend({"none": True})
        chart.show_blanks_as("gap")
        chart.set_x_axis({"num_format": "m-d", "date_axis": True})
        chart.set_y_axis({"num_format": _FORMATS[spec.unit], "min": 0})
        chart.set_size({"width": 520, "height": 240})
        page.insert_chart(2 + number * 13, 7, chart)
