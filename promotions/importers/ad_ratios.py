"""Every derived column of a channel report worked out again from the row's own counts and amounts.

Formulas as verified on a real 万相台无界 report (点击率=点击/展现 … within rounding), those of older
tools by the same meaning. A figure agrees if it lies within half a unit of the last place that its
column shows. Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt

from shopops.intake.sheet import Sheet

type Floats = npt.NDArray[np.float64]

# What a platform's spreadsheet writes of a fraction is exact to about this.
_FINEST = 6
_FUZZ = 1e-9
RATIO, SUM, TOO_LARGE = "ratio", "sum", "over_one"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A column that is `above` by `below`, times `scale`. Several parts of `above` add up."""

    columns: tuple[str, ...]
    above: tuple[str, ...]
    below: str
    scale: int = 1


@dataclass(frozen=True, slots=True)
class Sum:
    """A column that is the sum of others."""

    columns: tuple[str, ...]
    parts: tuple[str, ...]


# Names of parts are those of `COUNTED`.
RATIOS: tuple[Ratio, ...] = (
    Ratio(("点击率",), ("clicks",), "shown"),
    Ratio(("平均点击花费", "点击成本"), ("spend",), "clicks"),
    Ratio(("千次展现花费", "千次展现成本"), ("spend",), "shown", 1000),
    Ratio(("投入产出比", "投资回报率", "roi"), ("deal_amount",), "spend"),
    Ratio(("含预售投产比",), ("deal_amount", "presale_amount"), "spend"),
    Ratio(("点击转化率", "成交转化率"), ("deals",), "clicks"),
    Ratio(("直接点击转化率",), ("direct_deals",), "clicks"),
    Ratio(("展现转化率",), ("deals",), "shown"),
    Ratio(("总成交成本",), ("spend",), "deals"),
    Ratio(("加购率",), ("carts",), "clicks"),
    Ratio(("加购成本",), ("spend",), "carts"),
    Ratio(("宝贝收藏率", "宝贝收藏转化率"), ("favourites",), "clicks"),
    Ratio(("宝贝收藏成本",), ("spend",), "favourites"),
    Ratio(("店铺收藏成本",), ("spend",), "shop_favourites"),
    Ratio(("总收藏加购成本", "加购收藏成本"), ("spend",), "saves"),
    Ratio(("宝贝收藏加购成本",), ("spend",), "item_saves"),
    Ratio(("引导访问率",), ("visits",), "shown"),
    Ratio(("引导访问潜客占比",), ("new_visitors",), "visitors"),
    Ratio(("成交新客占比",), ("new_people",), "deal_people"),
    Ratio(("人均成交笔数",), ("deals",), "deal_people"),
    Ratio(("人均成交金额",), ("deal_amount",), "deal_people"),
)
SUMS: tuple[Sum, ...] = (
    Sum(("总成交金额",), ("direct_amount", "indirect_amount")),
    Sum(("总成交笔数",), ("direct_deals", "indirect_deals")),
    Sum(("总预售成交金额",), ("direct_presale_amount", "indirect_presale_amount")),
    Sum(("总预售成交笔数",), ("direct_presale_deals", "indirect_presale_deals")),
    Sum(("总购物车数",), ("direct_carts", "indirect_carts")),
    Sum(("收藏宝贝数",), ("direct_favourites", "indirect_favourites")),
    Sum(("总收藏数",), ("favourites", "shop_favourites")),
    Sum(("总收藏加购数",), ("carts", "all_favourites")),
    Sum(("宝贝收藏加购数",), ("carts", "favourites")),
)
# Derived columns whose formula nobody published and no sample shows: taken as they stand, nowhere.
NOT_KNOWN = ("入会率", "平均访问页面数")
# Rates that cannot exceed one: of each thing shown at most one click.
AT_MOST_ONE = ("点击率", "引导访问潜客占比", "成交新客占比", "入会率")

COUNTED: Mapping[str, tuple[str, ...]] = {
    "shown": ("展现量", "曝光量"),
    "clicks": ("点击量",),
    "spend": ("花费", "消耗"),
    "deal_amount": ("总成交金额", "成交订单金额"),
    "direct_amount": ("直接成交金额",),
    "indirect_amount": ("间接成交金额",),
    "deals": ("总成交笔数", "成交订单量"),
    "direct_deals": ("直接成交笔数",),
    "indirect_deals": ("间接成交笔数",),
    "presale_amount": ("总预售成交金额", "预售订单金额"),
    "direct_presale_amount": ("直接预售成交金额",),
    "indirect_presale_amount": ("间接预售成交金额",),
    "presale_deals": ("总预售成交笔数",),
    "direct_presale_deals": ("直接预售成交笔数",),
    "indirect_presale_deals": ("间接预售成交笔数",),
    "carts": ("总购物车数", "添加购物车量", "总加购量"),
    "direct_carts": ("直接购物车数",),
    "indirect_carts": ("间接购物车数",),
    "favourites": ("收藏宝贝数", "宝贝收藏数", "收藏宝贝量", "收藏量"),
    "direct_favourites": ("直接收藏宝贝数",),
    "indirect_favourites": ("间接收藏宝贝数",),
    "shop_favourites": ("收藏店铺数", "店铺收藏数"),
    "all_favourites": ("总收藏数",),
    "saves": ("总收藏加购数", "加购收藏量"),
    "item_saves": ("宝贝收藏加购数",),
    "visits": ("引导访问量",),
    "visitors": ("引导访问人数",),
    "new_visitors": ("引导访问潜客数",),
    "deal_people": ("成交人数",),
    "new_people": ("成交新客数",),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One figure of one row that does not follow from the others."""

    row: int
    column: str
    value: str
    expected: str
    code: str


def doubts(sheet: Sheet, part: Callable[[str], Floats | None]) -> list[Doubt]:
    """Compare every derived column that the file has.

    :param part: a base column by its name in `COUNTED`, NaN where blank; None if the file lacks it
    """
    found: list[Doubt] = []
    for ratio in RATIOS:
        above = [part(name) for name in ratio.above]
        below = part(ratio.below)
        # 预售 is often left out by whoever chose the columns: then there is nothing to compare with.
        known = [one for one in above if one is not None]
        if below is None or len(known) != len(above):
            continue
        whole = np.sum([np.nan_to_num(one) for one in known[1:]], axis=0) if known[1:] else 0.0
        found += _compared(sheet, ratio, (known[0] + whole) * ratio.scale, below)
    for one in SUMS:
        parts = [part(name) for name in one.parts]
        if all(given is not None for given in parts):
            found += _added(sheet, one, [given for given in parts if given is not None])
    return found


def _compared(sheet: Sheet, ratio: Ratio, above: Floats, below: Floats) -> list[Doubt]:
    name = sheet.name(*ratio.columns)
    if name is None:
        return []
    written, places = numbers(sheet, name)
    if np.isnan(written).all():  # a column that the platform left empty
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(below > 0, above / below, np.nan)
    tolerance = 0.5 * 10.0**-places + _FUZZ + np.abs(np.nan_to_num(expected)) * _FUZZ
    blank, unknown = np.isnan(written), np.isnan(expected)
    off = np.abs(np.nan_to_num(written) - np.nan_to_num(expected)) > tolerance
    # Blank stands for a denominator of nought, or for a result that is nought.
    wrong = off & ~(np.isnan(above) | np.isnan(below)) & (~(blank & unknown))
    return [
        Doubt(row, name, _text(sheet, name, row), _figure(expected[row], places), RATIO)
        for row in np.flatnonzero(wrong).tolist()
    ]


def _added(sheet: Sheet, rule: Sum, parts: Sequence[Floats]) -> list[Doubt]:
    name = sheet.name(*rule.columns)
    if name is None:
        return []
    written, _places = numbers(sheet, name)
    expected = np.sum(parts, axis=0)
    wrong = np.abs(written - expected) > 0.005
    return [
        Doubt(row, name, _text(sheet, name, row), _figure(expected[row], 2), SUM)
        for row in np.flatnonzero(wrong).tolist()
    ]


def numbers(sheet: Sheet, *names: str) -> tuple[Floats, int]:
    """Give a column as numbers, NaN where blank or no number, and how many places it shows.

    `5.23%` is 0.0523 with four places. The places are the most that any cell of the block shows.
    """
    column = sheet.raw(*names)
    if column is None:
        return np.full(len(sheet), np.nan), 0
    coded = column.dictionary_encode()
    read = [_number(text) for text in coded.dictionary.to_pylist()]
    values = np.array([value for value, _ in read] + [np.nan])
    places = max((place for _, place in read), default=0)
    indices = coded.indices.fill_null(len(read)).to_numpy(zero_copy_only=False)
    return values[indices], min(places, _FINEST)


def _number(text: str) -> tuple[float, int]:
    plain = text.replace(",", "").strip()
    percent = plain.endswith("%")
    try:
        number = Decimal(plain.removesuffix("%"))
    except InvalidOperation:
        return float("nan"), 0
    if not number.is_finite():
        return float("nan"), 0
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return (float(number) / 100, places + 2) if percent else (float(number), places)


def _text(sheet: Sheet, name: str, row: int) -> str:
    column = sheet.raw(name)
    value = column[row].as_py() if column is not None else None
    return (value or "")[:60]


def _figure(value: float, places: int) -> str:
    return "" if np.isnan(value) else f"{value:.{max(places, 2)}f}"
