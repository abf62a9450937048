"""万相台无界, 商品报表: an item's figures of a day, by plan where the report has plans (2026), else in all.

CSV in GB18030 with the header in row 1, or XLSX with rates as fractions. An item may stand several
times a day where the report names no plan: such rows are added up.
"""

from collections.abc import Sequence

from promotions.importers.ad_report import STAGE_COLUMNS, Report, clean_with
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Match

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match"]

KIND = "promotions.wxt_items"
READS_TOTALS = True
LABEL = "万相台商品报表"
_NEEDED = ("日期", "主体ID", "花费")
_MARKS = {
    "主体ID",
    "主体类型",
    "主体名称",
    "展现量",
    "点击量",
    "总购物车数",
    "引导访问量",
    "收藏宝贝数",
}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of the item report, and of which years."""
    names = {header.strip() for header in headers}
    if "主体ID" not in names and "主体名称" not in names:
        return None
    if len(names & _MARKS) < 4:
        return None
    layout = "2026" if "计划ID" in names else "2023"
    return Match(layout, tuple(name for name in _NEEDED if name not in names))


def _level(sheet: Sheet) -> str:
    return "item_plan" if sheet.name("计划ID") else "item"


clean = clean_with(
    Report(
        channel="wxt",
        level=_level,
        plan_no=("计划ID",),
        plan_name=("计划名字", "计划名称"),
        object_no=("主体ID",),
        object_name=("主体名称",),
    )
)
