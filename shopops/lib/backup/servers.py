"""The database server as backups need it: Postgres' own programs, keys, other databases of the server."""

import dataclasses
import json
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from shopops.embedded import EmbeddedError
from shopops.embedded.keys import load_keys, write_private
from shopops.embedded.layout import Layout
from shopops.embedded.postgres import installation
from shopops.embedded.session import read_state
from shopops.lib.backup.manifest import BackupError
from shopops.lib.keys import KeyRing

_LAST_WORDS = 2000


def database_name() -> str:
    """Give the name of the shop's database."""
    return str(connection.settings_dict["NAME"])


def connect(database: str) -> psycopg.Connection[Any]:
    """Connect to a database of the shop's server, with the shop's role, outside of transactions."""
    own = connection.settings_dict
    return psycopg.connect(
        host=own["HOST"],
        port=own["PORT"] or 5432,
        user=own["USER"],
        password=own["PASSWORD"],
        dbname=database,
        autocommit=True,
        connect_timeout=10,
    )


def run_program(name: str, *arguments: str) -> None:
    """Run one of Postgres' own programs against the shop's server; the password is in no argument.

    :raises BackupError: with the end of what it said, if it fails or there is none new enough
    """
    own = connection.settings_dict
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {
        "PGHOST": str(own["HOST"]),
        "PGPORT": str(own["PORT"] or 5432),
        "PGUSER": str(own["USER"]),
        "PGPASSWORD": str(own["PASSWORD"]),
        "LC_ALL": "C",
    }
    done = subprocess.run(  # noqa: S603  (a program of ours, arguments of ours)
        [_program(name), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr[-_LAST_WORDS:].strip()}")


def _program(name: str) -> str:
    """Find a program that is not older than the server: the embedded wheel's, else one in PATH."""
    wanted = _server_version() // 10000
    for path in _candidates(name):
        said = subprocess.run(  # noqa: S603
            [path, "--version"], capture_output=True, text=True, check=False
        ).stdout.split()
        if said and said[-1].split(".")[0].isdigit() and int(said[-1].split(".")[0]) >= wanted:
            return str(path)
    raise BackupError(f"no {name} of Postgres {wanted} or newer is installed")


def _candidates(name: str) -> list[Path]:
    found = []
    with suppress(EmbeddedError):  # an installation for outside servers may go without the wheel
        found.append(installation() / "bin" / name)
    in_path = shutil.which(name)
    return [path for path in (*found, Path(in_path or "")) if path.is_file()]


def _server_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        return int(cursor.fetchone()[0])


# --- keys ----------------------------------------------------------------------------------------


def own_secrets() -> str:
    """Give the keys of this shop as a backup keeps them. Passwords of servers are not among them."""
    return json.dumps(
        {"secret_key": settings.SECRET_KEY, "field_keys": settings.FIELD_KEYS.split(",")}, indent=1
    )


def is_embedded() -> bool:
    """Tell whether the database is the embedded one of `SHOPOPS_DATA`."""
    state = read_state(Layout(Path(settings.SHOPOPS_DATA)), missing_ok=True)
    port = state.get("servers", {}).get("postgres", {}).get("port")
    return port is not None and str(port) == str(connection.settings_dict["PORT"])


def take_over_keys(secrets: dict[str, Any]) -> None:
    """Make a backup's keys the keys of this embedded shop; its servers keep their passwords."""
    layout = Layout(Path(settings.SHOPOPS_DATA))
    keys = dataclasses.replace(
        load_keys(layout), secret_key=secrets["secret_key"], field_keys=secrets["field_keys"]
    )
    write_private(layout.secrets, json.dumps(dataclasses.asdict(keys), indent=1))


def refuse_other_keys(secrets: dict[str, Any]) -> None:
    """Make sure that a shop on outside servers has the backup's keys in its environment.

    :raises BackupError: if one is missing
    """
    ours, theirs = (
        KeyRing.parse(settings.FIELD_KEYS),
        KeyRing.parse(",".join(secrets["field_keys"])),
    )
    missing = [number for number, key in theirs.keys.items() if ours.keys.get(number) != key]
    if missing:
        raise BackupError(
            "FIELD_KEYS in the environment lacks the backup's keys of version"
            f" {', '.join(map(str, missing))}: take them from its secrets.json"
        )
