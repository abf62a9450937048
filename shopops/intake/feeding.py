"""Start the reading child, feed it a stored file, take rows and events. Knows no database."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from shopops.intake.child_process import refill_spare_soon, take_child
from shopops.intake.reading.decode import is_utf8_so_far
from shopops.lib import vault

PIECE_BYTES = 1 << 20

type Event = dict[str, Any]


class ChildDiedError(Exception):
    """The reading process ended without an answer: `how` is killed, crashed or timeout."""

    def __init__(self, how: str) -> None:
        self.how = how
        super().__init__(f"the reading process ended: {how}")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the child may use."""

    # Address space; about 300 MiB of it are libraries, so the resident part stays below 1 GiB.
    memory_bytes: int = 1280 << 20
    cpu_seconds: int = 120
    wall_seconds: int = 180
    workbook_bytes: int = 50 << 20
    workbook_rows: int = 300_000


class Reading:
    """One run of the child. Use as a context manager: at its end the child is gone in any case."""

    def __init__(  # noqa: PLR0913
        self,
        stored_name: str,
        *,
        importers: list[str],
        encoding: str,
        wanted: str | None,
        field_keys: str,
        allowance: Allowance,
        lines: list[int] | None = None,
    ) -> None:
        self._stored_name = stored_name
        self._allowance = allowance
        self._importers = importers
        self._order = {
            "encoding": encoding,
            "wanted": wanted,
            "field_keys": field_keys,
            "lines": lines,
            "memory_bytes": allowance.memory_bytes,
            "cpu_seconds": allowance.cpu_seconds,
            "workbook_bytes": allowance.workbook_bytes,
            "workbook_rows": allowance.workbook_rows,
        }
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._broken: vault.VaultBrokenError | None = None
        self._late = threading.Event()
        self.fed_bytes = 0
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Reading":
        process = take_child(self._importers)
        self._child = process.popen
        self._timer = threading.Timer(self._allowance.wall_seconds, self._time_out)
        self._timer.daemon = True
        self._timer.start()
        self._start(lambda: self._send_order(process.orders))
        self._start(self._feed)
        self._start(lambda: self._listen(process.events))
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.kill()
        for stream in (self._child.stdin, self._child.stdout):
            with contextlib.suppress(OSError, ValueError):
                cast("BinaryIO", stream).close()
        self._child.wait()
        for thread in self._threads:
            thread.join()
        refill_spare_soon()

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _feed(self) -> None:
        stdin = cast("BinaryIO", self._child.stdin)
        try:
            for chunk in vault.chunks(self._stored_name):
                stdin.write(chunk)
                self.fed_bytes += len(chunk)
            stdin.close()
        except vault.VaultBrokenError as error:
            # Never let the child take a cut-off file for a whole one.
            self._broken = error
            self.kill()
        except (OSError, ValueError):
            pass  # the child is gone; what it said tells why

    def _send_order(self, end: int) -> None:
        with contextlib.suppress(OSError), os.fdopen(end, "wb") as pipe:
            pipe.write(json.dumps(self._order).encode())

    def _listen(self, read_end: int) -> None:
        with os.fdopen(read_end, "rb") as pipe:
            for line in pipe:
                with contextlib.suppress(ValueError):
                    self._events.put(json.loads(line))
        self._events.put(None)

    def _time_out(self) -> None:
        self._late.set()
        self.kill()

    def kill(self) -> None:
        """End the child and whatever it started."""
        if self._child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)

    @property
    def pid(self) -> int:
        """Give the child's process id."""
        return self._child.pid

    def events(self) -> Iterator[Event]:
        """Give what the child says, until it has said all."""
        while (event := self._events.get()) is not None:
            yield event

    def events_so_far(self) -> Iterator[Event]:
        """Give what the child has said by now, without waiting."""
        with contextlib.suppress(queue.Empty):
            while (event := self._events.get_nowait()) is not None:
                yield event
            self._events.put(None)

    def first_event(self) -> Event:
        """Wait for the child's first word.

        :raises ChildDiedError: if there is none
        """
        event = self._events.get()
        if event is None:
            self._events.put(None)
            self.check_end(None)
            raise ChildDiedError("crashed")
        return event

    def rows(self) -> Iterator[bytes]:
        """Give the rows for COPY, in pieces."""
        stdout = cast("BinaryIO", self._child.stdout)
        while data := stdout.read(PIECE_BYTES):
            yield data

    def check_end(self, last: Event | None) -> None:
        """Make sure that the child ended as it should, after its last event.

        :raises ChildDiedError: if it was killed, crashed, or said no end
        :raises shopops.lib.vault.VaultBrokenError: if the stored file cannot be read
        """
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=10)
        if self._broken:
            raise self._broken
        if self._late.is_set():
            raise ChildDiedError("timeout")
        code = self._child.poll()
        if code is not None and code < 0:
            how = "timeout" if -code == signal.SIGXCPU else "killed"
            raise ChildDiedError(how)
        if code != 0 or last is None or last.get("event") != "end":
            raise ChildDiedError("crashed")


def pick_rows(  # noqa: PLR0913
    stored_name: str,
    *,
    importers: list[str],
    wanted: str | None,
    encoding: str,
    width: int,
    lines: list[int],
    field_keys: str,
    allowance: Allowance,
) -> Iterator[tuple[int, list[str]]]:
    """Give rows of a stored file as they stand, by line number. `encoding` "" means a workbook.

    :raises ChildDiedError: if the child ends without having read all
    """
    reading = Reading(
        stored_name,
        importers=importers,
        encoding=encoding,
        wanted=wanted,
        field_keys=field_keys,
        allowance=allowance,
        lines=[width, *lines],
    )
    with reading:
        rest = b""
        for data in reading.rows():
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                number, cells = json.loads(line)
                yield int(number), [str(cell) for cell in cells]
        events = list(reading.events())
        reading.check_end(events[-1] if events else None)


def probable_encoding(stored_name: str) -> str:
    """Tell which encoding to try first: UTF-8 unless the head cannot be.

    The whole file decides: if UTF-8 fails later, the reader starts again with GB18030.
    """
    head = next(iter(vault.chunks(stored_name)), b"")
    return "utf-8-sig" if is_utf8_so_far(head) else "gb18030"


def stopwatch() -> Callable[[], float]:
    """Give a function that tells the seconds since now."""
    started = time.monotonic()
    return lambda: time.monotonic() - started
