"""A stale write: both versions side by side, one is chosen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from products.models import Product, Sku
from products.views.acting import Row, Saved, show_both
from products.wording import catalogue as wording


@dataclass(frozen=True, slots=True)
class Stale:
    """What was sent of which row, as a form names the fields."""

    what: str
    row: Product | Sku
    sent: dict[str, Any]
    names: list[str]
    back_url: str


def stale_page(request: HttpRequest, stale: Stale, *, now: datetime) -> HttpResponse:
    """Show what stands beside what was sent (status 409)."""
    row = stale.row
    fields = [name for name in stale.names if hasattr(row, _stored(name))]
    saved = Saved(
        what=stale.what,
        version=row.version,
        by=row.changed_by.name if row.changed_by else "",
        at=row.changed_at,
        rows=[_row(stale, name) for name in fields],
    )
    return show_both(request, saved, back=stale.back_url, now=now)


def _stored(name: str) -> str:
    return "product_id" if name == "product" else name


def _row(stale: Stale, name: str) -> Row:
    theirs, mine = getattr(stale.row, _stored(name)), stale.sent.get(name)
    label = wording.field_words(_stored(name))
    return label, wording.value_words(name, theirs), wording.value_words(name, mine)
