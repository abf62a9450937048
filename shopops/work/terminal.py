"""A progress bar on standard error for commands; plain lines where nobody watches."""

import sys
import time
from typing import TextIO

_WIDTH = 28
_LINE_EVERY_SECONDS = 5.0
_BAR_EVERY_SECONDS = 0.1


class TerminalProgress:
    """Give this to `perform_inline(run, on_progress=…)`, and call `close` at the end."""

    def __init__(self, title: str, stream: TextIO | None = None) -> None:
        self._title = title
        self._stream = stream or sys.stderr
        self._is_live = self._stream.isatty()
        self._shown_at = float("-inf")
        self._last = ""

    def __call__(self, done: int, total: int, text: str) -> None:
        line = self._line(done, total, text)
        pause = _BAR_EVERY_SECONDS if self._is_live else _LINE_EVERY_SECONDS
        is_final = bool(total) and done >= total
        if line == self._last or (time.monotonic() - self._shown_at < pause and not is_final):
            return
        self._shown_at, self._last = time.monotonic(), line
        self._stream.write(f"\r\033[K{line}" if self._is_live else f"{line}\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the bar's line."""
        if self._is_live and self._last:
            self._stream.write("\n")
            self._stream.flush()

    def _line(self, done: int, total: int, text: str) -> str:
        if not total:
            return f"{self._title}  {done:,}  {text}".rstrip()
        share = min(done / total, 1.0)
        filled = round(share * _WIDTH)
        bar = f"{'█' * filled}{'░' * (_WIDTH - filled)} " if self._is_live else ""
        return f"{self._title}  {bar}{share:4.0%}  {done:,} / {total:,}  {text}".rstrip()
