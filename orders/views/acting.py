"""What an act on one order is, for the page that offers it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise

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


@dataclass(frozen=True, slots=True)
class Call:
    """An act being done: on what, with what, by whom."""

    tid: str
    hold_id: int
    version: int | None
    data: Data
    by: User
    now: datetime
