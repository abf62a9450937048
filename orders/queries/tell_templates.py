"""Templates of what buyers are told."""

from collections.abc import Iterable

from orders.models import TellTemplate


def all_templates() -> list[TellTemplate]:
    """Give every template, those for any hold last."""
    rows = TellTemplate.objects.order_by("kind", "name", "pk")
    return sorted(rows, key=lambda row: not row.kind)


def offered_templates(kinds: Iterable[str]) -> list[TellTemplate]:
    """Give the templates in use for these kinds of holds, and those for any, last. One query."""
    rows = TellTemplate.objects.filter(is_on=True, kind__in=[*kinds, ""])
    return sorted(rows.order_by("kind", "name", "pk"), key=lambda row: not row.kind)
