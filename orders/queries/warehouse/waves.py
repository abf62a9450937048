"""Waves with their progress, and what is to be fetched for one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q

from orders.choices import ParcelState, WaveShape, WaveState
from orders.models import Order, Parcel, ParcelLine, Wave
from orders.queries.warehouse.goods import Goods, goods_of
from orders.queries.warehouse.stopped import stopped_by_wave, stops_of
from orders.rules.stops import Stop
from orders.rules.waves import bin_key
from shopops.lib.business_time import business_date
from shopops.lib.words import clauses
from shopops.staff.models import User
from shopops.staff.queries import people_who_may

OPEN_STATES = (WaveState.OPEN, WaveState.PICKING, WaveState.PICKED)


@dataclass(frozen=True, slots=True)
class WaveRow:
    """A wave with what of it is done; `stopped`: parcels that must be put back."""

    wave: Wave
    picked: int
    checked: int
    stopped: int


def open_waves(*, states: Sequence[str] = OPEN_STATES) -> list[WaveRow]:
    """Give the waves that are not over, the earliest due first. Three queries."""
    waves = Wave.objects.filter(state__in=states).select_related("picker")
    return _rows(list(waves.order_by("due_at", "pk")))


def ended_waves(*, now: datetime) -> list[WaveRow]:
    """Give today's waves that are over, the latest first."""
    waves = Wave.objects.filter(
        date=business_date(now), state__in=[WaveState.DONE, WaveState.CANCELLED]
    ).select_related("picker")
    return _rows(list(waves.order_by("-ended_at", "-pk")[:30]))


def _rows(waves: list[Wave]) -> list[WaveRow]:
    ids = [wave.pk for wave in waves]
    after_picking = (ParcelState.PICKED, ParcelState.CHECKED, ParcelState.HANDED_OVER)
    after_check = (ParcelState.CHECKED, ParcelState.HANDED_OVER)
    counts = {
        wave_id: (picked, checked)
        for wave_id, picked, checked in Parcel.objects.filter(wave__in=ids)
        .values("wave")
        .annotate(
            picked=Count("pk", filter=Q(state__in=after_picking)),
            checked=Count("pk", filter=Q(state__in=after_check)),
        )
        .values_list("wave", "picked", "checked")
    }
    stopped = stopped_by_wave(ids)
    return [WaveRow(wave, *counts.get(wave.pk, (0, 0)), stopped.get(wave.pk, 0)) for wave in waves]


@dataclass(slots=True)
class ParcelRow:
    """A parcel in a list, with its orders, what lies in it, and what stops it."""

    parcel: Parcel
    orders: list[Order] = field(default_factory=list)
    lines: list[tuple[ParcelLine, Goods]] = field(default_factory=list)
    stop: Stop | None = None

    @property
    def title(self) -> str:
        """Say what lies in it, the first two goods."""
        names = [
            f"{goods.name} ×{line.quantity}" if line.quantity > 1 else goods.name
            for line, goods in self.lines
        ]
        more = f" +{len(names) - 2}" if len(names) > 2 else ""
        return clauses(names[:2]) + more


def parcel_rows(parcels: Sequence[Parcel]) -> list[ParcelRow]:
    """Fill parcels with orders, goods and stops. Five queries, however many parcels."""
    rows = {parcel.pk: ParcelRow(parcel) for parcel in parcels}
    lines = list(
        ParcelLine.objects.filter(parcel__in=rows)
        .select_related("line", "gift", "order")
        .order_by("parcel_id", "pk")
    )
    goods = goods_of(lines)
    for line in lines:
        row = rows[line.parcel_id]
        row.lines.append((line, goods[line.pk]))
        if line.order not in row.orders:
            row.orders.append(line.order)
    for parcel_id, stop in stops_of(rows).items():
        rows[parcel_id].stop = stop
    return list(rows.values())


@dataclass(frozen=True, slots=True)
class WaveDetail:
    """One wave with its parcels in their order."""

    row: WaveRow
    parcels: list[ParcelRow]


def wave_detail(*, wave_id: int) -> WaveDetail:
    """Read one wave.

    :raises Wave.DoesNotExist: if there is none
    """
    wave = Wave.objects.select_related("picker", "created_by").get(pk=wave_id)
    parcels = Parcel.objects.filter(wave=wave).select_related("locked_by", "checked_by")
    rows = parcel_rows(list(parcels.order_by("wave_position", "pk")))
    return WaveDetail(_rows([wave])[0], rows)


@dataclass(frozen=True, slots=True)
class Slot:
    """For which parcel of the wave pieces are fetched: its place on the trolley."""

    parcel: Parcel
    line_id: int
    quantity: int


@dataclass(slots=True)
class PickRow:
    """What is to be taken out of one bin: pieces of one SKU, for one or many parcels."""

    goods: Goods
    quantity: int = 0
    slots: list[Slot] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PickList:
    """What is fetched for a wave, bin by bin as one walks; stopped parcels are left out and named."""

    detail: WaveDetail
    rows: list[PickRow]
    stopped: list[ParcelRow]

    @property
    def needs_slots(self) -> bool:
        """Say whether pieces must be laid by parcel at once."""
        return bool(self.detail.row.wave.shape == WaveShape.MIXED)

    @property
    def pieces(self) -> int:
        """Give how many pieces are to be fetched."""
        return sum(row.quantity for row in self.rows)


def pick_list(*, wave_id: int) -> PickList:
    """Put together what is to be fetched for a wave that is not picked, or was picked in part.

    :raises Wave.DoesNotExist: if there is none
    """
    detail = wave_detail(wave_id=wave_id)
    rows: dict[tuple[str, str], PickRow] = {}
    stopped = []
    for one in detail.parcels:
        if one.stop is not None:
            stopped.append(one)
            continue
        for line, goods in one.lines:
            key = (goods.own_code, goods.own_code or goods.name)
            row = rows.setdefault(key, PickRow(goods))
            row.quantity += line.quantity
            row.slots.append(Slot(one.parcel, line.pk, line.quantity))
    ordered = sorted(rows.values(), key=lambda row: (bin_key(row.goods.bin_code), row.goods.name))
    return PickList(detail, ordered, stopped)


def pickers() -> list[User]:
    """Give the people who may pick, by name."""
    return list(people_who_may("orders.pack"))


def carriers_in_use() -> list[str]:
    """Give the carriers of what waits in the house, for filters."""
    living = Parcel.objects.exclude(state__in=[ParcelState.HANDED_OVER, ParcelState.DROPPED])
    return sorted(set(living.exclude(carrier="").values_list("carrier", flat=True)))
