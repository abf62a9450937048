"""Scores and indicators as the platform showed them: what files and people said, the latest first.

A file says only what it has; what it leaves out stays as it was said before. A person's word says all.
Where neither says a score, a plain file of scores does, then the daily file of the whole shop, then the
service desk's own note.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from analytics import figures
from analytics.models import DsrDay, ExperienceWord
from analytics.queries.known import SHOP, Answer, Ask, offer
from analytics.queries.sources import told_by
from analytics.rules.dsr import SCORES
from crm.models import ServiceScore

KINDS: Mapping[str, str] = {"score": "", "industry": "_industry", "best": "_best"}
FIELDS: tuple[str, ...] = tuple(f"{name}{end}" for end in KINDS.values() for name in SCORES)
HAND, FILE, SHOP_FILE, DESK = "hand", "file", "shop_day", "desk"
CODES: Mapping[str, str] = {f"dsr_{name}": name for name in SCORES}


@dataclass(frozen=True, slots=True)
class Shown:
    """One score on one day. `source`: hand, file or desk (the service desk's own note); empty: unknown."""

    score: Decimal | None = None
    industry: Decimal | None = None
    best: Decimal | None = None
    source: str = ""


@dataclass(slots=True)
class _Day:
    values: dict[str, Decimal | None] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)


def shown(*, since: date, until: date) -> dict[date, dict[str, Shown]]:
    """Give the scores of the days of which anything was said. Four queries."""
    days: dict[date, _Day] = {}
    for note in ServiceScore.objects.filter(date__range=(since, until)):
        _put(days, note.date, "service", note.score, DESK)
    ask = Ask(frozenset(CODES), since, until, SHOP, "")
    for source, word in ((figures.SHOP_DAY, SHOP_FILE), (figures.DSR, FILE)):
        for code, by_day in told_by(source, ask).items():
            for day, value in by_day.items():
                _put(days, day, CODES[code], value, word)
    rows = DsrDay.objects.filter(date__range=(since, until)).order_by("date", "said_at", "pk")
    for row in rows:
        _take(days.setdefault(row.date, _Day()), row)
    return {day: _words(one) for day, one in sorted(days.items())}


def _put(days: dict[date, _Day], day: date, name: str, value: Decimal, source: str) -> None:
    one = days.setdefault(day, _Day())
    one.values[name], one.sources[name] = value, source


def _take(one: _Day, row: DsrDay) -> None:
    is_file = row.batch_id is not None
    for name in FIELDS:
        value = getattr(row, name)
        # A form shows what is known elsewhere too: what a person leaves empty there is unknown.
        if value is not None or not is_file:
            one.values[name] = value
            one.sources[name] = FILE if is_file else HAND


def from_words(source: str) -> None:
    """Let the figures of days ask here what files of scores, or people, said."""
    ours = {figures.DSR: FILE, figures.HAND: HAND}[source]

    def told(ask: Ask) -> Answer:
        if ask.scope != SHOP or not ask.codes & set(CODES):
            return {}
        days = shown(since=ask.since, until=ask.until)
        return {
            code: {
                day: value
                for day, words in days.items()
                if words[name].source == ours and (value := words[name].score) is not None
            }
            for code, name in CODES.items()
        }

    offer(source, told)


def _words(one: _Day) -> dict[str, Shown]:
    return {
        name: Shown(
            one.values.get(name),
            one.values.get(f"{name}_industry"),
            one.values.get(f"{name}_best"),
            one.sources.get(name, "") if one.values.get(name) is not None else "",
        )
        for name in SCORES
    }


def stored_fields(day: date) -> dict[str, Decimal | None]:
    """Give a day's figures as the form of that day takes them."""
    words = shown(since=day, until=day).get(day, {})
    return {
        f"{name}{end}": getattr(words[name], kind) if name in words else None
        for kind, end in KINDS.items()
        for name in SCORES
    }


def last_word(day: date) -> int:
    """Name the latest word about a day: what a form carries. 0 where there is none."""
    pk: int | None = (
        DsrDay.objects.filter(date=day).order_by("-said_at", "-pk").values_list("pk", flat=True)
    ).first()
    return pk or 0


def words_of(day: date) -> list[DsrDay]:
    """Give all that was said of a day, the latest first."""
    rows = DsrDay.objects.filter(date=day).select_related("said_by")
    return list(rows.order_by("-said_at", "-pk"))


def days_said(limit: int) -> list[DsrDay]:
    """Give the latest words, the newest day first."""
    rows = DsrDay.objects.select_related("said_by")
    return list(rows.order_by("-date", "-said_at", "-pk")[:limit])


@dataclass(frozen=True, slots=True)
class Official:
    """What the platform's page said of an indicator, and when."""

    date: date
    value: Decimal | None
    industry: Decimal | None
    by: str
    said_at: datetime


def official(*, since: date, until: date) -> dict[str, dict[date, Official]]:
    """Give by indicator and day what was said last. One query."""
    found: dict[str, dict[date, Official]] = {}
    rows = ExperienceWord.objects.filter(date__range=(since, until)).select_related("said_by")
    for row in rows.order_by("date", "said_at", "pk"):
        found.setdefault(row.code, {})[row.date] = Official(
            row.date,
            row.value,
            row.industry,
            row.said_by.name if row.said_by else "",
            row.said_at,
        )
    return found


def last_experience_word(day: date) -> int:
    """Name the latest word about a day's indicators; 0 where there is none."""
    pk: int | None = (
        ExperienceWord.objects.filter(date=day).order_by("-pk").values_list("pk", flat=True)
    ).first()
    return pk or 0


def newest(words: Mapping[date, Official]) -> Official | None:
    """Give the word about the latest day."""
    return words[max(words)] if words else None


def latest_days(days: Iterable[date], *, until: date) -> tuple[date, date] | None:
    """Give the last day spoken of by `until`, and the last one before it; None if there are not two."""
    known = sorted(day for day in set(days) if day <= until)
    return (known[-1], known[-2]) if len(known) > 1 else None
