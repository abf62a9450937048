"""`manage.py draw_check`: draw the winners of an activity again, from the shop or from what it published."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from crm.models import Draw
from crm.queries import draws
from crm.rules.draws import disagreements
from shopops.lib.commands import JsonCommand, Refused


class Command(JsonCommand):
    help = "Draw the winners again; exit status 1 if they differ. ACTIVITY: its number, or a published JSON file."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("activity", metavar="ACTIVITY")

    def answer(self, *, activity: str, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        published = (
            draws.published(_drawn(int(activity))) if activity.isdecimal() else _read(activity)
        )
        differs = disagreements(published)
        answer: dict[str, Any] = {
            "activity": activity,
            "entries": len(published.entries),
            "winners": list(published.winners),
            "differences": differs,
        }
        return answer | ({"failed": True} if differs else {})


def _drawn(key: int) -> Draw:
    row = Draw.objects.filter(pk=key).first()
    if row is None:
        raise Refused(f"there is no activity {key}")
    if row.drawn_at is None:
        raise Refused(f"activity {key} is not drawn yet")
    return row


def _read(path: str) -> Any:  # noqa: ANN401
    try:
        return draws.read_document(json.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise Refused(f"cannot read {path}: {error.strerror}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"{path} is not what a shop publishes of a draw: {error!r}") from error
