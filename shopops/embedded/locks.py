"""File locks that vanish with the process that holds them."""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

POLL_SECONDS = 0.05


class FileLock:
    """One advisory lock on a file, shared or exclusive. Not inherited by child programs."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def exclusive(self, *, wait_seconds: float = 0) -> bool:
        """Take the lock alone; also turns a shared lock into an exclusive one."""
        return self._take(fcntl.LOCK_EX, wait_seconds)

    def shared(self, *, wait_seconds: float = 0) -> bool:
        """Take the lock together with others."""
        return self._take(fcntl.LOCK_SH, wait_seconds)

    def release(self) -> None:
        """Give the lock up; harmless when called twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _take(self, kind: int, wait_seconds: float) -> bool:
        end = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(self._file, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    return False
                time.sleep(POLL_SECONDS)
            else:
                return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def is_free(path: Path) -> bool:
    """Tell whether nobody holds the lock at this moment."""
    with FileLock(path) as lock:
        return lock.exclusive()
