"""What acts on partners, tests, material and festivals share: the lock, the version, the log row."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.db import connection
from django.db.models import Model

from products.actions.errors import StaleGoodsError
from promotions.models import (
    Distributor,
    Exchange,
    Festival,
    Material,
    Partner,
    Subscription,
    Trial,
)
from shopops.staff import operations
from shopops.staff.models import User

type Kept = Distributor | Exchange | Festival | Material | Partner | Subscription | Trial


def locked_one[K: Kept](model: type[K], pk: int, *, version: int | None = None) -> K:
    """Lock one row of these models until the end of the transaction.

    :raises model.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    """
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    rows = model._default_manager.select_for_update(of=("self",))
    row = cast("K", rows.get(pk=pk))
    if version is not None and row.version != version:
        raise StaleGoodsError(str(row), seen=version, current=row.version)
    return row


def change(
    row: Any,  # noqa: ANN401
    values: Mapping[str, Any],
    *,
    now: datetime,
    by: User | None,
) -> dict[str, tuple[Any, Any]]:
    """Set what differs on a locked row and save it with a new version; give old and new by field."""
    differing = {
        name: (getattr(row, name), value)
        for name, value in values.items()
        if getattr(row, name) != value
    }
    if not differing:
        return {}
    for name, (_old, new) in differing.items():
        setattr(row, name, new)
    row.version += 1
    names = {*differing, "version"}
    if hasattr(row, "changed_at"):
        row.changed_at, row.changed_by = now, by
        names |= {"changed_at", "changed_by"}
    row.save(update_fields=sorted(names))
    return differing


def note_change(
    name: str,
    row: Model,
    changed: Mapping[str, tuple[Any, Any]],
    *,
    by: User | None,
    now: datetime,
    reason: str = "",
) -> None:
    """Write an operation with what changed, old beside new."""
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type=row._meta.model_name or "",
        object_key=str(row.pk),
        old={field: plain(old) for field, (old, _new) in changed.items()},
        new={field: plain(new) for field, (_old, new) in changed.items()},
        reason=reason,
    )


def note(
    name: str,
    row: Model,
    *,
    by: User | None,
    now: datetime,
    new: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write an operation about a row."""
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type=row._meta.model_name or "",
        object_key=str(row.pk),
        new={field: plain(value) for field, value in (new or {}).items()},
        reason=reason,
    )


def plain(value: Any) -> Any:  # noqa: ANN401
    """Give a value as the log keeps it."""
    if isinstance(value, User):
        return value.name
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Model):
        return str(value)
    return value
