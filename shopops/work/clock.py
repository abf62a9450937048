"""The system's clock, for those who may look at one: tasks, commands and the engine's default."""

from collections.abc import Callable
from datetime import UTC, datetime

type Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Give the present instant."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one clock that others are handed
