"""Everything that happened with one customer on one line; other topics add their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.choices import Channel
from crm.queries.points import taken_in
from orders.models import AfterSalesCase, Order, Refund
from shopops.staff.models import Operation
from shopops.staff.operations import name_of

MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `kind` is what the line can be narrowed to."""

    at: datetime
    kind: str
    text: str | Promise
    detail: str = ""
    who: str = ""
    tone: str = ""
    url: str = ""


# Called with the customer's key and those of their buyers; gives its newest events.
type Source = Callable[[int, Sequence[int]], Sequence[Event]]
_sources: dict[str, Source] = {}


def timeline_source(code: str, source: Source) -> None:
    """Register who else knows what happened with a customer: points, messages, reviews, tasks."""
    _sources[code] = source


def timeline(*, customer_id: int, buyer_ids: Sequence[int]) -> list[Event]:
    """Give the newest events of all sources, newest first. A handful of queries by key."""
    events: list[Event] = []
    sources = (_orders, _refunds, _cases, _acts, *_sources.values())
    for source in sources:
        events += source(customer_id, buyer_ids)
    for other in taken_in([customer_id]).keys() - {customer_id}:
        for source in sources:
            events += source(other, ())
    return sorted(events, key=lambda one: one.at, reverse=True)[:MOST_EVENTS]


def _orders(_customer_id: int, buyer_ids: Sequence[int]) -> list[Event]:
    rows = Order.objects.filter(buyer__in=buyer_ids, created_at__isnull=False)
    return [
        Event(
            at=one.paid_at or one.created_at,
            kind="order",
            text=_("付款 ¥%(amount)s") % {"amount": one.paid_amount}
            if one.paid_at
            else _("下单未付 ¥%(amount)s") % {"amount": one.total_amount},
            detail=f"{one.tid} · {one.title[:60]}",
            tone="us" if one.paid_at else "",
            url=reverse("orders:order", args=[one.tid]),
        )
        for one in rows.order_by("-created_at", "-pk")[:MOST_EVENTS]
        if one.created_at
    ]


def _refunds(_customer_id: int, buyer_ids: Sequence[int]) -> list[Event]:
    rows = Refund.objects.filter(order__buyer__in=buyer_ids).exclude(
        applied_at=None, finished_at=None
    )
    return [
        Event(
            at=at,
            kind="refund",
            text=_("退款 ¥%(amount)s：%(status)s")
            % {"amount": one.refund_amount, "status": one.get_status_display()},
            detail=f"{one.tid} · {one.reason}",
            tone="late",
            url=reverse("orders:order", args=[one.tid]),
        )
        for one in rows.order_by("-pk")[:MOST_EVENTS]
        if (at := one.finished_at or one.applied_at)
    ]


def _cases(_customer_id: int, buyer_ids: Sequence[int]) -> list[Event]:
    rows = AfterSalesCase.objects.filter(order__buyer__in=buyer_ids).select_related("order")
    return [
        Event(
            at=one.opened_at,
            kind="case",
            text=_("售后：%(type)s") % {"type": one.get_type_display()},
            detail=one.order.tid,
            tone="soon",
            url=reverse("orders:order", args=[one.order.tid]),
        )
        for one in rows.order_by("-opened_at", "-pk")[:MOST_EVENTS]
    ]


def _acts(customer_id: int, _buyer_ids: Sequence[int]) -> list[Event]:
    rows = Operation.objects.filter(object_type="customer", object_key=str(customer_id))
    return [
        Event(
            at=one.at,
            kind="act",
            text=name_of(one.name),
            detail=_said(one),
            who=one.actor_name or _("系统"),
            tone="done",
        )
        for one in rows.order_by("-at", "-pk")[:MOST_EVENTS]
    ]


def _said(row: Operation) -> str:
    new = row.new or {}
    said = [str(new[name]) for name in ("tag", "note", "until") if new.get(name)]
    if channel := new.get("channel") or (row.old or {}).get("channel"):
        said.append(str(dict(Channel.choices).get(channel, channel)))
    return " · ".join([*said, *([row.reason] if row.reason else [])])
