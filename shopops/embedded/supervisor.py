"""One command that runs a whole shop: `python -m shopops.embedded up|demo [--once]`."""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from contextlib import ExitStack
from typing import TYPE_CHECKING

from shopops.embedded import process
from shopops.embedded.children import (
    Children,
    GivenUpError,
    rotate_logs,
    say,
    shop_programs,
    stop_leftovers,
)
from shopops.embedded.errors import EmbeddedError
from shopops.embedded.layout import PROJECT, Layout, layout_from_environment
from shopops.embedded.locks import FileLock, is_free
from shopops.embedded.session import ensure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

LOOK_SECONDS = 0.25
FIRST_PAGE_SECONDS = 90.0
SETTLE_SECONDS = 5.0
HEALTH_PATH = "/healthz"


class StopRequest:
    """Remembers that a signal to stop came: Ctrl-C, a service manager's, or a closed terminal."""

    def __init__(self) -> None:
        self._came = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._came = True

    def came(self) -> bool:
        return self._came


class Supervisor:
    """Brings one shop up, keeps it up, takes it down."""

    def __init__(self, layout: Layout, *, is_demo: bool, once: bool) -> None:
        self.layout = layout
        self.is_demo = is_demo
        self.once = once
        self.host = os.environ.get("HOST") or "127.0.0.1"
        self.port = _port()
        self.stop = StopRequest()

    def run(self) -> int:
        """Run until asked to stop, or with `once` until it has been up for a moment.

        :raises EmbeddedError: if the shop cannot be brought up
        """
        self.layout.make()
        with ExitStack() as stack:
            lock = stack.enter_context(FileLock(self.layout.run / "supervisor.lock"))
            if not lock.exclusive():
                raise EmbeddedError(
                    f"A shop already runs from {self.layout.data}. Stop it first, or give the "
                    "second one a folder and a port of its own: SHOPOPS_DATA=… PORT=…"
                )
            children = Children(self.layout, shop_programs(host=self.host, port=self.port))
            stop_leftovers(self.layout)
            require_free_port(self.host, self.port)
            if is_free(self.layout.run / "keeper.lock"):
                rotate_logs(self.layout.log)
            stack.enter_context(ensure())
            return self._run_programs(children)

    def _run_programs(self, children: Children) -> int:
        self._manage("migrate", "--no-input", "--verbosity", "0")
        if self.is_demo:
            self._manage("demo_shop")
        if self.stop.came():
            return 0
        try:
            self._await_first_page(children)
            self._show_address()
            end = time.monotonic() + SETTLE_SECONDS if self.once else math.inf
            while not self.stop.came() and time.monotonic() < end:
                children.step()
                if is_free(self.layout.run / "keeper.lock"):
                    raise EmbeddedError(f"The servers ended; see {self.layout.log}/keeper.log")
                time.sleep(LOOK_SECONDS)
            if self.once and children.exits():
                raise EmbeddedError(f"Ended by itself: {', '.join(children.exits())}")
        except GivenUpError as error:
            raise EmbeddedError(f"{error}; its log is in {self.layout.log}") from error
        finally:
            say("supervisor", "stopping …")
            children.stop()
        return 0

    def _manage(self, *arguments: str) -> None:
        """Run a management command with its progress shown."""
        if self.stop.came():
            return
        command = process.start(
            [sys.executable, PROJECT / "manage.py", *arguments],
            log=sys.stderr.fileno(),
            death_signal=signal.SIGTERM,
        )
        while command.poll() is None:
            if self.stop.came():
                process.stop_child(command, ((signal.SIGTERM, 5.0),))
                return
            time.sleep(process.POLL_SECONDS)
        if command.returncode != 0 and not self.stop.came():
            raise EmbeddedError(f"`manage.py {arguments[0]}` failed, see above")

    def _await_first_page(self, children: Children) -> None:
        end = time.monotonic() + FIRST_PAGE_SECONDS
        while not self.stop.came():
            children.step()
            if answers(self._address() + HEALTH_PATH):
                return
            if time.monotonic() > end:
                raise EmbeddedError(
                    f"The site did not answer; its log is {self.layout.log}/web.log"
                )
            time.sleep(process.POLL_SECONDS)

    def _address(self) -> str:
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  (shown, not bound)
        host = everywhere.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host and '[' not in host else host}:{self.port}"

    def _show_address(self) -> None:
        if self.stop.came():
            return
        lines = ["", f"ShopOps is up: {self._address()}/", ""]
        if self.is_demo:
            lines += _people_table(self.layout)
        else:
            lines += ["The first visit makes the administrator and the shop."]
        lines += ["", "Ctrl-C stops everything; the data stays.", ""]
        sys.stderr.write("\n".join(lines))
        sys.stderr.flush()


def answers(url: str) -> bool:
    """Tell whether a page is served there, whatever it says."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  (our own http address)
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def require_free_port(host: str, port: int) -> None:
    """Refuse early, and in words, if another program listens there.

    :raises EmbeddedError: if the address cannot be bound
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise EmbeddedError(
                f"{host}:{port} cannot be used ({error.strerror}). "
                "Choose another port, for example: make demo PORT=8001"
            ) from error


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise EmbeddedError(f"PORT={text} is no port number")
    return int(text)


def _people_table(layout: Layout) -> list[str]:
    """Return the sign-ins of the demo people as lines of a table."""
    try:
        people = json.loads(layout.demo_people.read_text())
    except (OSError, ValueError):
        return []
    rows = [["username", "password", "role", "name"]]
    rows += [[str(person[column]) for column in rows[0]] for person in people]
    widths = [max(_width(row[column]) for row in rows) for column in range(4)]
    return [
        "  " + "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths))  # noqa: B905
        for row in rows
    ]


def _width(text: str) -> int:
    """Return the columns of a terminal that a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; returns the exit status."""
    parser = argparse.ArgumentParser(prog="shopops.embedded", description=__doc__)
    parser.add_argument("what", choices=["up", "demo"], help="an empty shop, or the demo shop")
    parser.add_argument(
        "--once", action="store_true", help="stop when all of it was up for a moment"
    )
    options = parser.parse_args(arguments)
    try:
        supervisor = Supervisor(
            layout_from_environment(), is_demo=options.what == "demo", once=options.once
        )
        return supervisor.run()
    except PermissionError as error:
        sys.stderr.write(f"\n{error.filename} belongs to another user; set SHOPOPS_DATA\n")
        return 1
    except (EmbeddedError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
