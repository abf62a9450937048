"""`manage.py price_check ACTIVITY`: the price check of one activity, point by point."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from promotions.actions.check import check_activity
from promotions.models import Activity
from promotions.queries.preparation import approval_of, is_green
from promotions.queries.price_facts import price_facts
from promotions.rules.final_price.answering import document
from promotions.rules.price_check import figures
from promotions.wording.activities import point_words
from promotions.wording.price import reading_words, step_words
from shopops.lib.business_time import parse_instant
from shopops.lib.commands import JsonCommand, Refused


class Command(JsonCommand):
    help = "Check an activity (its number or its name) as its page does; exit status 1 if it is blocked."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("activity", help="number or name")
        parser.add_argument("--now", metavar="ISO", help="as of this moment; default: the clock")

    def answer(self, *, activity: str, now: str | None = None, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        row = _found(activity)
        try:
            at = parse_instant(now) if now else timezone.now()
        except ValueError as error:
            raise Refused(f"--now is not an ISO date-time: {now}") from error
        check = check_activity(activity_id=row.pk, by=None, now=at)
        approval = approval_of(check)
        green = is_green(check)
        return {
            "activity": {"id": row.pk, "name": row.name, "state": row.state},
            "checked_at": check.checked_at.isoformat(),
            "failed_count": check.failed_count,
            "unknown_count": check.unknown_count,
            "blocked": not green,
            "failed": not green,
            "approved_by": approval.by.name if approval else None,
            "approval_reason": approval.reason if approval else None,
            "points": [
                {
                    "sku": point["sku"],
                    "code": point["code"],
                    "outcome": point["outcome"],
                    "text": point_words(point["evidence"]),
                    "figures": figures(point["evidence"]),
                }
                for point in check.points
            ],
            "changes": check.changes,
            "baskets": _baskets(row, at),
        }

    def show(self, answer: dict[str, Any]) -> None:
        for point in answer["points"]:
            if point["outcome"] != "pass":
                self.stdout.write(f"{point['sku']} {point['outcome']}: {point['text']}")
        self.stdout.write(f"{answer['failed_count']} failed, {answer['unknown_count']} unknown")


def _baskets(row: Activity, now: datetime) -> list[dict[str, Any]]:
    """Give the cheapest basket of each SKU with its sum line by line."""
    found = price_facts(row, now=now).baskets
    return [
        {
            "sku": code,
            "amount": str(one.amount),
            "at": one.at.isoformat(),
            "basket": [{"sku": line.sku, "quantity": line.quantity} for line in one.lines],
            **document(one.quote(), words=step_words, reading_words=reading_words),
        }
        for code, one in found.items()
    ]


def _found(text: str) -> Activity:
    rows = Activity.objects.all()
    by_id = rows.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    named = list(rows.filter(name=text).order_by("-pk")[:2])
    if by_id is None and len(named) > 1:
        raise Refused(f"several activities are called {text}: name it by its number")
    found = by_id or (named[0] if named else None)
    if found is None:
        raise Refused(f"there is no activity {text}")
    return found
