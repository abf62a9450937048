"""The demo shop's couriers: what carriers reported of a month's parcels, and a few labels of today.

Two parcels have fallen silent on the road and one was never picked up, so that the trace clock shows.
"""

import csv
import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.db.models import F

from orders.actions import couriers, waybills
from orders.actions.errors import OrderRefusedError
from orders.actions.locks import locked_orders
from orders.actions.parcels import parcels_of
from orders.choices import Stage
from orders.models import Order, Shipment
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import User

DAYS = 35
LABELLED, WAITING = 4, 8
STALLED, UNPICKED = 2, 1
HEADERS = ("运单号", "物流公司", "轨迹时间", "状态", "地点", "描述")
# Days on the road to the farthest places and to those around the shop's own province.
FAR = {"西藏": 6.5, "新疆": 6.0, "青海": 5.0, "内蒙": 4.2, "黑龙": 3.8, "海南": 3.6, "云南": 3.4}
NEAR = {"浙江": 1.2, "江苏": 1.4, "上海": 1.3, "安徽": 1.7}
# How much slower than the others a carrier is, and how many hours it takes to fetch a parcel.
MANNERS = {"中通快递": (1.0, 2.5), "申通快递": (1.1, 4.5), "邮政快递包裹": (1.35, 9.0)}


def label_some(*, by_name: Mapping[str, User], now: datetime) -> None:
    """Give approved orders of this morning their parcels and carriers, some a waybill, one a failed label."""
    hand = by_name["wu"]
    with transaction.atomic():
        approved = Order.objects.filter(stage=Stage.APPROVED, has_open_refund=False)
        ids = approved.order_by("ship_due_at", "pk").values_list("pk", flat=True)
        orders = locked_orders(list(ids[: LABELLED + WAITING]))
        parcels = [one for of in parcels_of(orders, now=now).values() for one in of]
        couriers.assign_carriers(parcels, now=now)
    for number, parcel in enumerate(parcels[: LABELLED + 1]):
        try:
            if number == LABELLED:
                words = "电子面单账户余额不足，网点下午充值"
                waybills.fail_label(code=parcel.number, words=words, by=hand, now=now)
            else:
                waybill = f"7891{now:%m%d}{number:06d}"
                waybills.set_waybill(code=parcel.number, waybill_no=waybill, by=hand, now=now)
        except OrderRefusedError:
            continue


def write_traces(folder: Path, *, now: datetime) -> Path | None:
    """Write what the carriers report of the last weeks as one file; None where nothing was shipped."""
    since = now - timedelta(days=DAYS)
    _hand_over_past(since)
    rows = list(
        Shipment.objects.filter(order__consigned_at__gte=since, order__consigned_at__lt=now)
        .exclude(order__stage=Stage.CANCELLED)
        .select_related("order")
        .order_by("order__consigned_at", "pk")
    )
    if not rows:
        return None
    silent = _silent(rows, now)
    forgotten = _forgotten(rows, now)
    path = folder / f"快递轨迹_{now.astimezone(SHANGHAI):%Y%m%d%H%M%S}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for shipment in rows:
            if shipment.pk in forgotten:
                continue
            until = now
            if shipment.pk in silent and shipment.order.consigned_at:
                until = shipment.order.consigned_at + timedelta(hours=26)
            writer.writerows(_events(shipment, until))
    return path


def _hand_over_past(since: datetime) -> None:
    """Let parcels of the past be handed over here when the platform says they were sent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_shipment h SET handed_over_at = o.consigned_at FROM orders_order o"
            " WHERE o.id = h.order_id AND o.consigned_at >= %s AND h.handed_over_at IS NULL",
            [since],
        )


def _silent(rows: list[Shipment], now: datetime) -> set[int]:
    """Choose parcels that left four to seven days ago and have not arrived: nothing for days since."""
    fit = [
        one.pk
        for one in rows
        if one.order.stage == Stage.HANDED_OVER and _age(one, now) > timedelta(days=4)
    ]
    return set(fit[-STALLED:])


def _forgotten(rows: list[Shipment], now: datetime) -> set[int]:
    """Choose a parcel handed over more than a day ago that nobody picked up; its clock runs."""
    fit = [
        one
        for one in rows
        if one.order.stage == Stage.HANDED_OVER
        and timedelta(hours=25) < _age(one, now) < timedelta(days=3)
    ][-UNPICKED:]
    Order.objects.filter(pk__in=[one.order_id for one in fit]).update(
        handed_over_at=F("consigned_at")
    )
    return {one.pk for one in fit}


def _age(shipment: Shipment, now: datetime) -> timedelta:
    return now - (shipment.order.consigned_at or now)


def _events(shipment: Shipment, until: datetime) -> Iterator[tuple[str, ...]]:
    order = shipment.order
    dice = random.Random(shipment.waybill_no)  # noqa: S311 - a believable shop, no secret
    slow, fetch = MANNERS.get(shipment.carrier, (1.15, 5.0))
    province = order.receiver_province
    usual = {**FAR, **NEAR}.get(province[:2], 2.4)
    begin = order.consigned_at or until
    pickup = begin + timedelta(hours=dice.lognormvariate(0, 0.55) * fetch)
    end = pickup + timedelta(days=usual * slow * dice.uniform(0.75, 1.45))
    if order.ended_at is not None:
        end = min(end, order.ended_at - timedelta(minutes=30))
    way = max(end - pickup, timedelta(hours=2))
    city = order.receiver_city or province
    steps = (
        (0.0, "已揽收", "杭州余杭", "快递员已揽收"),
        (0.12, "运输中", "杭州转运中心", "离开【杭州转运中心】，发往下一站"),
        (0.55, "运输中", city, f"到达【{city}转运中心】"),
        (0.9, "派送中", city, "快递员正在派件"),
        (1.0, "已签收", city, "已签收，签收人：本人"),
    )
    for share, status, place, text in steps:
        at = pickup + way * share
        if at <= until:
            clock = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
            yield shipment.waybill_no, shipment.carrier, clock, status, place, text
