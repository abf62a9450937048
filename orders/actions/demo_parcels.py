"""Merges and splits of the demo shop's morning, done by its people through the same acts as any other day."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from orders.actions import merging, shipping, splitting
from orders.actions.errors import OrderRefusedError
from orders.actions.merge_keys import refresh_merge_keys, ship_apart
from orders.actions.parcel_undo import undo_change
from orders.choices import ConsentChannel
from orders.demo import pairs
from orders.models import Order
from shopops.staff.models import User


def merges(*, by_name: Mapping[str, User], now: datetime) -> None:
    """Leave two groups that could travel together, one asked and merged, one undone, one split.

    Each act is its own transaction; one that cannot be done is passed over.
    """
    service = by_name["he"]
    _pair, _three, undone, asked, large = pairs.households(now)
    at = now - timedelta(minutes=8)
    _try(lambda: _merge_and_undo(undone.tids, service, at))
    _try(
        lambda: merging.merge_orders(
            tids=asked.tids,
            address_of=asked.tids[-1],
            consent=merging.Consent(ConsentChannel.WANGWANG, pairs.CONSENT),
            by=service,
            now=at,
            reason=pairs.WHY_MERGED,
        )
    )
    _try(lambda: _approve_and_split(large.tids[0], service, at))
    refresh_merge_keys()


def _merge_and_undo(tids: tuple[str, ...], by: User, at: datetime) -> None:
    change = merging.merge_orders(
        tids=tids, address_of=tids[0], consent=None, by=by, now=at, reason=pairs.WHY_MERGED
    )
    later = at + timedelta(minutes=3)
    undo_change(change_id=change.pk, by=by, now=later, reason=pairs.WHY_UNDONE)
    ship_apart(tids=tids, reason=pairs.APART_WORDS, by=by, now=later)


def _approve_and_split(tid: str, by: User, at: datetime) -> None:
    _try(lambda: shipping.approve_order(tid=tid, by=by, now=at))
    line = Order.objects.get(tid=tid).lines.order_by("position", "pk").first()
    if line is None or line.quantity < 2:
        return
    take = splitting.Take(line.quantity - 1, line_id=line.pk)
    what = splitting.SplitOf(tid=tid, by=by, now=at + timedelta(minutes=1), reason=pairs.WHY_SPLIT)
    splitting.split_order(what, parts=[[take]])


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except (OrderRefusedError, Order.DoesNotExist):
        return
