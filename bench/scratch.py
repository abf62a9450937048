"""A scratch database for measurements, beside whatever the servers hold; dropped at the end."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit


@contextmanager
def scratch_database(name: str, *, keep: bool = False) -> Iterator[None]:
    """Have Django on an empty, migrated database called `name` inside the block.

    Uses the servers of `DATABASE_URL`, else embedded ones in `SHOPOPS_DATA` (default var/bench).
    """
    use_database(name)
    import django
    from django.core.management import call_command

    django.setup()
    drop_database(name)
    _admin(f"CREATE DATABASE {name}")
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        if not keep:
            drop_database(name)


def use_database(name: str) -> None:
    """Point the settings, not read yet, at a database of that name; start servers if need be."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopops.settings")
    if "DATABASE_URL" not in os.environ:
        os.environ.setdefault("SHOPOPS_DATA", "var/bench")
        from shopops import embedded

        embedded.ensure_for_process()
    address = urlsplit(os.environ["DATABASE_URL"])
    os.environ["BENCH_ADMIN_URL"] = urlunsplit(address._replace(path="/postgres"))
    os.environ["DATABASE_URL"] = urlunsplit(address._replace(path=f"/{name}"))


def copy_database(name: str, *, to: str) -> None:
    """Copy the scratch database as it stands."""
    _leave()
    drop_database(to)
    _admin(f"CREATE DATABASE {to} TEMPLATE {name} STRATEGY file_copy")


def drop_database(name: str) -> None:
    """Drop a scratch database if there is one."""
    _leave()
    _admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _leave() -> None:
    from django.db import connections

    connection: Any = connections["default"]
    connection.close()
    connection.close_pool()


def _admin(statement: str) -> None:
    import psycopg

    with psycopg.connect(os.environ["BENCH_ADMIN_URL"], autocommit=True) as connection:
        connection.execute(statement)


def run(statement: str, parameters: dict[str, Any] | None = None) -> list[tuple[object, ...]]:
    """Run one statement and give its rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def say(text: str) -> None:
    """Tell the person at the terminal; standard output is for the JSON document."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
