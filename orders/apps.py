"""What orders add to the ground floor: kinds of work, kinds of files, words for the log."""

from datetime import time, timedelta
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self) -> None:
        from orders import checks
        from orders.actions import audit, audit_trial, calendar_news, counts, exports, retention
        from orders.actions.importing import kinds
        from orders.actions.start import ensure_start_data
        from orders.choices import Flag, HoldKind, Stage
        from shopops.staff.operations import name_operations, name_parts
        from shopops.work.registry import KindSpec, register_kind
        from shopops.work.schedule import register_scheduled, register_tick

        kinds.register()
        register_kind(
            KindSpec(
                exports.KIND,
                _("导出订单"),
                "quick",
                exports.perform_export,
                "orders.export",
                at_end=exports.export_ended,
                link=exports.export_url,
            )
        )
        register_kind(
            KindSpec(counts.KIND, _("数队列"), "quick", counts.perform_count, "orders.view")
        )
        register_kind(
            KindSpec(audit.KIND, _("自动审单"), "quick", audit.perform_audit, "orders.approve")
        )
        register_kind(
            KindSpec(
                audit_trial.KIND,
                _("试审规则"),
                "quick",
                audit_trial.perform_trial,
                "orders.set_audit",
            )
        )
        register_kind(
            KindSpec(
                retention.KIND,
                _("删除到期的收货信息"),
                "quick",
                retention.perform_erase,
                "work.view",
                in_order=True,
            )
        )
        # One day made up is as good as seven: what was due then is due now.
        register_scheduled(retention.KIND, at=time(3, 30), catch_up_days=1)
        checks.register()
        register_tick("audit", every=timedelta(minutes=1), run=audit.request_audit)
        register_tick("count_queues", every=timedelta(seconds=30), run=counts.request_count)
        register_tick("calendar_news", every=timedelta(hours=6), run=calendar_news.tell_of_guesses)
        register_tick("old_exports", every=timedelta(hours=1), run=exports.remove_old_exports)
        _serve_goods()
        name_operations(OPERATIONS)
        name_parts("object", OBJECTS)
        name_parts("field", FIELDS)
        name_parts("stage", {stage.value: stage.label for stage in Stage})
        name_parts("kind", {kind.value: kind.label for kind in HoldKind})
        name_parts("flag", {str(flag.value): flag.label for flag in Flag})
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="orders.start_data")
        self._ensure = ensure_start_data


def _serve_goods() -> None:
    """Bring goods what they need of orders: sales and faults, hours, the second check at packing."""
    from orders.actions.second_check import second_checks_on, switch_second_checks
    from orders.queries.goods import payment_hours, quality_by_sku
    from products import registry

    registry.quality_from(quality_by_sku)
    registry.hour_curve_from(payment_hours)
    registry.second_checks_at(switch_second_checks, second_checks_on)


def _after_migrate(sender: AppConfig, **_kwargs: Any) -> None:  # noqa: ANN401
    """Django's own hook: a new database gets the start rules and a worked-out calendar."""
    sender._ensure()  # type: ignore[attr-defined]


OBJECTS = {
    "order": _("订单"),
    "calendar": _("截单日历"),
    "carrier": _("快递"),
    "queue": _("队列"),
    "audit_rule": _("审单规则"),
    "keyword": _("关键词"),
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
    "run": _("任务"),
    "limit": _("期限"),
    "orders": _("订单数"),
    "contacts": _("明文收货信息"),
    "changes": _("导入留底"),
    "left": _("剩下"),
    "second_check": _("二检"),
    "files": _("文件"),
    "operations": _("操作记录"),
}
OPERATIONS = {
    "orders.order.held": _("挂起"),
    "orders.hold.told": _("告诉了买家"),
    "orders.hold.closed": _("结束挂起"),
    "orders.hold.passed_on": _("转给同事"),
    "orders.order.approved": _("审单通过"),
    "orders.order.force_approved": _("强制审单通过"),
    "orders.packing.second_check_on": _("打开了二检"),
    "orders.packing.second_check_off": _("关掉了二检"),
    "orders.audit.rule_changed": _("改了审单规则"),
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
    "orders.rule_book.row_added": _("加了平台规则"),
    "orders.rule_book.row_ended": _("停了平台规则"),
    "orders.queue.exported": _("导出队列"),
    "orders.queue.export_fetched": _("下载导出文件"),
    "orders.contacts.erased": _("删除了到期的收货信息"),
    "orders.subject.exported": _("导出了一个人的全部信息"),
    "orders.subject.erased": _("删除了一个人的信息"),
}
