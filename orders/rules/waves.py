"""Which parcels are picked in one walk. Needs `orders.choices`, so `orders.rules` does not re-export it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from orders.choices import WaveShape
from shopops.lib.business_time import business_date

_FAR = date.max


@dataclass(frozen=True, slots=True)
class Candidate:
    """A parcel that may go into a wave."""

    parcel_id: int
    carrier: str
    due_at: datetime | None
    is_urgent: bool
    pieces: int
    kinds: int


@dataclass(frozen=True, slots=True)
class PlannedWave:
    """Parcels of one carrier and one shape, due on one day, in the order in which they are packed."""

    carrier: str
    shape: WaveShape
    due_at: datetime | None
    parcel_ids: tuple[int, ...]
    pieces: int


def shape_of(*, pieces: int, kinds: int) -> WaveShape:
    """Give the shape of a parcel: one piece; several of one SKU; several SKUs."""
    if pieces <= 1:
        return WaveShape.SINGLE
    return WaveShape.SAME_SKU if kinds <= 1 else WaveShape.MIXED


def plan_waves(
    candidates: Iterable[Candidate], *, most: int, now: datetime
) -> Sequence[PlannedWave]:
    """Group parcels by carrier, shape and the day on which they are due, at most `most` to a wave.

    What is late already goes with what is due today. Within a wave, and between the waves of one
    group, the earliest due comes first, urgent before others of the same time. The waves are
    ordered by due time, too.

    :raises ValueError: if `most` is not at least 1
    """
    if most < 1:
        raise ValueError("a wave holds at least one parcel")
    groups: dict[tuple[date, str, WaveShape], list[Candidate]] = defaultdict(list)
    for one in candidates:
        shape = shape_of(pieces=one.pieces, kinds=one.kinds)
        groups[_day(one.due_at, now), one.carrier, shape].append(one)
    waves = [
        _wave(carrier, shape, rows[start : start + most])
        for (_due_day, carrier, shape), group in groups.items()
        for rows in (sorted(group, key=_urgency),)
        for start in range(0, len(rows), most)
    ]
    return sorted(waves, key=lambda wave: (_instant(wave.due_at), wave.carrier, wave.shape))


def _day(due_at: datetime | None, now: datetime) -> date:
    return _FAR if due_at is None else max(business_date(due_at), business_date(now))


def _urgency(one: Candidate) -> tuple[float, bool, int]:
    return _instant(one.due_at), not one.is_urgent, one.parcel_id


def _instant(at: datetime | None) -> float:
    return float("inf") if at is None else at.timestamp()


def _wave(carrier: str, shape: WaveShape, rows: Sequence[Candidate]) -> PlannedWave:
    return PlannedWave(
        carrier=carrier,
        shape=shape,
        due_at=rows[0].due_at,
        parcel_ids=tuple(one.parcel_id for one in rows),
        pieces=sum(one.pieces for one in rows),
    )


_NUMBER = re.compile(r"(\d+)")


def bin_key(bin_code: str) -> tuple[bool, tuple[tuple[bool, int, str], ...]]:
    """Sort bins as one walks past them: A-2 before A-10, upper and lower case alike, none last."""
    parts = _NUMBER.split(bin_code.strip().upper())
    return not bin_code.strip(), tuple(
        (part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts if part
    )
