"""How a process that is to end tells its runs: a byte shared with pool children, and SIGTERM."""

import mmap
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Mapped before the worker forks its pool, hence one byte for parent and children.
_byte = mmap.mmap(-1, 1)


def ask_to_stop() -> None:
    """Ask all runs of this process and of its forked children to hand themselves back."""
    _byte[0] = 1


def is_asked_to_stop() -> bool:
    """Tell whether the worker is shutting down."""
    return _byte[0] == 1


@contextmanager
def sigterm_caught() -> Iterator[threading.Event]:
    """Turn SIGTERM into an event while a run is at work; outside the main thread do nothing."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def remember(signum: int, frame: FrameType | None) -> None:
        asked.set()

    before = signal.signal(signal.SIGTERM, remember)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before if before is not None else signal.SIG_DFL)
