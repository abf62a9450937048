"""Gifts that go with an order: from rules at approval, once; and by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from orders.actions.errors import OrderRefusedError
from orders.actions.locks import bump, locked_order, locked_parcels
from orders.actions.parcel_layout import drop_empty, lock_parcels_of
from orders.actions.parcel_undo import loose_parcels
from orders.actions.parcels import follow_parcels, recount_parcels
from orders.choices import OPEN_STAGES, KeywordAct
from orders.models import GiftLine, Order, Parcel, ParcelLine
from orders.queries.audit import rules_in_force
from orders.rules.keywords import KeywordMatch, matches
from products.models import Sku
from shopops.staff import operations
from shopops.staff.models import Operation, User

BY_HAND = "hand"
_NO_PARCEL = Parcel()


@dataclass(frozen=True, slots=True)
class NewGift:
    """A gift that an order is to get. `source` names the rule; `word`: what in the message asked for it."""

    order_id: int
    tid: str
    sku_code: str
    quantity: int
    source: str
    word: str = ""

    @property
    def key(self) -> tuple[int, str, str]:
        """Give what makes it one gift: order, source, code."""
        return self.order_id, self.source, self.sku_code

    def as_operation(self, now: datetime) -> Operation:
        """Give the line of the log that tells of it."""
        new: dict[str, Any] = {"sku": self.sku_code, "pieces": self.quantity, "source": self.source}
        return Operation(
            at=now,
            name="orders.order.gift_added",
            object_type="order",
            object_key=self.tid,
            new={**new, "word": self.word} if self.word else new,
        )


@transaction.atomic
def add_gift(  # noqa: PLR0913
    *,
    order_id: int,
    sku_code: str,
    quantity: int,
    source: str,
    title: str,
    now: datetime,
    by: User | None = None,
) -> GiftLine | None:
    """Add a gift to an order, and to the parcel it will travel in; None if this source gave it already.

    The caller has locked the order, as approval does. `source` names the rule, e.g. "promotion:17".

    :raises OrderRefusedError: if the order has left, or all its parcels are being picked
    """
    if GiftLine.objects.filter(order=order_id, source=source, sku_code=sku_code).exists():
        return None
    order = Order.objects.get(pk=order_id)
    if order.stage not in OPEN_STAGES:
        raise OrderRefusedError(
            _("订单现在是「%(stage)s」，加不进赠品。") % {"stage": order.get_stage_display()}
        )
    parcels = lock_parcels_of([order])
    loose = loose_parcels(parcels)
    if parcels and not loose:
        raise OrderRefusedError(_("这单的包裹都已经开始拣货，加不进赠品。"))
    gift = GiftLine.objects.create(
        order=order, sku_code=sku_code, quantity=quantity, source=source, title=title, added_at=now
    )
    if loose:
        _put_in(gift, loose[0])
    operations.record(
        name="orders.order.gift_added",
        by=by,
        now=now,
        object_type="order",
        object_key=order.tid,
        new={"sku": sku_code, "pieces": quantity, "source": source},
    )
    return gift


def _put_in(gift: GiftLine, parcel: Parcel) -> None:
    ParcelLine.objects.create(
        parcel=parcel,
        order_id=gift.order_id,
        gift=gift,
        sku_code=gift.sku_code,
        quantity=gift.quantity,
        amount=Decimal("0.00"),
    )
    recount_parcels([parcel.pk])


@transaction.atomic
def give_gift(
    *, tid: str, sku_code: str, quantity: int, by: User, now: datetime, version: int | None = None
) -> GiftLine:
    """Add a gift by hand. Locks the order.

    :raises Order.DoesNotExist: if no order has this tid
    :raises OrderRefusedError: if the code is missing, this gift was added by hand before, or it is too late
    :raises StaleOrderError: if the order changed since `version`
    """
    code = sku_code.strip()
    if not code or quantity < 1:
        raise OrderRefusedError(_("赠品要写商家编码和件数。"))
    order = locked_order(tid=tid, version=version)
    title = Sku.objects.filter(code=code).values_list("title", flat=True).first() or ""
    gift = add_gift(
        order_id=order.pk,
        sku_code=code,
        quantity=quantity,
        source=BY_HAND,
        title=title,
        now=now,
        by=by,
    )
    if gift is None:
        raise OrderRefusedError(_("%(code)s 已经手工加过了，要改件数先去掉它。") % {"code": code})
    bump(order)
    return gift


@transaction.atomic
def remove_gift(
    *, tid: str, gift_id: int, by: User, now: datetime, version: int | None = None
) -> Order:
    """Take a gift off an order again, as long as nobody has begun to pick it. Locks order and parcel.

    :raises OrderRefusedError: if the order has no such gift, or it is too late
    :raises StaleOrderError: if the order changed since `version`
    """
    order = locked_order(tid=tid, version=version)
    gift = GiftLine.objects.filter(pk=gift_id, order=order).first()
    if gift is None:
        raise OrderRefusedError(_("这个赠品已经不在这单上了。"))
    ids = list(gift.parcel_lines.values_list("parcel_id", flat=True))
    parcels = locked_parcels(ids)
    if len(loose_parcels(parcels)) < len(parcels):
        raise OrderRefusedError(_("这单的包裹已经开始拣货，去不掉赠品。"))
    old = {"sku": gift.sku_code, "pieces": gift.quantity, "source": gift.source}
    gift.delete()
    recount_parcels([parcel.pk for parcel in parcels])
    drop_empty(parcels, now=now)
    if follow_parcels([order.pk], now=now):
        order.refresh_from_db()
    bump(order)
    operations.record(
        name="orders.order.gift_removed",
        by=by,
        now=now,
        object_type="order",
        object_key=tid,
        old=old,
    )
    return order


def give_by_keywords(order_ids: Sequence[int], now: datetime) -> None:
    """Give the gifts that keyword rules ask for, when orders pass audit; each rule gives once.

    Registered with `registry.after_approval`. Cost: one query where nothing is said.
    """
    talked = Order.objects.filter(pk__in=order_ids).exclude(Q(buyer_message="") & Q(seller_memo=""))
    orders = list(talked.order_by("pk"))
    if not orders:
        return
    rules = [one for one in rules_in_force(now=now).keywords if one.act == KeywordAct.GIFT]
    wanted = [
        (order, match)
        for order in orders
        for match in matches(rules, message=order.buyer_message, memo=order.seller_memo)
    ]
    _give(wanted, now=now)


def _give(wanted: Sequence[tuple[Order, KeywordMatch]], *, now: datetime) -> None:
    """Add the gifts that words ask for."""
    add_gifts(
        [
            NewGift(order.pk, order.tid, match.value, 1, f"keyword:{match.rule_id}", match.word)
            for order, match in wanted
        ],
        now=now,
    )


def add_gifts(wanted: Sequence[NewGift], *, now: datetime) -> set[tuple[int, str, str]]:
    """Add gifts to many orders at once; give (order, source, code) of those that stand on them now.

    An order has a gift of one source once; one whose parcels are all being picked gets none. The
    caller has locked the orders, as approval does. Ten statements at most, however many gifts.
    """
    known = set(
        GiftLine.objects.filter(order__in={one.order_id for one in wanted}).values_list(
            "order_id", "source", "sku_code"
        )
    )
    asked = {one.key: one for one in wanted}
    new = {key: one for key, one in asked.items() if key not in known}
    if not new:
        return known & asked.keys()
    places = _places({one.order_id for one in new.values()})
    titles = dict(Sku.objects.filter(code__in={key[2] for key in new}).values_list("code", "title"))
    timely = [one for one in new.values() if places.get(one.order_id, _NO_PARCEL) is not None]
    made = GiftLine.objects.bulk_create(
        [
            GiftLine(
                order_id=one.order_id,
                sku_code=one.sku_code,
                quantity=one.quantity,
                source=one.source,
                title=titles.get(one.sku_code, ""),
                added_at=now,
            )
            for one in timely
        ]
    )
    _put_all_in(made, places)
    Operation.objects.bulk_create([one.as_operation(now) for one in timely])
    return (known & asked.keys()) | {one.key for one in timely}


def _put_all_in(gifts: Sequence[GiftLine], places: Mapping[int, Parcel | None]) -> None:
    lines = [
        ParcelLine(
            parcel=parcel,
            order_id=gift.order_id,
            gift=gift,
            sku_code=gift.sku_code,
            quantity=gift.quantity,
            amount=Decimal("0.00"),
        )
        for gift in gifts
        if (parcel := places.get(gift.order_id)) is not None
    ]
    if lines:
        ParcelLine.objects.bulk_create(lines)
        recount_parcels({line.parcel_id for line in lines})


def _places(order_ids: set[int]) -> dict[int, Parcel | None]:
    """Give for each order that has parcels the first that is not picked yet, None if there is none."""
    rows = ParcelLine.objects.filter(order__in=order_ids).order_by("parcel_id")
    pairs = list(rows.values_list("order_id", "parcel_id").distinct())
    parcels = locked_parcels({parcel_id for _order, parcel_id in pairs})
    loose = {parcel.pk: parcel for parcel in loose_parcels(parcels)}
    places: dict[int, Parcel | None] = {}
    for order_id, parcel_id in pairs:
        places[order_id] = places.get(order_id) or loose.get(parcel_id)
    return places
