"""What the pages of the warehouse share: the band, stops in words, who asks, refusals."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from orders.actions.bulk import LOCK_NOT_AVAILABLE
from orders.actions.errors import OrderRefusedError
from orders.actions.warehouse.table import stop_advice, stop_words
from orders.queries.warehouse.waves import ParcelRow
from orders.rules.stops import Stop
from orders.views.rows import order_url
from shopops.staff.models import User

type Data = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One form that was sent: by whom, when, and what."""

    request: HttpRequest
    by: User
    now: datetime

    @cached_property
    def data(self) -> Any:  # noqa: ANN401
        """Give what was sent."""
        return self.request.POST

    def number(self, name: str) -> int:
        """Give a whole number that was sent, else 0."""
        text = str(self.data.get(name, ""))
        return int(text) if text.isdecimal() and len(text) < 18 else 0

    def text(self, name: str) -> str:
        """Give a text that was sent, without blanks around it."""
        return str(self.data.get(name, "")).strip()


def asked(request: HttpRequest) -> Asked:
    """Say who asks, and when."""
    assert isinstance(request.user, User)  # noqa: S101
    return Asked(request, request.user, timezone.now())


@dataclass(frozen=True, slots=True)
class Band:
    """The answer to a scan, over the whole width. `blocked`: a parcel that may be taken over."""

    title: str
    detail: str
    tone: str
    sound: str = ""
    at: datetime | None = None
    blocked: int | None = None

    @property
    def icon(self) -> str:
        """Name the icon, so that colour never stands alone."""
        return {"done": "circle-check", "late": "circle-x"}.get(self.tone, "scan")


def wants_json(request: HttpRequest) -> bool:
    """Say whether the page's script asks."""
    return "application/json" in request.headers.get("Accept", "")


def try_act(act: Callable[[], object]) -> str:
    """Do an act; give "" or why it was refused, in words."""
    try:
        act()
    except OrderRefusedError as refusal:
        return refusal.message
    except ObjectDoesNotExist:
        return _("它刚被同事改掉了，刷新看一下。")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        return _("同事正在改它，稍后再试。")
    return ""


def say(request: HttpRequest, refusal: str, success: str) -> None:
    """Leave a message for the next page."""
    if refusal:
        messages.error(request, refusal)
    elif success:
        messages.success(request, success)


def stop_context(stop: Stop | None) -> Data | None:
    """Give a stop in words, for templates."""
    if stop is None:
        return None
    return {"words": stop_words(stop), "advice": stop_advice(stop), "code": stop.code.value}


def parcel_context(row: ParcelRow) -> Data:
    """Give a parcel of a list, for templates."""
    parcel = row.parcel
    return {
        "id": parcel.pk,
        "number": parcel.number,
        "position": parcel.wave_position,
        "state": parcel.get_state_display(),
        "tone": "done" if parcel.state in ("checked", "handed_over") else "us",
        "carrier": parcel.carrier,
        "waybill_no": parcel.waybill_no,
        "pieces": parcel.piece_count,
        "title": row.title,
        "due_at": parcel.due_at,
        "is_urgent": any(order.is_urgent for order in row.orders),
        "skip_reason": parcel.skip_reason,
        "locked_by": parcel.locked_by.name if parcel.locked_by_id and parcel.locked_by else "",
        "orders": [{"tid": order.tid, "url": order_url(order.tid)} for order in row.orders],
        "place": " ".join(
            [row.orders[0].receiver_province, row.orders[0].receiver_city] if row.orders else []
        ),
        "stop": stop_context(row.stop),
        "waits_second": parcel.checked_at is not None and parcel.second_checked_at is None
        and parcel.state == "picked",
    }  # fmt: skip


def print_url(what: str, pk: int, *, pdf: bool = False) -> str:
    """Give the address of a print page, or of its PDF."""
    return reverse("orders:print_pdf" if pdf else "orders:print", args=[what, pk])
