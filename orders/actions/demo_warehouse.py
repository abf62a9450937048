"""A day in the demo shop's warehouse: shelves, standards, a finished wave, one on the table, one open."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from orders.actions.errors import OrderRefusedError
from orders.actions.parcels import parcels_of
from orders.actions.warehouse import building, checking, goods, handing, scanning, waves
from orders.actions.warehouse.goods import SkuFacts, StandardFacts
from orders.choices import Stage
from orders.models import Order, Parcel, Wave
from products.models import Sku
from shopops.staff.models import User

CARRIER = "中通快递"
GOODS_PER_AISLE, SHELVES = 18, 6
FINISHED, PACKING, OPEN = 5, 7, 8

STANDARDS = (
    StandardFacts(
        sku_code="",
        steps=["无纺布袋 1 个，商标朝外", "纸箱，四边胶带"],
        cards=["洗涤说明卡 1 张"],
        second_check_steps=[],
        needs_second_check=False,
        second_check_reason="",
        material_grams=120,
    ),
    StandardFacts(
        sku_code="MY-CL18-WH",
        steps=["无纺布袋 大号 1 个，商标朝外", "6 号飞机盒，四边胶带"],
        cards=["洗涤说明卡 1 张"],
        second_check_steps=["摊开四角：没抽丝、没开线", "松紧一圈完整，尺码标 1.8m"],
        needs_second_check=True,
        second_check_reason="近 30 天抽丝投诉 1.9%，过 1.5% 的线，每件都看",
        material_grams=180,
    ),
)


def stock_shelves(grams: Mapping[str, int], *, by: User, now: datetime) -> None:
    """Give every SKU a bin and a weight, as a person does; and the standards. Barcodes came with files."""
    stored = Sku.objects.in_bulk(list(grams), field_name="code")
    facts = [
        SkuFacts(code, _bin(place), stored[code].barcode, weight)
        for place, (code, weight) in enumerate(grams.items())
        if code in stored
    ]
    goods.save_skus(rows=facts, by=by, now=now)
    for standard in STANDARDS:
        _try(partial(goods.save_standard, facts=standard, version=None, by=by, now=now))


def _bin(place: int) -> str:
    aisle = chr(ord("A") + place // (GOODS_PER_AISLE * SHELVES))
    return f"{aisle}-{place // SHELVES % GOODS_PER_AISLE + 1:02d}-{place % SHELVES + 1}"


def warehouse_day(*, by_name: Mapping[str, User], now: datetime) -> None:
    """Do half a day's work: each act is its own transaction, a refused one is passed over."""
    lead, hand = by_name["zheng"], by_name["wu"]
    ready = Order.objects.filter(stage=Stage.APPROVED, has_open_refund=False)
    orders = list(ready.order_by("ship_due_at", "-is_urgent", "pk"))
    # In a small shop a part only, so that something is left to take into a wave.
    share = min(1.0, len(orders) * 0.75 / (FINISHED + PACKING + OPEN))
    sizes = [max(1, int(size * share)) for size in (FINISHED, PACKING, OPEN)]
    if len(orders) < sum(sizes) + 2:
        return
    start = now - timedelta(hours=3)
    place = 0
    made = []
    for size in sizes:
        chosen = orders[place : place + size]
        place += size
        made.append(_wave(chosen, by=lead, now=start + timedelta(minutes=place)))
    _finish(made[0], by=hand, now=now - timedelta(minutes=80))
    _begin_to_pack(made[1], by=hand, now=now - timedelta(minutes=12))


def _wave(orders: Sequence[Order], *, by: User, now: datetime) -> Wave:
    """Build one wave of these orders, whatever their shapes: of the most urgent, the others by hand."""
    for order in orders:
        parcel = parcels_of([order], now=now)[order.pk][0]
        number = f"7548{order.tid[-9:]}"
        Parcel.objects.filter(pk=parcel.pk).update(carrier=CARRIER, waybill_no=number)
    built = building.build_waves(now=now, by=by, limit=1, max_parcels_per_wave=40)
    wave = built.waves[0]
    for order in orders:
        _try(partial(waves.add_to_wave, wave_id=wave.pk, tid=order.tid, by=by, now=now))
    return wave


def _pick(wave: Wave, *, by: User, now: datetime) -> list[Parcel]:
    waves.start_picking(wave_id=wave.pk, by=by, now=now - timedelta(minutes=20))
    waves.finish_picking(wave_id=wave.pk, by=by, now=now)
    return list(wave.parcels.filter(state="picked").order_by("wave_position", "pk"))


def _finish(wave: Wave, *, by: User, now: datetime) -> None:
    sheet_id = 0
    for number, parcel in enumerate(_pick(wave, by=by, now=now)):
        at = now + timedelta(minutes=2 * number + 1)
        if _pack(parcel, by=by, now=at):
            answer = handing.scan_onto_sheet(code=parcel.number, carrier=CARRIER, by=by, now=at)
            sheet_id = answer.sheet_id or sheet_id
    if sheet_id:
        at = now + timedelta(minutes=30)
        _try(lambda: handing.sign_sheet(sheet_id=sheet_id, name="中通 小陆", by=by, now=at))


def _pack(parcel: Parcel, *, by: User, now: datetime) -> bool:
    """Scan, tick and close one parcel; False if a second person must look."""
    scanning.scan(code=parcel.number, parcel_id=None, by=by, now=now)
    for line in parcel.lines.order_by("pk"):
        for _piece in range(line.quantity):
            scanning.scan(code=line.sku_code, parcel_id=parcel.pk, by=by, now=now)
    for standard in STANDARDS:
        for step in (*standard.steps, *standard.cards):
            _try(
                partial(checking.tick, parcel_id=parcel.pk, step=step, is_done=True, by=by, now=now)
            )
    _try(lambda: checking.finish_check(parcel_id=parcel.pk, accepts_weight=True, by=by, now=now))
    return Parcel.objects.get(pk=parcel.pk).state == "checked"


def _begin_to_pack(wave: Wave, *, by: User, now: datetime) -> None:
    """Two are checked, one is put aside."""
    parcels = _pick(wave, by=by, now=now - timedelta(minutes=5))
    for number, parcel in enumerate(parcels[:2]):
        _pack(parcel, by=by, now=now + timedelta(minutes=2 * number))
    if len(parcels) > 2:
        aside = parcels[2]
        at = now + timedelta(minutes=5)
        scanning.scan(code=aside.number, parcel_id=None, by=by, now=at)
        line = aside.lines.order_by("pk").first()
        place = Sku.objects.filter(code=line.sku_code).first() if line else None
        reason = f"货位 {place.bin_code if place else 'C-04-2'} 少 1 件，老郑在找"
        _try(lambda: checking.put_aside(parcel_id=aside.pk, reason=reason, by=by, now=at))


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except OrderRefusedError:
        return
