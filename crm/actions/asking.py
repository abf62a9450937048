"""What buyers ask most: chat lines counted by their key words; answers proposed, missing ones shown."""

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import transaction
from django.utils.translation import gettext as _

from crm.actions.desk_errors import ServiceRefusedError
from crm.models import Answer, Question, QuestionSource
from crm.rules.answers import hide_numbers, is_question, question_key
from shopops.staff import operations
from shopops.staff.models import User

MOST_BYTES = 5_000_000
_CONTENT = ("内容", "消息内容", "聊天内容", "消息", "问题")
_SENDER = ("发送人", "发送方", "发送者", "昵称", "角色")
# 昵称 (2026-03-10 12:00:00): words, as the chat tool copies them; or the name in a line of its own.
_LINE = re.compile(
    r"^(?P<who>[^\s(（:：]{1,40})\s*[(（]?(?P<at>[0-9]{4}[-/][0-9: /-]{8,18})[)）]?\s*[:：]?\s*(?P<text>.*)$"
)
_CLOSE = 0.35


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted: lines read, questions among them, groups that are new."""

    lines: int
    questions: int
    fresh: int


def decode(data: bytes) -> str:
    """Read a file as text: UTF-8, else GB18030.

    :raises ServiceRefusedError: if it is neither, or too big
    """
    if len(data) > MOST_BYTES:
        raise ServiceRefusedError(_("文件超过 5 MB，分几次来。"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ServiceRefusedError(_("不是文本文件：存成 CSV 或 TXT 再来。"))


def chat_lines(text: str, *, staff: frozenset[str] = frozenset()) -> list[str]:
    """Give what buyers said: a table with a column 内容, or lines as the chat tool copies them.

    :param staff: names of ours, whose lines are left out
    """
    rows = list(csv.reader(io.StringIO(text)))
    head = [cell.strip() for cell in rows[0]] if rows else []
    place = next((head.index(name) for name in _CONTENT if name in head), None)
    if place is not None:
        who = next((head.index(name) for name in _SENDER if name in head), None)
        return [
            row[place].strip()
            for row in rows[1:]
            if len(row) > place
            and not (who is not None and len(row) > who and _ours(row[who], staff))
        ]
    said, is_ours = [], False
    for line in text.splitlines():
        head_line = _LINE.match(line.strip())
        if head_line:
            is_ours = _ours(head_line["who"], staff)
        words = head_line["text"] if head_line else line.strip()
        if words and not is_ours:
            said.append(words)
    return said


def _ours(who: str, staff: frozenset[str]) -> bool:
    # A sub-account is 店铺:客服.
    return ":" in who or "：" in who or who.strip() in staff or who.strip() in ("客服", "卖家")


@transaction.atomic
def count_questions(*, text: str, name: str, by: User, now: datetime) -> Counted:
    """Count the questions of a chat export by their key words. The same text again is refused.

    :raises ServiceRefusedError: if it was counted before, or holds no question
    """
    digest = hashlib.sha256(text.strip().encode()).hexdigest()
    if QuestionSource.objects.filter(sha256=digest).exists():
        raise ServiceRefusedError(_("这份聊天记录已经数过了。"))
    staff = frozenset(User.objects.values_list("name", flat=True))
    lines = chat_lines(text, staff=staff)
    found: dict[str, list[str]] = {}
    for line in lines:
        if is_question(line) and (key := question_key(line)):
            found.setdefault(key, []).append(hide_numbers(line)[:200])
    if not found:
        raise ServiceRefusedError(_("里面没有看到买家的问题。"))
    QuestionSource.objects.create(
        at=now, by=by, lines=len(lines), sha256=digest, name=name[:120],
        questions=sum(len(one) for one in found.values()),
    )  # fmt: skip
    known = {
        row.key: row
        for row in Question.objects.select_for_update(of=("self",))
        .filter(key__in=found)
        .order_by("pk")
    }
    fresh = []
    for key, asked in found.items():
        row = known.get(key)
        if row is None:
            row = Question(key=key, first_at=now, last_at=now, count=len(asked), sample=asked[0])
            best = proposal(asked[0])
            row.answer = best
            fresh.append(row)
        else:
            row.count, row.last_at = row.count + len(asked), now
    Question.objects.bulk_update(known.values(), ["count", "last_at"])
    Question.objects.bulk_create(fresh)
    operations.record(
        name="crm.questions.counted",
        by=by,
        now=now,
        object_type="question",
        object_key="",
        new={"lines": len(lines), "fresh": len(fresh)},
    )
    return Counted(len(lines), sum(len(one) for one in found.values()), len(fresh))


def proposal(question: str) -> Answer | None:
    """Give the standard answer that is closest to a question, if any is close enough."""
    words = question_key(question)
    rows = Answer.objects.filter(is_on=True)
    for word in words.split():
        # A word of the question in title or key words beats likeness of letters.
        hit = rows.filter(title__icontains=word) | rows.filter(keywords__icontains=word)
        if len(word) > 1 and (found := hit.order_by("-use_count", "pk").first()):
            return found
    close = rows.annotate(near=TrigramWordSimilarity(question, "title"))
    return close.filter(near__gte=_CLOSE).order_by("-near", "pk").first()


@transaction.atomic
def settle_question(
    *, question_id: int, answer_id: int | None, ignore: bool, by: User, now: datetime
) -> None:
    """Join a question to its answer, or say that it needs none.

    :raises Question.DoesNotExist: if there is none
    :raises Answer.DoesNotExist: if there is no such answer
    """
    if answer_id is not None:
        Answer.objects.get(pk=answer_id)
    row = Question.objects.select_for_update(of=("self",)).get(pk=question_id)
    row.answer_id, row.is_ignored = answer_id, ignore
    row.save(update_fields=["answer", "is_ignored"])
    operations.record(
        name="crm.questions.settled",
        by=by,
        now=now,
        object_type="question",
        object_key=str(row.pk),
        new={"answer": answer_id, "ignored": ignore},
    )
