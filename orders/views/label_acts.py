"""The act that puts a waybill on an order's parcel."""

from django.utils.translation import gettext_lazy

from orders.actions import waybills
from orders.choices import HoldKind
from orders.forms.couriers import LabelForm
from orders.queries.order_page import OrderDetail
from orders.views.acting import Act, Call
from orders.views.rows import READY_STAGES


def _label(call: Call) -> object:
    return waybills.set_waybill(
        code=call.tid,
        waybill_no=call.data["waybill_no"],
        carrier=call.data["carrier"],
        by=call.by,
        now=call.now,
    )


def _labelled(detail: OrderDetail) -> bool:
    return detail.order.stage in READY_STAGES or any(
        hold.kind == HoldKind.LABEL_FAILED for hold in detail.open_holds
    )


LABEL_ACTS = (
    Act("label", gettext_lazy("贴运单"), "orders.hand_over", _labelled, _label, LabelForm),
)
