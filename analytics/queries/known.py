"""The one door to figures of days: what is known, from which source, and where that is told.

Every source answers for the days that it knows; of each figure the first source in its order of trust
counts. Nothing known is None, never zero. Ratios are derived from the parts of the same day.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from analytics import figures as registry
from analytics.figures import base_codes, figure

SHOP, PRODUCT = "shop", "product"


@dataclass(frozen=True, slots=True)
class Known:
    """A figure of a day. `source`: code of who says it (of a ratio both, joined by `+`)."""

    value: Decimal | None
    source: str
    code: str
    day: date
    scope: str
    key: str

    @property
    def url(self) -> str:
        """Give the page of where it comes from."""
        return lineage_url(self.code, self.day, scope=self.scope, key=self.key)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a source is asked: figures of the days of a period, both ends included."""

    codes: frozenset[str]
    since: date
    until: date
    scope: str
    key: str

    @property
    def days(self) -> list[date]:
        """Give the days asked for."""
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1)]


# {code: {day: value}}; what is not known is absent.
type Answer = Mapping[str, Mapping[date, Decimal]]
type Provider = Callable[[Ask], Answer]

_PROVIDERS: dict[str, list[Provider]] = defaultdict(list)


def offer(source: str, provider: Provider) -> Provider:
    """Let somebody answer for a source; of several the one offered first counts where it knows."""
    if provider not in _PROVIDERS[source]:
        _PROVIDERS[source].append(provider)
    return provider


def figures_of(
    codes: Sequence[str],
    *,
    since: date,
    until: date,
    key: str = "",
    scope: str = SHOP,
    only: Collection[date] | None = None,
) -> dict[str, dict[date, Known]]:
    """Give figures of every day of a period, both ends included; unknown ones have the value None.

    :param only: leave out the other days of the period
    :param scope: "shop", or "product" with its item number as `key`
    :raises LookupError: if there is no such figure
    """
    said = words_of(base_codes(codes), since=since, until=until, key=key, scope=scope)
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    if only is not None:
        days = [day for day in days if day in only]
    return {
        code: {day: _known(code, day, said, scope=scope, key=key) for day in days} for code in codes
    }


def words_of(
    codes: Iterable[str], *, since: date, until: date, key: str = "", scope: str = SHOP
) -> dict[str, dict[str, Mapping[date, Decimal]]]:
    """Give what every source says: {code: {source: {day: value}}}, sources in order of trust."""
    wanted = set(codes)
    answers: dict[str, list[Answer]] = {}
    for source in registry.SOURCE_LABELS:
        asked = frozenset(code for code in wanted if source in figure(code).sources)
        if asked:
            ask = Ask(asked, since, until, scope, key)
            answers[source] = [provider(ask) for provider in _PROVIDERS[source]]
    return {
        code: {
            source: _merged(answers[source], code)
            for source in figure(code).sources
            if source in answers
        }
        for code in wanted
    }


def _merged(answers: Sequence[Answer], code: str) -> Mapping[date, Decimal]:
    merged: dict[date, Decimal] = {}
    for answer in reversed(answers):
        merged |= answer.get(code, {})
    return merged


type Said = Mapping[str, Mapping[str, Mapping[date, Decimal]]]


def _known(code: str, day: date, said: Said, *, scope: str, key: str) -> Known:
    parts = figure(code).parts
    if not parts:
        value, source = _first(said[code], day)
        return Known(value, source, code, day, scope, key)
    (above, one), (below, other) = (_first(said[part], day) for part in parts)
    if above is None or not below:
        return Known(None, "", code, day, scope, key)
    both = one if one == other else f"{one}+{other}"
    return Known(above / below, both, code, day, scope, key)


def _first(
    by_source: Mapping[str, Mapping[date, Decimal]], day: date
) -> tuple[Decimal | None, str]:
    for source, by_day in by_source.items():
        if day in by_day:
            return by_day[day], source
    return None, ""


def lineage_url(code: str, day: date, *, scope: str = SHOP, key: str = "") -> str:
    """Give the page that shows all sources of a figure of a day."""
    query = {"figure": code, "day": day.isoformat()}
    if scope != SHOP:
        query |= {"scope": scope, "key": key}
    try:
        return f"{reverse('analytics:lineage')}?{urlencode(query)}"
    except NoReverseMatch:
        return ""


# --- periods ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """A figure over several days: sum, then derive.

    `days`: how many days were asked for; `known_days`: over how many of them it was summed.
    `is_visits`: the days' people were added, so that one who came on two days counts twice.
    """

    value: Decimal | None
    known_days: int
    days: int
    is_visits: bool
    sources: tuple[str, ...]


def over(
    codes: Sequence[str], *, since: date, until: date, key: str = "", scope: str = SHOP
) -> dict[str, Period]:
    """Give figures over a period, both ends included; a ratio over the days that know both parts.

    Means are weighed, of scores the last known day counts: see `summed`.
    """
    wanted = sorted({name for code in codes for name in figure(code).reads})
    by_code = figures_of(wanted, since=since, until=until, key=key, scope=scope)
    return {code: _over(code, by_code) for code in codes}


def _over(code: str, by_code: Mapping[str, Mapping[date, Known]]) -> Period:
    names = figure(code).reads
    days = sorted(by_code[names[0]])
    value, known, sources = summed(code, by_code, days)
    is_visits = len(days) > 1 and any(figure(name).unit == "people" for name in names)
    return Period(value, len(known), len(days), is_visits, sources)


def summed(
    code: str, by_code: Mapping[str, Mapping[date, Known]], days: Sequence[date]
) -> tuple[Decimal | None, list[date], tuple[str, ...]]:
    """Give a figure over days, the days that counted, and who said it: sum, then derive.

    A ratio is over the days that know both parts. A mean of a day's people counts by how many they were,
    over the days that know that too; of one day it is as it was said. Of scores the last known day counts.

    :param by_code: what the figure reads (`FigureSpec.reads`), by day
    """
    spec = figure(code)
    names = (code,) if spec.weight and len(days) == 1 else spec.reads
    series = [by_code[name] for name in names]
    known = [day for day in days if all(one[day].value is not None for one in series)]
    sources = tuple(dict.fromkeys(one[day].source for day in known for one in series))
    if not known:
        return None, known, sources
    sums = [sum((_value(one[day]) for day in known), Decimal(0)) for one in series]
    if spec.parts:
        return (sums[0] / sums[1] if sums[1] else None), known, sources
    if spec.unit == "score":
        return series[0][known[-1]].value, known, sources
    if len(names) > 1:
        mean, people = series
        whole = sum((_value(mean[day]) * _value(people[day]) for day in known), Decimal(0))
        return (whole / sums[1] if sums[1] else None), known, sources
    return sums[0], known, sources


def _value(known: Known) -> Decimal:
    return known.value if known.value is not None else Decimal(0)
