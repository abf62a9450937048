"""Exam sheets: keep them, take them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.actions import agent_locks
from crm.actions.service_errors import ExamRefusedError
from crm.models import Exam, ExamResult
from crm.rules import training as rules
from crm.rules.training import BadSheetError, Question
from crm.wording.service import bad_sheet_words
from products.actions.errors import StaleGoodsError
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a person writes of an exam sheet."""

    title: str
    text: str
    pass_mark: int
    valid_days: int | None
    is_on: bool = True


def add_exam(*, sheet: Sheet, by: User, now: datetime) -> Exam:
    """Add a sheet.

    :raises ExamRefusedError: if its questions cannot be read, or its title stands already
    """
    _questions(sheet.text)
    row = Exam(version=0)
    return _save(row, sheet, name="crm.exam.added", by=by, now=now)


def change_exam(*, exam_id: int, sheet: Sheet, version: int, by: User, now: datetime) -> Exam:
    """Change a sheet; attempts keep what they were asked. Locks it.

    :raises Exam.DoesNotExist: if there is none
    :raises ExamRefusedError: if its questions cannot be read, or its title stands already
    :raises StaleGoodsError: if a colleague changed it since `version`
    """
    _questions(sheet.text)
    with transaction.atomic():
        row = agent_locks.locked_exam(exam_id)
        if row.version != version:
            raise StaleGoodsError(row.title, seen=version, current=row.version)
        return _save(row, sheet, name="crm.exam.changed", by=by, now=now)


def _save(row: Exam, sheet: Sheet, *, name: str, by: User, now: datetime) -> Exam:
    old = (
        {"title": row.title, "pass_mark": row.pass_mark, "valid_days": row.valid_days}
        if row.pk
        else {}
    )
    row.title, row.text, row.pass_mark = sheet.title.strip(), sheet.text, sheet.pass_mark
    row.valid_days, row.is_on = sheet.valid_days, sheet.is_on
    row.changed_at, row.changed_by, row.version = now, by, row.version + 1
    try:
        with transaction.atomic():
            row.save()
            operations.record(
                name=name,
                by=by,
                now=now,
                object_type="exam",
                object_key=str(row.pk),
                old=old,
                new={
                    "title": row.title,
                    "pass_mark": row.pass_mark,
                    "valid_days": row.valid_days,
                    "is_on": row.is_on,
                },
            )
    except IntegrityError as error:
        raise ExamRefusedError(_("已经有叫这个名字的卷子。"), field="title") from error
    return row


def questions_of(exam: Exam) -> list[Question]:
    """Read a stored sheet."""
    return rules.parse_sheet(exam.text)


def _questions(text: str) -> list[Question]:
    try:
        return rules.parse_sheet(text)
    except BadSheetError as error:
        raise ExamRefusedError(bad_sheet_words(error), field="text") from error


@transaction.atomic
def take_exam(
    *, exam_id: int, chosen: Mapping[int, frozenset[int]], version: int, by: User, now: datetime
) -> ExamResult:
    """Mark and keep an attempt. Every attempt stays. Locks the sheet.

    :param chosen: places of the chosen options, by place of the question
    :raises Exam.DoesNotExist: if there is none
    :raises ExamRefusedError: if the sheet is off, or a question has no answer
    :raises StaleGoodsError: if the sheet changed while it was filled in
    """
    exam = agent_locks.locked_exam(exam_id)
    if exam.version != version:
        raise StaleGoodsError(exam.title, seen=version, current=exam.version)
    if not exam.is_on:
        raise ExamRefusedError(_("这份卷子停用了。"))
    questions = questions_of(exam)
    lacking = [place for place in range(len(questions)) if not chosen.get(place)]
    if lacking:
        raise ExamRefusedError(
            _("第 %(number)s 题还没答。") % {"number": lacking[0] + 1}, field=f"q{lacking[0]}"
        )
    attempt = rules.mark(questions, chosen, pass_mark=exam.pass_mark)
    row = ExamResult.objects.create(
        exam=exam,
        person=by,
        taken_at=now,
        date=business_date(now),
        exam_version=exam.version,
        right_count=attempt.right_count,
        question_count=attempt.question_count,
        mark=attempt.mark,
        pass_mark=exam.pass_mark,
        has_passed=attempt.has_passed,
        answers=[
            {
                "text": one.text,
                "options": list(one.options),
                "right": sorted(one.right),
                "chosen": sorted(chosen[place]),
            }
            for place, one in enumerate(questions)
        ],
    )
    operations.record(
        name="crm.exam.taken",
        by=by,
        now=now,
        object_type="exam",
        object_key=str(exam.pk),
        new={"title": exam.title, "mark": row.mark, "has_passed": row.has_passed},
    )
    return row
