"""Who gets which pieces, and when stock is short. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby
from operator import attrgetter

# More of one SKU than this in one entry is a typing error.
MOST_PIECES = 1_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Pieces that an order line (or gift) wants.

    `left_at`: when they left the house already; stock that is kept only since later has nothing to do with them.
    """

    tid: str
    line_key: str
    sku_code: str
    quantity: int
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Pieces of a SKU that one piece of a code is made of."""

    sku_id: int
    code: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What codes stand for. `parts`: of every known code; `broken`: a bundle's first unknown part."""

    parts: Mapping[str, tuple[Part, ...]]
    broken: Mapping[str, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    @property
    def sku_ids(self) -> list[int]:
        """Give every SKU that may have to give pieces, in the order in which they are locked."""
        return sorted({part.sku_id for parts in self.parts.values() for part in parts})


@dataclass(frozen=True, slots=True)
class Level:
    """What is free of a SKU whose stock is kept, and since when it is."""

    free: int
    kept_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shortage:
    """A line that cannot have its pieces: so many of `sku_code` are wanted, so many are free."""

    tid: str
    line_key: str
    sku_code: str
    wanted: int
    free: int


@dataclass(frozen=True, slots=True)
class Share:
    """Pieces of one SKU set aside for one line."""

    tid: str
    line_key: str
    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to set aside, and what cannot be had."""

    shares: tuple[Share, ...]
    shortages: tuple[Shortage, ...]


type Taken = frozenset[tuple[str, int]]


def plan_allocation(
    lines: Sequence[Wanted], catalogue: Catalogue, levels: Mapping[int, Level], taken: Taken
) -> Plan:
    """Serve orders in the order given, each wholly or not at all.

    `taken` names (line, SKU) that have their pieces already. A SKU without a level is not kept and
    blocks nothing; neither does a code that nobody knows, nor a bundle whose parts are not known.
    """
    left = {sku_id: level.free for sku_id, level in levels.items()}
    shares: list[Share] = []
    shortages: list[Shortage] = []
    for _tid, group in groupby(lines, attrgetter("tid")):
        wishes = [wish for line in group for wish in _wishes(line, catalogue, levels, taken)]
        missing = _missing(wishes, left)
        if missing:
            shortages += missing
            continue
        for share, _code in wishes:
            left[share.sku_id] -= share.quantity
            shares.append(share)
    return Plan(tuple(shares), tuple(shortages))


def _wishes(
    line: Wanted, catalogue: Catalogue, levels: Mapping[int, Level], taken: Taken
) -> list[tuple[Share, str]]:
    if line.sku_code in catalogue.broken:
        return []
    return [
        (Share(line.tid, line.line_key, part.sku_id, part.quantity * line.quantity), part.code)
        for part in catalogue.parts.get(line.sku_code, ())
        if part.sku_id in levels
        and (line.line_key, part.sku_id) not in taken
        and not _left_before(line, levels[part.sku_id])
    ]


def _left_before(line: Wanted, level: Level) -> bool:
    return (
        line.left_at is not None
        and level.kept_since is not None
        and line.left_at < level.kept_since
    )


def _missing(wishes: Sequence[tuple[Share, str]], left: Mapping[int, int]) -> list[Shortage]:
    """Give a shortage for every SKU of which the order's lines together want more than there is."""
    wanted: dict[int, int] = {}
    for share, _code in wishes:
        wanted[share.sku_id] = wanted.get(share.sku_id, 0) + share.quantity
    found: dict[int, Shortage] = {}
    for share, code in wishes:
        total, free = wanted[share.sku_id], left[share.sku_id]
        if total > free and share.sku_id not in found:
            found[share.sku_id] = Shortage(share.tid, share.line_key, code, total, max(free, 0))
    return list(found.values())


def read_pieces(text: object) -> int:
    """Read a whole number of pieces as people and files write it: `4214`, `4,214`, `4214.0`.

    :raises ValueError: if it is no whole number, negative or senselessly large
    """
    words = str(text).strip().replace(",", "").replace("，", "")
    try:
        number = Decimal(words)
    except InvalidOperation as error:
        raise ValueError("not_a_number") from error
    if not number.is_finite() or number != number.to_integral_value():
        raise ValueError("not_whole")
    if number < 0:
        raise ValueError("negative")
    if number > MOST_PIECES:
        raise ValueError("too_many")
    return int(number)


def read_code(text: object) -> str:
    """Read a merchant code or barcode; a spreadsheet's `4214.0` is `4214`."""
    code = str(text).strip()
    whole, dot, rest = code.partition(".")
    return whole if dot and whole.isdecimal() and rest.strip("0") == "" else code


def cover_days(*, free: int, sold: int, days: int) -> Decimal | None:
    """Say how many days `free` pieces last if as many are sold a day as in the last `days`.

    None: nothing was sold, so it is unknown. What is overdrawn lasts no day.
    """
    if sold <= 0:
        return None
    return (Decimal(max(free, 0)) * days / sold).quantize(Decimal("0.1"))
