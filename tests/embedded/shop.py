"""A process that uses the embedded servers of one folder, for tests to steer and to kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from shopops.embedded import process
from shopops.embedded.layout import PROJECT, Layout
from shopops.embedded.locks import is_free

HOLD = """
import json, os, sys
from shopops import embedded
try:
    with embedded.ensure():
        print(json.dumps({k: v for k, v in os.environ.items()}), flush=True)
        sys.stdin.read()
except embedded.EmbeddedError as error:
    sys.exit(str(error))
"""
SERVER_VARIABLES = {"DATABASE_URL", "BROKER_URL", "CACHE_URL", "SECRET_KEY", "FIELD_KEYS"}


def environment_for(data: Path, *, is_durable: bool) -> dict[str, str]:
    """Return an environment that leads to no servers yet."""
    kept = {name: value for name, value in os.environ.items() if name not in SERVER_VARIABLES}
    return kept | {"SHOPOPS_DATA": str(data), "SHOPOPS_TEST_SERVERS": "0" if is_durable else "1"}


class User:
    """A process inside `ensure()`."""

    def __init__(self, data: Path, *, is_durable: bool = False) -> None:
        self.layout = Layout(data)
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD],
            cwd=PROJECT,
            env=environment_for(data, is_durable=is_durable),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.environment: dict[str, str] = {}
        self.error = ""

    def wait_up(self) -> dict[str, str]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self.end()
            raise AssertionError(self.error)
        self.environment = json.loads(line)
        return self.environment

    def query(self, sql: str) -> list[Any]:
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.layout.state.read_text())
        return state

    def server_pids(self) -> list[int]:
        return [server["pid"] for server in self.state()["servers"].values()]

    def leave(self) -> None:
        """End in good order."""
        self.end()
        assert self.process.returncode == 0, self.error

    def end(self) -> None:
        if self.process.returncode is None:
            _, self.error = self.process.communicate(timeout=40)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.end()


def keeper_is_gone(data: Path, *, seconds: float = 15) -> bool:
    lock = data / "run" / "keeper.lock"
    return process.wait_until(lambda: is_free(lock), seconds=seconds)


def all_dead(pids: list[int], *, seconds: float = 15) -> bool:
    return process.wait_until(
        lambda: not any(process.mark_of(pid) for pid in pids), seconds=seconds
    )
