"""Refusals of acts on orders. Their text is for the person who asked, in that person's words."""

from typing import Any

from django.utils.translation import gettext as _


class OrderRefusedError(Exception):
    """An act on an order that cannot be done now. `str()` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StaleOrderError(OrderRefusedError):
    """A colleague (or an import) changed the order since the page was opened."""

    def __init__(self, *, tid: str, seen: int, current: int) -> None:
        super().__init__(
            _(
                "订单 %(tid)s 在你打开之后被改过（你看到第 %(seen)d 版，现在第 %(current)d 版），没有保存。"
            )
            % {"tid": tid, "seen": seen, "current": current}
        )
        self.tid = tid


class UnableToHoldError(OrderRefusedError):
    """The order cannot be held, or the hold cannot be changed."""


class UnableToApproveError(OrderRefusedError):
    """The order does not pass audit."""


class UnableToHandOverError(OrderRefusedError):
    """The parcel may not leave, or the waybill cannot be used."""


class UnableToMergeError(OrderRefusedError):
    """The orders cannot travel in one parcel."""


class UnableToSplitError(OrderRefusedError):
    """The parcel cannot be divided like this."""


class UnableToUndoError(OrderRefusedError):
    """A merge or split can no longer be undone."""


class CalendarRefusedError(Exception):
    """A cutoff, an override or a rule row that cannot be saved. `errors` maps field to words."""

    def __init__(self, errors: dict[str, Any]) -> None:
        super().__init__("; ".join(str(error) for error in errors.values()))
        self.errors = errors
