"""Tests: which there are, and what one says so far."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet

from promotions.choices import TrialMeasure, TrialSplit, TrialState
from promotions.metrics import ab
from promotions.models import Trial, TrialDay, TrialVariant


@dataclass(frozen=True, slots=True)
class TrialRead:
    """A test with its forms, its days by form and date, and its reading."""

    trial: Trial
    variants: list[TrialVariant]
    days: list[TrialDay]
    reading: ab.Reading


def trials(*, state: TrialState | None = None) -> QuerySet[Trial]:
    """Give tests, of one state if one is asked for, the newest first."""
    rows = Trial.objects.select_related("product", "chosen", "started_by")
    if state is not None:
        rows = rows.filter(state=state)
    return rows.order_by("-starts_on", "-pk")


def read_trials(rows: list[Trial]) -> list[TrialRead]:
    """Read tests, in the order given. Two queries for all."""
    ids = [one.pk for one in rows]
    variants: dict[int, list[TrialVariant]] = {pk: [] for pk in ids}
    for one in TrialVariant.objects.filter(trial__in=ids).order_by("position", "pk"):
        variants[one.trial_id].append(one)
    days: dict[int, list[TrialDay]] = {pk: [] for pk in ids}
    found = TrialDay.objects.filter(variant__trial__in=ids).annotate(
        trial_key=F("variant__trial_id")
    )
    for day in found.order_by("date", "variant__position"):
        days[day.trial_key].append(day)
    return [_read(one, variants[one.pk], days[one.pk]) for one in rows]


def read_trial(trial: Trial) -> TrialRead:
    """Read one test. Two queries."""
    return read_trials([trial])[0]


def _read(trial: Trial, variants: list[TrialVariant], days: list[TrialDay]) -> TrialRead:
    place = {one.pk: number for number, one in enumerate(variants)}
    figures = [
        ab.Day(
            date=one.date,
            form=place[one.variant_id],
            people=one.people,
            hits=one.hits,
            amount=float(one.amount or 0),
        )
        for one in days
    ]
    return TrialRead(trial, variants, days, ab.read(plan_of(trial, variants), figures))


def plan_of(trial: Trial, variants: list[TrialVariant]) -> ab.Plan:
    """Give what was set before the test began, as the reading takes it."""
    return ab.Plan(
        weights=tuple(one.weight for one in variants),
        planned_people=trial.planned_people,
        planned_days=trial.planned_days,
        starts_on=trial.starts_on,
        takes_turns=trial.split != TrialSplit.TRAFFIC,
        is_amount=trial.measure == TrialMeasure.AMOUNT,
        block_days=trial.block_days,
    )


def variant_of_day(trial: Trial, variants: list[TrialVariant], day: date) -> TrialVariant:
    """Give the form whose turn a day is, in a test whose forms take turns."""
    place = ab.turn_of(
        day, starts_on=trial.starts_on, forms=len(variants), block_days=trial.block_days
    )
    return variants[place]
