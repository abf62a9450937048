"""Draft SKUs: codes that orders name and no file of goods does, until somebody looks at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from products.models import Product, Sku
from products.rules.sources import ORDERS


@dataclass(frozen=True, slots=True)
class SeenCode:
    """A merchant code as an order line names it."""

    code: str
    item_no: str
    title: str
    spec: str


def unknown_codes(codes: Sequence[str]) -> list[str]:
    """Give those codes that no SKU has, be it shared by several specs. One query a thousand."""
    unknown: list[str] = []
    for start in range(0, len(codes), 1000):
        some = codes[start : start + 1000]
        known: set[str] = set()
        for pair in Sku.objects.filter(Q(code__in=some) | Q(merchant_code__in=some)).values_list(
            "code", "merchant_code"
        ):
            known.update(pair)
        unknown += [code for code in some if code not in known]
    return unknown


@transaction.atomic
def draft_skus(seen: Sequence[SeenCode], *, now: datetime) -> int:
    """Make drafts of codes that no SKU has; safe to repeat. Gives how many are new."""
    wanted = set(unknown_codes([one.code for one in seen]))
    numbers = {one.item_no for one in seen if one.item_no}
    products = dict(Product.objects.filter(item_no__in=numbers).values_list("item_no", "pk"))
    said = f"{ORDERS}|{now.isoformat()}"
    rows = [
        Sku(
            code=one.code,
            title=one.title[:200],
            spec=one.spec[:200],
            product_id=products.get(one.item_no),
            is_draft=True,
            changed_at=now,
            said_by={"title": said, "spec": said, "product_id": said},
        )
        for one in seen
        if one.code in wanted
    ]
    before = Sku.objects.filter(code__in=wanted).count()
    Sku.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return Sku.objects.filter(code__in=wanted).count() - before
