"""Everything on the page of the packing table. Costs the same however many orders are stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from django.db.models import Count, Exists, OuterRef, Q

from orders.choices import ParcelState, ScanOutcome, WaveState
from orders.models import (
    CarrierPickup,
    Order,
    PackingTick,
    Parcel,
    ParcelLine,
    Scan,
    ShippingDay,
    Wave,
)
from orders.queries.warehouse.goods import Goods, Standard, goods_of, standard_of
from orders.queries.warehouse.stopped import open_hold_kinds
from orders.queries.warehouse.waves import ParcelRow, parcel_rows
from orders.rules.packing import Pieces, Weighing, expected_grams, weigh
from orders.rules.stops import OrderFacts, Stop, stop_of
from shopops.lib.business_time import business_date, day_bounds
from shopops.staff.models import User

NEXT_SIZE, LOG_SIZE, MOST_SAMPLES = 6, 6, 40
# A longer gap between two parcels was a break, not work.
LONGEST_GAP = timedelta(minutes=10)


@dataclass(slots=True)
class CheckLine:
    """Pieces of one SKU in the parcel, with how many were scanned."""

    goods: Goods
    line_ids: list[int] = field(default_factory=list)
    need: int = 0
    got: int = 0

    @property
    def left(self) -> int:
        """Give how many are still to be scanned."""
        return self.need - self.got


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the packing standard, and who ticked it when."""

    text: str
    is_card: bool
    tick: PackingTick | None


@dataclass(frozen=True, slots=True)
class OnTable:
    """The parcel on a person's table."""

    parcel: Parcel
    orders: Sequence[Order]
    lines: Sequence[CheckLine]
    standard: Standard
    standard_name: str
    steps: Sequence[Step]
    second_steps: Sequence[Step]
    weighing: Weighing | None
    expected_grams: int | None
    stop: Stop | None
    stop_hold: str
    pickup: CarrierPickup | None

    @property
    def need(self) -> int:
        """Give how many pieces belong in it."""
        return sum(line.need for line in self.lines)

    @property
    def got(self) -> int:
        """Give how many were scanned."""
        return sum(line.got for line in self.lines)

    @property
    def open_steps(self) -> int:
        """Give how many steps are not ticked."""
        return sum(1 for step in self.now_steps if step.tick is None)

    @property
    def now_steps(self) -> Sequence[Step]:
        """Give the steps of this person's part: packing, or the second look."""
        return self.second_steps if self.parcel.checked_at else self.steps

    @property
    def is_ready(self) -> bool:
        """Say whether the parcel can be closed."""
        return self.stop is None and self.got == self.need and not self.open_steps


@dataclass(frozen=True, slots=True)
class Today:
    """What a person checked today, and how fast."""

    checked: int
    refused: int
    seconds_each: int | None


@dataclass(frozen=True, slots=True)
class CheckPage:
    """The packing table as one person sees it."""

    table: OnTable | None
    wave: Wave | None
    wave_checked: int
    next_rows: Sequence[ParcelRow]
    left_in_wave: int
    due_count: int
    today: Today
    log: Sequence[Scan]


def table_of(person: User) -> Parcel | None:
    """Give the parcel that a person has on the table, the one taken last. By the index of `locked_by`."""
    rows = Parcel.objects.filter(locked_by=person, state=ParcelState.PICKED)
    return rows.select_related("wave", "order", "checked_by").order_by("-locked_at", "-pk").first()


def check_page(*, person: User, now: datetime, due_by: datetime | None) -> CheckPage:
    """Read the page. `due_by`: how many must still be checked before it (the next hand-over).

    About twenty queries by key, over one wave and today's scans.
    """
    parcel = table_of(person)
    wave = parcel.wave if parcel and parcel.wave else _next_wave()
    checked, left = _progress(wave)
    return CheckPage(
        table=on_table(parcel) if parcel else None,
        wave=wave,
        wave_checked=checked,
        next_rows=_next(wave, parcel),
        left_in_wave=left,
        due_count=_due(due_by),
        today=_today(person, now=now),
        log=_log(person, now=now),
    )


def next_hand_over(*, now: datetime) -> datetime | None:
    """Give the next time at which carriers take parcels: today's, until it is over."""
    days = ShippingDay.objects.filter(ships=True, handover_at__gt=now, date__gte=business_date(now))
    return days.order_by("date").values_list("handover_at", flat=True).first()


def on_table(parcel: Parcel) -> OnTable:
    """Read everything of one parcel that is being checked."""
    rows = list(parcel.lines.select_related("line", "gift").order_by("pk"))
    goods = goods_of(rows)
    orders = list(
        Order.objects.filter(
            Q(pk__in={row.order_id for row in rows}) | Q(pk=parcel.order_id)
        ).order_by("pk")
    )
    standard = standard_of(row.sku_code for row in rows)
    ticks = {tick.step: tick for tick in parcel.ticks.select_related("ticked_by")}
    stop = stop_of(
        OrderFacts(one.tid, one.stage, one.status, one.has_open_refund) for one in orders
    )
    pieces = _pieces(rows, goods)
    weighed = parcel.weighed_grams
    material = standard.material_grams
    return OnTable(
        parcel=parcel,
        orders=orders,
        lines=_grouped(rows, goods),
        standard=standard,
        standard_name=next(
            (one.name for one in goods.values() if one.sku_code == standard.title), ""
        ),
        steps=[
            *(Step(text, is_card=False, tick=ticks.get(text)) for text in standard.steps),
            *(Step(text, is_card=True, tick=ticks.get(text)) for text in standard.cards),
        ],
        second_steps=[
            Step(text, is_card=False, tick=ticks.get(text)) for text in standard.second_steps
        ],
        weighing=weigh(weighed, pieces, material_grams=material) if weighed else None,
        expected_grams=expected_grams(pieces, material_grams=material),
        stop=stop,
        stop_hold=open_hold_kinds([stop.tid]).get(stop.tid, "") if stop else "",
        pickup=CarrierPickup.objects.filter(carrier=parcel.carrier).first()
        if parcel.carrier
        else None,
    )


def _pieces(rows: Sequence[ParcelLine], goods: dict[int, Goods]) -> list[Pieces]:
    return [
        Pieces(goods[row.pk].name, goods[row.pk].grams, row.quantity, row.checked_quantity)
        for row in rows
    ]


def _grouped(rows: Sequence[ParcelLine], goods: dict[int, Goods]) -> list[CheckLine]:
    found: dict[tuple[str, str, bool], CheckLine] = {}
    for row in rows:
        one = goods[row.pk]
        key = (one.own_code, "" if one.sku_code else str(row.pk), one.is_gift)
        line = found.setdefault(key, CheckLine(one))
        line.line_ids.append(row.pk)
        line.need += row.quantity
        line.got += row.checked_quantity
    return sorted(found.values(), key=lambda line: line.goods.is_gift)


def _next_wave() -> Wave | None:
    """Give the picked wave that is due first; one with nothing but put-aside parcels comes last."""
    waiting = Parcel.objects.filter(wave=OuterRef("pk"), state=ParcelState.PICKED)
    waves = Wave.objects.filter(
        Exists(waiting), state__in=[WaveState.PICKED, WaveState.PICKING]
    ).annotate(has_fresh=Exists(waiting.filter(skip_reason="")))
    return waves.order_by("-has_fresh", "due_at", "pk").first()


def _progress(wave: Wave | None) -> tuple[int, int]:
    if wave is None:
        return 0, 0
    done = Q(state__in=[ParcelState.CHECKED, ParcelState.HANDED_OVER])
    found = Parcel.objects.filter(wave=wave).aggregate(
        done=Count("pk", filter=done), left=Count("pk", filter=Q(state=ParcelState.PICKED))
    )
    return found["done"], found["left"]


def _next(wave: Wave | None, parcel: Parcel | None) -> list[ParcelRow]:
    """Give the parcels that follow, those put aside last."""
    if wave is None:
        return []
    rows = Parcel.objects.filter(wave=wave, state=ParcelState.PICKED).select_related("locked_by")
    if parcel is not None:
        rows = rows.exclude(pk=parcel.pk)
    usual = list(rows.filter(skip_reason="").order_by("wave_position", "pk")[:NEXT_SIZE])
    aside = list(rows.exclude(skip_reason="").order_by("wave_position", "pk")[:NEXT_SIZE])
    return parcel_rows([*usual, *aside])


def _due(due_by: datetime | None) -> int:
    """Count what stands in the house unchecked and is due by then; by the index of state and due time."""
    if due_by is None:
        return 0
    states = [ParcelState.IN_WAVE, ParcelState.PICKED]
    return Parcel.objects.filter(state__in=states, due_at__lte=due_by).count()


def _today(person: User, *, now: datetime) -> Today:
    """Add up a person's scans since midnight, by the index of time."""
    start, end = day_bounds(business_date(now))
    mine = Scan.objects.filter(at__gte=start, at__lt=end, by=person, undone_at__isnull=True)
    counts = dict(mine.values_list("outcome").annotate(n=Count("pk")).order_by("outcome"))
    ends = list(
        mine.filter(outcome=ScanOutcome.COMPLETE)
        .order_by("-at")
        .values_list("at", flat=True)[:MOST_SAMPLES]
    )
    gaps = [later - earlier for later, earlier in pairwise(ends) if later - earlier <= LONGEST_GAP]
    seconds = median(gap.total_seconds() for gap in gaps) if len(gaps) >= 2 else None
    refused = (ScanOutcome.WRONG, ScanOutcome.SURPLUS, ScanOutcome.UNKNOWN)
    return Today(
        checked=counts.get(ScanOutcome.COMPLETE, 0),
        refused=sum(counts.get(outcome, 0) for outcome in refused),
        seconds_each=round(seconds) if seconds is not None else None,
    )


def _log(person: User, *, now: datetime) -> list[Scan]:
    start, _end = day_bounds(business_date(now))
    rows = Scan.objects.filter(at__gte=start, by=person)
    return list(rows.order_by("-at", "-pk")[:LOG_SIZE])
