"""What merchant codes stand for when pieces are wanted: a SKU, or the parts of a bundle."""

from collections.abc import Collection

from products.models import BundlePart, Sku
from products.rules.stock import Catalogue, Part


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
