"""What a listing check reads of a product: its stored material as plain facts.

`Product.attributes` holds what files or people gave: `{"props": {name: value}, "sizes": text,
"detail": text}`. A flat mapping of names to texts, as some files bring it, counts as props; what an
item file of 淘宝助理 says by its own keys (`ITEM_FILE_KEYS`) are no attributes, only its size is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from products.choices import ProductStatus
from products.models import Product, Sku, Violation, WordExemption
from products.queries.goods_rules import word_rules, words_for
from products.rules.listing import ListingFacts, SkuFacts
from products.rules.pictures import Picture
from products.rules.words import WordRule

# The platform's codes of attributes (`pid:vid;`) name nothing that could be checked.
ITEM_FILE_KEYS = frozenset({"pictures", "properties", "subtitle", "size", "weight", "promise"})
_OWN = {"props", "sizes", "detail", *ITEM_FILE_KEYS}


@dataclass(frozen=True, slots=True)
class Material:
    """Attributes, size data and detail page of a product; None where nobody gave any."""

    props: dict[str, str] | None
    sizes: str | None
    detail: str | None


def material_of(product: Product) -> Material:
    """Read a product's stored material."""
    stored: Mapping[str, Any] = product.attributes or {}
    nested = stored.get("props")
    flat = {
        name: str(value)
        for name, value in stored.items()
        if name not in _OWN and isinstance(value, (str, int, float))
    }
    props = flat | {str(k): str(v) for k, v in (nested or {}).items()}
    if product.brand:
        props.setdefault("品牌", product.brand)
        known = nested or flat
        props = props if known else {}
    sizes = stored.get("sizes") or stored.get("size")
    return Material(props or None, sizes or None, stored.get("detail") or None)


def sku_facts(skus: Iterable[Sku]) -> tuple[SkuFacts, ...]:
    """Give what a check needs of SKUs."""
    return tuple(
        SkuFacts(sku.code, sku.spec, sku.list_amount, sku.floor_amount, sku.promise_hours)
        for sku in skus
    )


def forbidding(product_ids: Sequence[int]) -> dict[int, str]:
    """Give why products may not be listed, by id: an open violation that forbids it."""
    rows = Violation.objects.filter(
        product_id__in=product_ids, forbids_listing=True, ended_at__isnull=True
    ).order_by("found_at", "pk")
    return {row.product_id: row.kind for row in rows if row.product_id is not None}


def exemptions(product_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Give the words that named persons let pass, with who said why, by product."""
    found: dict[int, dict[str, str]] = {}
    rows = WordExemption.objects.filter(product_id__in=product_ids).select_related("by")
    for row in rows.order_by("pk"):
        who = row.by.name if row.by else ""
        found.setdefault(row.product_id, {})[row.word] = f"{row.reason} · {who}"
    return found


@dataclass(frozen=True, slots=True)
class Around:
    """What several products are checked against, asked for once."""

    words: list[WordRule]
    forbidding: Mapping[int, str]
    exemptions: Mapping[int, Mapping[str, str]]
    day: date


def around(products: Sequence[Product], *, day: date) -> Around:
    """Ask for all that a block of products is checked against. Three queries."""
    ids = [product.pk for product in products]
    return Around(word_rules(), forbidding(ids), exemptions(ids), day)


def facts_of(
    product: Product, skus: Iterable[Sku], picture: Picture | str | None, known: Around
) -> ListingFacts:
    """Put the facts of one product together. No query."""
    material = material_of(product)
    because = known.forbidding.get(product.pk, "")
    if not because and product.status == ProductStatus.FORBIDDEN:
        because = "forbidden_status"
    return ListingFacts(
        title=product.title,
        category=product.category,
        attributes=material.props,
        detail=material.detail,
        sizes=material.sizes,
        picture=picture,
        skus=sku_facts(skus),
        promise_hours=product.promise_hours,
        forbidden_because=because,
        words=words_for(known.words, category=product.category, day=known.day),
        exempt_words=known.exemptions.get(product.pk, {}),
    )
