"""Bringing files of goods in through the whole intake: vault, child, preview, merge."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from shopops.intake import actions
from shopops.intake.choices import BatchSource
from shopops.intake.models import Batch
from shopops.lib import vault
from shopops.work.engine import perform_inline
from shopops.work.models import Run

NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


def bring(
    content: bytes, name: str, *, written_at: datetime | None = None, by: Any = None
) -> Batch:
    """Receive, read and write a file; give the batch as it stands then."""
    received = actions.receive_file(
        stored=vault.store(io.BytesIO(content)),
        file_name=name,
        source=BatchSource.COMMAND,
        by=by,
        now=NOW,
        written_at=written_at or NOW,
        auto_commit=True,
        wanted_kind="",
        ring=False,
    )
    pk = received.batch.pk
    assert perform_inline(received.run).state == "done"
    for run in Run.objects.filter(kind="intake.merge", key=str(pk)):
        done = perform_inline(run)
        assert done.state == "done", done.error
    return Batch.objects.get(pk=pk)


def bring_file(path: Path, *, written_at: datetime | None = None) -> Batch:
    """Bring a file from a folder in."""
    return bring(path.read_bytes(), path.name, written_at=written_at)


def take_back(batch: Batch) -> Batch:
    """Undo a batch."""
    done = perform_inline(actions.request_undo(batch_id=batch.pk, by=None, now=NOW))
    assert done.state == "done", done.error
    return Batch.objects.get(pk=batch.pk)


def book(rows: Sequence[Sequence[object]], *, hidden: Sequence[Sequence[object]] = ()) -> bytes:
    """Write a workbook; numbers as numbers. `hidden`: rows of the hidden sheet of keys."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("sku批量上传")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if hidden:
            keys = workbook.add_worksheet("sku批量上传_hide")
            for number, row in enumerate(hidden):
                keys.write_row(number, 0, row)
            keys.hide()
    return out.getvalue()


def sheets(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    """Read a workbook back, hidden sheets too."""
    found = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.values) for sheet in found.worksheets}
