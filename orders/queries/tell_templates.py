"""Templates of what buyers are told."""

from collections.abc import Sequence

from orders.models import TellTemplate


def all_templates() -> list[TellTemplate]:
    """Give every template, those for any hold last."""
    rows = TellTemplate.objects.order_by("kind", "name", "pk")
    return sorted(rows, key=lambda row: not row.kind)


def offered_templates(kinds: Sequence[str]) -> list[TellTemplate]:
    """Give the templates in use for these kinds of holds, in their order, then those for any. One query."""
    order = [*kinds, ""]
    rows = TellTemplate.objects.filter(is_on=True, kind__in=order).order_by("name", "pk")
    return sorted(rows, key=lambda row: order.index(row.kind))
