"""What goods are judged by: the parameters of each rule row, their bounds and start values.

Numbers of platforms and law are rows of a rule book, not constants; the start values carry the mark
under which they were read (see `SOURCES`) and the note to check before relying on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from products.choices import GoodsRuleCode

SINCE = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One figure of a rule; bounds are inclusive. `words`: a list of words instead of a figure."""

    name: str
    start: Any
    low: float = 0
    high: float = 0
    is_rate: bool = False
    is_words: bool = False


PARAMETERS: Mapping[GoodsRuleCode, tuple[Parameter, ...]] = {
    GoodsRuleCode.LISTING: (
        Parameter("title_bytes", 60, 20, 120),
        Parameter("image_side", 800, 100, 4000),
        Parameter("white_level", 240, 200, 255),
        Parameter("white_rate", 0.95, 0.5, 1, is_rate=True),
        Parameter("needed_attributes", ["品牌", "材质"], is_words=True),
    ),
    GoodsRuleCode.SHELF: (
        Parameter("slot_cap", 2, 1, 20),
        Parameter("showcase_slots", 10, 0, 200),
    ),
    GoodsRuleCode.WATCH: (
        Parameter("band_width", 2.5, 1, 6),
        Parameter("fewest_pieces", 10, 0, 10_000),
        Parameter("rank_drop", 20, 1, 1000),
    ),
    GoodsRuleCode.RIVAL: (
        Parameter("price_cut_rate", 0.05, 0.01, 0.9, is_rate=True),
        Parameter("sales_leap_rate", 0.5, 0.05, 10, is_rate=True),
    ),
    GoodsRuleCode.QUALITY: (
        Parameter("days", 30, 7, 180),
        Parameter("on_rate", 0.03, 0.001, 1, is_rate=True),
        Parameter("off_rate", 0.02, 0, 1, is_rate=True),
        Parameter("minimum_pieces", 30, 1, 10_000),
        Parameter("minimum_people", 3, 1, 1000),
    ),
    GoodsRuleCode.PRICE: (
        Parameter("slow_days", 90, 7, 720),
        Parameter("slow_cut_rate", 0.1, 0.01, 0.9, is_rate=True),
        Parameter("season_cut_rate", 0.2, 0.01, 0.9, is_rate=True),
        Parameter("rival_gap_rate", 0.05, 0.01, 0.9, is_rate=True),
    ),
    GoodsRuleCode.VIOLATION: (Parameter("near_hours", 48, 1, 720),),
    GoodsRuleCode.TARGET: (
        Parameter("behind_rate", 0.1, 0.01, 0.9, is_rate=True),
        Parameter("first_day", 5, 2, 28),
    ),
}
SOURCES: Mapping[GoodsRuleCode, str] = {
    GoodsRuleCode.LISTING: "平台商品发布要求的转述：标题 60 字节，主图 800×800 白底；用之前核对平台原文",
    GoodsRuleCode.QUALITY: "店铺自己的门槛",
}


def start_parameters(code: GoodsRuleCode) -> dict[str, Any]:
    """Give the values that a new shop begins with."""
    return {parameter.name: parameter.start for parameter in PARAMETERS[code]}


def filled(code: GoodsRuleCode, stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give stored values, with start values where a row is older than a parameter."""
    return start_parameters(code) | dict(stored or {})
