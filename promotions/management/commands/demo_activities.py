"""`manage.py demo_activities`: the demo shop's activities; called while the demo shop is filled."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from promotions.demo.activities import fill_activities
from shopops.lib.business_time import parse_instant
from shopops.lib.commands import JsonCommand, Refused
from shopops.staff.models import User
from shopops.staff.queries import nobody_yet


class Command(JsonCommand):
    help = "Make the demo's activities, where there are none yet."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--now", metavar="ISO", help="the demo's present; default: the clock")

    def answer(self, *, now: str | None = None, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        if nobody_yet():
            raise Refused("the demo shop has nobody yet: run demo_shop first")
        at = parse_instant(now) if now else timezone.now()
        people = {person.username: person for person in User.objects.order_by("pk")}
        return {"activities": fill_activities(by_name=people, now=at)}
