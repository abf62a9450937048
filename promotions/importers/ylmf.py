"""引力魔方: plans by name, items where the report has them.

Rows by creative, audience or place of one plan and item tell parts of the same spend and are added
up; those three are not kept.
"""

from collections.abc import Sequence

from promotions.importers.ad_report import STAGE_COLUMNS, Report, clean_with
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Match

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match"]

KIND = "promotions.ylmf"
READS_TOTALS = True
LABEL = "引力魔方报表"
_NEEDED = ("日期", "消耗")
_OWN = {
    "计划组",
    "投资回报率",
    "添加购物车量",
    "加购收藏量",
    "成交订单量",
    "成交订单金额",
    "千次展现成本",
}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of 引力魔方, and at which level."""
    names = {header.strip() for header in headers}
    if len(names & _OWN) < 3:
        return None
    layout = "item" if "商品id" in names else "plan" if "计划" in names else "account"
    return Match(layout, tuple(name for name in _NEEDED if name not in names))


def _level(sheet: Sheet) -> str:
    if sheet.name("商品id"):
        return "item_plan" if sheet.name("计划", "计划组") else "item"
    return "plan" if sheet.name("计划", "计划组") else "account"


clean = clean_with(
    Report(
        channel="ylmf",
        level=_level,
        plan_name=("计划", "计划组"),
        object_no=("商品id",),
        object_name=("主体名称",),
    )
)
