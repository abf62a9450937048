"""What an act on one order is, for the page that offers it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise

from orders.models import Hold
from orders.queries.order_page import OrderDetail
from shopops.staff.models import User

type Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One act on one order: when it is offered, what it asks, what it does."""

    code: str
    label: str | Promise
    right: str
    offered: Callable[[OrderDetail], bool]
    run: Callable[["Call"], object]
    form: type[forms.Form] | None = None
    text: str | Promise = ""
    tone: str = ""
    # The open holds that it can be done to; None: it is not about a hold.
    holds: Callable[[OrderDetail], list[Hold]] | None = None

    def hold_id(self, detail: OrderDetail, sent: str) -> int:
        """Give the hold that is meant: the one sent, else the first that fits; 0 for none."""
        if sent.isdigit():
            return int(sent)
        found = self.holds(detail) if self.holds else []
        return found[0].pk if found else 0


@dataclass(frozen=True, slots=True)
class Call:
    """An act being done: on what, with what, by whom."""

    tid: str
    hold_id: int
    version: int | None
    data: Data
    by: User
    now: datetime
