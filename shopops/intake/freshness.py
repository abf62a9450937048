"""How fresh each source is, at the foot of the navigation of every page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shopops.intake import registry
from shopops.intake.choices import BatchState
from shopops.intake.models import Batch, Source
from shopops.intake.spec import FileKind
from shopops.lib import words
from shopops.lib.business_time import SHANGHAI
from shopops.lib.templatetags.shop import day_words
from shopops.staff.models import User

# One value for `staff.queries.ask_along`.
ALL_SOURCES = "(SELECT json_object_agg(s.kind, s.exported_at)::text FROM intake_source s)"
# A daily file is not late because today's export was made two hours later than yesterday's.
SLACK = timedelta(hours=2)
OFTEN = timedelta(days=7)
_FIRST = ("late", "soon", "done", "wait")


@dataclass(frozen=True, slots=True)
class SourceMark:
    """One kind of file at the foot of the navigation."""

    label: str
    tone: str
    text: str
    title: str


def refresh_source(kind: str) -> None:
    """Work out anew how far a kind of file reaches. Call it where a batch was written or undone."""
    written = Batch.objects.filter(kind=kind, state=BatchState.DONE)
    newest = written.aggregate(at=Max("exported_at"))["at"]
    if newest is None:
        Source.objects.filter(kind=kind).delete()
    else:
        Source.objects.update_or_create(kind=kind, defaults={"exported_at": newest})


def source_marks(person: User, *, now: datetime) -> tuple[SourceMark, ...]:
    """Give every kind of file with how far it reaches. No query for whoever is signed in."""
    try:
        known: str | None = person.file_sources  # type: ignore[attr-defined]
    except AttributeError:
        rows = Source.objects.values_list("kind", "exported_at")
        known = json.dumps({kind: at.isoformat() for kind, at in rows})
    minute = now.replace(second=0, microsecond=0)
    return _marks(known or "{}", minute, registry.file_kinds(), get_language())


@lru_cache(maxsize=8)
def _marks(
    known: str, now: datetime, kinds: tuple[FileKind, ...], _language: str | None
) -> tuple[SourceMark, ...]:
    """Word them, those that are late first; within a minute all pages say the same."""
    exported: Mapping[str, str] = json.loads(known)
    marks = (
        _mark(kind, datetime.fromisoformat(exported[kind.code]), now)
        if kind.code in exported
        else SourceMark(words.stored(kind.label), "wait", _("还没有"), "")
        for kind in kinds
        # A file that a shop brings now and then is not missed before the first one came.
        if kind.code in exported or kind.every <= OFTEN
    )
    return tuple(sorted(marks, key=lambda mark: _FIRST.index(mark.tone)))


def _mark(kind: FileKind, at: datetime, now: datetime) -> SourceMark:
    late = now - at - kind.every
    if late <= SLACK:
        tone, text = "done", _("到 {time}").format(time=_reaches(at, now))
    elif late < timedelta(days=1):
        tone, text = "soon", _("晚 {n} 小时").format(n=late // timedelta(hours=1))
    else:
        tone, text = "late", _("晚 {n} 天").format(n=late.days)
    title = _("最近一次导出：{time}").format(time=f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}")
    return SourceMark(words.stored(kind.label), tone, text, title)


def _reaches(at: datetime, now: datetime) -> str:
    local, today = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    clock = f"{local:%H:%M}"
    return clock if local.date() == today else f"{day_words(local.date(), today)} {clock}"
