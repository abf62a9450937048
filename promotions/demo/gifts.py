"""The demo shop's gifts: two rules that give now, one that is over."""

from collections.abc import Mapping
from datetime import datetime

from shopops.staff.models import User


def fill(by_name: Mapping[str, User], now: datetime) -> None:
    """Placeholder."""
