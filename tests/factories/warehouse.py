"""Goods, orders with lines, and parcels as far as a test needs them."""

from datetime import datetime
from typing import Any

from orders.actions.warehouse import building, checking, scanning, waves
from orders.choices import Stage
from orders.models import Order, Parcel, Wave
from products.models import Sku
from shopops.staff.models import User
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.times import NOW

FITTED, PILLOW, TOWEL = "MY-CL18-WH", "MY-ZT-SX-WH", "MY-MJ-3T-GR"
CATALOGUE = (
    (FITTED, "6923410011804", "A-01-2", 900, "床笠 水洗棉", "颜色分类：白;尺码：1.8m"),
    (PILLOW, "6923410011903", "A-01-4", 180, "枕套 水洗棉 单只", "颜色分类：白"),
    (TOWEL, "6923410020417", "C-02-3", 330, "毛巾 纯棉 三条装", "颜色分类：米灰"),
)


def stock_the_shelves() -> None:
    """Have three SKUs with barcode, bin and weight."""
    Sku.objects.bulk_create(
        Sku(
            code=code, barcode=barcode, bin_code=place, weight_grams=grams, title=title, spec=spec,
            changed_at=NOW,
        )
        for code, barcode, place, grams, title, spec in CATALOGUE
    )  # fmt: skip


def barcode_of(code: str) -> str:
    return next(barcode for sku, barcode, *_rest in CATALOGUE if sku == code)


def approved_order(*pieces: tuple[str, int], **facts: Any) -> Order:
    """Have an approved order of (SKU code, quantity) lines."""
    wanted = pieces or ((FITTED, 1),)
    order = OrderFactory.create(
        **{
            "stage": Stage.APPROVED,
            "piece_count": sum(quantity for _code, quantity in wanted),
            "kind_count": len(wanted),
            **facts,
        }
    )
    for position, (code, quantity) in enumerate(wanted, start=1):
        OrderLineFactory.create(
            order=order, position=position, sku_code=code, quantity=quantity, title=f"货 {code}"
        )
    return order


def build(now: datetime = NOW, **wanted: Any) -> building.Built:
    return building.build_waves(
        **{"now": now, "by": None, "limit": 100, "max_parcels_per_wave": 50, **wanted}
    )


def wave_of(order: Order) -> Wave:
    wave = parcel_of(order).wave
    assert wave is not None
    return wave


def parcel_of(order: Order) -> Parcel:
    return Parcel.objects.get(pk=order.parcel_lines.order_by("pk").first().parcel_id)


def picked(order: Order, *, by: User, now: datetime = NOW) -> Parcel:
    """Have the order's parcel at the packing table, alone in its wave or with what else is approved."""
    if order.stage == Stage.APPROVED:
        build(now)
    wave = wave_of(order)
    waves.start_picking(wave_id=wave.pk, by=by, now=now)
    waves.finish_picking(wave_id=wave.pk, by=by, now=now)
    return parcel_of(order)


def on_table(order: Order, *, by: User, now: datetime = NOW) -> Parcel:
    parcel = picked(order, by=by, now=now)
    assert scanning.scan(code=parcel.number, parcel_id=None, by=by, now=now).is_good
    return parcel


def scan_all(parcel: Parcel, *, by: User, now: datetime = NOW) -> None:
    for line in parcel.lines.order_by("pk"):
        for _piece in range(line.quantity - line.checked_quantity):
            answer = scanning.scan(code=line.sku_code, parcel_id=parcel.pk, by=by, now=now)
            assert answer.is_good, answer


def checked(order: Order, *, by: User, now: datetime = NOW) -> Parcel:
    """Have the order's parcel scanned and closed."""
    parcel = on_table(order, by=by, now=now)
    scan_all(parcel, by=by, now=now)
    checking.finish_check(parcel_id=parcel.pk, accepts_weight=False, by=by, now=now)
    return parcel_of(order)
