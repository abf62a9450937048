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

from analytics.figures import SHOP_DAY
from analytics.models import StatRow
from analytics.queries.known import SHOP, Ask
from analytics.queries.sources import told_by
from analytics.rules.traffic_sources import SEPARATOR, Kind, kind_of

FLOW, ITEM_FLOW = "flow", "item_flow"
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


def flow(*, since: date, until: date, device: str = "all", item: str = "") -> Flow:
    """Give the sources of the shop, or of one item, over a period, both ends included. One query.

    Of `all` terminals a day's own total counts; where the file gives terminals only, their sum.
    """
    scope = ITEM_FLOW if item else FLOW
    rows = StatRow.objects.filter(
        is_current=True, scope=scope, source=scope, date__range=(since, until)
    )
    if item:
        rows = rows.filter(key__startswith=f"{item}{ITEM_MARK}")
    cells: dict[tuple[date, str], dict[str, dict[str, Decimal]]] = defaultdict(dict)
    ordered = rows.order_by("said_at", "pk").values_list("date", "key", "device", "figures")
    for day, key, terminal, figures in ordered:
        place = cells[day, key.partition(ITEM_MARK)[2] if item else key].setdefault(terminal, {})
        place.update({code: Decimal(value) for code, value in figures.items()})
    found: dict[str, Source] = {}
    known: set[date] = set()
    for (day, key), by_device in cells.items():
        figures_ = _of_device(by_device, device)
        if figures_ is None:
            continue
        known.add(day)
        source = found.setdefault(key, Source(key, kind_of(key)))
        source.days.add(day)
        for code, value in figures_.items():
            source.sums[code] = source.sums.get(code, Decimal(0)) + value
    largest = sorted(
        found.values(), key=lambda one: (-one.sums.get("visitors", Decimal(0)), one.key)
    )
    return Flow(tuple(largest), frozenset(known))


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
