"""万相台 (2022): one row per day and goal.

A report may hold several effect models or windows side by side; they tell the same spend again, so
only the first one of a block counts and the others are rejected with their reason.
"""

from collections.abc import Sequence

import pyarrow as pa

from promotions.importers.ad_report import STAGE_COLUMNS, Report, clean_report
from shopops.intake.sheet import Sheet
from shopops.intake.spec import LINE_NO, CellError, Cleaned, Match, Seal

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match"]

KIND = "promotions.wxt_2022"
READS_TOTALS = True
LABEL = "万相台报表（2022）"
_NEEDED = ("日期", "优化目标", "消耗")
_OWN = {"优化目标", "效果模型", "统计口径", "转化周期", "曝光量", "加购收藏成本"}
_WINDOW = ("效果模型", "统计口径", "转化周期")


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of the first 万相台."""
    names = {header.strip() for header in headers}
    if len(names & _OWN) < 3:
        return None
    return Match("2022", tuple(name for name in _NEEDED if name not in names))


_REPORT = Report(
    channel="wxt22",
    level=lambda _sheet: "plan",
    plan_name=("优化目标",),
)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows of one window."""
    sheet = Sheet(block, key=())
    known = [name for name in _WINDOW if sheet.name(name)]
    windows = list(zip(*(sheet.text(name).to_pylist() for name in known), strict=True))
    first = next((one for one in windows if any(one)), None)
    wrong = [row for row, one in enumerate(windows) if any(one) and one != first]
    if not wrong:
        return clean_report(block, _REPORT)
    lines = block.column(LINE_NO).to_pylist()
    errors = [
        CellError(
            lines[row], known[-1], " ".join(windows[row]), "另一种口径说的是同一笔消耗，不能相加"
        )
        for row in wrong
    ]
    keep = sorted(set(range(block.num_rows)) - set(wrong))
    cleaned = clean_report(block.take(keep), _REPORT)
    return Cleaned(cleaned.rows, [*cleaned.errors, *errors], cleaned.facts)
