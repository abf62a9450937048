"""The library of answers: written, changed with every version kept, screened, inserted and counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from crm.actions.desk_errors import ServiceRefusedError, StaleServiceError
from crm.actions.screening import refuse_words
from crm.models import Answer, AnswerVersion, Question
from crm.review_choices import Scene
from crm.rules.answers import unknown_variables
from shopops.staff import operations
from shopops.staff.models import User

OBJECT = "answer"


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """An answer as a form says it."""

    scene: str
    title: str
    text: str
    keywords: str = ""
    overrule_reason: str = ""


def locked_answer(*, answer_id: int, version: int | None) -> Answer:
    """Lock an answer until the end of the transaction.

    :raises Answer.DoesNotExist: if there is none
    :raises StaleServiceError: if a colleague changed it since `version`
    """
    row = Answer.objects.select_for_update(of=("self",)).get(pk=answer_id)
    if version is not None and row.version != version:
        raise StaleServiceError(_("这条话术"))
    return row


@transaction.atomic
def add_answer(*, given: AnswerGiven, by: User, now: datetime, question_id: int = 0) -> Answer:
    """Put an answer into the library, as version 1; the question it answers is joined to it.

    :raises ServiceRefusedError: if title or text is missing, a variable is unknown, the scene has that
        title already, or the text says what the law forbids
    """
    _refuse_unfit(given)
    row = Answer(changed_at=now, changed_by=by, scene=Scene(given.scene))
    _write(row, given)
    _screen(row, given, by=by, now=now)
    _keep_version(row, by=by, now=now)
    if question_id:
        Question.objects.filter(pk=question_id).update(answer=row, is_ignored=False)
    _record("crm.answer.added", row, by=by, now=now, new={"title": row.title})
    return row


@transaction.atomic
def change_answer(
    *, answer_id: int, given: AnswerGiven, version: int, by: User, now: datetime
) -> Answer:
    """Write an answer anew; the old wording stays as a version. Locks it.

    :raises ServiceRefusedError: as `add_answer`
    :raises StaleServiceError: if a colleague changed it since `version`
    """
    _refuse_unfit(given)
    row = locked_answer(answer_id=answer_id, version=version)
    old = {"title": row.title, "text": row.text, "scene": row.scene}
    row.scene, row.changed_at, row.changed_by = Scene(given.scene), now, by
    row.version += 1
    _write(row, given)
    _screen(row, given, by=by, now=now)
    _keep_version(row, by=by, now=now)
    new = {"title": row.title, "text": row.text, "scene": row.scene}
    _record("crm.answer.changed", row, by=by, now=now, old=old, new=new)
    return row


@transaction.atomic
def switch_answer(*, answer_id: int, is_on: bool, version: int, by: User, now: datetime) -> Answer:
    """Take an answer out of use, or back into it. Locks it.

    :raises ServiceRefusedError: if another one in use has its title
    :raises StaleServiceError: if a colleague changed it since `version`
    """
    row = locked_answer(answer_id=answer_id, version=version)
    row.is_on, row.changed_at, row.changed_by = is_on, now, by
    row.version += 1
    _save(row)
    name = "crm.answer.switched_on" if is_on else "crm.answer.switched_off"
    _record(name, row, by=by, now=now)
    return row


def count_use(*, answer_id: int, now: datetime) -> None:
    """Count that an answer was inserted; gone ones count nothing."""
    Answer.objects.filter(pk=answer_id).update(use_count=F("use_count") + 1, last_used_at=now)


def _refuse_unfit(given: AnswerGiven) -> None:
    if given.scene not in Scene:
        raise ServiceRefusedError(_("选一个场景。"))
    if not given.title.strip() or not given.text.strip():
        raise ServiceRefusedError(_("写标题和正文。"))
    if unknown := unknown_variables(given.text):
        raise ServiceRefusedError(
            _("没有变量 {%(name)s}；能用的在正文下面。") % {"name": unknown[0]}
        )


def _write(row: Answer, given: AnswerGiven) -> None:
    row.title, row.text = given.title.strip()[:60], given.text.strip()[:1000]
    row.keywords = given.keywords.strip()[:200]
    _save(row)


def _save(row: Answer) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ServiceRefusedError(_("这个场景里已经有同名的话术。")) from None


def _screen(row: Answer, given: AnswerGiven, *, by: User, now: datetime) -> None:
    refuse_words(
        {_("标题"): row.title, _("正文"): row.text},
        overrule_reason=given.overrule_reason,
        about=(OBJECT, str(row.pk)),
        by=by,
        now=now,
    )


def _keep_version(row: Answer, *, by: User, now: datetime) -> None:
    last = AnswerVersion.objects.filter(answer=row).order_by("-number").first()
    AnswerVersion.objects.create(
        answer=row,
        at=now,
        by=by,
        number=last.number + 1 if last else 1,
        title=row.title,
        text=row.text,
    )


def _record(name: str, row: Answer, *, by: User, now: datetime, **more: Any) -> None:  # noqa: ANN401
    operations.record(name=name, by=by, now=now, object_type=OBJECT, object_key=str(row.pk), **more)
