"""Questions about activities of customers: the list, one with its entries, what is published of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from crm.models import Draw, DrawEntry
from crm.rules.draws import Entry, Published, disagreements


def draws() -> QuerySet[Draw]:
    """Give all activities, those that end last first, with how many take part."""
    rows = Draw.objects.annotate(
        entered=Count("entries"), struck=Count("entries", filter=Q(entries__is_struck=True))
    )
    return rows.select_related("made_by", "drawn_by").order_by("-ends_at", "-pk")


def phase(row: Draw, now: datetime) -> str:
    """Say how far an activity has come: ahead, open, ended, drawn."""
    if row.drawn_at is not None:
        return "drawn"
    if now < row.starts_at:
        return "ahead"
    return "open" if now < row.ends_at else "ended"


def entries(row: Draw, *, after: int = 0, size: int = 100) -> list[DrawEntry]:
    """Give an activity's entries by number."""
    found = row.entries.select_related("customer").filter(number__gt=after)
    return list(found.order_by("number")[:size])


def winners(row: Draw) -> list[DrawEntry]:
    """Give the winners by place."""
    return list(
        row.entries.filter(place__isnull=False).select_related("customer").order_by("place")
    )


def published(row: Draw) -> Published:
    """Give what anybody needs to draw again."""
    valid = row.entries.filter(is_struck=False).order_by("number")
    return Published(
        row.seed,
        row.seed_hash,
        row.entries_hash,
        row.word,
        [Entry(number, ticket) for number, ticket in valid.values_list("number", "ticket")],
        [one.number for one in winners(row)],
    )


def document(row: Draw) -> dict[str, Any]:
    """Give what is published of an activity: before the draw its hash, after it all that one needs."""
    shown: dict[str, Any] = {
        "name": row.name,
        "seed_hash": row.seed_hash,
        "word_from": row.word_from,
        "places": row.winners,
    }
    if row.drawn_at is None:
        return shown
    one = published(row)
    return shown | {
        "seed": one.seed,
        "word": one.word,
        "entries_hash": one.entries_hash,
        "entries": [[entry.number, entry.ticket] for entry in one.entries],
        "winners": list(one.winners),
    }


def read_document(document: dict[str, Any]) -> Published:
    """Read what was published.

    :raises KeyError, TypeError, ValueError: if it is no such document
    """
    return Published(
        str(document["seed"]),
        str(document["seed_hash"]),
        str(document["entries_hash"]),
        str(document["word"]),
        [Entry(int(number), str(ticket)) for number, ticket in document["entries"]],
        [int(number) for number in document["winners"]],
    )


@dataclass(frozen=True, slots=True)
class Wrong:
    """An activity whose draw does not come out again."""

    draw: Draw
    what: list[str]


def wrong_draws() -> list[Wrong]:
    """Draw every finished activity again; give those that come out differently."""
    rows = Draw.objects.filter(drawn_at__isnull=False).order_by("pk")
    found = [Wrong(row, disagreements(published(row))) for row in rows]
    return [one for one in found if one.what]
