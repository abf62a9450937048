"""What the pieces in parcels are: name, bin, barcode, weight, packing standard."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from orders.models import PackingStandard, ParcelLine
from products.models import Sku
from products.queries.catalogue_of import skus_meant

_VALUES = re.compile(r"[^:：;；]+[:：]([^;；]+)")


@dataclass(frozen=True, slots=True)
class Goods:
    """One SKU as the warehouse knows it; what nobody entered is empty or None."""

    sku_code: str
    name: str
    barcode: str
    bin_code: str
    grams: int | None
    is_gift: bool
    # The SKU's own code: another one than the order's where several specs share that.
    own_code: str = ""


def piece_name(title: str, spec: str) -> str:
    """Give the short name of a piece: the title and the values of its spec, without their labels."""
    values = " ".join(value.strip() for value in _VALUES.findall(spec)) or spec.strip()
    return f"{title.strip()} {values}".strip()


def goods_of(lines: Iterable[ParcelLine]) -> dict[int, Goods]:
    """Give the goods of parcel lines by line id; `line` and `gift` must have been fetched with them.

    One query.
    """
    rows = list(lines)
    skus = skus_meant({(row.sku_code, _spec(row)) for row in rows})
    return {row.pk: _goods(row, skus.get((row.sku_code, _spec(row)))) for row in rows}


def _spec(row: ParcelLine) -> str:
    return row.line.spec if row.line else ""


def skus_by_code(codes: Iterable[str]) -> dict[str, Sku]:
    """Give the SKUs of these codes, as far as somebody entered them."""
    wanted = {code for code in codes if code}
    return {sku.code: sku for sku in Sku.objects.filter(code__in=wanted)} if wanted else {}


def _goods(row: ParcelLine, sku: Sku | None) -> Goods:
    title, spec = (row.gift.title, "") if row.gift else ("", "")
    if row.line:
        title, spec = row.line.title, row.line.spec
    if sku and sku.title:
        title, spec = sku.title, sku.spec
    return Goods(
        sku_code=row.sku_code,
        name=piece_name(title, spec) or row.sku_code,
        barcode=sku.barcode if sku else "",
        bin_code=sku.bin_code if sku else "",
        grams=sku.weight_grams if sku else None,
        is_gift=row.gift_id is not None,
        own_code=sku.code if sku else row.sku_code,
    )


@dataclass(frozen=True, slots=True)
class Standard:
    """How a parcel is packed: the standards of its SKUs put together."""

    steps: tuple[str, ...]
    cards: tuple[str, ...]
    second_steps: tuple[str, ...]
    second_reasons: tuple[str, ...]
    needs_second_check: bool
    material_grams: int
    title: str
    version: int


def standard_of(sku_codes: Iterable[str]) -> Standard:
    """Put together how pieces of these SKUs are packed in one parcel. One query.

    Steps and cards that several SKUs share stand once; material is counted once, the most of all.
    SKUs without a standard of their own go by the shop's general one.
    """
    codes = list(dict.fromkeys(code for code in sku_codes if code))
    found = {row.sku_code: row for row in PackingStandard.objects.filter(sku_code__in=[*codes, ""])}
    own = [found[code] for code in codes if code in found]
    general = found.get("")
    if general is not None and (not own or len(own) < len(codes)):
        own.append(general)
    first = own[0] if own else None
    return Standard(
        steps=_joined(row.steps for row in own),
        cards=_joined(row.cards for row in own),
        second_steps=_joined(row.second_check_steps for row in own if row.needs_second_check),
        second_reasons=tuple(row.second_check_reason for row in own if row.second_check_reason),
        needs_second_check=any(row.needs_second_check for row in own),
        material_grams=max((row.material_grams for row in own), default=0),
        title=first.sku_code if first else "",
        version=first.version if first else 0,
    )


def _joined(lists: Iterable[list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for one in lists for text in one))
