"""`manage.py ship_due TID`: when an order must leave, why, and the one thing that it waits for."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.choices import OPEN_STAGES
from orders.models import Order
from orders.queries.order_page import OrderDetail, due_words, order_detail
from orders.queries.why import waits_for, why_words
from shopops.lib.business_time import SHANGHAI, parse_instant
from shopops.lib.commands import JsonCommand, Refused
from shopops.staff.queries import role_names


class Command(JsonCommand):
    help = "Due times of one order, the rule that judged it, and the one thing that it waits for."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("tid")
        parser.add_argument(
            "--now", metavar="ISO", help="instant to word it by; default: the clock"
        )

    def answer(self, *, tid: str, now: str | None, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        try:
            at = parse_instant(now) if now else timezone.now()
            detail = order_detail(tid=tid)
        except ValueError as error:
            raise Refused(f"--now is not an ISO date-time: {now}") from error
        except Order.DoesNotExist as error:
            raise Refused(_("没有订单 %(tid)s") % {"tid": tid}) from error
        order = detail.order
        return {
            "tid": tid,
            **{
                name: value.astimezone(SHANGHAI).isoformat() if value else None
                for name, value in (
                    ("ship_due_at", order.ship_due_at),
                    ("shop_due_at", order.shop_due_at),
                    ("platform_due_at", order.platform_due_at),
                )
            },
            "reason": due_words(order, now=at),
            "rule": str(order.ship_by_rule) if order.ship_by_rule else None,
            "stage": order.stage,
            "waits_for": waits_for(detail) or None,
            "why": why_words(detail, now=at, role_names=role_names()),
            "blocked_by": blocked_by(detail),
        }


def blocked_by(detail: OrderDetail) -> list[str]:
    """Name all that keeps an open order from leaving, each once: an open refund, its holds."""
    order = detail.order
    if order.stage not in OPEN_STAGES:
        return []
    reasons = ["refund_open"] if order.has_open_refund else []
    reasons += [str(hold.kind) for hold in detail.open_holds]
    return list(dict.fromkeys(reasons))
