"""What each source of visitors did to the difference of two days, and what the sources leave unexplained.

Visitors of sources are people: who came by two sources counts for both, so the sources never add up to
the shop's visitors. Their parts sum to the change of their own sum; the rest of the shop's change stands
beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from analytics.queries.breaks import DIVIDED
from analytics.queries.flow import Flow, Source, flow, groups
from analytics.queries.known import figures_of
from analytics.rules.contribution import RatePart, Traffic, rate_parts
from analytics.rules.traffic_sources import Kind

# Figures that sources explain: what a paid amount is made of, and the visitors by search.
OF_SOURCES = frozenset({*DIVIDED, "search_visitors"})


@dataclass(frozen=True, slots=True)
class SourcePart:
    """One source on two days. A source that a day's file does not name brought nobody on it: zero.

    `change` is None where a file names the source without its visitors.
    """

    key: str
    kind: Kind
    before: int | None
    after: int | None
    rate: RatePart | None

    @property
    def change(self) -> int | None:
        """Give by how many visitors it differs."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class SourceParts:
    """All sources of two days, the largest change first, beside the shop's own visitors."""

    parts: tuple[SourcePart, ...]
    shop_before: int | None
    shop_after: int | None

    @property
    def before(self) -> int:
        """Give the sum of the sources whose change is known, on the day before."""
        return sum(one.before or 0 for one in self.parts if one.change is not None)

    @property
    def after(self) -> int:
        """Give the same on the day."""
        return sum(one.after or 0 for one in self.parts if one.change is not None)

    @property
    def change(self) -> int:
        """Give what the sources' parts sum to."""
        return self.after - self.before

    @property
    def shop_change(self) -> int | None:
        """Give the change of the shop's visitors; None where a day is unknown."""
        if self.shop_before is None or self.shop_after is None:
            return None
        return self.shop_after - self.shop_before

    @property
    def unexplained(self) -> int | None:
        """Give what of the shop's change the sources do not explain: people who came by several, or by none."""
        return None if self.shop_change is None else self.shop_change - self.change

    @property
    def rate_change(self) -> Fraction | None:
        """Give the change of the rate over all sources' visitors; None where no file knows who paid."""
        known = [one.rate.both for one in self.parts if one.rate]
        return sum(known, Fraction(0)) if known else None


def source_parts(day: date, against: date) -> SourceParts | None:
    """Give what each source did between two days; None where a day has no file of sources. A few queries."""
    now, then = flow(since=day, until=day), flow(since=against, until=against)
    if not now.known_days or not then.known_days:
        return None
    after, before = _leaves(now, then)
    rates = rate_parts(_traffic(before), _traffic(after))
    parts = [
        SourcePart(
            key,
            (after.get(key) or before[key]).kind,
            _visitors(before.get(key)),
            _visitors(after.get(key)),
            rates.get(key),
        )
        for key in dict.fromkeys([*after, *before])
    ]
    values = figures_of(
        ("visitors",), since=min(day, against), until=max(day, against), only={day, against}
    )["visitors"]
    return SourceParts(
        tuple(sorted(parts, key=lambda one: (-abs(one.change or 0), one.key))),
        _whole(values[against].value),
        _whole(values[day].value),
    )


def _leaves(now: Flow, then: Flow) -> tuple[dict[str, Source], dict[str, Source]]:
    """Give the sources of both days by key: details of a group where both days have them, else the group."""
    wholes = groups(now.sources), groups(then.sources)
    detailed = _detailed(now.sources, wholes[1]) & _detailed(then.sources, wholes[0])
    return _chosen(now.sources, wholes[0], detailed), _chosen(then.sources, wholes[1], detailed)


def _detailed(sources: Iterable[Source], others: Mapping[str, Source]) -> set[str]:
    """Give the groups that have details, and those of the other day that this one does not name."""
    named, with_details = set(), set()
    for one in sources:
        named.add(one.group)
        if not one.is_whole:
            with_details.add(one.group)
    return with_details | {group for group in others if group not in named}


def _chosen(
    sources: Iterable[Source], wholes: Mapping[str, Source], detailed: set[str]
) -> dict[str, Source]:
    details = {one.key: one for one in sources if not one.is_whole and one.group in detailed}
    return details | {key: one for key, one in wholes.items() if key not in detailed}


def _visitors(source: Source | None) -> int | None:
    return 0 if source is None else _whole(source.sums.get("visitors"))


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


def _traffic(sources: Mapping[str, Source]) -> dict[str, Traffic]:
    return {
        key: Traffic(int(one.sums["visitors"]), int(one.sums["paid_buyers"]))
        for key, one in sources.items()
        if {"visitors", "paid_buyers"} <= one.sums.keys()
    }
