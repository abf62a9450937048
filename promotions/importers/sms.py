"""短信 report: what each sending cost and brought.

No public sample of one is known. These are the columns that sending tools agree on; a shop whose
tool writes others renames them.
"""

from collections.abc import Sequence

from promotions.importers.ad_report import STAGE_COLUMNS, Report, clean_with
from shopops.intake.spec import Match

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match"]

KIND = "promotions.sms"
READS_TOTALS = True
LABEL = "短信报表"
_NEEDED = ("日期", "任务名称", "花费")
_MARKS = {"任务名称", "发送条数", "送达条数", "短信条数", "花费", "点击量", "成交订单量"}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of a report of messages sent."""
    names = {header.strip() for header in headers}
    if not names & {"发送条数", "短信条数"} or len(names & _MARKS) < 3:
        return None
    return Match("own", tuple(name for name in _NEEDED if name not in names))


clean = clean_with(
    Report(
        channel="sms",
        level=lambda _sheet: "plan",
        plan_no=("任务ID",),
        plan_name=("任务名称",),
    )
)
