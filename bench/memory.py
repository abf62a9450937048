"""The greatest memory that processes used meanwhile: ours, the reading child's, Postgres' backends'."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_EVERY_SECONDS = 0.05


@contextmanager
def watched_memory() -> Iterator[dict[str, int]]:
    """Watch inside the block; the dict holds the peaks in KiB, by kind of process.

    Of Postgres' backends the private part counts: the shared buffers are one memory for all.
    """
    peaks: dict[str, int] = {}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_EVERY_SECONDS):
            for process in Path("/proc").glob("[0-9]*"):
                with suppress(OSError, ValueError):
                    _look(process, peaks)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def _look(process: Path, peaks: dict[str, int]) -> None:
    line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    if int(process.name) == os.getpid():
        name, field = "importing process", "VmHWM"
    elif "shopops.intake.child" in line and _parent(process) == os.getpid():
        name, field = "reading child", "VmHWM"
    elif line.startswith("postgres: ") and "bench_" in line:
        name, field = "Postgres backend (private)", "RssAnon"
    else:
        return
    peaks[name] = max(peaks.get(name, 0), _status(process, field))


def _parent(process: Path) -> int:
    return _status(process, "PPid")


def _status(process: Path, field: str) -> int:
    for line in (process / "status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    return 0
