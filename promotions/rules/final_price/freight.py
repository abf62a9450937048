"""Freight as the buyer pays it (F1 to F4), and when it is free (F5, F6)."""

from collections.abc import Mapping, Sequence

from promotions.rules.final_price.rows import RuleSet
from promotions.rules.final_price.shapes import Freight, FreightTemplate, Line, Perk, PerkError
from promotions.rules.final_price.tools import cents


def freight_cents(lines: Sequence[Line], freight: Freight) -> int:
    """Reckon the freight of a basket, before any free postage.

    Lines of one template are added up (F3). Of several templates the largest first fee is charged
    once; every other unit goes at its own add fee (F4).

    :raises PerkError: if a line names a template that is not there
    """
    units: dict[str, int] = {}
    for line in lines:
        if not line.template:
            continue
        template = freight.templates.get(line.template)
        if template is None:
            raise PerkError(f"unknown_template|{line.sku}|{line.template}")
        units[line.template] = units.get(line.template, 0) + _units(line, template)
    if not units:
        return 0
    most = max(freight.templates[name].first_cents for name in units)
    leaders = [name for name in units if freight.templates[name].first_cents == most]
    return min(_led_by(leader, units, freight.templates) for leader in leaders)


def _led_by(leader: str, units: Mapping[str, int], templates: Mapping[str, FreightTemplate]) -> int:
    total = 0
    for name, count in units.items():
        template = templates[name]
        if name == leader:
            total += template.first_cents
            count = max(0, count - template.first)
        total += -(-count // template.add) * template.add_cents
    return total


def _units(line: Line, template: FreightTemplate) -> int:
    if template.unit == "pieces":
        return line.quantity
    return (line.weight if template.unit == "weight" else line.volume) * line.quantity


def free_postage(
    goods_cents: int, perks: Sequence[Perk], rules: RuleSet, freight: Freight, who: set[str]
) -> tuple[Perk, str] | None:
    """Give the benefit that makes postage free and the row that lets it, None: nothing does.

    F5: from an amount of goods after discounts, freight excluded. F6: an event's free postage leaves
    the row's regions out.
    """
    for perk in sorted(perks, key=lambda one: one.code):
        if perk.kind != "postage" or perk.audience not in who:
            continue
        code = str(perk.parameters.get("rule", "F5"))
        row = rules.rows.get(code)
        regions = perk.parameters.get("regions") or ()
        if row is None or freight.region in row.parameters.get("not_regions", ()):
            continue
        if regions and freight.region not in regions:
            continue
        if goods_cents >= cents(perk.parameters.get("from_amount", "0")):
            return perk, code
    return None


def why_not_free(perk: Perk, goods_cents: int, rules: RuleSet, freight: Freight) -> str:
    """Give the evidence why a benefit of free postage did not free this basket; empty: it is not known here."""
    row = rules.rows.get(str(perk.parameters.get("rule", "F5")))
    if row is None:
        return ""
    regions = perk.parameters.get("regions") or ()
    left_out = freight.region in row.parameters.get("not_regions", ())
    if left_out or (regions and freight.region not in regions):
        return f"postage_region|{freight.region}"
    wanted = cents(perk.parameters.get("from_amount", "0"))
    return f"postage_amount|{goods_cents}|{wanted}" if goods_cents < wanted else ""
