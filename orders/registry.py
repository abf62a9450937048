"""What higher apps hang on to orders: work to ask for when an import has changed them."""

from collections.abc import Callable
from datetime import datetime

AfterImport = Callable[[int, datetime], None]
_after_import: list[AfterImport] = []


def after_import(act: AfterImport) -> AfterImport:
    """Register what is to be asked for after an import changed orders: called with batch id and now.

    It runs in the transaction of the import's last step; it must not do the work, only ask for it.
    """
    if act not in _after_import:
        _after_import.append(act)
    return act


def tell_after_import(*, batch_id: int, now: datetime) -> None:
    """Call everything that was registered."""
    for act in _after_import:
        act(batch_id, now)
