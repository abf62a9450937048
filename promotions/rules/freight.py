"""What a freight template may be, and the names of provinces that it goes by. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

# fmt: off
PROVINCES = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建", "江西",
    "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃",
    "青海", "宁夏", "新疆", "香港", "澳门", "台湾",
)
# fmt: on
_SUFFIX = re.compile(r"(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|省|市)$")
# F1: pieces up to 9999; kilograms and cubic metres with one decimal, kept as grams and cm³.
STEPS: Mapping[str, int] = {"pieces": 1, "weight": 100, "volume": 100_000}
UNITS: Mapping[str, int] = {"pieces": 1, "weight": 1000, "volume": 1_000_000}
MOST_UNITS = 9999
MOST_FEE = Decimal("999.99")


def province(name: str) -> str:
    """Give a province without its kind: 内蒙古自治区 is 内蒙古. Unknown names are left as they are."""
    return _SUFFIX.sub("", name.strip())


@dataclass(frozen=True, slots=True)
class AreaGiven:
    """A row of a template as entered. `regions` empty: nationwide; `first`, `add` in the small unit."""

    regions: tuple[str, ...]
    first: int
    first_amount: Decimal
    add: int
    add_amount: Decimal


@dataclass(frozen=True, slots=True)
class AreaFault:
    """What is wrong with which row (from 0; -1: with all), at which field. `value` fills the words."""

    row: int
    field: str
    code: str
    value: str = ""


def area_faults(areas: Sequence[AreaGiven], unit: str) -> list[AreaFault]:
    """Name all that is wrong with the rows of a template (F1)."""
    found = []
    if sum(1 for area in areas if not area.regions) != 1:
        found.append(AreaFault(-1, "", "nationwide"))
    seen: set[str] = set()
    for at, area in enumerate(areas):
        found += _row_faults(at, area, unit)
        for name in area.regions:
            if name not in PROVINCES:
                found.append(AreaFault(at, "regions", "unknown", name))
            elif name in seen:
                found.append(AreaFault(at, "regions", "twice", name))
            seen.add(name)
    return found


def _row_faults(at: int, area: AreaGiven, unit: str) -> list[AreaFault]:
    found = []
    for field, size in (("first", area.first), ("add", area.add)):
        if not 1 <= size <= MOST_UNITS * UNITS[unit]:
            found.append(AreaFault(at, field, "size"))
        elif size % STEPS[unit]:
            found.append(AreaFault(at, field, "step"))
    for field, fee in (("first_amount", area.first_amount), ("add_amount", area.add_amount)):
        if not 0 <= fee <= MOST_FEE:
            found.append(AreaFault(at, field, "fee"))
    if area.add_amount > area.first_amount > 0:
        found.append(AreaFault(at, "add_amount", "add_over_first"))
    return found
