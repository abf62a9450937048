"""Rows of tables that have thousands of cells, written without the template language."""

from collections.abc import Sequence

from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


def chart_rows(rows: Sequence[Sequence[object]]) -> SafeString:
    """Write the table behind a chart: names first, numbers after; what is None is unknown.

    A year by day has thousands of cells, and the template language takes longer for one than its figure.
    """
    unknown = _("未知")

    def words(value: object) -> object:
        return unknown if value is None else localize(value)

    return format_html_join(
        "",
        "<tr><td>{}</td>{}</tr>",
        (
            (
                words(row[0]),
                format_html_join("", '<td class="n">{}</td>', ((words(one),) for one in row[1:])),
            )
            for row in rows or ()
        ),
    )
