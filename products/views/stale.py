"""A stale write: both versions side by side, one is chosen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from products.models import Product, Sku
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
    hidden = {key: value for key, value in request.POST.items() if key != "csrfmiddlewaretoken"}
    hidden["version"] = str(row.version)
    context = {
        "conflict": {
            "what": stale.what,
            "theirs_by": row.changed_by.name if row.changed_by else _("一次导入"),
            "theirs_at": row.changed_at,
            "rows": [_row(stale, name) for name in fields],
        },
        "action": request.path,
        "hidden": [{"name": key, "value": value} for key, value in hidden.items()],
        "back_url": stale.back_url,
        "now": now,
    }
    return render(request, "products/stale.html", context, status=409)


def _stored(name: str) -> str:
    return "product_id" if name == "product" else name


def _row(stale: Stale, name: str) -> dict[str, object]:
    theirs, mine = getattr(stale.row, _stored(name)), stale.sent.get(name)
    label = wording.field_words(_stored(name))
    return {
        "label": label,
        "base": "",
        "theirs": wording.value_words(name, theirs),
        "mine": wording.value_words(name, mine),
        "differs": (theirs or None) != (mine or None),
    }
