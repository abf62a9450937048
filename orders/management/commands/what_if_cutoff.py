"""`manage.py what_if_cutoff`: another cutoff, tried on past orders."""

from datetime import time
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from orders.queries.what_if import what_if_cutoff
from shopops.lib.business_time import parse_instant
from shopops.lib.commands import JsonCommand, Refused


class Command(JsonCommand):
    help = "How many of the last days' orders would have been due the same day, and how many late."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--cutoff", required=True, metavar="HH:MM")
        parser.add_argument("--days", required=True, type=int)
        parser.add_argument("--now", metavar="ISO", help="instant to judge by; default: the clock")

    def answer(self, *, cutoff: str, days: int, now: str | None, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        try:
            clock = time.fromisoformat(cutoff)
            at = parse_instant(now) if now else timezone.now()
        except ValueError as error:
            raise Refused(f"--cutoff wants HH:MM, --now an ISO date-time: {error}") from error
        if not 1 <= days <= 3660:
            raise Refused("--days wants 1 to 3660")
        counts = what_if_cutoff(cutoff=clock, days=days, now=at).counts
        return {
            "orders": counts.orders,
            "same_day_now": counts.same_day_now,
            "same_day_then": counts.same_day_then,
            "late_now": counts.late_now,
            "late_then": counts.late_then,
        }
