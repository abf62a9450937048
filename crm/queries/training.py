"""Exam sheets, attempts, and who is to take which sheet (again)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from crm.models import Exam, ExamResult
from crm.rules import training as rules
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands with a sheet. `due_on`: None while a pass holds for good."""

    exam: Exam
    person: User
    last: ExamResult | None
    attempts: int
    passed_on: date | None
    due_on: date | None

    def is_due(self, day: date) -> bool:
        """Say whether it is to be taken by a day."""
        return self.due_on is not None and self.due_on <= day


def exams(*, with_ended: bool = False) -> QuerySet[Exam]:
    """Give the sheets."""
    rows = Exam.objects.all() if with_ended else Exam.objects.filter(is_on=True)
    return rows.order_by("-is_on", "title", "pk")


def standings(exams_: Iterable[Exam], people: Sequence[User]) -> list[Standing]:
    """Give how each person stands with each sheet. One query."""
    sheets = list(exams_)
    found: dict[tuple[int, int], list[ExamResult]] = {}
    rows = ExamResult.objects.filter(exam__in=sheets, person__in=people).defer("answers")
    for row in rows.order_by("taken_at", "pk"):
        found.setdefault((row.person_id, row.exam_id), []).append(row)
    return [
        _standing(exam, person, found.get((person.pk, exam.pk), []))
        for person in people
        for exam in sheets
    ]


def _standing(exam: Exam, person: User, results: list[ExamResult]) -> Standing:
    passed = [one.date for one in results if one.has_passed]
    passed_on = max(passed, default=None)
    return Standing(
        exam=exam,
        person=person,
        last=results[-1] if results else None,
        attempts=len(results),
        passed_on=passed_on,
        due_on=rules.due_on(passed_on=passed_on, valid_days=exam.valid_days),
    )


def results(*, exam_id: int | None = None, person_id: int | None = None) -> QuerySet[ExamResult]:
    """Give attempts, the newest first."""
    rows = ExamResult.objects.select_related("exam", "person")
    if exam_id is not None:
        rows = rows.filter(exam_id=exam_id)
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    return rows.order_by("-taken_at", "-pk")
