"""`manage.py demo_reports`: the demo shop's reports and where they would go."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from analytics.demo import reports
from analytics.models import Report
from shopops.lib.business_time import parse_instant
from shopops.lib.commands import JsonCommand
from shopops.staff.models import User


class Command(JsonCommand):
    help = "Make the demo shop's reports. Does nothing where it is done already."

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", metavar="ISO", help="the demo's present; default: the clock")

    def answer(self, *, now: str | None, **_options: object) -> dict[str, Any]:
        at = parse_instant(now) if now else timezone.now()
        by_name = {person.username: person for person in User.objects.order_by("pk")}
        reports.fill(by_name=by_name, now=at)
        return {"reports": Report.objects.count()}
