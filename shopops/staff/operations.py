"""Writing the operation log. Called inside the action's own transaction, so both stand or both fall."""

from datetime import datetime
from typing import Any

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
