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


class _Spare:
    """The child that was started ahead, in processes that want one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: ChildProcess | None = None
        self._wanted: tuple[str, ...] | None = None

    def want(self, importers: Sequence[str] | None) -> None:
        with self._lock:
            self._wanted = tuple(importers) if importers else None
        self.refill()

    def take(self, importers: Sequence[str]) -> ChildProcess:
        with self._lock:
            child, self._child = self._child, None
        if child is not None and child.is_usable(importers):
            return child
        if child is not None:
            child.let_go()
        return ChildProcess(importers)

    def refill(self) -> None:
        with self._lock:
            child = self._child
            if child is not None and (self._wanted is None or not child.is_usable(self._wanted)):
                child.let_go()
                self._child = child = None
            if child is None and self._wanted is not None:
                self._child = ChildProcess(self._wanted)


_spare = _Spare()
# Keep a child started ahead for files of these importers from now on; None: keep none.
keep_spare = _spare.want
# Give a child for one file: the one started ahead, or a new one.
take_child = _spare.take
# Start the next one ahead, where one is wanted.
refill_spare = _spare.refill


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
