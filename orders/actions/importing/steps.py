"""Working through a staged file in steps that survive a kill: one transaction each, one import at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from shopops.intake.spec import Counts
from shopops.intake.turn import take_turn, take_whole_turn

if TYPE_CHECKING:
    from shopops.work.engine import RunContext

CHUNK_ROWS = 10_000
_LOCK_NOT_AVAILABLE = "55P03"
_LOCK_SECONDS = 0.05
# A first file of this size is filled into bare tables in one transaction: a third faster, but a
# killed worker begins anew. Below it a first file goes in steps like any other.
HEAP_FIRST_ROWS = 400_000


class Steps:
    """The steps of one merge or undo. `cursor` is where it stands; it is stored with each step's effect."""

    def __init__(self, run: "RunContext") -> None:
        self.run = run
        self.cursor: dict[str, Any] = dict(run.cursor or {})

    def add(self, **counts: int) -> None:
        """Add rows to the counts that the cursor carries."""
        for name, count in counts.items():
            self.cursor[name] = self.cursor.get(name, 0) + count

    def counts(self, *, total: int, rejected: int) -> Counts:
        """Give what was done so far; what was neither created nor updated was unchanged."""
        created, updated = self.cursor.get("created", 0), self.cursor.get("updated", 0)
        return Counts(created, updated, max(total - created - updated, 0), rejected)

    @contextmanager
    def step(self, *, done: int, total: int, text: str) -> Iterator[CursorWrapper]:
        """Open the transaction of one step, alone among imports, or join the one that the caller opened."""
        if connection.in_atomic_block:
            self.run.say(done, total, text)
            with self._alone() as cursor:
                yield cursor
            return
        with (
            self.run.step(cursor=self.cursor, done=done, total=total, text=text),
            self._alone() as cursor,
        ):
            yield cursor

    @contextmanager
    def _alone(self) -> Iterator[CursorWrapper]:
        take_turn(self.run)
        with connection.cursor() as cursor:
            # Sorts and hashes of a whole file; the wait for a screen that holds an order.
            cursor.execute(
                "SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '256MB';"
                "SET LOCAL lock_timeout = '60s'; SET LOCAL jit = off"
            )
            yield cursor


def count_rows(cursor: CursorWrapper, table: str, where: str = "true") -> int:
    """Count rows of a table."""
    cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}")
    return int(cursor.fetchone()[0])


def is_empty(cursor: CursorWrapper, table: str) -> bool:
    """Say whether a table has no row at all."""
    cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM {table})")
    return bool(cursor.fetchone()[0])


def analyze(cursor: CursorWrapper, table: str, *columns: str) -> None:
    """Take rough statistics of the columns by which a table of this merge is joined.

    A full ANALYZE of forty text columns takes longer than the statements that it helps.
    """
    cursor.execute(
        "SET LOCAL default_statistics_target = 10;"
        f" ANALYZE {table} ({', '.join(columns)});"
        " SET LOCAL default_statistics_target TO DEFAULT"
    )


def drop_doubled(cursor: CursorWrapper, stage: str, key: str) -> int:
    """Of several staged rows of one key keep the last one of the file; give how many went.

    Almost no file has any: hashes, which are quicker to group than texts, tell first.
    """
    cursor.execute(
        f"SELECT EXISTS (SELECT 1 FROM {stage} WHERE {key} IS NOT NULL"
        f" GROUP BY hashtextextended({key}, 0) HAVING count(*) > 1)"
    )
    if not cursor.fetchone()[0]:
        return 0
    cursor.execute(
        f"DELETE FROM {stage} s USING (SELECT {key}, max(line_no) AS last FROM {stage}"
        f" WHERE {key} IS NOT NULL GROUP BY {key} HAVING count(*) > 1) d"
        f" WHERE s.{key} = d.{key} AND s.line_no < d.last"
    )
    return int(cursor.rowcount)


def drop_doubled_again(cursor: CursorWrapper, facts: dict[str, Any], stage: str, key: str) -> None:
    """Drop doubled rows before they are merged, unless the preview saw that the file has none."""
    if facts.get("doubled_rows") != 0:
        drop_doubled(cursor, stage, key)


def table_exists(cursor: CursorWrapper, table: str) -> bool:
    """Say whether a table exists."""
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
    return bool(cursor.fetchone()[0])


def lock_alone(
    cursor: CursorWrapper, run: "RunContext", *tables: str, kept_readable: str = ""
) -> None:
    """Take tables for oneself until the end of the transaction, `kept_readable` from writers only.

    All or none, asked again and again: who waits for one table while holding another meets a reader
    that holds the other and waits for the first.
    """
    take_whole_turn(run)
    wishes = [f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE NOWAIT"]
    if kept_readable:
        wishes.append(f"LOCK TABLE {kept_readable} IN SHARE ROW EXCLUSIVE MODE NOWAIT")
    while True:
        try:
            with transaction.atomic():
                cursor.execute("; ".join(wishes))
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
        else:
            return
        run.say(run.done, run.total, gettext_noop("等正在读的人读完"))
        time.sleep(_LOCK_SECONDS)


@contextmanager
def heap_first(cursor: CursorWrapper, *tables: str) -> Iterator[None]:
    """Fill empty tables without their indexes and foreign keys, then build these in one go.

    Everything happens in the caller's transaction: a kill rolls the whole back. Primary keys and
    check constraints stay. Building a foreign key checks all rows at once, by a join.

    CLUSTER gives an empty table a file of this transaction's own: a server at `wal_level = minimal`,
    as the embedded one, then writes no log for it but the file itself at commit.
    """
    rebuild: list[str] = []
    for table in tables:
        rebuild += _drop_keys(cursor, table)
        cursor.execute(
            f"CLUSTER {table} USING {table}_pkey; ALTER TABLE {table} SET WITHOUT CLUSTER"
        )
    yield
    for table in tables:
        cursor.execute(f"ANALYZE {table}")
    for statement in sorted(rebuild, key=lambda one: "FOREIGN KEY" in one):
        cursor.execute(statement)


def _drop_keys(cursor: CursorWrapper, table: str) -> list[str]:
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('f', 'u') ORDER BY contype DESC, conname",
        [table],
    )
    constraints = cursor.fetchall()
    for name, _ in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisprimary ORDER BY 1",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    keys = [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {text}' for name, text in constraints]
    return [*(text for _, text in indexes), *keys]
