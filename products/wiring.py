"""What goods add to the ground floor: kinds of work, kinds of files, clocks, checks, words for the log."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from products.actions import (
    count_file,
    exports,
    figures,
    listing,
    plan_export,
    proof,
    replenish,
    shortage,
    watch,
)
from products.actions.importing import kinds
from products.checks import catalogue as catalogue_checks
from products.checks import listing as listing_checks
from products.checks import shelf as shelf_checks
from products.checks import stock as stock_checks
from products.queries.pictures import stored_names
from products.wording import log
from shopops.intake.registry import keep_files
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled, register_tick


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    kinds.register()
    count_file.register()
    keep_files(stored_names)
    catalogue_checks.register()
    stock_checks.register()
    shelf_checks.register()
    listing_checks.register()
    _list()
    _stock()
    _listing()
    log.name_all()


def _list() -> None:
    register_kind(
        KindSpec(
            exports.KIND,
            _("导出商品"),
            "quick",
            exports.perform_export,
            "products.export",
            at_end=exports.export_ended,
            link=exports.export_url,
        )
    )
    register_kind(
        KindSpec(
            figures.KIND, _("算商品列表的数"), "quick", figures.perform_figures, "products.view"
        )
    )
    register_tick("product_figures", every=timedelta(minutes=10), run=figures.request_figures)
    register_tick("old_product_exports", every=timedelta(hours=1), run=exports.remove_old_exports)


def _stock() -> None:
    for spec in (
        KindSpec(proof.KIND, _("库存对账"), "quick", proof.perform_proof, "products.view"),
        KindSpec(shortage.KIND, _("看哪些缺货"), "quick", shortage.perform_look, "products.view"),
        KindSpec(
            replenish.KIND,
            _("算补货"),
            "quick",
            replenish.perform,
            "products.purchase",
        ),
        KindSpec(
            plan_export.KIND,
            _("导出补货建议"),
            "quick",
            plan_export.perform_plan_export,
            "products.view",
            at_end=plan_export.plan_export_ended,
            link=plan_export.plan_export_url,
        ),
    ):
        register_kind(spec)
    register_scheduled(proof.KIND, at=time(5, 30), catch_up_days=1)
    register_scheduled(replenish.KIND, at=time(5, 40), catch_up_days=1)
    register_tick(
        "old_plan_exports", every=timedelta(hours=1), run=plan_export.remove_old_plan_exports
    )
    register_tick("stock_watch", every=timedelta(minutes=10), run=shortage.request_look)


def _listing() -> None:
    for spec in (
        KindSpec(listing.KIND, _("上架检查"), "quick", listing.perform_check_all, "products.view"),
        KindSpec(watch.DAILY, _("算品质与二检"), "quick", watch.perform_daily, "products.view"),
        KindSpec(
            watch.FINDINGS, _("重看商品的发现"), "quick", watch.perform_findings, "products.view"
        ),
    ):
        register_kind(spec)
    # Before the daily checks of 7:30, which tell what these find.
    register_scheduled(listing.KIND, at=time(5, 20), catch_up_days=1)
    register_scheduled(watch.DAILY, at=time(6, 10), catch_up_days=1)
