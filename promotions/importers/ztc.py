"""直通车 (2022): account, plan or unit, told by which id columns the report has."""

from collections.abc import Sequence

from promotions.importers.ad_report import STAGE_COLUMNS, Report, clean_with
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Match

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match"]

KIND = "promotions.ztc"
READS_TOTALS = True
LABEL = "直通车报表"
_NEEDED = ("日期", "花费", "点击量")
# Columns that only this tool writes so.
_OWN = {"推广类型", "单元id", "直接点击转化率", "宝贝收藏转化率"}
_MARKS = {"展现量", "点击量", "花费", "总收藏数", "宝贝收藏数", "店铺收藏数", "总购物车数"}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of 直通车, and at which level."""
    names = {header.strip() for header in headers}
    if not names & _OWN or len(names & _MARKS) < 4:
        return None
    layout = "unit" if "单元id" in names else "plan" if "计划id" in names else "account"
    return Match(f"2022 {layout}", tuple(name for name in _NEEDED if name not in names))


def _level(sheet: Sheet) -> str:
    if sheet.name("单元id"):
        return "unit"
    return "plan" if sheet.name("计划id", "计划名称") else "account"


clean = clean_with(
    Report(
        channel="ztc",
        level=_level,
        plan_no=("计划id",),
        plan_name=("计划名称",),
        unit_no=("单元id",),
        object_no=("商品id",),
        object_name=("单元名称",),
    )
)
