"""Where visitors come from: the shop's sources, one item's, and the terminals.

Visitors of a source on a day are people; over several days, and over several sources, people count
again. What a source brought is therefore always a sum of visits, and shares are of such sums.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Q

from analytics.figures import FLOW, SHOP_DAY
from analytics.models import StatRow
from analytics.queries.known import SHOP, Answer, Ask, offer
from analytics.queries.sources import told_by
from analytics.rules.traffic_sources import SEARCH, SEPARATOR, Kind, kind_of, searched

ITEM_FLOW = "item_flow"
ITEM_MARK = "|"
DEVICES = ("all", "wireless", "pc")


@dataclass(slots=True)
class Source:
    """One source over a period; a figure that no day knows is absent."""

    key: str
    kind: Kind
    sums: dict[str, Decimal] = field(default_factory=dict)
    days: set[date] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Say whether this is a group as a whole, not one of its sources."""
        return SEPARATOR not in self.key

    @property
    def group(self) -> str:
        """Give the group that it belongs to."""
        return self.key.partition(SEPARATOR)[0]


@dataclass(frozen=True, slots=True)
class Flow:
    """The sources of a period, the largest first, and the days that some file tells of."""

    sources: tuple[Source, ...]
    known_days: frozenset[date]


@dataclass(frozen=True, slots=True)
class SourceDay:
    """What files say of one source, or of a group, on a day; `batches`: the files."""

    figures: Mapping[str, Decimal]
    batches: tuple[int, ...]


def flow(*, since: date, until: date, device: str = "all", item: str = "") -> Flow:
    """Give the sources of the shop, or of one item, over a period, both ends included. One query.

    Of `all` terminals a day's own total counts; where the file gives terminals only, their sum.
    """
    found: dict[str, Source] = {}
    known: set[date] = set()
    cells = _cells(since=since, until=until, device=device, item=item)
    for (day, key), cell in cells.items():
        known.add(day)
        source = found.setdefault(key, Source(key, kind_of(key)))
        source.days.add(day)
        for code, value in cell.figures.items():
            source.sums[code] = source.sums.get(code, Decimal(0)) + value
    largest = sorted(
        found.values(), key=lambda one: (-one.sums.get("visitors", Decimal(0)), one.key)
    )
    return Flow(tuple(largest), frozenset(known))


def by_day(
    *, since: date, until: date, device: str = "all", item: str = "", named: str = ""
) -> dict[date, dict[str, Mapping[str, Decimal]]]:
    """Give {day: {source: {figure: value}}} of the shop, or of one item; days without a file are absent.

    Of `all` terminals a day's own total counts; where the file gives terminals only, their sum. One query.

    :param named: leave out sources without this in their name
    """
    found: dict[date, dict[str, Mapping[str, Decimal]]] = defaultdict(dict)
    cells = _cells(since=since, until=until, device=device, item=item, named=named)
    for (day, key), cell in cells.items():
        found[day][key] = cell.figures
    return dict(found)


def from_flow(ask: Ask) -> Answer:
    """Give the visitors of the sources that are called a search, on the days whose file names one."""
    if "search_visitors" not in ask.codes or (ask.scope != SHOP and not ask.key):
        return {}
    item = "" if ask.scope == SHOP else ask.key
    # Bands ask for half a year: only the sources that count are read.
    days = by_day(since=ask.since, until=ask.until, item=item, named=SEARCH)
    told = {
        day: searched({key: figures.get("visitors") for key, figures in sources.items()})
        for day, sources in days.items()
    }
    return {"search_visitors": {day: value for day, value in told.items() if value is not None}}


def source_days(
    *, source: str, since: date, until: date, device: str = "all", item: str = ""
) -> dict[date, SourceDay]:
    """Give one source, or a group, day by day; a day that no file tells of is absent. One query.

    Of a group its own rows count, else the sum of its sources: the days add up to what `groups` says.
    """
    cells = _cells(since=since, until=until, device=device, item=item, source=source)
    wholes = {day: cell for (day, key), cell in cells.items() if key == source}
    if wholes:
        return wholes
    parts: dict[date, list[SourceDay]] = defaultdict(list)
    for (day, _key), cell in cells.items():
        parts[day].append(cell)
    return {day: _added(of_day) for day, of_day in parts.items()}


def _added(parts: Iterable[SourceDay]) -> SourceDay:
    sums: dict[str, Decimal] = {}
    batches: dict[int, None] = {}
    for part in parts:
        batches |= dict.fromkeys(part.batches)
        for code, value in part.figures.items():
            sums[code] = sums.get(code, Decimal(0)) + value
    return SourceDay(sums, tuple(batches))


def _cells(
    *, since: date, until: date, device: str, item: str, source: str = "", named: str = ""
) -> dict[tuple[date, str], SourceDay]:
    """Read what counts of each day and source: of all, of one `source` (or group), of those `named` so in part."""
    scope = ITEM_FLOW if item else FLOW
    head = f"{item}{ITEM_MARK}" if item else ""
    rows = StatRow.objects.filter(
        is_current=True, scope=scope, source=scope, date__range=(since, until)
    )
    if source:
        whole = Q(key=f"{head}{source}")
        rows = rows.filter(whole | Q(key__startswith=f"{head}{source}{SEPARATOR}"))
    elif item:
        rows = rows.filter(key__startswith=head)
    if named:
        rows = rows.filter(key__contains=named)
    told: dict[tuple[date, str], dict[str, dict[str, Decimal]]] = defaultdict(dict)
    files: dict[tuple[date, str], dict[int, None]] = defaultdict(dict)
    fields = ("date", "key", "device", "figures", "batch_id")
    for day, key, terminal, figures, batch in rows.order_by("said_at", "pk").values_list(*fields):
        place = day, key.removeprefix(head)
        values = {code: Decimal(value) for code, value in figures.items()}
        told[place].setdefault(terminal, {}).update(values)
        if batch is not None:
            files[place][batch] = None
    return {
        place: SourceDay(figures_, tuple(files[place]))
        for place, by_device in told.items()
        if (figures_ := _of_device(by_device, device)) is not None
    }


def _of_device(
    by_device: Mapping[str, Mapping[str, Decimal]], device: str
) -> Mapping[str, Decimal] | None:
    if device in by_device:
        return by_device[device]
    parts = [by_device[one] for one in ("wireless", "pc") if one in by_device]
    if device != "all" or not parts:
        return None
    return {
        code: sum((part[code] for part in parts), Decimal(0))
        for code in parts[0]
        if all(code in part for part in parts)
    }


def groups(sources: Iterable[Source]) -> dict[str, Source]:
    """Give each group as a whole: as the file says it, else the sum of its sources."""
    found: dict[str, Source] = {}
    details: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        if source.is_whole:
            found[source.group] = source
        else:
            details[source.group].append(source)
    for group, parts in details.items():
        if group in found:
            continue
        whole = Source(group, kind_of(group))
        for part in parts:
            whole.days |= part.days
            for code, value in part.sums.items():
                whole.sums[code] = whole.sums.get(code, Decimal(0)) + value
        if whole.kind == "unknown" and len({part.kind for part in parts}) == 1:
            whole.kind = parts[0].kind
        found[group] = whole
    return found


def by_kind(sources: Iterable[Source]) -> dict[Kind, Decimal]:
    """Give visits by kind of traffic, over groups as wholes."""
    sums: dict[Kind, Decimal] = {}
    for one in groups(sources).values():
        visits = one.sums.get("visitors")
        if visits is not None:
            sums[one.kind] = sums.get(one.kind, Decimal(0)) + visits
    return sums


def devices(*, since: date, until: date) -> dict[str, dict[date, Decimal]]:
    """Give the shop's visitors by day and terminal, as the shop's own file says. Three queries."""
    ask = Ask(frozenset({"visitors"}), since, until, SHOP, "")
    return {device: told_by(SHOP_DAY, ask, device=device).get("visitors", {}) for device in DEVICES}


def items_with_flow(*, since: date, until: date) -> list[str]:
    """Give the items whose sources some file tells of in a period."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT split_part(key, '|', 1) FROM analytics_statrow WHERE is_current"
            " AND scope = 'item_flow' AND date BETWEEN %s AND %s ORDER BY 1",
            [since, until],
        )
        return [row[0] for row in cursor.fetchall() if row[0]]


def register() -> None:
    """Let the files of sources answer for visitors by search, where nothing counts them itself."""
    offer(FLOW, from_flow)
