"""What couriers add to the ground floor: a kind of work, a tick, a judge at audit."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from orders import registry
from orders.actions import label_exports
from orders.actions.importing import traces
from orders.queries.courier_audit import courier_needs
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_tick


def register() -> None:
    """Register them; called once by `OrdersConfig.ready`."""
    register_kind(
        KindSpec(
            label_exports.KIND,
            _("导出包裹"),
            "quick",
            label_exports.perform_label_export,
            "orders.export",
            at_end=label_exports.label_export_ended,
            link=label_exports.label_url,
        )
    )
    registry.audit_by(courier_needs)
    register_tick("adopt_traces", every=timedelta(minutes=2), run=traces.adopt_strays)
