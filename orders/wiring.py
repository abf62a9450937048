"""What orders add to the ground floor: kinds of work, kinds of files, clocks, checks, words for the log."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from orders import checks, goods
from orders.actions import (
    audit,
    audit_trial,
    calendar_news,
    counts,
    courier_setup,
    draft_codes,
    exports,
    parcels_wiring,
    retention,
    second_check,
    sku_days,
)
from orders.actions.cases import registering as cases
from orders.actions.importing import kinds
from orders.actions.warehouse import registering as warehouse
from orders.queries import goods_quality
from orders.wording import log
from products import registry as products
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled, register_tick


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    kinds.register()
    _register_runs()
    # One day made up is as good as seven: what was due then is due now.
    register_scheduled(retention.KIND, at=time(3, 30), catch_up_days=1)
    register_tick("audit", every=timedelta(minutes=1), run=audit.request_audit)
    register_tick("count_queues", every=timedelta(seconds=30), run=counts.request_count)
    register_tick("calendar_news", every=timedelta(hours=6), run=calendar_news.tell_of_guesses)
    register_tick("old_exports", every=timedelta(hours=1), run=exports.remove_old_exports)
    log.name_all()
    parcels_wiring.register()
    courier_setup.register()
    warehouse.register()
    cases.register()
    draft_codes.register()
    goods.register()
    _serve_goods()
    checks.register()


def _register_runs() -> None:
    for spec in (
        KindSpec(
            exports.KIND,
            _("导出订单"),
            "quick",
            exports.perform_export,
            "orders.export",
            at_end=exports.export_ended,
            link=exports.export_url,
        ),
        KindSpec(counts.KIND, _("数队列"), "quick", counts.perform_count, "orders.view"),
        KindSpec(audit.KIND, _("自动审单"), "quick", audit.perform_audit, "orders.approve"),
        KindSpec(
            audit_trial.KIND,
            _("试审规则"),
            "quick",
            audit_trial.perform_trial,
            "orders.set_audit",
        ),
        KindSpec(
            retention.KIND,
            _("删除到期的收货信息"),
            "quick",
            retention.perform_erase,
            "work.view",
            in_order=True,
        ),
    ):
        register_kind(spec)


def _serve_goods() -> None:
    """Bring goods what they need of orders: sales and faults, hours, the second check at packing."""
    products.after_new_shares(sku_days.mark_shared)
    products.quality_from(goods_quality.quality_by_sku)
    products.hour_curve_from(goods_quality.payment_hours)
    products.second_checks_at(second_check.switch_second_checks, second_check.second_checks_on)
