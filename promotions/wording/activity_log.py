"""What activities write into the operation log, in words."""

from django.utils.translation import gettext_lazy as _

from promotions.choices import ActivityState
from promotions.wording.activities import TASKS
from shopops.staff.operations import name_operations, name_parts

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


def name_all() -> None:
    """Give the log its words of activities."""
    name_operations(OPERATIONS)
    name_parts("object", {"activity": _("活动"), "profit_rule": _("利润费率")})
    name_parts("field", FIELDS)
    name_parts("activity_state", {one.value: one.label for one in ActivityState})
    name_parts("task", TASKS)
