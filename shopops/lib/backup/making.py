"""Making a backup while the shop is open: one snapshot of the database, then the files."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from shopops.lib.backup.manifest import (
    DUMP,
    SECRETS,
    UPLOADS,
    BackupError,
    Manifest,
    copy_private,
    part_of,
    write_manifest,
)
from shopops.lib.backup.marks import mark_backup
from shopops.lib.backup.servers import database_name, own_secrets, run_program
from shopops.lib.business_time import SHANGHAI

type Tell = Callable[[str], None]


def make_backup(folder: Path, *, now: datetime, tell: Tell) -> Manifest:
    """Write a backup into a new or empty folder, readable for its owner alone.

    People may go on working: counts and dump are of one snapshot. Files that come in meanwhile are in
    the copy without harm.

    :raises BackupError: if the folder holds something, or cannot be written
    """
    _make_folder(folder)
    try:
        tell("database …")
        counts = _dump(folder / DUMP)
        tell("files …")
        _copy_uploads(folder / UPLOADS)
        _write_secrets(folder / SECRETS)
        manifest = Manifest(
            made_at=now.astimezone(SHANGHAI).isoformat(),
            postgres=_one("SHOW server_version"),
            migrations=_migrations(),
            counts=counts,
            files=[part_of(folder, path) for path in sorted(folder.rglob("*")) if path.is_file()],
        )
        write_manifest(folder, manifest)
        mark_backup(folder, made_at=now)
    except OSError as error:
        raise BackupError(f"{folder}: {error.strerror}") from error
    return manifest


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise BackupError(f"{folder} is not empty; name a new folder")
        folder.chmod(0o700)
    except OSError as error:
        raise BackupError(f"{folder}: {error.strerror}") from error


def _dump(target: Path) -> dict[str, int]:
    """Dump the database; give the rows of each table in the snapshot that was dumped."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        run_program(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--no-comments",
            "--lock-wait-timeout=30s",
            f"--snapshot={snapshot}",
            f"--file={target}",
            database_name(),
        )
        return count_rows(cursor)


def count_rows(cursor: Any) -> dict[str, int]:  # noqa: ANN401
    """Count the rows of each table of the shop. Reads them all."""
    cursor.execute(
        "SELECT relname::text FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace ORDER BY relname"
    )
    counts = {}
    for (table,) in cursor.fetchall():
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        counts[table] = int(cursor.fetchone()[0])
    return counts


def _copy_uploads(target: Path) -> None:
    target.mkdir(mode=0o700)
    source = Path(settings.MEDIA_ROOT) / "uploads"
    for path in sorted(source.iterdir()) if source.is_dir() else ():
        if path.name.isalnum():  # others are still being written
            try:
                copy_private(path, target / path.name)
            except FileNotFoundError:
                continue  # its time was over meanwhile


def _write_secrets(target: Path) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(own_secrets())


def _migrations() -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        return [list(row) for row in cursor.fetchall()]


def _one(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone()[0])
