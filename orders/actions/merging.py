"""Merge: several orders in one parcel, as long as nobody has begun to pick."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from orders.actions.errors import UnableToMergeError
from orders.actions.locks import locked_parcels
from orders.actions.merge_keys import settle_partners
from orders.actions.parcel_layout import (
    as_layout,
    contents_by_parcel,
    joined,
    lay_out,
    layout_now,
    locked_with_companions,
    log_change,
    refuse_moving,
)
from orders.actions.parcels import parcels_of
from orders.choices import ConsentChannel, MergeRisk, ParcelChangeKind, Stage
from orders.models import Order, Parcel, ParcelChange, ShipApart
from orders.queries.mergeable import MERGEABLE_STAGES, merge_facts
from orders.rules.merging import NothingInCommonError, merge_risk
from shopops.lib.words import listed
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class Consent:
    """That the buyer agreed to a merge: by which channel, in which words."""

    channel: ConsentChannel
    words: str


@transaction.atomic
def merge_orders(  # noqa: PLR0913
    *,
    tids: Sequence[str],
    address_of: str,
    consent: Consent | None,
    by: User,
    now: datetime,
    versions: Mapping[str, int] | None = None,
    reason: str = "",
) -> ParcelChange:
    """Put these orders into one parcel, which goes to the address of `address_of`. Locks orders and parcels.

    An order that travels with others already has to be named together with them. What differs
    between the orders stays on the orders themselves; which address was taken stands in the log.

    :raises Order.DoesNotExist: if one of them does not exist
    :raises UnableToMergeError: if they may not travel together, the risk is middle and the buyer's
        consent is missing, or a parcel is no longer planned
    :raises StaleOrderError: if one changed since its version
    """
    orders = locked_with_companions(tids, versions=versions)
    _refuse(orders, set(tids))
    lead = next((order for order in orders if order.tid == address_of), None)
    if lead is None:
        raise UnableToMergeError(_("选一下用哪一单的收货地址。"))
    risk = _risk(orders)
    if risk == MergeRisk.MIDDLE and (consent is None or not consent.words.strip()):
        raise UnableToMergeError(_("买家或地址不一样，先问过买家：记下渠道和买家同意的原话。"))
    parcels = _planned(orders, now=now)
    if len(parcels) < 2:
        raise UnableToMergeError(_("这几单已经在同一个包裹里了。"))
    change = _move(orders, parcels, lead, now=now)
    change.risk, change.reason = risk, reason.strip()[:200]
    if consent is not None:
        change.consent_channel, change.consent_words = consent.channel, consent.words.strip()[:500]
    change.made_by = by
    change.save()
    change.orders.set(orders)
    _forget_apart(orders)
    settle_partners(orders, now=now)
    new = {"parcel": Parcel(pk=change.after[0]["parcel"]).number, "risk": risk}
    if risk == MergeRisk.MIDDLE:
        new |= {"address": lead.tid, "consent": change.consent_channel}
    log_change("orders.parcel.merged", orders, by=by, now=now, new=new, reason=change.reason)
    return change


def _refuse(orders: Sequence[Order], chosen: set[str]) -> None:
    if len(chosen) < 2:
        raise UnableToMergeError(_("合单至少要选两单。"))
    forgotten = [order.tid for order in orders if order.tid not in chosen]
    if forgotten:
        raise UnableToMergeError(
            _("其中有单已经和 %(tids)s 合在一个包裹里：要一起合就把它也选上，不然先撤销那次合单。")
            % {"tids": listed(forgotten)}
        )
    for order in orders:
        if order.paid_at is None or order.stage == Stage.AWAITING_PAYMENT:
            raise UnableToMergeError(_("订单 %(tid)s 还没付款，不能合单。") % {"tid": order.tid})
        if order.has_open_refund:
            raise UnableToMergeError(_("订单 %(tid)s 正在退款，不能合单。") % {"tid": order.tid})
        if order.stage not in MERGEABLE_STAGES:
            raise UnableToMergeError(
                _("订单 %(tid)s 现在是「%(stage)s」，只有还没进波次的订单能合。")
                % {"tid": order.tid, "stage": order.get_stage_display()}
            )


def _risk(orders: Sequence[Order]) -> MergeRisk:
    try:
        return merge_risk([merge_facts(order) for order in orders])
    except NothingInCommonError as error:
        raise UnableToMergeError(_("买家和收货地址都不一样，不能合单。")) from error


def _planned(orders: Sequence[Order], *, now: datetime) -> list[Parcel]:
    """Give the locked parcels of these orders, made where there was none; all have to be planned."""
    found = parcels_of(orders, now=now)
    parcels = locked_parcels({parcel.pk for ones in found.values() for parcel in ones})
    refuse_moving(parcels, error=UnableToMergeError)
    contents = contents_by_parcel(parcels)
    packed = {one.order_id for ones in contents.values() for one in ones}
    nameless = [order.tid for order in orders if order.pk not in packed]
    if nameless:
        raise UnableToMergeError(
            _("订单 %(tid)s 还没有商品明细，先导入宝贝报表再合单。") % {"tid": nameless[0]}
        )
    return parcels


def _move(
    orders: Sequence[Order], parcels: Sequence[Parcel], lead: Order, *, now: datetime
) -> ParcelChange:
    """Lay everything into the first parcel of the lead; give the change, not saved yet."""
    before = layout_now(parcels)
    contents = contents_by_parcel(parcels)
    target = next(
        parcel.pk
        for parcel in parcels
        if any(one.order_id == lead.pk for one in contents[parcel.pk])
    )
    everything = joined([one for parcel in parcels for one in contents[parcel.pk]])
    becomes = {parcel.pk: everything if parcel.pk == target else [] for parcel in parcels}
    leads = {parcel.pk: parcel.order_id for parcel in parcels} | {target: lead.pk}
    lay_out(becomes, leads, orders=orders)
    return ParcelChange(
        kind=ParcelChangeKind.MERGE,
        before=before,
        after=as_layout({target: everything}, leads),
        made_at=now,
    )


def _forget_apart(orders: Sequence[Order]) -> None:
    """A merge overrules an earlier word that they ship apart."""
    ids = [order.pk for order in orders]
    ShipApart.objects.filter(Q(first__in=ids) & Q(second__in=ids)).delete()
