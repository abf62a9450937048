"""SKUs to put into an activity: found by words or by many codes at once, unknown ones named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from products.models import Sku
from promotions.models import Activity, ActivityItem

PAGE = 40
MOST_CODES = 5000
_GAPS = re.compile(r"[\s,，;；、]+")


@dataclass(frozen=True, slots=True)
class Found:
    """SKUs that match, a page of them; codes that no SKU has, as they were written."""

    rows: tuple[Sku, ...]
    count: int
    more_after: int | None
    unknown: tuple[str, ...]


def codes_in(text: str) -> list[str]:
    """Give the codes of a pasted text, each once."""
    return list(dict.fromkeys(part for part in _GAPS.split(text) if part))


def find_skus(activity: Activity, *, text: str, in_stock: bool = False, after: int = 0) -> Found:
    """Find SKUs by codes if any word is one, else by words of code and title. Four queries."""
    rows, unknown = _matching(text)
    rows = rows.annotate(
        is_in=Exists(ActivityItem.objects.filter(activity=activity, sku=OuterRef("pk")))
    )
    if in_stock:
        rows = rows.filter(level__on_hand__gt=F("level__allocated"))
    shown = list(
        rows.filter(pk__gt=after).select_related("product", "level").order_by("pk")[: PAGE + 1]
    )
    return Found(
        tuple(shown[:PAGE]),
        rows.count(),
        shown[PAGE - 1].pk if len(shown) > PAGE else None,
        tuple(unknown),
    )


def codes_of_all(activity: Activity, *, text: str, in_stock: bool = False) -> list[str]:
    """Give the codes of all that match and are not in the activity yet, at most `MOST_CODES`."""
    rows, _unknown = _matching(text)
    if in_stock:
        rows = rows.filter(level__on_hand__gt=F("level__allocated"))
    rows = rows.exclude(activity_items__activity=activity)
    return list(rows.order_by("pk").values_list("code", flat=True)[:MOST_CODES])


def _matching(text: str) -> tuple[QuerySet[Sku], Sequence[str]]:
    on = Sku.objects.filter(is_draft=False, is_on=True)
    words = codes_in(text)
    known = set(Sku.objects.filter(code__in=words, is_draft=False).values_list("code", flat=True))
    if known or len(words) > 3:
        unknown = [word for word in words if word not in known]
        return Sku.objects.filter(code__in=known), unknown
    for word in words:
        on = on.filter(
            Q(code__icontains=word) | Q(title__icontains=word) | Q(spec__icontains=word)
            | Q(product__title__icontains=word)
        )  # fmt: skip
    return on, ()
