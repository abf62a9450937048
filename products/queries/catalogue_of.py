"""What merchant codes stand for when pieces are wanted: a SKU, or the parts of a bundle."""

from collections.abc import Collection, Mapping

from django.db import connection

from products.models import BundlePart, Sku
from products.rules.stock import Catalogue, Part

# A merchant code and the spec beside it, as an order line names them.
type Named = tuple[str, str]


def meant_by(named: Collection[Named]) -> dict[Named, tuple[str, ...]]:
    """Give for each code and spec the codes of the SKUs that may be meant. One query.

    A code that several specs share is told apart by the spec: labels, order, width and case of its
    parts do not count. One is what is meant; none is unknown; several are for a person to part.
    """
    wanted = sorted({pair for pair in named if pair[0]})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.code, v.spec, products_skus_meant(v.code, v.spec)"
            " FROM unnest(%s::text[], %s::text[]) AS v (code, spec)",
            [[code for code, _spec in wanted], [spec for _code, spec in wanted]],
        )
        return {(code, spec): tuple(codes) for code, spec, codes in cursor.fetchall()}


def own_code(meant: Mapping[Named, tuple[str, ...]], named: Named) -> str:
    """Give the code of the one SKU that is meant; empty where nobody can tell."""
    codes = meant.get(named, ())
    return codes[0] if len(codes) == 1 else ""


def skus_meant(named: Collection[Named]) -> dict[Named, Sku]:
    """Give the SKU that each code and spec means, where there is just one. One query."""
    wanted = sorted({pair for pair in named if pair[0]})
    if not wanted:
        return {}
    rows = Sku.objects.raw(
        "SELECT s.*, v.code AS named_code, v.spec AS named_spec"
        " FROM unnest(%s::text[], %s::text[]) AS v (code, spec)"
        " CROSS JOIN LATERAL (SELECT products_skus_meant(v.code, v.spec) AS codes) m"
        " JOIN products_sku s ON s.code = m.codes[1] AND cardinality(m.codes) = 1",
        [[code for code, _spec in wanted], [spec for _code, spec in wanted]],
    )
    return {(row.named_code, row.named_spec): row for row in rows}  # type: ignore[attr-defined]


def catalogue_of(codes: Collection[str]) -> Catalogue:
    """Resolve codes. Two queries, however many.

    A draft (a code seen in an order that nobody has looked at) is known as itself, but a bundle
    with such a part is broken: nobody can say what is in it.
    """
    wanted = sorted({code for code in codes if code})
    skus = {
        code: (pk, is_draft)
        for pk, code, is_draft in Sku.objects.filter(code__in=wanted)
        .order_by("pk")
        .values_list("pk", "code", "is_draft")
    }
    parts: dict[str, list[Part]] = {}
    broken: dict[str, str] = {}
    rows = BundlePart.objects.filter(bundle__in=[pk for pk, _draft in skus.values()])
    for bundle, part_id, code, is_draft, quantity in rows.order_by("pk").values_list(
        "bundle__code", "part_id", "part__code", "part__is_draft", "quantity"
    ):
        parts.setdefault(bundle, []).append(Part(part_id, code, quantity))
        if is_draft:
            broken.setdefault(bundle, code)
    return Catalogue(
        parts={
            code: tuple(parts.get(code) or (Part(pk, code),)) for code, (pk, _draft) in skus.items()
        },
        broken=broken,
        unknown=frozenset(
            code for code in wanted if code not in skus or (skus[code][1] and code not in parts)
        ),
    )
