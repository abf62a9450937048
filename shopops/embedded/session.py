"""Use the embedded servers for a while: `with ensure(): …`."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from shopops.embedded import process
from shopops.embedded.errors import EmbeddedError
from shopops.embedded.keys import load_keys
from shopops.embedded.layout import PROJECT, Layout, layout_from_environment
from shopops.embedded.locks import FileLock, is_free

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 180.0  # a first start on a slow disk, or the recovery after a crash
STOP_SECONDS = 20.0


class Session:
    """One process' use of the servers of one `SHOPOPS_DATA`."""

    def __init__(self, layout: Layout) -> None:
        layout.make()
        self.layout = layout
        self._users = FileLock(layout.run / "users.lock")

    def open(self) -> dict[str, str]:
        """Count ourselves in and return the environment that leads to the servers.

        :raises EmbeddedError: if the servers cannot be started
        """
        # A keeper on its way out holds this lock alone, so this also waits for its end.
        if not self._users.shared(wait_seconds=STOP_SECONDS + 10):
            raise EmbeddedError(f"the servers in {self.layout.data} are stuck while stopping")
        with FileLock(self.layout.run / "start.lock") as lock:
            if not lock.exclusive(wait_seconds=START_SECONDS):
                raise EmbeddedError(f"another start in {self.layout.data} does not come to an end")
            keeper = self.layout.run / "keeper.lock"
            # A keeper that holds its lock but shows no state was told to stop: await its end.
            process.wait_until(
                lambda: self.layout.state.exists() or is_free(keeper), seconds=STOP_SECONDS
            )
            if is_free(keeper):
                self._start_keeper()
        state = read_state(self.layout)
        keys = load_keys(self.layout)
        servers: dict[str, str] = state["environment"]
        return servers | {"SECRET_KEY": keys.secret_key, "FIELD_KEYS": ",".join(keys.field_keys)}

    def _start_keeper(self) -> None:
        self.layout.state.unlink(missing_ok=True)
        if not (self.layout.postgres / "data").exists():
            sys.stderr.write(f"Making the embedded database in {self.layout.data} …\n")
        ours, theirs = os.pipe()
        try:
            with (self.layout.log / "keeper.log").open("ab") as log:
                keeper = subprocess.Popen(  # noqa: S603
                    [
                        sys.executable,
                        "-m",
                        "shopops.embedded.keeper",
                        self.layout.data,
                        str(theirs),
                    ],
                    cwd=PROJECT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[theirs],
                    start_new_session=True,  # a Ctrl-C for us is none for the servers
                )
        finally:
            os.close(theirs)
        with os.fdopen(ours, "rb") as pipe:
            if not select.select([pipe], [], [], START_SECONDS)[0]:
                keeper.terminate()
                raise EmbeddedError(f"the servers did not start in {START_SECONDS:.0f} s")
            answer = pipe.read().decode()
        if answer != "ready":
            keeper.wait()
            reason = answer or f"see {self.layout.log}/keeper.log"
            raise EmbeddedError(f"The embedded servers cannot be started: {reason}")
        # Its end is awaited through its lock; forget the child without a warning at exit.
        keeper.returncode = 0

    def close(self) -> None:
        """Count ourselves out; the last one stops the servers and waits until they are gone."""
        if self._users.exclusive():
            state = read_state(self.layout, missing_ok=True)
            if state:
                mark = process.ProcessMark(**state["keeper"])
                if mark.is_alive():
                    process.signal_quietly(mark.pid, signal.SIGTERM)
            process.wait_until(
                lambda: is_free(self.layout.run / "keeper.lock"), seconds=STOP_SECONDS
            )
        self._users.release()


def read_state(layout: Layout, *, missing_ok: bool = False) -> dict[str, Any]:
    """Read what runs now.

    :raises EmbeddedError: if nothing does, unless `missing_ok`
    """
    try:
        state: dict[str, Any] = json.loads(layout.state.read_text())
    except (OSError, ValueError) as error:
        if missing_ok:
            return {}
        raise EmbeddedError(f"the embedded servers ended; see {layout.log}/keeper.log") from error
    return state


def surroundings(layout: Layout) -> dict[str, str]:
    """Return the settings of the embedded mode that a user may override: plain HTTP, own names."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    host = os.environ.get("HOST", "127.0.0.1")
    if host not in {"127.0.0.1", "localhost", "::1"}:
        names += _own_names(host)
    return {"SHOPOPS_DATA": str(layout.data), "SECURE": "0", "ALLOWED_HOSTS": ",".join(names)}


def _own_names(host: str) -> list[str]:
    """Return what other machines may call this one by, when it listens to them."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104  (compared, not bound)
        return [host]
    name = socket.gethostname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; shows the address of the way out
            return [name, str(probe.getsockname()[0])]
        except OSError:
            return [name]


@contextmanager
def ensure() -> Iterator[None]:
    """Have the servers up inside the block, and their addresses and the secrets in `os.environ`.

    Does nothing where `DATABASE_URL` is set: outside servers, or a parent that has them up.

    :raises EmbeddedError: if the servers cannot be started
    """
    if os.environ.get("DATABASE_URL"):
        yield
        return
    layout = layout_from_environment()
    before = dict(os.environ)
    with ExitStack() as stack:
        try:
            session = Session(layout)
        except PermissionError as error:
            raise EmbeddedError(
                f"{error.filename} belongs to another user; run as that user or set SHOPOPS_DATA"
            ) from error
        stack.callback(session.close)
        given = {name: value for name, value in before.items() if value}
        found = session.open()
        os.environ.update(surroundings(layout) | found | given)
        os.environ["SHOPOPS_DATA"] = str(layout.data)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def ensure_for_process() -> None:
    """Have the servers up until this process ends; for a program that cannot use a block."""
    stack = ExitStack()
    stack.enter_context(ensure())
    atexit.register(stack.close)
