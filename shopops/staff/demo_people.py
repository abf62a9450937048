"""Who may be tried out in the demo shop, with their password. A real shop has no such people."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from shopops.lib import words
from shopops.staff import queries
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One of the invented people, for the sign-in page."""

    name: str
    role: str
    login: str
    password: str


def demo_people() -> list[DemoPerson]:
    """Give the demo people who can sign in; nobody in a real shop, whatever file lies there."""
    shop = queries.current_shop()
    if shop is None or not shop.is_demo:
        return []
    try:
        rows = json.loads((Path(settings.SHOPOPS_DATA) / "demo-people.json").read_text())
        people = [
            DemoPerson(row["name"], words.stored(row["role"]), row["username"], row["password"])
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError):  # without its file the page is a plain one
        return []
    active = User.objects.filter(is_active=True, username__in=[one.login for one in people])
    there = set(active.values_list("username", flat=True))
    return [one for one in people if one.login in there]
