"""Bonus sheets: the rule in force, what is known of an agent's month, the sheets with their lines."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from crm.models import AgentDay, BonusLine, BonusRule, BonusSheet
from crm.queries import agents
from crm.queries.agents import Span
from crm.rules import agents as figures
from crm.rules import bonus as rules
from crm.rules.bonus import Facts, Measured, Review, Rule
from crm.service_choices import AppealState, SheetState
from crm.service_registry import BadReviews, reviews_of


def month_of(day: date) -> date:
    """Give the first day of a day's month."""
    return day.replace(day=1)


def span_of(month: date) -> Span:
    """Give a month's days."""
    return Span(month, month.replace(day=calendar.monthrange(month.year, month.month)[1]))


def next_month(month: date) -> date:
    """Give the first day of the month after."""
    return span_of(month).until + timedelta(days=1)


def rule_row(month: date) -> BonusRule | None:
    """Give the row in force in a month; None: nobody changed anything yet."""
    return BonusRule.objects.filter(valid_from__lte=month).order_by("-valid_from").first()


def rule_in(month: date) -> Rule:
    """Give the rule in force in a month."""
    row = rule_row(month)
    return rules.rule_of(row.amounts) if row else Rule()


@dataclass(frozen=True, slots=True)
class Month:
    """What a sheet is worked out from."""

    facts: Facts
    known_days: int


def month_facts(agent_id: int, month: date) -> Month:
    """Give what is known of an agent's month, by the targets in force at its end."""
    span = span_of(month)
    days = agents.days_of(span, agent_id=agent_id).get(agent_id, [])
    total = figures.total(days)
    targets = agents.targets_on(span.until, agents.target_rows())

    def measured(code: str) -> Measured:
        return Measured(total.measures[code], targets.get(code))

    reviews = reviews_of(agent_id, span.since, span.until)
    found = reviews if reviews is not None else _told_reviews(days)
    before, after = agents.score_on(month - timedelta(days=1)), agents.score_on(span.until)
    is_known = before is not None and after is not None and after.date >= month
    return Month(
        Facts(
            month=month,
            asked=int(total.sums["inquired"] or 0),
            neutral=found.neutral,
            bad=found.bad,
            score_before=(before.date, before.score) if before and is_known else None,
            score_after=(after.date, after.score) if after and is_known else None,
            conversion=measured("pay_rate"),
            first_response=measured("first_response"),
            three_minutes=measured("three_minutes"),
            satisfaction=measured("satisfaction"),
        ),
        total.days,
    )


def _told_reviews(days: Iterable[figures.Day]) -> BadReviews:
    """Give neutral and bad reviews as the figures of days count them, without naming any."""
    neutral: dict[date, int] = {}
    bad: dict[date, int] = {}
    for one in days:
        neutral[one.date] = neutral.get(one.date, 0) + (one.reviews_neutral or 0)
        bad[one.date] = bad.get(one.date, 0) + (one.reviews_bad or 0)
    return BadReviews(
        [Review(day, count) for day, count in sorted(neutral.items()) if count],
        [Review(day, count) for day, count in sorted(bad.items()) if count],
    )


def agents_of(month: date) -> set[int]:
    """Give who has figures in a month, or a sheet already, or something to be carried into it."""
    span = span_of(month)
    told = AgentDay.objects.filter(
        is_current=True, agent__isnull=False, date__gte=span.since, date__lte=span.until
    )
    kept = BonusSheet.objects.filter(Q(month=month) | Q(month__lt=month, state=SheetState.CLOSED))
    return {
        *told.values_list("agent_id", flat=True),
        *kept.values_list("agent_id", flat=True),
    }


def sheets(*, month: date | None = None, agent_id: int | None = None) -> QuerySet[BonusSheet]:
    """Give sheets, the newest month first. An agent's own are those that were published."""
    rows = BonusSheet.objects.select_related("agent")
    if month is not None:
        rows = rows.filter(month=month)
    if agent_id is not None:
        rows = rows.filter(agent_id=agent_id).exclude(state=SheetState.DRAFT)
    return rows.order_by("-month", "agent__name", "pk")


def months() -> list[date]:
    """Give the months that have sheets, the newest first."""
    return list(BonusSheet.objects.order_by("-month").values_list("month", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Row:
    """A line with the sum up to it. A line that is struck or gone counts nothing."""

    line: BonusLine
    counts: bool
    running_fen: int


@dataclass(frozen=True, slots=True)
class SheetRead:
    """A sheet line by line. `raw_fen` before the floor."""

    sheet: BonusSheet
    rows: list[Row]
    raw_fen: int

    @property
    def floor_fen(self) -> int:
        """Give what the floor adds."""
        return self.sheet.total_fen - self.raw_fen


ORDER = ("neutral", "bad", "score_down", "slow", "three_minutes", "score_up", "conversion",
         "satisfaction", "carried")  # fmt: skip


def read_sheets(rows: Iterable[BonusSheet]) -> list[SheetRead]:
    """Add each sheet up. One query for all lines."""
    found = list(rows)
    by_sheet: dict[int, list[BonusLine]] = {}
    lines = BonusLine.objects.filter(sheet__in=found).select_related("decided_by")
    for line in lines.order_by("key", "pk"):
        by_sheet.setdefault(line.sheet_id, []).append(line)
    return [_read(one, by_sheet.get(one.pk, [])) for one in found]


def counts(line: BonusLine) -> bool:
    """Say whether a line is part of the sum."""
    return line.appeal_state != AppealState.STRUCK and not line.is_gone


def _read(sheet: BonusSheet, lines: list[BonusLine]) -> SheetRead:
    running, rows = sheet.base_fen, []
    for line in sorted(lines, key=lambda one: (ORDER.index(one.kind), one.key)):
        running += line.amount_fen if counts(line) else 0
        rows.append(Row(line, counts(line), running))
    return SheetRead(sheet, rows, running)


def open_appeals() -> QuerySet[BonusLine]:
    """Give appeals that wait, the oldest first."""
    return (
        BonusLine.objects.filter(appeal_state=AppealState.OPEN)
        .select_related("sheet__agent")
        .order_by("appealed_at", "pk")
    )


def line_counts(sheets_: Iterable[BonusSheet]) -> Mapping[int, int]:
    """Count open appeals by sheet."""
    found: dict[int, int] = {}
    for sheet_id in BonusLine.objects.filter(
        sheet__in=list(sheets_), appeal_state=AppealState.OPEN
    ).values_list("sheet_id", flat=True):
        found[sheet_id] = found.get(sheet_id, 0) + 1
    return found
