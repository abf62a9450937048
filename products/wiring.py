"""What goods add to the ground floor: kinds of work, kinds of files, clocks, checks, words for the log."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from products import checks
from products.actions import count_file, proof, replenish, watch
from products.actions.importing import kinds
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
    checks.register()
    _stock()
    log.name_all()


def _stock() -> None:
    for spec in (
        KindSpec(proof.KIND, _("库存对账"), "quick", proof.perform_proof, "products.view"),
        KindSpec(watch.KIND, _("看哪些缺货"), "quick", watch.perform_look, "products.view"),
        KindSpec(
            replenish.KIND,
            _("算补货"),
            "quick",
            replenish.perform,
            "products.purchase",
        ),
    ):
        register_kind(spec)
    register_scheduled(proof.KIND, at=time(5, 30), catch_up_days=1)
    register_scheduled(replenish.KIND, at=time(5, 40), catch_up_days=1)
    register_tick("stock_watch", every=timedelta(minutes=10), run=watch.request_look)
