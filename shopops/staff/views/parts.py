"""What the pages of this app share."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from shopops.lib import words
from shopops.staff import queries
from shopops.staff.errors import Difference, StaleError
from shopops.staff.models import User
from shopops.staff.operations import part_words

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class PersonRequest(HttpRequest):
    """A request that `@requires` let through: its user is a person."""

    user: User


def context(page: "DataclassInstance") -> dict[str, Any]:
    """Give a page's fields to its template by their names, without copying what is inside."""
    return {field.name: getattr(page, field.name) for field in fields(page)}


# --- time-lines --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """One act on a time-line, for `components/_timeline.html`."""

    text: str | Promise
    who: str
    at: datetime
    detail: str
    tone: str = ""


def events_of(rows: Iterable[queries.LogRow]) -> list[Event]:
    """Word log rows for a time-line."""
    return [Event(row.label, row.who, row.at, _detail(row)) for row in rows]


def _detail(row: queries.LogRow) -> str:
    old, new = change_texts(row)
    change = f"{old} → {new}" if old and new else old or new
    return words.clauses(part for part in (row.reason, change) if part)


def change_texts(row: queries.LogRow) -> tuple[str, str]:
    """Give old and new values as text, without what stayed the same."""
    differing = [key for key in {**row.old, **row.new} if row.old.get(key) != row.new.get(key)]
    return _values(row.old, differing), _values(row.new, differing)


def _values(values: dict[str, object], keys: list[str]) -> str:
    return words.phrases(
        _("%(label)s：%(value)s")
        % {"label": part_words("field", key), "value": value_words(key, values[key])}
        for key in keys
        if key in values
    )


def value_words(field: str, value: object) -> str:
    """Say a value that the log keeps: its words, yes or no, or the value itself."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    many = value if isinstance(value, list) else [value]
    return words.listed(
        "—" if one is None else words.stored(part_words(field, str(one))) for one in many
    )


# --- two people at once ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two people changed the same thing; for `components/_conflict.html`."""

    what: str | Promise
    theirs_by: str
    theirs_at: datetime | None
    rows: list[Difference]


@dataclass(frozen=True, slots=True)
class Hidden:
    """One value of a refused form, sent again with the version that stands now."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Context of staff/conflict.html."""

    title: str | Promise
    conflict: Conflict
    action: str
    hidden: list[Hidden]
    back_url: str


def sent_version(request: HttpRequest) -> int:
    """Give the version that a form was made from; 0, which is always stale, for nonsense."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def refuse_stale(
    request: HttpRequest, error: StaleError, *, object_type: str, object_key: str
) -> HttpResponse:
    """Show both versions of a refused write; 409."""
    last = queries.timeline(object_type=object_type, object_key=object_key, limit=1)
    conflict = Conflict(
        what=error.why,
        theirs_by=last[0].who if last else "",
        theirs_at=last[0].at if last else None,
        rows=error.rows,
    )
    page = ConflictPage(
        title=error.why,
        conflict=conflict,
        action=request.path,
        hidden=_hidden(request, version=error.version),
        back_url=request.path,
    )
    return render(request, "staff/conflict.html", context(page), status=409)


def _hidden(request: HttpRequest, *, version: int) -> list[Hidden]:
    sent = [
        Hidden(name, str(value))
        for name, values in request.POST.lists()
        if name not in {"csrfmiddlewaretoken", "version"}
        for value in values
    ]
    return [*sent, Hidden("version", str(version))]
