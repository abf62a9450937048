"""The programs of a running shop: started, watched, restarted with patience, stopped in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from shopops.embedded import process
from shopops.embedded.keys import write_private
from shopops.embedded.layout import PROJECT, Layout

if TYPE_CHECKING:
    from pathlib import Path

GIVE_UP_EXITS, GIVE_UP_SECONDS = 6, 60.0
FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS = 0.5, 8.0
WIDTH = 14
KEPT_LOGS = 3
LEFTOVER_SECONDS = 4.0
# Celery ends its running task on SIGTERM, gives it up on SIGQUIT; the ledger runs it again.
STOP_STEPS = ((signal.SIGTERM, 6.0), (signal.SIGQUIT, 3.0))


class GivenUpError(Exception):
    """A program of the shop does not stay up."""


@dataclass(slots=True)
class Child:
    """One program: how to run it, and how it fares."""

    name: str
    argv: list[str]
    process: subprocess.Popen[bytes] | None = None
    exits: deque[float] = field(default_factory=lambda: deque(maxlen=GIVE_UP_EXITS))
    start_at: float = 0.0

    @property
    def pid(self) -> int:
        """Return the number of the process; 0 while there is none."""
        return self.process.pid if self.process else 0

    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, layout: Layout) -> None:
        """Run the program; its lines go to our stderr with its name, and to its log file."""
        self.process = process.start(
            self.argv,
            log=subprocess.PIPE,
            death_signal=signal.SIGTERM,
            environment=dict(os.environ)
            | {"PYTHONUNBUFFERED": "1", process.MARKER: str(layout.data)},
        )
        arguments = (self.process, self.name, layout.log / f"{self.name}.log")
        threading.Thread(target=_copy_lines, args=arguments, daemon=True).start()

    def note_exit(self, now: float) -> None:
        """Decide when to start again.

        :raises GivenUpError: if it ended too often within a minute
        """
        code = self.process.returncode if self.process else None
        self.process = None
        self.exits.append(now)
        if len(self.exits) == GIVE_UP_EXITS and now - self.exits[0] < GIVE_UP_SECONDS:
            raise GivenUpError(
                f"{self.name} ended {GIVE_UP_EXITS} times within a minute (last status {code})"
            )
        recent = sum(now - moment < GIVE_UP_SECONDS for moment in self.exits)
        delay = min(FIRST_DELAY_SECONDS * 2 ** (recent - 1), LONGEST_DELAY_SECONDS)
        self.start_at = now + delay
        say("supervisor", f"{self.name} ended with status {code}; starting again in {delay:g} s")


class Children:
    """All programs of one shop."""

    def __init__(
        self,
        layout: Layout,
        children: list[Child],
        *,
        stop_steps: tuple[tuple[signal.Signals, float], ...] = STOP_STEPS,
    ) -> None:
        self.layout = layout
        self.children = children
        self.stop_steps = stop_steps
        self._record = layout.run / "children.json"

    def step(self) -> None:
        """Start what is due, and note what ended. Call a few times a second."""
        now = time.monotonic()
        changed = False
        for child in self.children:
            if child.process is not None and not child.is_up():
                child.note_exit(now)
            elif child.process is None and now >= child.start_at:
                child.start(self.layout)
                changed = True
        if changed:
            self._write_record()

    def exits(self) -> list[str]:
        """Return the names of programs that ended by themselves."""
        return [child.name for child in self.children if child.exits]

    def _write_record(self) -> None:
        pids = [child.pid for child in self.children if child.process]
        marks = [mark for mark in map(process.mark_of, pids) if mark]
        write_private(self._record, json.dumps([asdict(mark) for mark in marks]))

    def stop(self) -> None:
        """Stop the first program before the rest, which then stop side by side."""
        first, *rest = self.children
        if first.process:
            process.stop_child(first.process, self.stop_steps)
        stoppers = [
            threading.Thread(target=process.stop_child, args=(child.process, self.stop_steps))
            for child in rest
            if child.process
        ]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()
        self._record.unlink(missing_ok=True)


def stop_leftovers(layout: Layout) -> None:
    """Stop programs of a supervisor that was killed.

    Linux finds them, and what they started, by their environment; elsewhere the record knows the
    programs. A recorded pid that now means another process is left alone.
    """
    record = layout.run / "children.json"
    marks = process.marked(str(layout.data))
    try:
        marks += [process.ProcessMark(**mark) for mark in json.loads(record.read_text())]
    except (OSError, ValueError, TypeError):
        marks += []
    process.stop_strangers(marks, patience_seconds=LEFTOVER_SECONDS)
    record.unlink(missing_ok=True)


def shop_programs(*, host: str, port: int) -> list[Child]:
    """Return the programs that one shop consists of, the one to stop first in front."""
    manage = [sys.executable, str(PROJECT / "manage.py")]
    # As root Celery warns at length; here it listens to a password-protected loopback port.
    quiet = ["-W", "ignore:You're running the worker with superuser"]
    celery = [sys.executable, *quiet, "-m", "celery", "--quiet", "-A", "shopops", "worker"]
    celery += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    web += ["--workers", "2", "--blocking-threads", "1", "--host", host, "--port", str(port)]
    return [
        Child("web", [*web, "shopops.wsgi:application"]),
        # Two, so that a notice or a count does not wait behind a day of checks.
        Child("worker-quick", [*celery, "-c", "2", "-Q", "quick", "-n", "quick@%h"]),
        # Two, so that one file is read while the one before it is being written.
        Child("worker-imports", [*celery, "-c", "2", "-Q", "imports", "-n", "imports@%h"]),
        Child("scheduler", [*manage, "work_scheduler"]),
    ]


def say(name: str, text: str) -> None:
    """Write one line for people, marked with who speaks."""
    sys.stderr.write(f"{name:<{WIDTH}} | {text}\n")


def rotate_logs(folder: Path) -> None:
    """Put the logs of the last run aside and forget those of older runs."""
    for path in sorted(folder.glob("*.log")):
        for number in range(KEPT_LOGS - 1, 0, -1):
            older = path.with_suffix(f".log.{number}")
            if older.exists():
                older.replace(path.with_suffix(f".log.{number + 1}"))
        path.replace(path.with_suffix(".log.1"))


def _copy_lines(child: subprocess.Popen[bytes], name: str, path: Path) -> None:
    assert child.stdout is not None  # noqa: S101  (asked for at its start)
    with child.stdout as lines, path.open("ab", buffering=0) as log:
        for line in lines:
            log.write(line)
            say(name, line.decode(errors="replace").rstrip())
