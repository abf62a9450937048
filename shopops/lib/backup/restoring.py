"""Putting a backup back: beside what is there, verified, and only then in its place."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from shopops.lib.backup.making import count_rows
from shopops.lib.backup.manifest import (
    DUMP,
    SECRETS,
    UPLOADS,
    BackupError,
    Manifest,
    copy_private,
    read_manifest,
    verify,
)
from shopops.lib.backup.servers import (
    connect,
    database_name,
    is_embedded,
    refuse_other_keys,
    run_program,
    take_over_keys,
)
from shopops.lib.keys import KeyRing, SealBrokenError, Sealer

type Tell = Callable[[str], None]
# A connection that was closed just now shows a moment longer.
_LEAVING_SECONDS = 3.0
# A shop is not empty when one of these holds a row.
_TELLING_TABLES = ("staff_shop", "staff_user", "orders_order", "intake_batch")


def restore_backup(folder: Path, *, force: bool, tell: Tell) -> Manifest:
    """Replace this shop by a backup. What is there stays untouched until the copy proved itself.

    Hashes first; then a second database, whose rows are counted and one of whose contacts is opened;
    then database, files and keys change places. Broken off in between, it can simply be repeated with
    `force`.

    :raises BackupError: if the backup is damaged or newer than this program, the shop is not empty
        (without `force`) or in use, or a count differs
    """
    manifest = read_manifest(folder)
    tell("verifying …")
    verify(folder, manifest)
    secrets = json.loads((folder / SECRETS).read_text())
    _refuse_newer(manifest)
    _refuse_shop(force=force)
    embedded = is_embedded()
    if not embedded:
        refuse_other_keys(secrets)
    fresh = f"{database_name()}_restore"
    tell("database …")
    _fill(fresh, folder / DUMP)
    _prove(fresh, manifest, secrets)
    tell("files …")
    uploads = _lay_beside(folder / UPLOADS)
    _change_places(fresh)
    _swap_uploads(uploads)
    if embedded:
        take_over_keys(secrets)
    tell("migrations …")
    call_command("migrate", verbosity=0, interactive=False)
    return manifest


def _refuse_newer(manifest: Manifest) -> None:
    loader = MigrationLoader(None)
    known = {
        *loader.disk_migrations,
        *(key for m in loader.disk_migrations.values() for key in m.replaces),
    }
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if unknown:
        raise BackupError(
            f"the backup was made by another version of ShopOps; unknown here: {', '.join(unknown[:5])}"
        )


def _refuse_shop(*, force: bool) -> None:
    with connection.cursor() as cursor:
        if not force and _holds_something(cursor):
            raise BackupError("this shop is not empty; with --force it is replaced by the backup")
    _let_go()
    end = time.monotonic() + _LEAVING_SECONDS
    with connect("postgres") as server:
        while others := _users(server):
            if time.monotonic() > end:
                raise BackupError(f"{others} others use this shop's database; stop the shop first")
            time.sleep(0.1)


def _let_go() -> None:
    """Close every connection of this process; Django opens them again when asked to."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def _users(server: psycopg.Connection[Any]) -> int:
    row = server.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'",
        [database_name()],
    ).fetchone()
    return int(row[0]) if row else 0


def _holds_something(cursor: Any) -> bool:  # noqa: ANN401
    for table in _TELLING_TABLES:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        if not cursor.fetchone()[0]:
            continue
        cursor.execute(sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(table)))
        if cursor.fetchone()[0]:
            return True
    uploads = Path(settings.MEDIA_ROOT) / "uploads"
    return uploads.is_dir() and any(uploads.iterdir())


def _fill(fresh: str, dump: Path) -> None:
    try:
        with connect("postgres") as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(fresh)))
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(fresh)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError("the database role needs CREATEDB for a restore") from error
    run_program(
        "pg_restore",
        f"--dbname={fresh}",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        f"--jobs={min(os.cpu_count() or 1, 4)}",
        str(dump),
    )


def _prove(fresh: str, manifest: Manifest, secrets: dict[str, Any]) -> None:
    """Count every table, open a contact, and let the planner know the tables."""
    with connect(fresh) as database, database.cursor() as cursor:
        counts = count_rows(cursor)
        if counts != manifest.counts:
            tables = {*counts, *manifest.counts}
            wrong = sorted(t for t in tables if counts.get(t) != manifest.counts.get(t))
            raise BackupError(f"rows differ from the manifest in: {', '.join(wrong)}")
        if counts.get("orders_ordercontact"):
            cursor.execute("SELECT sealed FROM orders_ordercontact ORDER BY order_id DESC LIMIT 1")
            row = cursor.fetchone()
            _open(bytes(row[0]) if row else b"", secrets)
        cursor.execute("ANALYZE")


def _open(sealed: bytes, secrets: dict[str, Any]) -> None:
    try:
        Sealer(KeyRing.parse(",".join(secrets["field_keys"]))).unseal(sealed)
    except (SealBrokenError, ValueError) as error:
        raise BackupError(f"the keys in {SECRETS} do not open the contacts in {DUMP}") from error


def _lay_beside(source: Path) -> Path:
    target = Path(settings.MEDIA_ROOT) / "uploads.restore"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True, mode=0o700)
    for path in sorted(source.iterdir()) if source.is_dir() else ():
        copy_private(path, target / path.name)
    return target


def _change_places(fresh: str) -> None:
    """Let the new database take the shop's name, in one transaction, and drop the old one."""
    name = database_name()
    old = f"{name}_before_restore"
    _let_go()
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with connect("postgres") as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
        with server.transaction():
            server.execute(rename.format(sql.Identifier(name), sql.Identifier(old)))
            server.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))
        server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))


def _swap_uploads(fresh: Path) -> None:
    uploads = Path(settings.MEDIA_ROOT) / "uploads"
    shutil.rmtree(uploads, ignore_errors=True)
    fresh.rename(uploads)
