"""Acts on an order's parcels that its page offers beside the others: gift, undo, take out."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.actions import gifts, parcel_undo
from orders.actions.errors import UnableToUndoError
from orders.choices import OPEN_STAGES, ParcelState, Stage
from orders.forms.parcels import GiftForm, WhyForm
from orders.queries.order_page import OrderDetail, order_detail
from orders.views.acting import Act, Call


def _gift(call: Call) -> object:
    return gifts.give_gift(
        tid=call.tid,
        sku_code=call.data["sku_code"],
        quantity=call.data["quantity"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _undo(call: Call) -> object:
    change_id = order_detail(tid=call.tid).packed.can_undo_id
    if change_id is None:
        raise UnableToUndoError(_("没有可以撤销的合单或拆单。"))
    versions = {} if call.version is None else {call.tid: call.version}
    return parcel_undo.undo_change(
        change_id=change_id,
        by=call.by,
        now=call.now,
        reason=call.data["reason"],
        versions=versions,
    )


def _take_out(call: Call) -> object:
    return parcel_undo.take_out_order(
        tid=call.tid,
        by=call.by,
        now=call.now,
        reason=call.data["reason"],
        version=call.version,
    )


def _givable(detail: OrderDetail) -> bool:
    return detail.order.stage in OPEN_STAGES


def _undoable(detail: OrderDetail) -> bool:
    if detail.packed.can_undo_id is None:
        return False
    states = {one.parcel.state for one in detail.packed.parcels}
    return states <= {ParcelState.PLANNED, ParcelState.IN_WAVE}


def _removable(detail: OrderDetail) -> bool:
    inside = [one for one in detail.packed.parcels if one.parcel.state != ParcelState.HANDED_OVER]
    is_closed = detail.order.stage == Stage.CANCELLED
    return any(len(one.tids) > 1 or is_closed for one in inside)


PARCEL_ACTS: tuple[Act, ...] = (
    Act("gift", gettext_lazy("加赠品"), "orders.merge", _givable, _gift, GiftForm),
    Act(
        "undo_parcels",
        gettext_lazy("撤销上一次合单或拆单"),
        "orders.merge",
        _undoable,
        _undo,
        WhyForm,
        text=gettext_lazy("每一件都回到原来的包裹；已经进波次的会退出来。"),
        tone="danger",
    ),
    Act(
        "take_out",
        gettext_lazy("从包裹里拿出来"),
        "orders.merge",
        _removable,
        _take_out,
        WhyForm,
        text=gettext_lazy("这单的东西单独成一个包裹；关闭的单放回货架。剩下的要重新验货。"),
        tone="danger",
    ),
)
