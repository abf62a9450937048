"""The rejected rows of a batch in a file of the same layout, to be mended and sent again."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from shopops.intake import feeding, parsing, registry
from shopops.intake.errors import IntakeError
from shopops.intake.models import Batch, RowError
from shopops.intake.naming import clean_name
from shopops.lib import words
from shopops.lib.exports import Encoding, csv_rows, write_xlsx
from shopops.staff import operations
from shopops.staff.models import User

REASON_COLUMN = "错误原因"
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NoErrorFileError(IntakeError):
    """There are no rejected rows, or the file they stand in is no longer kept."""


@dataclass(frozen=True, slots=True)
class ErrorFile:
    """A finished file."""

    name: str
    content: bytes
    content_type: str


@transaction.atomic
def download_errors(*, batch_id: int, by: User | None, now: datetime) -> ErrorFile:
    """Make the error file of a batch. It holds whole rows, contacts too, so the act is recorded.

    :raises Batch.DoesNotExist: if there is no such batch
    :raises NoErrorFileError: if there is nothing to make it of
    """
    batch = Batch.objects.get(pk=batch_id)
    file = make_error_file(batch)
    operations.record(
        name="intake.batch.errors_downloaded",
        by=by,
        now=now,
        object_type="batch",
        object_key=str(batch.pk),
        batch_id=batch.pk,
    )
    return file


def make_error_file(batch: Batch) -> ErrorFile:
    """Read the rejected rows from the stored file again, each with why in the first column.

    :raises NoErrorFileError: if there are none, or the stored file is gone
    """
    reasons = _reasons(batch)
    if not reasons or not batch.stored_name:
        raise NoErrorFileError
    rows = _rows(batch, reasons)
    stem = clean_name(batch.file_name).rsplit(".", 1)[0]
    if batch.container in {"csv", "zip"}:
        encoding: Encoding = "gb18030" if batch.encoding == "gb18030" else "utf-8-sig"
        content = b"".join(csv_rows(rows, encoding=encoding))
        return ErrorFile(f"{stem}.errors.csv", content, "text/csv")
    book = io.BytesIO()
    write_xlsx(rows, book)
    return ErrorFile(f"{stem}.errors.xlsx", book.getvalue(), _XLSX_TYPE)


def _reasons(batch: Batch) -> dict[int, str]:
    reasons: dict[int, list[str]] = {}
    for error in RowError.objects.filter(batch=batch).order_by("line", "pk"):
        reasons.setdefault(error.line, []).append(_reason(error))
    return {line: words.clauses(dict.fromkeys(texts)) for line, texts in reasons.items()}


def _reason(error: RowError) -> str:
    if not error.column:
        return error.why
    return _("%(column)s：%(reason)s") % {"column": error.column, "reason": error.why}


def _rows(batch: Batch, reasons: dict[int, str]) -> Iterator[list[str]]:
    columns = [str(name) for name in batch.facts.get("columns", [])]
    kept = [place for place, name in enumerate(columns) if name != REASON_COLUMN]
    yield [REASON_COLUMN, *(columns[place] for place in kept)]
    picked = feeding.pick_rows(
        batch.stored_name,
        importers=[kind.importer for kind in registry.file_kinds()],
        wanted=batch.kind,
        encoding=batch.encoding,
        width=len(columns),
        lines=sorted(reasons),
        field_keys=settings.FIELD_KEYS,
        allowance=parsing.allowance(),
    )
    for line, cells in picked:
        cells = [*cells, *[""] * (len(columns) - len(cells))]
        own = [cells[place] for place in kept]
        yield [reasons[line], *own, *_overflow(cells, len(columns))]


def _overflow(cells: list[str], width: int) -> list[str]:
    more = cells[width:]
    return more if any(cell.strip() for cell in more) else []
