"""Words for what the operation log tells of orders."""

from django.utils.translation import gettext_lazy as _

from orders.choices import Flag, HoldKind, Stage
from shopops.staff.operations import name_operations, name_parts


def name_all() -> None:
    """Give the log its words; called once, when the apps are ready."""
    name_operations(OPERATIONS)
    name_parts("object", OBJECTS)
    name_parts("field", FIELDS)
    name_parts("stage", {stage.value: stage.label for stage in Stage})
    name_parts("kind", {kind.value: kind.label for kind in HoldKind})
    name_parts("flag", {str(flag.value): flag.label for flag in Flag})


OBJECTS = {
    "order": _("订单"),
    "calendar": _("截单日历"),
    "carrier": _("快递"),
    "queue": _("队列"),
    "audit_rule": _("审单规则"),
    "keyword": _("关键词"),
    "tell_template": _("告知话术"),
    "courier_rule": _("快递规则"),
    "trace_limit": _("物流时限"),
    "parcels": _("包裹"),
    "buyer": _("买家"),
    "subject": _("个人"),
    "rule": _("平台规则"),
}
FIELDS = {
    "stage": _("阶段"),
    "hold": _("挂起"),
    "waybill_no": _("运单号"),
    "carrier": _("快递"),
    "memo": _("备注"),
    "flag": _("旗"),
    "urgent": _("加急"),
    "agreed_ship_at": _("约定发货"),
    "moved": _("重算的单"),
    "filters": _("条件"),
    "from": _("从"),
    "parcel": _("包裹"),
    "place": _("第几条"),
    "plain": _("明文"),
    "run": _("任务"),
    "limit": _("期限"),
    "orders": _("订单数"),
    "contacts": _("明文收货信息"),
    "second_check": _("二检"),
    "changes": _("导入留底"),
    "left": _("剩下"),
    "files": _("文件"),
    "operations": _("操作记录"),
}
OPERATIONS = {
    "orders.order.held": _("挂起"),
    "orders.hold.told": _("告诉了买家"),
    "orders.hold.closed": _("结束挂起"),
    "orders.hold.claimed": _("领走挂起"),
    "orders.hold.passed_on": _("转给同事"),
    "orders.order.approved": _("审单通过"),
    "orders.order.force_approved": _("强制审单通过"),
    "orders.packing.second_check_on": _("打开了二检"),
    "orders.packing.second_check_off": _("关掉了二检"),
    "orders.tell.template_added": _("加了告知话术"),
    "orders.tell.template_changed": _("改了告知话术"),
    "orders.audit.rule_changed": _("改了审单规则"),
    "orders.audit.rule_moved": _("换了审单规则的先后"),
    "orders.audit.rule_added": _("加了审单规则"),
    "orders.audit.rule_ended": _("停了审单规则"),
    "orders.audit.keyword_added": _("加了关键词"),
    "orders.audit.keyword_ended": _("停了关键词"),
    "orders.black_list.added": _("加入黑名单"),
    "orders.black_list.removed": _("移出黑名单"),
    "orders.order.handed_over": _("登记交接"),
    "orders.order.taken_back": _("撤回一步"),
    "orders.order.memo_written": _("改了备注"),
    "orders.order.ship_time_agreed": _("与买家约定发货时间"),
    "orders.calendar.weekdays_set": _("改了每周截单"),
    "orders.calendar.override_set": _("设了例外日"),
    "orders.calendar.override_removed": _("去掉了例外日"),
    "orders.calendar.business_day_set": _("改了节假日"),
    "orders.calendar.year_confirmed": _("确认了一年的节假日"),
    "orders.calendar.pickup_set": _("改了快递揽收"),
    "orders.courier.rule_added": _("加了快递规则"),
    "orders.courier.rule_changed": _("改了快递规则"),
    "orders.courier.rule_ended": _("停了快递规则"),
    "orders.courier.rule_moved": _("改了快递规则的顺序"),
    "orders.courier.carrier_saved": _("改了快递公司"),
    "orders.courier.limit_added": _("加了物流时限"),
    "orders.courier.limit_changed": _("改了物流时限"),
    "orders.courier.limit_ended": _("停了物流时限"),
    "orders.parcel.carrier_chosen": _("换了快递"),
    "orders.parcel.labelled": _("贴了运单"),
    "orders.parcel.label_voided": _("去掉了运单"),
    "orders.parcel.exported": _("导出包裹"),
    "orders.parcel.export_fetched": _("下载包裹文件"),
    "orders.contact.exported": _("导出了收货明文"),
    "orders.rule_book.row_added": _("加了平台规则"),
    "orders.rule_book.row_ended": _("停了平台规则"),
    "orders.queue.exported": _("导出队列"),
    "orders.queue.export_fetched": _("下载导出文件"),
    "orders.contacts.erased": _("删除了到期的收货信息"),
    "orders.subject.exported": _("导出了一个人的全部信息"),
    "orders.subject.erased": _("删除了一个人的信息"),
}
