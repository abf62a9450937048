"""What people note of days and of causes: added, corrected, taken away; the version guards both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from analytics.choices import Verdict
from analytics.figures import figure
from analytics.models import CauseWord, DayEvent
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from promotions.actions.keeping import change, note, note_change
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class Place:
    """A branch of the causes of a figure on a day."""

    day: date
    code: str
    branch: str


class EventRefusedError(GoodsRefusedError):
    """An event or a word on a cause cannot be kept so."""


def locked_event(event_id: int, *, version: int) -> DayEvent:
    """Lock an event until the end of the transaction.

    :raises DayEvent.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    """
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    row = DayEvent.objects.select_for_update().get(pk=event_id)
    if row.version != version:
        raise StaleGoodsError(str(row), seen=version, current=row.version)
    return row


@transaction.atomic
def add_event(*, values: Mapping[str, Any], by: User, now: datetime) -> DayEvent:
    """Note something of one day or several.

    :raises EventRefusedError: if it ends before it begins, or is noted already
    """
    _refuse(values)
    row = DayEvent.objects.create(**values, changed_at=now, changed_by=by)
    note("analytics.event.added", row, by=by, now=now, new={"name": str(row)})
    return row


@transaction.atomic
def edit_event(
    *, event_id: int, values: Mapping[str, Any], version: int, by: User, now: datetime
) -> DayEvent:
    """Correct what was noted. Locks it.

    :raises DayEvent.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises EventRefusedError: if it ends before it begins, or another one says the same
    """
    row = locked_event(event_id, version=version)
    _refuse(values, but=row.pk)
    if changed := change(row, values, now=now, by=by):
        note_change("analytics.event.edited", row, changed, by=by, now=now)
    return row


@transaction.atomic
def remove_event(*, event_id: int, version: int, by: User, now: datetime) -> None:
    """Take a note away. Locks it.

    :raises DayEvent.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    """
    row = locked_event(event_id, version=version)
    note("analytics.event.removed", row, by=by, now=now, new={"name": str(row)})
    row.delete()


def _refuse(values: Mapping[str, Any], *, but: int = 0) -> None:
    if values["ends_on"] < values["starts_on"]:
        raise EventRefusedError(_("结束的日子早于开始的日子。"), field="ends_on")
    same = DayEvent.objects.filter(
        kind=values["kind"], name=values["name"], starts_on=values["starts_on"]
    )
    if same.exclude(pk=but).exists():
        raise EventRefusedError(_("这一天已经登记过同样的事。"), field="name")


def locked_word(key: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[CauseWord, bool]:
    """Lock the word on a branch until the end of the transaction; make it if nobody said anything."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    return CauseWord.objects.select_for_update().get_or_create(**key, defaults=dict(values))


@transaction.atomic
def judge_cause(
    place: Place, *, verdict: Verdict, text: str, version: int, by: User, now: datetime
) -> CauseWord:
    """Say of a branch of causes what the figures cannot; `version` 0 is: nobody said anything yet.

    :raises LookupError: if there is no such figure
    :raises EventRefusedError: without a reason
    :raises StaleGoodsError: if somebody else said something since
    """
    figure(place.code)
    if not text.strip():
        raise EventRefusedError(_("写一句为什么，同事才看得懂。"), field="note")
    key = {"date": place.day, "figure": place.code, "branch": place.branch}
    values = {"verdict": verdict, "note": text.strip()}
    word, is_new = locked_word(key, {**values, "said_at": now, "said_by": by})
    if is_new:
        if version:
            raise StaleGoodsError(place.branch, seen=version, current=0)
        note("analytics.cause.judged", word, by=by, now=now, new=values)
        return word
    if word.version != version:
        raise StaleGoodsError(str(word), seen=version, current=word.version)
    old = {name: getattr(word, name) for name in values}
    for name, value in values.items():
        setattr(word, name, value)
    word.said_at, word.said_by, word.version = now, by, word.version + 1
    word.save()
    changed = {name: (old[name], values[name]) for name in values if old[name] != values[name]}
    note_change("analytics.cause.judged", word, changed, by=by, now=now)
    return word
