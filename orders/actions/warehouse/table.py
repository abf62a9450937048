"""The packing table: whose parcel is on it, what keeps a parcel off it, and what is said of both."""

from datetime import datetime

from django.utils.translation import gettext as _

from orders.actions.warehouse.locks import WarehouseRefusedError
from orders.choices import ParcelState
from orders.models import Hold, Order, Parcel, ParcelLine
from orders.rules.stops import OrderFacts, Stop, StopCode, stop_of
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import User


def locked_table(parcel_id: int) -> Parcel | None:
    """Lock one parcel alone, to count in it; None if there is none. Does not move it, so no order is locked."""
    # Without joins: after a wait Postgres reads the parcel anew, but what was joined to it as it was.
    return Parcel.objects.select_for_update(of=("self",)).filter(pk=parcel_id).first()


def orders_of(parcel: Parcel) -> list[OrderFacts]:
    """Read what decides whether a parcel may go on, of all its orders. One query."""
    inside = ParcelLine.objects.filter(parcel=parcel).values("order_id")
    # A union, not an OR of the two: that would read every order there is.
    own = Parcel.objects.filter(pk=parcel.pk).values("order_id")
    rows = Order.objects.filter(pk__in=inside.union(own)).order_by("pk")
    facts = rows.values_list("tid", "stage", "status", "has_open_refund")
    return [OrderFacts(*row) for row in facts]


def stop_words(stop: Stop) -> str:
    """Say what stops a parcel."""
    match stop.code:
        case StopCode.CANCELLED:
            return _("订单 %(tid)s 已取消或全额退款") % {"tid": stop.tid}
        case StopCode.REFUND_OPEN:
            return _("订单 %(tid)s 买家正在退款") % {"tid": stop.tid}
        case StopCode.LEFT:
            return _("订单 %(tid)s 已经发出") % {"tid": stop.tid}
        case StopCode.FORBIDDEN:
            return _("订单 %(tid)s 平台不让发") % {"tid": stop.tid}
        case StopCode.HELD:
            return _("订单 %(tid)s 被「%(kind)s」挂起") % {
                "tid": stop.tid,
                "kind": _hold_kind(stop.tid),
            }
        case _:
            return _("订单 %(tid)s 要重新审单") % {"tid": stop.tid}


def _hold_kind(tid: str) -> str:
    hold = Hold.objects.filter(order__tid=tid, closed_at__isnull=True).order_by("pk").first()
    return hold.get_kind_display() if hold else "—"


def stop_advice(stop: Stop) -> str:
    """Say what to do with a stopped parcel."""
    if stop.code in (StopCode.HELD, StopCode.NOT_AUDITED):
        return _("先放一边，不要装；挂起处理完会回来，等不及就移出波次、放回货位。")
    if stop.code == StopCode.REFUND_OPEN:
        return _("不要发。已拿出来的货放回货位，再点「放回，移出波次」。")
    return _("不用发了。已拿出来的货放回货位，再点「放回，移出波次」。")


def clock(at: datetime | None) -> str:
    """Give an instant as the clock on the wall shows it."""
    return at.astimezone(SHANGHAI).strftime("%H:%M") if at else "—"


def stop_of_parcel(parcel: Parcel) -> Stop | None:
    """Give what stops a parcel now. One query."""
    return stop_of(orders_of(parcel))


def own_table(parcel_id: int, *, by: User) -> Parcel:
    """Lock a parcel that this person has on the table.

    :raises WarehouseRefusedError: if it is not theirs, or no longer waits to be checked
    """
    parcel = locked_table(parcel_id)
    if parcel is None or parcel.state != ParcelState.PICKED:
        raise WarehouseRefusedError(_("这个包裹已经不在待验里了，扫下一个。"))
    if parcel.locked_by_id != by.pk:
        who = parcel.locked_by.name if parcel.locked_by else "—"
        raise WarehouseRefusedError(
            _("这个包裹不在你手上（现在是 %(who)s），先扫它的面单。") % {"who": who}
        )
    return parcel
