"""The worked examples of the law book, once, for the engine and for the command.

Each is a basket as `manage.py quote` takes it and what was published. V30 has no total, V18 is a range
(its own test), V25 and V26 look at what a line was paid.
"""

from dataclasses import dataclass, field
from typing import Any

BEFORE = "2026-03-09T23:59:59+08:00"
SINCE = "2026-03-10T00:00:00+08:00"
LATE_2020 = "2020-12-12T10:00:00+08:00"
OLD = "2019-11-11T10:00:00+08:00"


@dataclass(frozen=True)
class Vector:
    """One worked example. `lines`: what each line pays; `off`: what a benefit takes in all."""

    name: str
    at: str
    basket: list[dict[str, Any]]
    benefits: list[dict[str, Any]]
    total: str
    lines: list[str] = field(default_factory=list)
    off: dict[str, str] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        return {"at": self.at, "lines": self.basket, "benefits": self.benefits}


def line(sku: str, price: str, quantity: float = 1, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "price": price, "quantity": quantity, **more}


def coupon(threshold: str, off: str, code: str = "coupon", **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "kind": "coupon",
        "threshold": threshold,
        "off": off,
        "scope": "shop",
        **more,
    }


def multi(pieces: int, rate: str) -> dict[str, Any]:
    return {"code": "multi", "kind": "multi_rate", "pieces": pieces, "rate": rate}


def cross(per: str, off: str, code: str = "cross", **more: Any) -> dict[str, Any]:
    return {"code": code, "kind": "cross", "per": per, "off": off, **more}


def official(rate: str) -> dict[str, Any]:
    return {"code": "official", "kind": "official", "rate": rate}


def _table(price: str, cut: str, quantity: int) -> dict[str, Any]:
    """V8 to V13: 单品立减, 满2件96折 and 满80减6 on one SKU."""
    return {
        "at": SINCE,
        "basket": [line("A", price, quantity)],
        "benefits": [
            {"code": "item", "kind": "item_off", "off": cut},
            multi(2, "0.96"),
            coupon("80", "6"),
        ],
    }


_SUPER = {"code": "super", "kind": "official", "rule": "IT4"}
_THREE = [line("A", "300"), line("B", "200"), line("C", "100")]
VECTORS = [
    Vector("V1", BEFORE, [line("A", "100", 2)], [multi(2, "0.9"), coupon("200", "10")], "170.00"),
    Vector("V2", SINCE, [line("A", "100", 2)], [multi(2, "0.9"), coupon("200", "10")], "180.00"),
    Vector("V3", SINCE, [line("A", "100", 2)], [multi(2, "0.9"), coupon("200", "30")], "170.00"),
    Vector(
        "V5",
        BEFORE,
        [line("A", "100", 3)],
        [{"code": "multi", "kind": "multi_off", "pieces": 2, "off": "20"}, coupon("300", "10")],
        "270.00",
    ),
    Vector(
        "V7",
        SINCE,
        [line("A", "100"), line("B", "10"), line("C", "20"), line("D", "30")],
        [multi(3, "0.9"), coupon("100", "20")],
        "134.00",
        ["80.00", "9.00", "18.00", "27.00"],
    ),
    Vector(
        "V7 with the coupon for A alone",
        SINCE,
        [line("A", "100"), line("B", "10"), line("C", "20"), line("D", "30")],
        [multi(3, "0.9"), {**coupon("100", "20"), "scope": "item", "skus": ["A"]}],
        "134.00",
        ["80.00", "9.00", "18.00", "27.00"],
    ),
    Vector("V8", **_table("10", "0.1", 1), total="9.90"),
    Vector("V9", **_table("10", "0.1", 2), total="19.00"),
    Vector("V10", **_table("20", "1", 1), total="19.00"),
    Vector("V11", **_table("20", "1", 2), total="36.40"),
    Vector("V12", **_table("40", "3.6", 1), total="36.40"),
    Vector("V13", **_table("40", "3.6", 2), total="66.80"),
    Vector("V14", SINCE, [line("A", "288.00")], [official("0.10")], "259.00", off={"official": "29.00"}),
    Vector("V15", SINCE, [line("A", "211.99")], [official("0.10")], "189.99", off={"official": "22.00"}),
    Vector("V17", SINCE, [line("A", "5.11")], [official("0.10")], "4.60", off={"official": "0.51"}),
    Vector("V19 at 15 %", SINCE, [line("A", "2262")], [official("0.15")], "1922.00", off={"official": "340.00"}),
    Vector("V19 at 12 %", SINCE, [line("A", "2167.5")], [official("0.12")], "1906.50", off={"official": "261.00"}),
    Vector("V20", "2020-08-25T00:00:00+08:00", [line("A", "400")], [coupon("400", "380"), cross("400", "50")], "0.00"),
    Vector("V21", OLD, _THREE, [cross("200", "20")], "540.00"),
    Vector(
        "V21 with a red packet at B",
        OLD,
        _THREE,
        [cross("200", "20"), coupon("0", "5", "packet", skus=["B"])],
        "555.00",
    ),
    Vector(
        "V22",
        OLD,
        [line("A", "200"), line("B", "200"), line("C", "200")],
        [cross("200", "20", "200-20", skus=["A", "B"]), cross("300", "20", "300-20", skus=["C"])],
        "560.00",
        ["180.00", "180.00", "200.00"],
    ),
    Vector(
        "V24",
        OLD,
        [line("A", "80"), line("B", "320")],
        [{**cross("400", "50"), "rule": "CR1"}],
        "350.00",
        ["70.00", "280.00"],
    ),
    Vector("V25", OLD, [line("A", "400"), line("B", "100")], [cross("500", "50")], "450.00", ["360.00", "90.00"]),
    Vector("V26", LATE_2020, [line("A", "100"), line("B", "110")], [cross("200", "20")], "190.00", ["90.48", "99.52"]),
    Vector(
        "V27",
        "2026-09-29T12:00:00+08:00",
        [line("A", "10580")],
        [
            {"code": "tool", "kind": "price_tool", "rate": "0.75"},
            {"code": "item", "kind": "item_off", "off": "5156.73"},
        ],
        "2778.27",
    ),
    Vector("V28", SINCE, [line("A", "12.37")], [{**_SUPER, "off": "3.47"}, coupon("300", "30")], "8.90"),
    Vector("V29", SINCE, [line("A", "999")], [{**_SUPER, "off": "300"}], "699.00"),
]  # fmt: skip

TEMPLATES = {
    "A": {"unit": "pieces", "first": "1", "first_fee": "8", "add": "1", "add_fee": "3"},
    "C": {"unit": "pieces", "first": "1", "first_fee": "20", "add": "1", "add_fee": "10"},
    "D": {"unit": "weight", "first": "1", "first_fee": "12", "add": "1", "add_fee": "5"},
    "E": {"unit": "pieces", "first": "1", "first_fee": "10", "add": "2", "add_fee": "5"},
}
FREIGHT_VECTORS = [
    ("V31", [line("A", "10", 2, template="A"), line("B", "10", 2, template="A")], "17.00"),
    ("V32", [line("A", "10", 2, template="A"), line("C", "10", 2, template="C")], "36.00"),
    ("V33", [line("A", "10", 2, template="A"), line("D", "10", 2, template="D", weight="1")], "23.00"),
    ("V34", [line("E", "10", 2, template="E")], "15.00"),
]  # fmt: skip
