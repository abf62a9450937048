"""The staging table of a batch: one per batch, unlogged, dropped when nobody needs it any more."""

import re
from collections.abc import Sequence

from django.db import connection
from psycopg import sql

_TYPE = re.compile(r"[a-z][a-z0-9 ]*(\(\d+(,\s*\d+)?\))?(\[\])?")


def stage_name(batch_id: int) -> str:
    """Give the name of a batch's staging table."""
    return f"intake_stage_{int(batch_id)}"


def create_stage(name: str, columns: Sequence[tuple[str, str]]) -> None:
    """Make an empty staging table, in place of one left by an earlier attempt.

    :raises ValueError: if a column type is none
    """
    for _, kind in columns:
        if not _TYPE.fullmatch(kind):
            raise ValueError(f"not a column type: {kind!r}")
    parts = [sql.SQL("{} {}").format(sql.Identifier(n), sql.SQL(t)) for n, t in columns]
    statement = sql.SQL("CREATE UNLOGGED TABLE {} ({}) WITH (autovacuum_enabled = false)").format(
        sql.Identifier(name), sql.SQL(", ").join(parts)
    )
    drop_stage(name)
    with connection.cursor() as cursor:
        cursor.execute(statement)


def drop_stage(name: str) -> None:
    """Drop a staging table if it is there."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(name)))


def analyze_stage(name: str) -> None:
    """Let the planner know the staged rows, roughly: a full look at all columns takes seconds.

    Inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_statistics_target = 10")
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(name)))
        cursor.execute("SET LOCAL default_statistics_target TO DEFAULT")


def copy_statement(name: str) -> sql.Composed:
    """Give the COPY that fills a staging table."""
    return sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(name))


def stage_exists(name: str) -> bool:
    """Say whether a batch's rows are staged; after a crash of Postgres the table is empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        return bool(cursor.fetchone()[0])


def row_count(name: str) -> int:
    """Count a batch's staged rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
        return int(cursor.fetchone()[0])
