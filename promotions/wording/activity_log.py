"""What activities write into the operation log, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from promotions.choices import ActivityState
from promotions.wording.activities import TASKS
from shopops.lib.templatetags.shop import money
from shopops.lib.words import clauses
from shopops.staff.operations import name_operations, name_parts, part_words

OPERATIONS = {
    "promotions.activity.created": _("新建了活动"),
    "promotions.activity.edited": _("改了活动"),
    "promotions.activity.moved_dates": _("改了活动时间"),
    "promotions.activity.state_changed": _("活动状态变了"),
    "promotions.activity.noted": _("记了活动跟进"),
    "promotions.activity.items_put": _("放进了活动商品"),
    "promotions.activity.items_removed": _("拿掉了活动商品"),
    "promotions.activity.checked": _("查了活动价格"),
    "promotions.activity.approved": _("批准了没过检查的活动"),
    "promotions.activity.published": _("发布了活动"),
    "promotions.activity.withdrawn": _("撤回了活动发布"),
    "promotions.activity.page_compared": _("核对了活动页面"),
    "promotions.activity.result_worked_out": _("重算了活动结果"),
    "promotions.activity.summed_up": _("复盘了活动"),
    "promotions.task.added": _("加了准备事项"),
    "promotions.task.ticked": _("准备事项打了勾"),
    "promotions.task.unticked": _("准备事项去了勾"),
    "promotions.task.planned": _("改了准备事项"),
    "promotions.profit.set": _("改了利润费率"),
}
FIELDS = {
    "activity": _("活动"),
    "activity_state": _("活动状态"),
    "starts_at": _("开始"),
    "ends_at": _("结束"),
    "uplift": _("销量倍数"),
    "owner": _("负责人"),
    "forecast": _("预计销售额"),
    "contact": _("联系人"),
    "follow_up_on": _("跟进日期"),
    "added": _("新放进"),
    "changed": _("改了"),
    "task": _("准备事项"),
    "commission_rate": _("类目佣金"),
    "points_rate": _("积分返点"),
    "service_rate": _("基础软件服务费"),
    "postage_amount": _("每单快递"),
    "packing_amount": _("每单包材"),
    "return_rate": _("退货率"),
    "return_amount": _("每件退货损失"),
    "least_margin_rate": _("毛利率的线"),
    "return_pieces": _("自己的退货率要卖满几件"),
}


# What stands in the heading of the page, or would be a list of its own.
_LEFT_OUT = frozenset({"activity", "codes", "lines"})
_FIGURES = {
    "failed": _("不过"),
    "unknown": _("看不出"),
    "differences": _("不一样的地方"),
}


def told(old: Mapping[str, Any], new: Mapping[str, Any], reason: str) -> str:
    """Say what an act on an activity did: the reason, then what was and what is."""
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    parts = [reason, *(_change(name, old, new) for name in names if name not in _LEFT_OUT)]
    if count := old.get("lines"):
        parts.append(gettext("%(n)s 个商家编码") % {"n": count})
    return clauses(part for part in parts if part)


def _change(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    was, now = (_value(name, side.get(name)) for side in (old, new))
    if name == "activity_state" and was and now:
        return f"{was} → {now}"
    if name == "task":
        return now
    label = _FIGURES.get(name) or part_words("field", name)
    return (
        f"{label} {was} → {now}" if was and now else f"{label} {now or was}" if now or was else ""
    )


def _value(name: str, value: Any) -> str:  # noqa: ANN401
    if value is None or value == "":
        return ""
    if name in {"starts_at", "ends_at"}:
        return str(value)[:16].replace("T", " ")
    if name == "forecast":
        return money(value)
    return part_words(name, str(value))


def name_all() -> None:
    """Give the log its words of activities."""
    name_operations(OPERATIONS)
    name_parts("object", {"activity": _("活动"), "profit_rule": _("利润费率")})
    name_parts("field", FIELDS)
    name_parts("activity_state", {one.value: one.label for one in ActivityState})
    name_parts("task", TASKS)
