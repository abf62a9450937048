"""Starting the reading child; a worker keeps one started ahead, for loading Arrow takes long.

A child reads one file and is gone, also one that was started ahead: it has loaded its libraries, no
byte of a file, and waits for its order on a pipe. When whoever started it dies, the pipe closes and
so it ends.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_REFILL_SECONDS = 2.0
_KEPT = ("PATH", "HOME", "LANG", "PYTHONPYCACHEPREFIX")


class ChildProcess:
    """A started child with its pipes: `orders` is where its order goes, `events` what it says."""

    def __init__(self, importers: Sequence[str]) -> None:
        self.importers = tuple(importers)
        self.parent = os.getpid()
        orders, self.orders = os.pipe()
        self.events, events = os.pipe()
        try:
            self.popen = subprocess.Popen(  # noqa: S603 - our own module, fixed arguments
                [
                    sys.executable,
                    "-m",
                    "shopops.intake.child",
                    json.dumps([orders, events, *self.importers]),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=[orders, events],
                env=_environment(),
                cwd=ROOT,
                start_new_session=True,
            )
        except BaseException:
            os.close(self.orders)
            os.close(self.events)
            raise
        finally:
            os.close(orders)
            os.close(events)

    def is_usable(self, importers: Sequence[str]) -> bool:
        """Say whether it waits for an order of ours; after a fork it is the parent's."""
        is_alive = self.parent == os.getpid() and self.popen.poll() is None
        return is_alive and self.importers == tuple(importers)

    def let_go(self) -> None:
        """Close the pipes of a child that gets no order, so that it ends."""
        for end in (self.orders, self.events):
            with contextlib.suppress(OSError):
                os.close(end)
        for stream in (self.popen.stdin, self.popen.stdout):
            if stream is not None:
                stream.close()
        if self.parent == os.getpid():
            self.popen.wait()


class _Spares:
    """The children that were started ahead, in processes that want some."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: list[ChildProcess] = []
        self._wanted: tuple[str, ...] = ()
        self._count = 0

    def want(self, importers: Sequence[str] | None, *, count: int = 1) -> None:
        with self._lock:
            self._wanted = tuple(importers or ())
            self._count = count if importers else 0
        self.refill()

    def take(self, importers: Sequence[str]) -> ChildProcess:
        with self._lock:
            while self._children:
                child = self._children.pop(0)
                if child.is_usable(importers):
                    return child
                child.let_go()
        return ChildProcess(importers)

    def refill(self) -> None:
        with self._lock:
            usable = [one for one in self._children if one.is_usable(self._wanted)]
            for child in self._children:
                if child not in usable[: self._count]:
                    child.let_go()
            self._children = usable[: self._count]
            while len(self._children) < self._count:
                self._children.append(ChildProcess(self._wanted))

    def refill_soon(self) -> None:
        """Refill when the work at hand is likely done: a child's start takes a processor for a while."""
        timer = threading.Timer(_REFILL_SECONDS, self.refill)
        timer.daemon = True
        timer.start()


_spare = _Spares()
# Keep children started ahead for files of these importers from now on, one for each file read at a
# time; None: keep none.
keep_spare = _spare.want
# Give a child for one file: the one started ahead, or a new one.
take_child = _spare.take
# Start the next one ahead, where one is wanted: at once, or when the file just read is likely written.
refill_spare = _spare.refill
refill_spare_soon = _spare.refill_soon


def _environment() -> dict[str, str]:
    paths = [str(ROOT), *(path for path in sys.path if path)]
    return {
        **{key: os.environ[key] for key in _KEPT if key in os.environ},
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
