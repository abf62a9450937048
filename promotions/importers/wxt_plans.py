"""万相台无界, 计划报表: a plan's figures of a day. It tells the same spend as the item report."""

from collections.abc import Sequence

from promotions.importers.ad_report import STAGE_COLUMNS, Report, clean_with
from shopops.intake.spec import Match

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match"]

KIND = "promotions.wxt_plans"
READS_TOTALS = True
LABEL = "万相台计划报表"
_NEEDED = ("日期", "计划ID", "花费")
_MARKS = {
    "场景ID",
    "计划ID",
    "计划名字",
    "展现量",
    "点击量",
    "总购物车数",
    "引导访问量",
    "收藏宝贝数",
}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of the plan report."""
    names = {header.strip() for header in headers}
    if names & {"主体ID", "主体名称"} or not names & {"计划ID", "计划名字"}:
        return None
    if len(names & _MARKS) < 4:
        return None
    return Match("2026", tuple(name for name in _NEEDED if name not in names))


clean = clean_with(
    Report(
        channel="wxt",
        level=lambda _sheet: "plan",
        plan_no=("计划ID",),
        plan_name=("计划名字", "计划名称"),
    )
)
