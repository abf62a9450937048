"""When parcels leave: the cutoff, Sundays off, the late ones, orders in several parcels."""

from dataclasses import dataclass

import numpy as np

from orders.demo.curve import DAY
from orders.demo.dice import Flags, Ints, Texts, below, pick_weighted, texts
from orders.demo.times import NEVER

_CUTOFF = 16 * 3600
_OPENS = 9 * 3600 + 1800
_HANDS_OVER = 18 * 3600 + 3000
_LATE_SHARE = 0.06
_SUNDAY = 6
CARRIERS = texts(["中通快递", "圆通速递", "顺丰速运", "邮政快递包裹"])
_POST = 3


@dataclass(slots=True)
class Parcels:
    """How each order leaves."""

    first: Ints  # when the first parcel is handed over
    last: Ints  # when the last one is
    count: Ints
    carrier: Ints
    late: Flags


def ship(
    *, paid: Ints, lead_days: Ints, pieces: Ints, remote: Flags, rng: np.random.Generator
) -> Parcels:
    """Send orders out on the shipping day that the 16:00 cutoff gives them, a few of them late."""
    count = len(paid)
    day = shipping_day(paid) + lead_days
    late = rng.random(count) < _LATE_SHARE
    extra = pick_weighted(rng.random(count), np.array([0.4, 0.25, 0.2, 0.15])) + 1
    day = _skip_sunday(day + np.where(late, extra, 0))
    earliest = np.maximum(day * DAY + _OPENS, paid + 2_400)
    room = np.maximum(day * DAY + _HANDS_OVER - earliest, 600)
    first = earliest + (rng.random(count) * room).astype(np.int64)
    split = (pieces > 1) & (rng.random(count) < 0.12)
    parcels = np.where(split, np.where(pieces > 3, 3, 2), 1)
    behind = split & (rng.random(count) < 0.6)
    gap = (rng.random(count) * 40 * 3600).astype(np.int64) + 3 * 3600
    last = np.where(behind, first + gap, first)
    carrier = pick_weighted(rng.random(count), np.array([0.62, 0.22, 0.12, 0.04]))
    carrier = np.where(remote, _POST, carrier)
    never = paid >= NEVER
    return Parcels(
        first=np.where(never, NEVER, first),
        last=np.where(never, NEVER, last),
        count=parcels,
        carrier=carrier,
        late=late & ~never,
    )


def shipping_day(paid: Ints) -> Ints:
    """Return the day (since 1970) on which an order should leave: the cutoff is 16:00."""
    day = paid // DAY
    return _skip_sunday(day + (paid % DAY >= _CUTOFF))


def _skip_sunday(day: Ints) -> Ints:
    return np.where(weekday(day) == _SUNDAY, day + 1, day)


def weekday(day: Ints) -> Ints:
    """Return 0 for Monday … 6 for Sunday; day 0 of 1970 was a Thursday."""
    return (day + 3) % 7


def waybills(tid: Ints, parcels: Parcels, visible: Ints) -> Texts:
    """Return the waybill numbers of the first `visible` parcels of each order, joined by commas."""
    heads = ["75", "YT", "SF", "98"]
    sizes = [12, 13, 13, 11]
    shown = []
    rows = zip(
        parcels.carrier.tolist(), visible.tolist(),
        *(below(tid, 51 + i, 10**13).tolist() for i in range(3)), strict=True,
    )  # fmt: skip
    for carrier, number, *digits in rows:
        size = sizes[carrier]
        shown.append(",".join(f"{heads[carrier]}{d % 10**size:0{size}d}" for d in digits[:number]))
    return texts(shown)
