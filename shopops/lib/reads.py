"""Answers that frame and page both need, asked once while a page is read.

Only requests that change nothing keep them: an act must see what it has just written.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, cast

_kept: ContextVar[dict[Callable[[], Any], Any] | None] = ContextVar("kept_reads", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """Keep the answers of `once_a_page` functions inside the block."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once_a_page[T](ask: Callable[[], T]) -> Callable[[], T]:
    """Let a question without arguments be asked once inside `reading()`, and each time outside."""

    @wraps(ask)
    def asked() -> T:
        kept = _kept.get()
        if kept is None:
            return ask()
        if ask not in kept:
            kept[ask] = ask()
        return cast("T", kept[ask])

    return asked
