"""The keeper: one process per `SHOPOPS_DATA` that owns the servers while anybody uses them.

Users hold a shared lock on `run/users.lock`. When the keeper can have that lock alone, nobody is
left, and it stops the servers. Killed itself, it takes the servers along on Linux (the parent-death
signal of `launcher.py`); elsewhere the next keeper stops what was left.

    python -m shopops.embedded.keeper DATA READY_FD      (started by `session`, not by hand)
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from shopops.embedded import process, valkey
from shopops.embedded.children import stop_leftovers
from shopops.embedded.errors import EmbeddedError
from shopops.embedded.keys import load_keys, write_private
from shopops.embedded.layout import Layout
from shopops.embedded.locks import FileLock
from shopops.embedded.postgres import START_SECONDS, Postgres

if TYPE_CHECKING:
    import subprocess
    from types import FrameType

LOOK_SECONDS = 0.25
PORT_TRIES = 5
RESTARTS, RESTARTS_WITHIN_SECONDS = 5, 60.0

log = logging.getLogger(__name__)


class Server(Protocol):
    """What the keeper needs of Postgres and of Valkey."""

    name: str
    child: subprocess.Popen[bytes] | None

    def clear_up(self) -> None: ...
    def prepare(self) -> None: ...
    def start(self, port: int) -> None: ...
    def is_ready(self, port: int) -> bool: ...
    def stop(self) -> None: ...
    def url(self, port: int) -> str: ...


class Keeper:
    """Starts the servers, writes down where they are, restarts them, stops them."""

    def __init__(self, layout: Layout, *, is_for_tests: bool) -> None:
        keys = load_keys(layout)
        self.layout = layout
        self.postgres = Postgres(layout, keys, is_for_tests)
        self.servers: dict[str, Server] = {
            "DATABASE_URL": self.postgres,
            "BROKER_URL": valkey.broker(layout, keys),
            "CACHE_URL": valkey.cache(layout, keys),
        }
        self.ports: dict[str, int] = {}
        self.restarts: deque[float] = deque(maxlen=RESTARTS)
        self.is_told_to_stop = False
        self.users = FileLock(layout.run / "users.lock")

    def up(self) -> None:
        """Start all servers. Which ports they get is decided anew each time."""
        for server in self.servers.values():
            server.clear_up()
            server.prepare()
        for server in self.servers.values():
            self._start_somewhere(server)
        for server in self.servers.values():
            self._await_ready(server)
        self.postgres.furnish(self.ports[self.postgres.name])
        self._write_state()

    def _start_somewhere(self, server: Server) -> None:
        """Start on a free port; another program may take it first, so try some."""
        for _ in range(PORT_TRIES):
            port = free_port()
            if port in self.ports.values():
                continue
            server.start(port)
            self.ports[server.name] = port
            time.sleep(process.POLL_SECONDS)
            if server.child is not None and server.child.poll() is None:
                return
        raise EmbeddedError(self._why_ended(server))

    def _await_ready(self, server: Server) -> None:
        port = self.ports[server.name]
        end = time.monotonic() + START_SECONDS
        while not server.is_ready(port):
            if server.child is None or server.child.poll() is not None:
                raise EmbeddedError(self._why_ended(server))
            if time.monotonic() > end:
                raise EmbeddedError(f"{server.name} did not answer in {START_SECONDS:.0f} s")
            time.sleep(process.POLL_SECONDS)

    def _why_ended(self, server: Server) -> str:
        path = self.layout.log / f"{server.name}.log"
        last = path.read_text(errors="replace").splitlines()[-6:] if path.exists() else []
        return "\n".join([f"{server.name} ended while starting; the end of {path}:", *last])

    def _write_state(self) -> None:
        pids = {s.name: s.child.pid for s in self.servers.values() if s.child is not None}
        state = {
            "keeper": asdict(_own_mark()),
            "servers": {name: {"pid": pid, "port": self.ports[name]} for name, pid in pids.items()},
            "environment": {v: s.url(self.ports[s.name]) for v, s in self.servers.items()},
        }
        write_private(self.layout.state, json.dumps(state, indent=1))

    def watch(self) -> None:
        """Return when nobody uses the servers any more, or when told to stop."""
        while not self.is_told_to_stop and not self.users.exclusive():
            time.sleep(LOOK_SECONDS)
            for server in self.servers.values():
                if server.child is not None and server.child.poll() is not None:
                    self._restart(server)

    def _restart(self, server: Server) -> None:
        """Start a server again, on its old port, that ended by itself.

        :raises EmbeddedError: if that happens too often
        """
        now = time.monotonic()
        full = len(self.restarts) == RESTARTS
        if full and now - self.restarts[0] < RESTARTS_WITHIN_SECONDS:
            raise EmbeddedError(f"{server.name} ended {RESTARTS} times within a minute; given up")
        self.restarts.append(now)
        log.warning("%s ended by itself; starting it again", server.name)
        server.clear_up()
        server.start(self.ports[server.name])
        self._await_ready(server)
        self._write_state()

    def down(self) -> None:
        """Stop the servers, the database last, and remove what says that they run.

        Programs of a supervisor that was killed are stopped before: nobody else would.
        """
        self.layout.state.unlink(missing_ok=True)
        stop_leftovers(self.layout)
        for server in reversed(self.servers.values()):
            server.stop()

    def stop_soon(self, number: int, frame: FrameType | None) -> None:
        """Note a signal; `watch` sees it within a quarter of a second."""
        self.is_told_to_stop = True


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _own_mark() -> process.ProcessMark:
    mark = process.mark_of(os.getpid())
    assert mark is not None  # noqa: S101  (we are alive)
    return mark


def keep(layout: Layout, ready: int, *, is_for_tests: bool) -> int:
    """Run the servers until nobody needs them; tell the starter through `ready` how it went."""
    with ExitStack() as stack:
        lock = stack.enter_context(FileLock(layout.run / "keeper.lock"))
        if not lock.exclusive(wait_seconds=1):
            os.write(ready, b"another keeper runs already")
            return 1
        try:
            keeper = Keeper(layout, is_for_tests=is_for_tests)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, keeper.stop_soon)
            stack.callback(keeper.down)
            keeper.up()
        except (EmbeddedError, OSError) as error:
            log.exception("The servers cannot be started")
            os.write(ready, str(error).encode())
            return 1
        os.write(ready, b"ready")
        os.close(ready)
        keeper.watch()
    return 0


def main() -> int:
    """Run as a program."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    is_for_tests = os.environ.get("SHOPOPS_TEST_SERVERS") == "1"
    return keep(Layout(Path(sys.argv[1])), int(sys.argv[2]), is_for_tests=is_for_tests)


if __name__ == "__main__":
    sys.exit(main())
