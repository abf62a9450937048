"""The three scores by day beside the industry's mean and best, as the shop's page shows them.

A file of the scores alone (店铺信息) is another kind. Without a date it speaks of the day of its export.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

import pyarrow as pa
import pyarrow.compute as pc

from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "analytics.dsr_days"
LABEL = "评分与行业"
DAY = ("统计日期", "日期", "时间")
_NAMES = {
    "goods": ("描述相符", "宝贝与描述相符"),
    "service": ("服务态度", "卖家的服务态度"),
    "delivery": ("物流服务", "物流服务的质量", "发货速度"),
}
_ENDS = {
    "": ("", "评分", "得分", "动态评分"),
    "_industry": ("行业平均", "同行业平均", "行业均值", "（行业平均）", "(行业平均)"),
    "_best": ("行业最高", "行业优秀", "同行业优秀", "（行业最高）", "(行业最高)"),
}
COLUMNS: dict[str, tuple[str, ...]] = {
    f"{score}{end}": tuple(f"{name}{tail}" for name in names for tail in tails)
    for end, tails in _ENDS.items()
    for score, names in _NAMES.items()
}
STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("row_hash", "bigint"),
    ("date", "date"),
    *((name, "numeric(7,6)") for name in COLUMNS),
)
# Files of the whole shop have the scores among a hundred columns; ratings and reviews name people.
_OTHERS = ("支付金额", "访客数", "评价时间", "评价分类", "评论", "评价内容")
_DATE = re.compile(r"(20\d{2})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?: 0{1,2}:00(?::00)?)?")


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of such a file."""
    names = {header.strip() for header in headers}
    if names & set(_OTHERS):
        return None
    found = [score for score in _NAMES if names & set(COLUMNS[score])]
    beside = [name for name, heads in COLUMNS.items() if name not in _NAMES and names & set(heads)]
    if len(found) < 2 or not beside:
        return None
    missing = tuple(_NAMES[score][0] for score in _NAMES if score not in found)
    return Match("dated" if names & set(DAY) else "of_today", missing)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=COLUMNS["goods"])
    has_day = sheet.name(*DAY) is not None
    columns: dict[str, pa.Array] = {
        name: sheet.lookups(*heads, read=_score, kind=pa.decimal128(7, 6))
        for name, heads in COLUMNS.items()
    }
    columns["date"] = sheet.lookups(*DAY, read=_day, kind=pa.string(), needed=has_day)
    columns["line_no"] = sheet.lines
    columns["row_hash"] = cells.row_hash(
        [pc.fill_null(sheet.raw(name), "") for name in sheet.names]
    )
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, dict(sheet.skipped))


def _score(text: str) -> Decimal:
    plain = text.strip().removesuffix("分").strip()
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise cells.BadCellError("评分要是 0 到 5 的数") from None
    if not value.is_finite() or not 0 <= value <= 5:
        raise cells.BadCellError("评分要是 0 到 5 的数")
    return value.quantize(Decimal("0.00001"))


def _day(text: str) -> str:
    found = _DATE.fullmatch(text.strip())
    try:
        return date(*(int(part) for part in found.groups())).isoformat() if found else _bad()
    except ValueError:
        return _bad()


def _bad() -> str:
    raise cells.BadCellError("不是一天的日期，应当像 2026-06-18")
