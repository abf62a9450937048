"""What a case is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class World:
    """When and where a case takes place."""

    now: datetime
    day: date
    manager: User
    folder: Path


@dataclass(frozen=True, slots=True)
class Case:
    """`make` brings the condition about; `mend` ends it, so that the check passes."""

    make: Callable[[World], object]
    mend: Callable[[World], object]
