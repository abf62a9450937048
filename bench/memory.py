"""What processes used meanwhile: ours, the reading child's, Postgres' backends'. Memory and time."""

import os
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_EVERY_SECONDS = 0.05
_TICKS = os.sysconf("SC_CLK_TCK")


class Watch:
    """Watches inside a `with` block.

    `peaks` holds KiB by kind of process. Of Postgres' backends the private part counts: the shared
    buffers are one memory for all. `processor_seconds` adds all of them up, dead ones too; unlike
    the clock it does not mind who else works on the machine.
    """

    def __init__(self, database: str) -> None:
        self.peaks: dict[str, int] = {}
        self._database = database
        self._ticks: dict[str, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def processor_seconds(self) -> float:
        """Give the processor time that all watched processes have used so far."""
        self._look_around()
        return sum(dict(self._ticks).values()) / _TICKS

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_SECONDS):
            self._look_around()

    def _look_around(self) -> None:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError, IndexError):
                self._look(process)

    def _look(self, process: Path) -> None:
        line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        if int(process.name) == os.getpid():
            name, field = "importing process", "VmHWM"
        elif "shopops.intake.child" in line and _status(process, "PPid") == os.getpid():
            name, field = "reading child", "VmHWM"
        elif line.startswith("postgres: ") and self._is_ours(line):
            name, field = "Postgres backend (private)", "RssAnon"
        else:
            return
        numbers = (process / "stat").read_text().rsplit(")", 1)[1].split()
        # The number of a process may come again; its start time does not.
        self._ticks[f"{process.name} {numbers[19]}"] = int(numbers[11]) + int(numbers[12])
        self.peaks[name] = max(self.peaks.get(name, 0), _status(process, field))

    def _is_ours(self, line: str) -> bool:
        return f" {self._database} " in line or "parallel worker" in line


def _status(process: Path, field: str) -> int:
    for line in (process / "status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    return 0
