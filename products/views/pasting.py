"""Pages on which people paste a table: read, preview with every wrong cell, then keep the good rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from products.forms.fields import PasteForm
from products.importers.pasted import CellError, Column, Pasted, decoded, read_table
from products.views.acting import Data
from products.wording.pasted import error_words

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of table that can be pasted: its words, its columns, an example."""

    title: str | Promise
    sub: str | Promise
    columns: tuple[Column, ...]
    example: str
    back_url: str
    back_label: str | Promise


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be kept: head and cells of its rows, and the cells that are wrong."""

    head: Sequence[str]
    rows: Sequence[Data]
    errors: Sequence[CellError]
    count: int
    summary: str = ""
    hidden: str = ""


def sent_text(request: HttpRequest) -> tuple[str | None, PasteForm]:
    """Read what was pasted or sent as a file; None and the form with its errors if there is nothing."""
    form = PasteForm(request.POST, request.FILES)
    if not form.is_valid():
        return None, form
    upload = form.cleaned_data["file"]
    if not upload:
        return form.cleaned_data["text"], form
    try:
        return decoded(upload.read(2_000_001)), form
    except ValueError as error:
        words = {"too_large": _("文件太大，最多 2 MB。")}
        form.add_error("file", words.get(str(error), _("这个文件不是文本，存成 CSV 再传。")))
        return None, form


def read(text: str, sheet: Sheet) -> Pasted:
    """Read a table of this kind."""
    return read_table(text, sheet.columns)


def show(
    request: HttpRequest,
    sheet: Sheet,
    *,
    form: PasteForm | None = None,
    preview: Preview | None = None,
    text: str = "",
) -> HttpResponse:
    """Show the page: an empty form, one with errors, or a preview to confirm."""
    bad = form is not None and bool(form.errors)
    context = {
        "sheet": sheet,
        "heads": [{"name": column.heads[0], "needed": column.required} for column in sheet.columns],
        "form": form or PasteForm(initial={"text": ""}),
        "preview": preview,
        "shown": list(preview.rows[:SHOWN]) if preview else [],
        "errors": [{"line": one.line, "words": error_words(one)} for one in preview.errors[:SHOWN]]
        if preview
        else [],
        "text": text,
    }
    return render(request, "products/paste.html", context, status=422 if bad else 200)
