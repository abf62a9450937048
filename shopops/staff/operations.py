"""The operation log, written inside the action's own transaction: both stand or both fall."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from shopops.staff.models import Operation, User
from shopops.staff.origin import current_ip


def record(  # noqa: PLR0913
    *,
    name: str,
    by: User | None,
    now: datetime,
    object_type: str = "",
    object_key: str = "",
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    reason: str = "",
    batch_id: int | None = None,
) -> Operation:
    """Write one operation. `by` None is the system itself. Values must be JSON-able and masked."""
    return Operation.objects.create(
        at=now,
        actor=by,
        actor_name=by.name if by else "",
        name=name,
        object_type=object_type,
        object_key=object_key,
        old=old or {},
        new=new or {},
        reason=reason,
        batch_id=batch_id,
        ip=current_ip(),
    )


_names: dict[str, str | Promise] = {}


def name_operations(labels: Mapping[str, str | Promise]) -> None:
    """Say in words what dotted names mean; each app does so in `AppConfig.ready`."""
    _names.update(labels)


def name_of(name: str) -> str | Promise:
    """Give the words for a dotted name, or the name itself where nobody gave any."""
    return _names.get(name, name)


_words: dict[str, dict[str, str | Promise]] = {}


def name_parts(of: str, labels: Mapping[str, str | Promise]) -> None:
    """Say in words what the log keeps by code: `of` is "object", "field" or a field's name."""
    _words.setdefault(of, {}).update(labels)


def part_words(of: str, code: str) -> str:
    """Give the words for a kind of object, a field, or a value of a field; else the code itself."""
    return str(_words.get(of, {}).get(code, code))


def known_names() -> list[tuple[str, str | Promise]]:
    """Give every named operation with its words, for the filter of the log page."""
    return sorted(_names.items())
