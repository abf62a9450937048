"""Bringing files in without the framework around: text to table, clean, stage, preview, merge."""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pyarrow.csv as pa_csv
from django.db import connection, transaction

from orders.actions.importing.kinds import file_kinds
from orders.importers import item_list, order_list, refund_list, trace_list, waybill_list
from shopops.intake.models import Batch
from shopops.intake.spec import Cleaned, Counts, FileKind, Preview
from shopops.work.context import RunContext

_ALL = (order_list, item_list, refund_list, waybill_list, trace_list)
IMPORTERS = {one.KIND: one for one in _ALL}
KINDS: dict[str, FileKind] = {kind.code: kind for kind in file_kinds()}
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


class Seal:
    """Stands for the encryption: readable in tests, the same blind index for the same text."""

    def __call__(self, values: list[bytes | None]) -> list[bytes | None]:
        return [None if one is None else b"sealed:" + one for one in values]

    def blind(self, values: list[str | None]) -> list[bytes | None]:
        return [
            None if one is None else hashlib.sha256(one.encode()).digest()[:16] for one in values
        ]


class Run:
    """A run whose steps are plain transactions; `die_after` steps it is killed."""

    def __init__(self, *, die_after: int | None = None, now: datetime = NOW) -> None:
        self.now, self.business_date = now, now.date()
        self.payload: dict[str, Any] = {}
        self.cursor: dict[str, Any] = {}
        self.steps = 0
        self.die_after = die_after

    @contextmanager
    def step(self, *, cursor: dict[str, Any] | None = None, **_: object) -> Iterator[Any]:
        if self.die_after is not None and self.steps >= self.die_after:
            raise KilledError
        step = SimpleNamespace(cursor=cursor if cursor is not None else self.cursor)
        with transaction.atomic():
            yield step
        self.cursor = dict(step.cursor)
        self.steps += 1

    def say(self, done: int, total: int, text: str) -> None:
        """Tell nobody."""


class KilledError(Exception):
    """The process died here."""


def block(headers: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pa.Table:
    """Give a block as the reader would: strings by stripped header, empty cells null."""
    columns: dict[str, pa.Array] = {
        name.strip(): pa.array(
            [(row[n] or None) if n < len(row) else None for row in rows], pa.string()
        )
        for n, name in enumerate(headers)
    }
    columns["line_no"] = pa.array(range(2, len(rows) + 2), pa.int32())
    return pa.table(columns)


def dicts(rows: Sequence[Mapping[str, str | None]]) -> pa.Table:
    """Give a block of rows written as dictionaries of the same keys."""
    headers = list(dict.fromkeys(name for row in rows for name in row))
    return block(headers, [[row.get(name) for name in headers] for row in rows])


def read_file(path: Path) -> pa.Table:
    """Read an export as the framework's reader would."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    return block(rows[0], rows[1:])


def kind_of(table: pa.Table) -> str:
    """Give the one kind that claims a header."""
    claims = [kind for kind, one in IMPORTERS.items() if one.match(table.column_names[:-1])]
    assert len(claims) == 1, claims
    return claims[0]


def stage(table: pa.Table, *, exported_at: datetime) -> tuple[Batch, str, Cleaned]:
    """Clean a block and copy it to its staging table."""
    kind = kind_of(table)
    cleaned = IMPORTERS[kind].clean(table, seal=Seal())
    batch = Batch.objects.create(
        file_name="x.csv",
        sha256="0" * 64,
        size_bytes=1,
        source="command",
        state="merging",
        kind=kind,
        exported_at=exported_at,
        created_at=NOW,
        row_count=len(table),
        rejected_count=len(cleaned.errors),
    )
    name = f"intake_stage_{batch.pk}"
    columns = IMPORTERS[kind].STAGE_COLUMNS
    out = io.BytesIO()
    pa_csv.write_csv(cleaned.rows, out, pa_csv.WriteOptions(include_header=False))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}, {name}_todo")
        listed = ", ".join(f"{column} {type_}" for column, type_ in columns)
        cursor.execute(f"CREATE UNLOGGED TABLE {name} ({listed})")
        with cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
            copy.write(out.getvalue())
        cursor.execute(f"ANALYZE {name}")
    return batch, name, cleaned


def bring(
    table: pa.Table, *, exported_at: datetime = NOW, run: Run | None = None
) -> tuple[Batch, Preview, Counts]:
    """Bring a file in whole."""
    batch, name, _ = stage(table, exported_at=exported_at)
    kind = KINDS[batch.kind]
    preview = kind.preview(batch, name)
    counts = kind.merge(batch, name, cast(RunContext, run or Run()), NOW)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name}")
    return batch, preview, counts


def undo(batch: Batch) -> Counts:
    """Take a batch back."""
    return KINDS[batch.kind].undo(batch, cast(RunContext, Run()), NOW)


def state(*, without: Sequence[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """Give all that imports write, without keys and bookkeeping, ordered by the outside numbers."""
    hidden = {
        "id", "first_batch_id", "last_batch_id", "version", "buyer_id", "order_id", *without
    }  # fmt: skip
    tables = {
        "orders_order": "tid",
        "orders_orderline": "line_key",
        "orders_refund": "refund_no",
        "orders_buyer": "key",
        "orders_shipment": "waybill_no",
    }
    found: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for table, key in tables.items():
            cursor.execute(f"SELECT * FROM {table} ORDER BY {key}")
            names = [column.name for column in cursor.description]
            found[table] = [
                {n: v for n, v in zip(names, row, strict=True) if n not in hidden}
                for row in cursor.fetchall()
            ]
    return found
