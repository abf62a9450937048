"""`manage.py queues`: how many orders stand in which queue, and what lateness costs there."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from orders.actions.counts import count_queues
from orders.queries.queues import QUEUES
from shopops.lib.business_time import parse_instant
from shopops.lib.commands import JsonCommand, Refused
from shopops.staff.queries import shop_platform


class Command(JsonCommand):
    help = "Counts of the work queues and their money at risk, at an instant."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--now", metavar="ISO", help="instant to judge by; default: the clock")

    def answer(self, *, now: str | None, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        try:
            at = parse_instant(now) if now else timezone.now()
        except ValueError as error:
            raise Refused(f"--now is not an ISO date-time: {now}") from error
        rows = {row.code: row for row in count_queues(platform=shop_platform(), now=at)}
        return {
            "now": at.isoformat(),
            "queues": [
                {
                    "code": queue.code,
                    "name": str(queue.name),
                    "count": rows[queue.code].count,
                    "money_at_risk": f"{rows[queue.code].money_at_risk:.2f}",
                }
                for queue in QUEUES.values()
            ],
        }
