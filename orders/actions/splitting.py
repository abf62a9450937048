"""Split: pieces of one parcel in several; by hand, by weight, by what is at hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders import registry
from orders.actions.errors import UnableToSplitError
from orders.actions.locks import locked_parcels
from orders.actions.parcel_layout import (
    as_layout,
    contents_by_parcel,
    lay_out,
    layout_now,
    locked_with_companions,
    log_change,
    refuse_moving,
)
from orders.actions.parcels import parcels_of
from orders.choices import OPEN_STAGES, ParcelChangeKind
from orders.models import Order, Parcel, ParcelChange
from orders.queries.contents import Content
from orders.rules.apportion import split_amount
from orders.rules.splitting import (
    Piece,
    Portion,
    TooHeavyError,
    UnknownWeightError,
    by_stock,
    by_weight,
)
from products.models import Sku
from shopops.lib.words import listed
from shopops.staff.models import User

MOST_PARCELS = 20


@dataclass(frozen=True, slots=True)
class Take:
    """Pieces that go into a new parcel: of one line, or of one gift."""

    quantity: int
    line_id: int | None = None
    gift_id: int | None = None


@dataclass(frozen=True, slots=True)
class SplitOf:
    """What is split: an order's parcel (its only one, if none is named), as somebody saw it, by whom and why."""

    tid: str
    by: User
    now: datetime
    version: int | None = None
    parcel_id: int | None = None
    reason: str = ""


type _Plan = Callable[[Sequence[Content]], list[Portion]]


def split_order(split: SplitOf, *, parts: Sequence[Sequence[Take]]) -> ParcelChange:
    """Take pieces out of an order's parcel into new ones, one for each part; the rest stays. Locks them.

    :raises Order.DoesNotExist: if no order has this tid
    :raises UnableToSplitError: if the parcel is no longer planned, or the pieces are not in it
    :raises StaleOrderError: if the order changed since the version
    """
    return _split(split, lambda contents: _by_hand(contents, parts))


def split_by_weight(split: SplitOf, *, most_grams: int) -> ParcelChange:
    """Divide a parcel so that none weighs more than `most_grams`. Locks order and parcel.

    :raises UnableToSplitError: also if a weight is unknown, a piece is too heavy, or all fits in one
    :raises StaleOrderError: if the order changed since the version
    """
    return _split(split, lambda contents: _by_weight(contents, most_grams))


def split_by_stock(split: SplitOf) -> ParcelChange:
    """Leave in a parcel what is at hand and put what is short into another. Locks order and parcel.

    :raises UnableToSplitError: also if nobody keeps stock here, nothing is short, or nothing is at hand
    :raises StaleOrderError: if the order changed since the version
    """
    return _split(split, _by_stock)


@transaction.atomic
def _split(split: SplitOf, plan: _Plan) -> ParcelChange:
    versions = {} if split.version is None else {split.tid: split.version}
    orders = locked_with_companions([split.tid], versions=versions)
    order = next(one for one in orders if one.tid == split.tid)
    if order.stage not in OPEN_STAGES:
        raise UnableToSplitError(
            _("订单现在是「%(stage)s」，只有付了款、还没交接的订单能拆。")
            % {"stage": order.get_stage_display()}
        )
    parcel = _parcel(split, order)
    before = layout_now([parcel])
    contents = contents_by_parcel([parcel])[parcel.pk]
    portions = plan(contents)
    becomes, leads = _laid(parcel, contents, portions, now=split.now)
    lay_out(becomes, leads, orders=orders)
    change = ParcelChange.objects.create(
        kind=ParcelChangeKind.SPLIT,
        before=before,
        after=as_layout(becomes, leads),
        reason=split.reason.strip()[:200],
        made_at=split.now,
        made_by=split.by,
    )
    touched = {one.order_id for one in contents}
    changed = [one for one in orders if one.pk in touched]
    change.orders.set(changed)
    new = {"parcels": [Parcel(pk=one["parcel"]).number for one in change.after]}
    log_change(
        "orders.parcel.split", changed, by=split.by, now=split.now, new=new, reason=split.reason
    )
    return change


def _parcel(split: SplitOf, order: Order) -> Parcel:
    found = parcels_of([order], now=split.now)[order.pk]
    if split.parcel_id is not None:
        found = [parcel for parcel in found if parcel.pk == split.parcel_id]
        if not found:
            raise UnableToSplitError(_("这个包裹已经不是这一单的了，刷新再看。"))
    if len(found) > 1:
        raise UnableToSplitError(_("这单已经有 %(n)d 个包裹，选一个再拆。") % {"n": len(found)})
    (parcel,) = locked_parcels([found[0].pk])
    refuse_moving([parcel], error=UnableToSplitError)
    return parcel


def _laid(
    parcel: Parcel, contents: Sequence[Content], portions: Sequence[Portion], *, now: datetime
) -> tuple[dict[int, list[Content]], dict[int, int]]:
    """Lay what the portions say into new parcels; the rest stays. A portion's key is the place in `contents`."""
    rest = {
        at: one.quantity - sum(portion.get(at, 0) for portion in portions)
        for at, one in enumerate(contents)
    }
    if len(portions) > MOST_PARCELS:
        raise UnableToSplitError(_("一次最多拆出 %(n)d 个包裹。") % {"n": MOST_PARCELS})
    if not any(rest.values()):
        raise UnableToSplitError(_("原来的包裹至少要留一件。"))
    shares = {
        at: split_amount(one.amount, [rest[at], *(portion.get(at, 0) for portion in portions)])
        for at, one in enumerate(contents)
    }
    becomes: dict[int, list[Content]] = {}
    leads: dict[int, int] = {}
    for place, portion in enumerate([rest, *portions]):
        ones = [
            Content(one.order_id, one.line_id, one.gift_id, one.sku_code, count, shares[at][place])
            for at, one in enumerate(contents)
            if (count := portion.get(at, 0))
        ]
        pk = (
            parcel.pk if not place else Parcel.objects.create(order=parcel.order, created_at=now).pk
        )
        inside = [one.order_id for one in ones]
        leads[pk] = parcel.order_id if parcel.order_id in inside else min(inside)
        becomes[pk] = ones
    return becomes, leads


def _by_hand(contents: Sequence[Content], parts: Sequence[Sequence[Take]]) -> list[Portion]:
    places = {(one.line_id, one.gift_id): at for at, one in enumerate(contents)}
    left = {at: one.quantity for at, one in enumerate(contents)}
    portions: list[Portion] = []
    for part in parts:
        portion: Portion = {}
        for take in part:
            at = places.get((take.line_id, take.gift_id))
            if at is None:
                raise UnableToSplitError(_("要拆出的商品不在这个包裹里。"))
            if take.quantity < 0 or take.quantity > left[at]:
                raise UnableToSplitError(
                    _("%(code)s 在包裹里只剩 %(n)d 件，拆不出 %(wanted)d 件。")
                    % {"code": contents[at].sku_code, "n": left[at], "wanted": take.quantity}
                )
            if take.quantity:
                portion[at] = portion.get(at, 0) + take.quantity
                left[at] -= take.quantity
        if portion:
            portions.append(portion)
    if not portions:
        raise UnableToSplitError(_("写一下每种要拆出几件。"))
    return portions


def _pieces(contents: Sequence[Content]) -> list[Piece]:
    return [Piece(at, one.sku_code, one.quantity) for at, one in enumerate(contents)]


def _by_weight(contents: Sequence[Content], most_grams: int) -> list[Portion]:
    codes = {one.sku_code for one in contents}
    grams = dict(Sku.objects.filter(code__in=codes).values_list("code", "weight_grams"))
    try:
        portions = by_weight(_pieces(contents), grams=grams, most_grams=most_grams)
    except UnknownWeightError as unknown:
        raise UnableToSplitError(
            _("%(codes)s 还没有重量，补上才能按重量拆。")
            % {"codes": listed(code or _("没有编码的商品") for code in unknown.sku_codes)}
        ) from unknown
    except TooHeavyError as heavy:
        raise UnableToSplitError(
            _("%(code)s 一件就有 %(grams)d 克，超过了每包的上限。")
            % {"code": heavy.sku_code, "grams": heavy.grams}
        ) from heavy
    if len(portions) < 2:
        raise UnableToSplitError(_("整包不超重，不用拆。"))
    return portions[1:]


def _by_stock(contents: Sequence[Content]) -> list[Portion]:
    at_hand = stock_at_hand(contents)
    here, short = by_stock(_pieces(contents), at_hand=at_hand)
    if not short:
        raise UnableToSplitError(_("每一件都有货，不用拆。"))
    if not here:
        raise UnableToSplitError(_("一件现货都没有，拆了也发不出去。"))
    return [short]


def stock_at_hand(contents: Sequence[Content]) -> Mapping[str, int]:
    """Ask whoever keeps stock how many pieces of these SKUs are at hand.

    :raises UnableToSplitError: if nobody keeps stock here
    """
    at_hand = registry.stock_at_hand(
        sorted({one.sku_code for one in contents}), {one.order_id for one in contents}
    )
    if at_hand is None:
        raise UnableToSplitError(_("店里还没有库存数据，不能按现货拆；可以手工拆。"))
    return at_hand
