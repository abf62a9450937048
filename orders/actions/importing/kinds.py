"""The kinds of files that bring orders, lines and refunds in."""

from datetime import timedelta

from orders.actions.importing import (
    bill,
    item_list,
    order_list,
    refund_list,
    trace_list,
    waybill_list,
    words,
)
from orders.actions.importing.undo import undo
from orders.importers import alipay_bill as bill_importer
from orders.importers import item_list as item_importer
from orders.importers import order_list as order_importer
from orders.importers import refund_list as refund_importer
from orders.importers import trace_list as trace_importer
from orders.importers import waybill_list as waybill_importer
from shopops.intake.registry import register_file_kind
from shopops.intake.spec import FileKind

_KINDS = (
    (order_importer, order_list.preview, order_list.merge, undo),
    (item_importer, item_list.preview, item_list.merge, undo),
    (refund_importer, refund_list.preview, refund_list.merge, undo),
    (waybill_importer, waybill_list.preview, waybill_list.merge, waybill_list.undo),
    (trace_importer, trace_list.preview, trace_list.merge, trace_list.undo),
    (bill_importer, bill.preview, bill.merge, bill.undo),
)
# A shop fetches its bill when the month is over; files of labels and carriers come where a shop has
# them at all.
_EVERY = {
    bill_importer.KIND: timedelta(days=31),
    waybill_importer.KIND: timedelta(days=31),
    trace_importer.KIND: timedelta(days=8),
}


def file_kinds() -> list[FileKind]:
    """Give the kinds."""
    return [
        FileKind(
            code=importer.KIND,
            label=importer.LABEL,
            importer=importer.__name__,
            preview=preview,
            merge=merge,
            undo=take_back,
            every=_EVERY.get(importer.KIND, timedelta(days=1)),
            column_words=words.column_words,
            value_words=words.value_words,
        )
        for importer, preview, merge, take_back in _KINDS
    ]


def register() -> None:
    """Make the kinds known to the intake."""
    for kind in file_kinds():
        register_file_kind(kind)
