"""What a person was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from shopops.lib import words
from shopops.lib.paging import Key, Page, page_of
from shopops.notices.models import Notice
from shopops.staff.models import User

PAGE_SIZE = 50
BELL_SIZE = 5
# One value for `staff.queries.ask_along`.
UNREAD = "(SELECT count(*) FROM notices_notice n WHERE n.person_id = u.id AND n.read_at IS NULL)"


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice as bell and page show it, in the reader's language. `url` opens it and marks it."""

    id: int
    tone: str
    tone_label: str
    text: str
    sub: str
    url: str
    at: datetime
    is_read: bool


def unread_count(person: User) -> int:
    """Count what a person has not opened. No query for whoever is signed in: it came with them."""
    kept: int | None = getattr(person, "unread_notices", None)
    if kept is None:
        kept = Notice.objects.filter(person=person, read_at=None).count()
    return kept


def newest(person: User) -> Sequence[NoticeRow]:
    """Give the newest few, for the bell. One query."""
    rows = Notice.objects.filter(person=person).order_by("-at", "-pk")
    return [_row(notice) for notice in rows[:BELL_SIZE]]


def page_of_notices(
    person: User,
    *,
    is_unread_only: bool,
    older_than: Key | None,
    newer_than: Key | None,
    size: int = PAGE_SIZE,
) -> Page[NoticeRow]:
    """Give one page of a person's notices, newest first. One query."""
    rows = Notice.objects.filter(person=person)
    if is_unread_only:
        rows = rows.filter(read_at=None)
    if newer_than:
        at, pk = newer_than
        rows = rows.filter(Q(at__gt=at) | Q(at=at, pk__gt=pk)).order_by("at", "pk")
    else:
        rows = rows.order_by("-at", "-pk")
        if older_than:
            at, pk = older_than
            rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    return page_of(
        [_row(notice) for notice in rows[: size + 1]],
        size=size,
        backwards=newer_than is not None,
        came_from=bool(older_than or newer_than),
        key=lambda row: (row.at, row.id),
    )


def _row(notice: Notice) -> NoticeRow:
    return NoticeRow(
        id=notice.pk,
        tone=notice.tone,
        tone_label=str(Notice.Tone(notice.tone).label),
        text=words.stored(notice.text, names=True),
        sub=words.stored(notice.sub),
        url=reverse("notices:open", args=[notice.pk]),
        at=notice.at,
        is_read=notice.read_at is not None,
    )
