"""The shop's freight templates as the price engine takes them, and which product goes by which."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, Q

from products.models import Sku
from promotions.choices import BenefitKind
from promotions.models import Benefit, FreightArea, FreightProduct, FreightTemplate
from promotions.queries.offers import COUNTED_STATES, Offer, is_readable, offer_of
from promotions.rules.final_price import Freight, Line
from promotions.rules.final_price import FreightTemplate as Shape
from promotions.rules.final_price.reading import Request
from promotions.rules.freight import province
from shopops.lib.money import to_fen


@dataclass(frozen=True, slots=True)
class ShopFreight:
    """The templates of a moment and a province, and by code which of them SKUs go by.

    `names`: what people call a template, by its code. `default`: the template of products that name none.
    """

    freight: Freight
    names: Mapping[str, str]
    default: str = ""
    of_sku: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def line(self, line: Line) -> Line:
        """Give a line with its template and what it weighs; as it was where no template holds."""
        code = self.of_sku.get(line.sku, self.default)
        if code not in self.freight.templates:
            code = self.default
        weight, volume = self.sizes.get(line.sku, (0, 0))
        return replace(line, template=code, weight=weight, volume=volume)

    def unmeasured(self, lines: Sequence[Line]) -> list[str]:
        """Name the SKUs of lines whose freight cannot be reckoned: no weight, no volume, for such a template."""
        found = []
        for line in lines:
            shape = self.freight.templates.get(line.template)
            if shape is None or shape.unit == "pieces":
                continue
            if not (line.weight if shape.unit == "weight" else line.volume):
                found.append(line.sku)
        return found


@dataclass(frozen=True, slots=True)
class FreightBook:
    """All dated rows of all templates with their areas, oldest first."""

    rows: Sequence[FreightTemplate]
    areas: Mapping[int, Sequence[FreightArea]]

    def at(self, moment: datetime, region: str = "") -> ShopFreight:
        """Give the templates in force for where the goods go.

        :param region: a province, as people or files write it; empty: the nationwide rows
        """
        where, shapes = province(region), {}
        held = [
            row
            for row in self.rows
            if row.is_on
            and row.valid_from <= moment
            and (row.valid_to is None or moment < row.valid_to)
        ]
        rows = {row.code: row for row in held}
        for code, row in rows.items():
            if (area := self._area(row.pk, where)) is not None:
                shapes[code] = shape_of(row, area)
        default = next((code for code, row in rows.items() if row.is_default), "")
        names = {code: row.name for code, row in rows.items()}
        return ShopFreight(Freight(shapes, where), names, default if default in shapes else "")

    def _area(self, template_id: int, where: str) -> FreightArea | None:
        mine = self.areas.get(template_id, ())
        own = (area for area in mine if where and where in area.regions)
        return next(own, None) or next((area for area in mine if not area.regions), None)


def freight_book() -> FreightBook:
    """Read all templates. Two queries, a few dozen rows."""
    areas: dict[int, list[FreightArea]] = {}
    for area in FreightArea.objects.order_by("pk"):
        areas.setdefault(area.template_id, []).append(area)
    return FreightBook(list(FreightTemplate.objects.order_by("valid_from", "pk")), areas)


def shape_of(row: FreightTemplate, area: FreightArea) -> Shape:
    """Give a row as the engine takes it."""
    return Shape(
        cast("Any", row.unit),
        area.first,
        to_fen(area.first_amount),
        area.add,
        to_fen(area.add_amount),
    )


def shop_freight(codes: Collection[str], moment: datetime, region: str = "") -> ShopFreight:
    """Give the templates of a moment with what these SKUs go by. Three queries.

    :param codes: SKU codes
    """
    found = freight_book().at(moment, region)
    return with_goods(found, codes) if found.freight.templates else found


def with_goods(freight: ShopFreight, codes: Collection[str]) -> ShopFreight:
    """Add what SKUs go by and what they weigh. One query."""
    of_sku: dict[str, str] = {}
    sizes: dict[str, tuple[int, int]] = {}
    rows = Sku.objects.filter(code__in=list(codes)).values_list(
        "code", "weight_grams", "product__freight__code", "product__freight__volume_cm3"
    )
    for code, weight, template, volume in rows:
        sizes[code] = (weight or 0, volume or 0)
        if template:
            of_sku[code] = template
    return replace(freight, of_sku=of_sku, sizes=sizes)


def own_templates(wanted: Request) -> Freight:
    """Give the templates of a quoted basket: its own, and the shop's that its lines name by code.

    Nothing is read where the basket brings all that it names; else two queries.
    """
    given = wanted.freight.templates
    if all(not line.template or line.template in given for line in wanted.lines):
        return wanted.freight
    shop = freight_book().at(wanted.at, wanted.freight.region)
    return replace(wanted.freight, templates={**shop.freight.templates, **given})


def postage_offers(since: datetime, until: datetime, codes: Mapping[int, str]) -> list[Offer]:
    """Give the benefits of free postage within a span. Two queries.

    One that is for some SKUs frees a basket that holds one of them.
    """
    rows = list(
        Benefit.objects.filter(
            Q(activity__isnull=True) | Q(activity__state__in=COUNTED_STATES),
            kind=BenefitKind.POSTAGE,
            is_on=True,
            starts_at__lt=until,
            ends_at__gt=since,
        )
        .prefetch_related("skus")
        .order_by("pk")
    )
    found = []
    for row in rows:
        mine: dict[str, int | None] = {
            codes[one.sku_id]: None for one in row.skus.all() if one.sku_id in codes
        }
        if (row.is_shop_wide or mine) and is_readable(row, mine):
            found.append(offer_of(row, mine))
    return found


# --- pages --------------------------------------------------------------------------------------


def template_rows() -> list[FreightTemplate]:
    """Give all dated rows with their areas, those of one template together, the newest first. Two queries."""
    rows = FreightTemplate.objects.select_related("changed_by").prefetch_related("areas")
    return list(rows.order_by("-is_default", "code", "-valid_from", "-pk"))


def product_counts() -> dict[str, int]:
    """Count the products by the template that they name. One query."""
    rows = FreightProduct.objects.order_by().values_list("code").annotate(n=Count("pk"))
    return dict(rows)


def products_of(code: str) -> list[FreightProduct]:
    """Give the products that name a template. One query."""
    rows = FreightProduct.objects.filter(code=code).select_related("product")
    return list(rows.order_by("product__item_no", "pk"))
