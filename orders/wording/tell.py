"""What is said to a buyer: always Chinese, whatever language the person at the desk reads."""

from datetime import datetime
from typing import Protocol

from django.utils import translation
from django.utils.translation import gettext as _

from orders import wording
from orders.rules.tell_words import filled

_ITEM_LENGTH = 40


class Named(Protocol):
    """What of an order is said to its buyer."""

    tid: str
    receiver_name: str
    title: str
    agreed_ship_at: datetime | None
    platform_due_at: datetime | None
    ship_due_at: datetime | None


def told_words(words: str, order: Named, *, now: datetime) -> str:
    """Fill an order's own values in; the receiver as masked as it is stored."""
    due_at = order.agreed_ship_at or order.platform_due_at or order.ship_due_at
    with translation.override("zh-hans"):
        values = {
            "tid": order.tid,
            "receiver": order.receiver_name,
            "item": order.title[:_ITEM_LENGTH],
            "ship_time": wording.minute_words(due_at, now=now) if due_at else _("最快时间"),
        }
    return filled(words, values)
