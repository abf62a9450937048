"""A morning's work in the demo shop, done by its people through the same acts as any other day."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from orders.actions import calendar, holds, notes, shipping
from orders.actions.errors import OrderRefusedError
from orders.choices import BuyerAnswer, Flag, HoldKind, Stage, ToldChannel
from orders.models import CarrierPickup, Order
from shopops.staff.models import User

PICKUPS = (
    ("中通快递", [0, 1, 2, 3, 4, 5], "18:30", "18:10", "主用 · 一公斤内"),
    ("申通快递", [0, 1, 2, 3, 4], "17:30", "17:10", "备用"),
    ("邮政快递包裹", [0, 1, 2, 3, 4, 5], "10:30", "10:10", "偏远地区"),
)
HANDED_OVER = 9
APPROVED = 22


def morning(*, by_name: Mapping[str, User], now: datetime) -> None:
    """Approve, hold, tell, hand over: so that every queue of the demo shop has something in it.

    Each act is its own transaction; an order that cannot take it is passed over.
    """
    service, lead, hand = by_name["he"], by_name["cen"], by_name["wu"]
    _set_pickups(by_name["ning"], now)
    _hold_some(service, lead, now)
    waiting = Order.objects.awaiting_audit().filter(buyer_message="", has_open_refund=False)
    tids = list(waiting.order_by("paid_at", "pk").values_list("tid", flat=True))
    # In a small shop a share only, so that something is left to audit.
    approved = min(APPROVED, len(tids) // 3)
    handed_over = min(HANDED_OVER, len(tids) // 6)
    for number, tid in enumerate(tids[: approved + handed_over]):
        at = now - timedelta(minutes=90 - number)
        _try(partial(shipping.approve_order, tid=tid, by=service, now=at))
    for number, tid in enumerate(tids[approved : approved + handed_over]):
        at = now - timedelta(minutes=25 - number)
        waybill = shipping.Waybill("中通快递", f"7812345{now:%m%d}{number:03d}")
        _try(partial(shipping.hand_over_order, tid=tid, waybill=waybill, by=hand, now=at))


def _set_pickups(manager: User, now: datetime) -> None:
    for carrier, weekdays, pickup, packed_by, note in PICKUPS:
        if not CarrierPickup.objects.filter(carrier=carrier).exists():
            row = CarrierPickup(
                carrier=carrier,
                weekdays=weekdays,
                pickup=datetime.strptime(pickup, "%H:%M").time(),  # noqa: DTZ007 - a time of day
                packed_by=datetime.strptime(packed_by, "%H:%M").time(),  # noqa: DTZ007
                note=note,
            )
            calendar.set_pickup(pickup=row, by=manager, now=now)


def _hold_some(service: User, lead: User, now: datetime) -> None:
    waiting = Order.objects.awaiting_audit().filter(has_open_refund=False)
    talked = waiting.exclude(buyer_message="").order_by("paid_at", "pk")
    for order in talked[:6]:
        _hold(order, HoldKind.BUYER_MESSAGE, order.buyer_message[:80], service, now)
    quiet = list(waiting.filter(buyer_message="").order_by("-paid_at", "-pk")[:5])
    kinds = (
        (HoldKind.STOCK_SHORT, "{item} 差 1 件，供应商说后天到"),
        (HoldKind.STOCK_SHORT, "{item} 差 2 件"),
        (HoldKind.ADDRESS_INCOMPLETE, "只有小区名，没有楼号"),
        (HoldKind.AMOUNT_TOO_LARGE, "一单超过 1,500 元，核一下"),
    )
    for order, (kind, note) in zip(quiet, kinds, strict=False):
        _hold(order, kind, note.format(item=_item(order)), lead, now)
    _tell_first_shortage(service, now)
    if len(quiet) == 5:
        memo = notes.Memo(text="买家催了两次，今天先发", flag=Flag.RED, is_urgent=True)
        _try(lambda: notes.write_memo(tid=quiet[4].tid, memo=memo, by=service, now=now))


def _item(order: Order) -> str:
    """Give the first article of an order, without the shop's name before it."""
    return order.title.split("，")[0].removeprefix("棉语").strip() or "这件"


def _hold(order: Order, kind: HoldKind, note: str, by: User, now: datetime) -> None:
    paid_at = order.paid_at or now
    at = min(now, max(now - timedelta(hours=2), paid_at + timedelta(minutes=4)))
    _try(lambda: holds.hold_order(tid=order.tid, kind=kind, note=note, by=by, now=at))


def _tell_first_shortage(by: User, now: datetime) -> None:
    order = (
        Order.objects.filter(
            stage=Stage.HELD, holds__kind=HoldKind.STOCK_SHORT, holds__told_at__isnull=True
        )
        .order_by("pk")
        .first()
    )
    if order is None:
        return
    hold = order.holds.get(kind=HoldKind.STOCK_SHORT, closed_at__isnull=True)
    words = f"亲，{_item(order)}后天到，愿意等一下吗？"
    told = holds.Told(ToldChannel.WANGWANG, words, BuyerAnswer.WAIT)
    _try(lambda: holds.tell_buyer(tid=order.tid, hold_id=hold.pk, told=told, by=by, now=now))


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except OrderRefusedError:
        return
