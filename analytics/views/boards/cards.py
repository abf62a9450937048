"""A card on its page and as a file: the same columns and the same rows, in one way for every page of figures."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import reverse

from analytics.views.asking import EXPORT, csv_file
from analytics.views.boards.parts import Card, Column, Data, exact, shown_cell


def file_url(request: HttpRequest, page: str, part: str, query: str = "", **keys: str) -> str:
    """Give the address of one part of a page as a file; empty for who may not export.

    :param query: the address's own question, so that the file is of what the page shows
    :param keys: what else the address names, as a day or a code
    """
    if not request.user.has_perm(EXPORT):
        return ""
    address = reverse(f"analytics:{page}_csv", kwargs={"part": part, **keys})
    return f"{address}?{query}" if query else address


def shown(request: HttpRequest, card: Card, csv_url: str) -> Data:
    """Give a card as `analytics/_card.html` takes it; a card without rows has no file."""
    columns = _columns(request, card, is_file=False)
    # The table behind a chart has every row that the chart has.
    most = len(card.rows) if card.chart else card.most
    rows: list[Data] = [
        {
            "cells": {column.key: shown_cell(row, column) for column in columns},
            "shades": {column.key: card.shades.get((place, column.key), 0) for column in columns},
        }
        for place, row in enumerate(card.rows[:most])
    ]
    return {
        "id": f"c-{card.code}",
        "card": card,
        "csv_url": csv_url if card.rows else "",
        "columns": [
            {"key": column.key, "label": column.label, "number": column.is_number}
            for column in columns
        ],
        "rows": rows,
        "labels": [column.label for column in columns],
        "lists": [list(row["cells"].values()) for row in rows] if card.chart else [],
        "more": max(len(card.rows) - most, 0),
    }


def card_file(
    request: HttpRequest, cards: Sequence[Card], part: str, stem: str
) -> StreamingHttpResponse:
    """Give one card as a file: all its rows, exact, what is unknown empty.

    :raises Http404: if no card has this code
    """
    card = next((one for one in cards if one.code == part), None)
    if card is None:
        raise Http404(part)
    columns = _columns(request, card, is_file=True)
    rows: list[list[object]] = [[str(column.label) for column in columns]]
    rows += [[exact(row.cells.get(one.key), one.unit) for one in columns] for row in card.rows]
    return csv_file(rows, f"{stem}.csv")


def _columns(request: HttpRequest, card: Card, *, is_file: bool) -> list[Column]:
    return [
        column
        for column in card.columns
        if (not column.right or request.user.has_perm(column.right))
        and (is_file or not column.is_file_only)
    ]
