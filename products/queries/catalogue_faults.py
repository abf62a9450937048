"""What is wrong with the catalogue as a whole: costs above prices, codes that lead to two things."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import F

from products.models import CatalogueConflict, Product, Sku


@dataclass(frozen=True, slots=True)
class Dear:
    """A product (none: SKUs that belong to no product) with the codes on sale that cost more than they bring."""

    product_id: int | None
    title: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeInTwo:
    """A code, the product that has it, and the other one that a file names."""

    code: str
    ours: str
    theirs: str
    conflict_id: int


def dear_products() -> list[Dear]:
    """Give products by how many of their SKUs cost more than they bring. One query, by its index."""
    found: dict[int | None, tuple[str, list[str]]] = {}
    rows = Sku.objects.filter(cost_amount__gt=F("list_amount"), is_on=True).order_by("code")
    for product, title, code in rows.values_list("product_id", "product__title", "code"):
        found.setdefault(product, (title or "", []))[1].append(code)
    dear = [Dear(product, title, tuple(codes)) for product, (title, codes) in found.items()]
    return sorted(dear, key=lambda one: (-len(one.codes), one.product_id or 0))


def codes_in_two(*, most: int) -> list[CodeInTwo]:
    """Give the codes that a file gave to a second product and nobody has decided about. Two queries."""
    open_ones = CatalogueConflict.objects.filter(field="product_id", decided_at=None).order_by("pk")
    rows = list(open_ones.values_list("sku__code", "sku__product__title", "theirs", "pk")[:most])
    named = [int(theirs) for _code, _title, theirs, _pk in rows if theirs.isdecimal()]
    titles = dict(Product.objects.filter(pk__in=named).values_list("pk", "title"))
    return [
        CodeInTwo(
            code, title or "", titles.get(int(theirs), "") if theirs.isdecimal() else theirs, pk
        )
        for code, title, theirs, pk in rows
    ]


_DOUBTFUL = """
WITH shared AS (
  SELECT merchant_code AS named, code, spec FROM products_sku WHERE merchant_code <> ''
  UNION ALL
  SELECT s.code, s.code, s.spec FROM products_sku s WHERE NOT s.is_draft AND EXISTS (
    SELECT 1 FROM products_sku m WHERE m.merchant_code = s.code AND m.merchant_code <> '')
)
SELECT named, array_agg(DISTINCT code::text ORDER BY code::text) FROM shared
GROUP BY named, products_spec_key(spec) HAVING count(DISTINCT code) > 1
ORDER BY named LIMIT %s
"""


def doubtful_codes(*, most: int) -> list[tuple[str, list[str]]]:
    """Give merchant codes of which one spec leads to several SKUs, with those. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_DOUBTFUL, [most])
        return [(named, codes) for named, codes in cursor.fetchall()]
