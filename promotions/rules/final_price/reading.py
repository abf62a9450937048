"""A basket as `manage.py quote` and the API take it, read strictly: what is wrong is named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from promotions.rules.final_price.shapes import Freight, FreightTemplate, Line, Perk, PerkError
from promotions.rules.final_price.tools import MOST_CENTS, cents, check_perk

AUDIENCES = ("public", "member", "returning", "first_order", "vip")
KINDS = (
    "price_tool", "item_off", "item_rate", "official", "coupon", "multi_off", "multi_rate",
    "second_half", "cross", "asset", "postage", "gift",
)  # fmt: skip
MOST_LINES = 200
MOST_QUANTITY = 99_999
_UNITS: Mapping[str, int] = {"pieces": 1, "weight": 1000, "volume": 1_000_000}


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be quoted: when, what, with which benefits, for whom."""

    at: datetime
    lines: tuple[Line, ...]
    perks: tuple[Perk, ...]
    audience: frozenset[str]
    freight: Freight


def read_basket(document: Any, *, instant: Callable[[str], datetime]) -> Request:  # noqa: ANN401
    """Read a document of the shape in `shared/contract.md`, with `templates` and `region` added.

    :param instant: reads an ISO date-time with zone
    :raises PerkError: evidence `not_object`, `field|where|what`, `bad_at|…`, or of a benefit
    """
    if not isinstance(document, Mapping):
        raise PerkError("not_object")
    at = _instant(document.get("at"), instant)
    lines = tuple(_lines(document.get("lines")))
    perks = tuple(_perks(document.get("benefits", [])))
    who = document.get("audience") or []
    if not isinstance(who, Sequence) or isinstance(who, str):
        raise PerkError("field|audience|list")
    for one in who:
        if one not in AUDIENCES:
            raise PerkError(f"bad_audience|{one}")
    templates, region = document.get("templates") or {}, str(document.get("region") or "")
    if not isinstance(templates, Mapping):
        raise PerkError("field|templates|object")
    read = {str(name): _template(str(name), one) for name, one in templates.items()}
    return Request(at, lines, perks, frozenset(who) - {"public"}, Freight(read, region))


def _instant(value: object, instant: Callable[[str], datetime]) -> datetime:
    try:
        return instant(str(value))
    except ValueError as error:
        raise PerkError(f"bad_at|{value}") from error


def _lines(value: object) -> list[Line]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise PerkError("no_lines")
    if len(value) > MOST_LINES:
        raise PerkError(f"too_many_lines|{len(value)}|{MOST_LINES}")
    merged: dict[str, Line] = {}
    for number, one in enumerate(value, start=1):
        line = _line(number, one)
        if (known := merged.get(line.sku)) is None:
            merged[line.sku] = line
        elif (known.price_cents, known.template) == (line.price_cents, line.template):
            # The same SKU twice is one sub-order.
            merged[line.sku] = Line(
                known.sku, known.price_cents, known.quantity + line.quantity,
                known.template, known.weight, known.volume,
            )  # fmt: skip
        else:
            raise PerkError(f"twice|{line.sku}")
    return list(merged.values())


def _line(number: int, value: object) -> Line:
    if not isinstance(value, Mapping):
        raise PerkError(f"field|lines[{number}]|object")
    sku = str(value.get("sku") or "").strip()
    if not sku:
        raise PerkError(f"field|lines[{number}].sku|missing")
    price = _money(f"lines[{number}].price", value.get("price"))
    if not 1 <= price <= MOST_CENTS:
        raise PerkError(f"bad_price|{sku}|{value.get('price')}")
    quantity = str(value.get("quantity", ""))
    if not (quantity.isascii() and quantity.isdigit() and 1 <= int(quantity) <= MOST_QUANTITY):
        raise PerkError(f"bad_quantity|{sku}|{quantity}")
    weight = _measure(f"lines[{number}].weight", value.get("weight", "0"), "weight")
    volume = _measure(f"lines[{number}].volume", value.get("volume", "0"), "volume")
    template = str(value.get("template") or "")
    return Line(sku, price, int(quantity), template, weight, volume)


def _money(where: str, value: object) -> int:
    try:
        return cents(value)
    except ValueError as error:
        raise PerkError(f"field|{where}|amount|{value}") from error


def _measure(where: str, value: object, unit: str) -> int:
    """Read kg as grams, m³ as cm³, pieces as they are."""
    try:
        amount = Decimal(str(value)) * _UNITS[unit]
    except InvalidOperation as error:
        raise PerkError(f"field|{where}|number|{value}") from error
    if not amount.is_finite() or amount < 0 or amount != amount.to_integral_value():
        raise PerkError(f"field|{where}|number|{value}")
    return int(amount)


def _perks(value: object) -> list[Perk]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise PerkError("field|benefits|list")
    perks = [_perk(number, one) for number, one in enumerate(value, start=1)]
    seen: set[str] = set()
    for perk in perks:
        if perk.code in seen:
            raise PerkError(f"same_code|{perk.code}")
        seen.add(perk.code)
    return perks


def _perk(number: int, value: object) -> Perk:
    where = f"benefits[{number}]"
    if not isinstance(value, Mapping):
        raise PerkError(f"field|{where}|object")
    kind = str(value.get("kind") or "")
    code = str(value.get("code") or "").strip()
    if not code:
        raise PerkError(f"field|{where}.code|missing")
    if kind not in KINDS:
        raise PerkError(f"unknown_kind|{code}|{kind}")
    skus = value.get("skus")
    if skus is not None and (not isinstance(skus, Sequence) or isinstance(skus, str)):
        raise PerkError(f"field|{where}.skus|list")
    audience = str(value.get("audience") or "public")
    if audience not in AUDIENCES:
        raise PerkError(f"bad_audience|{audience}")
    amounts = {str(sku): _money(f"{where}.amounts", one) for sku, one in _own(where, value).items()}
    given = {
        key: one
        for key, one in value.items()
        if key not in {"code", "kind", "skus", "audience", "amounts"}
    }
    chosen = None if skus is None else frozenset(str(one) for one in skus)
    perk = Perk(code, kind, given, chosen, audience, amounts)
    check_perk(perk)
    return perk


def _own(where: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
    own = value.get("amounts") or {}
    if not isinstance(own, Mapping):
        raise PerkError(f"field|{where}.amounts|object")
    return own


def _template(name: str, value: object) -> FreightTemplate:
    where = f"templates.{name}"
    if not isinstance(value, Mapping):
        raise PerkError(f"field|{where}|object")
    unit = value.get("unit", "pieces")
    if unit not in _UNITS:
        raise PerkError(f"field|{where}.unit|unit|{unit}")
    fees = [_money(f"{where}.{key}", value.get(key)) for key in ("first_fee", "add_fee")]
    first, add = (_measure(f"{where}.{key}", value.get(key, "1"), unit) for key in ("first", "add"))
    if first < 1 or add < 1:
        raise PerkError(f"field|{where}|number|0")
    return template_of(unit, (first, fees[0]), (add, fees[1]), where=where)


def template_of(
    unit: Literal["pieces", "weight", "volume"],
    first: tuple[int, int],
    add: tuple[int, int],
    *,
    where: str,
) -> FreightTemplate:
    """Make a template of (units, cents) pairs; F1: fees 0 to 999.99, the add fee not over the first.

    :raises PerkError: evidence `fee|where|…`, `add_over_first|where`
    """
    for fee in (first[1], add[1]):
        if not 0 <= fee <= 99_999:
            raise PerkError(f"fee|{where}|{fee}")
    if add[1] > first[1] > 0:
        raise PerkError(f"add_over_first|{where}")
    return FreightTemplate(unit, first[0], first[1], add[0], add[1])
