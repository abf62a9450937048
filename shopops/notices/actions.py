"""Telling people, and their having read it. Reading changes nothing of the shop: it is not logged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop, override

from shopops.notices.models import Notice
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work import registry
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "notices.send"
# Where nobody holds the role that should be told.
LAST_RESORT = "administrator"
KEPT = timedelta(days=90)
QUARANTINED = gettext_noop("后台任务被隔离：{name}")
THREE_STRIKES = gettext_noop("三次都没有成功，系统不再自动重试，等人处理")


@dataclass(frozen=True, slots=True)
class News:
    """What happened. `key` names the event: the same key is the same news, however often it comes.

    `text` and `sub` are Chinese msgids with their figures filled in.
    """

    key: str
    tone: Notice.Tone
    text: str
    url: str
    sub: str = ""


def tell(
    news: News, *, people: Iterable[int | None] = (), roles: Sequence[str] = (), now: datetime
) -> Run:
    """Have a run tell persons (by id; None is nobody) and all who hold one of the roles (by code).

    Call it in the transaction of what happened: both stand or both fall. News of a key is sent once.
    """
    return work.request_run(
        kind=KIND,
        key=news.key,
        payload={
            "tone": news.tone.value,
            "text": news.text[:200],
            "sub": news.sub[:300],
            "url": news.url,
            "people": sorted({pk for pk in people if pk}),
            "roles": sorted(roles),
            "at": now.isoformat(),
        },
        now=now,
    )


def perform_sending(run: RunContext) -> dict[str, Any]:
    """Write a notice to each addressee. Whoever has it already keeps it as it is, read or not."""
    news = run.payload
    with run.step():
        people = _addressees(people=news["people"], roles=news["roles"])
        Notice.objects.bulk_create(
            [
                Notice(
                    person_id=pk,
                    key=run.key,
                    tone=news["tone"],
                    text=news["text"],
                    sub=news["sub"],
                    url=news["url"],
                    at=datetime.fromisoformat(news["at"]),
                )
                for pk in people
            ],
            ignore_conflicts=True,
        )
    return {"told": len(people)}


def _addressees(*, people: Sequence[int], roles: Sequence[str]) -> list[int]:
    """Give the active ones; the administrators where there would be nobody."""
    active = User.objects.filter(is_active=True)
    named = set(active.filter(pk__in=people).values_list("pk", flat=True))
    held = set(active.filter(roles__code__in=roles).values_list("pk", flat=True))
    found = named | held or set(active.filter(roles__code=LAST_RESORT).values_list("pk", flat=True))
    return sorted(found)


def tell_of_quarantine(run: Run, now: datetime) -> None:
    """Tell the administrators, and who asked, that a run was given up. Inside its transaction."""
    if run.kind == KIND:  # lest a notice that cannot be sent be told by one that cannot either
        return
    spec = registry.find_kind(run.kind)
    with override(settings.LANGUAGE_CODE):
        name = str(spec.label) if spec else run.kind
    news = News(
        key=f"work.quarantined:{run.pk}:{now.timestamp():.0f}",
        tone=Notice.Tone.LATE,
        text=QUARANTINED.format(name=name),
        sub=THREE_STRIKES,
        url=reverse("work:run", args=[run.pk]),
    )
    tell(news, people=[run.created_by_id], roles=[LAST_RESORT], now=now)


@transaction.atomic
def read_notice(*, notice_id: int, by: User, now: datetime) -> Notice:
    """Note that a person opened a notice of theirs; the first time counts.

    :raises Notice.DoesNotExist: if this person has no such notice
    """
    notice = Notice.objects.select_for_update().order_by("pk").get(pk=notice_id, person=by)
    if notice.read_at is None:
        notice.read_at = now
        notice.save(update_fields=["read_at"])
    return notice


def read_all(*, by: User, up_to: int, now: datetime) -> int:
    """Note that a person read all that was there up to the notice `up_to`; give how many were new.

    What came in while the page was being read stays unread.
    """
    unread = Notice.objects.filter(person=by, read_at=None, pk__lte=up_to)
    return unread.update(read_at=now)


def forget_old(now: datetime) -> None:
    """Remove what happened 90 days ago, read or not. A tick of the scheduler."""
    Notice.objects.filter(at__lt=now - KEPT).delete()
