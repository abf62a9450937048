"""`manage.py demo_promotions`: what the demo shop offers, tries and whom it works with."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from promotions.demo import partners
from shopops.lib.business_time import parse_instant
from shopops.lib.commands import JsonCommand, Refused
from shopops.staff.models import User


class Command(JsonCommand):
    """Fill the demo shop's promotions; safe to run again. Called by `demo_shop`."""

    help = "fills the demo shop's distributors, partners, tools, tests and material"

    def add_options(self, parser: CommandParser) -> None:
        """Take the demo's present."""
        parser.add_argument("--now", metavar="ISO", help="the demo's present; default: the clock")

    def answer(self, *, now: str | None, **_options: object) -> dict[str, Any]:
        """Fill what is empty."""
        at = _instant(now)
        by_name = {person.username: person for person in User.objects.order_by("pk")}
        return {"partners": partners.fill(by_name=by_name, now=at)}


def _instant(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        return parse_instant(text)
    except ValueError as error:
        raise Refused(f"--now is not an ISO date-time: {text}") from error
