"""The operation log: who did what, to what, when, from where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shopops.lib.business_time import day_bounds
from shopops.lib.paging import Key, Page, decode_key
from shopops.lib.words import stored
from shopops.staff import queries
from shopops.staff.access import requires
from shopops.staff.forms import LogForm
from shopops.staff.models import User
from shopops.staff.operations import name_of, part_words
from shopops.staff.views.parts import PersonRequest, change_texts, context

# Where an object of a kind has its page, by the key that the log keeps.
OBJECT_PAGES = {"order": "orders:order", "person": "staff:person", "batch": "intake:batch"}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One row of the page."""

    at: datetime
    who: str
    ip: str | None
    act: str | Promise
    name: str
    object_label: str
    object_url: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force, for `components/_chips.html`."""

    label: str | Promise
    value: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Pager:
    """Neighbours of this page, for `components/_pager.html`."""

    newer_url: str | None
    older_url: str | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class LogPage:
    """Context of staff/log.html."""

    rows: Sequence[LogLine]
    filter_form: LogForm
    chips: Sequence[Chip]
    page: Pager


@requires("staff.view_log")
@require_GET
def log(request: PersonRequest) -> HttpResponse:
    """Show one page. Filters and page keys that make no sense are left aside."""
    form = LogForm(request.GET)
    form.is_valid()
    found = queries.log_page(
        wanted=_wanted(form.cleaned_data),
        before=_key(request, "before"),
        after=_key(request, "after"),
    )
    page = LogPage(
        rows=[_line(row) for row in found.rows],
        filter_form=form,
        chips=_chips(request, form),
        page=_pager(request, found),
    )
    return render(request, "staff/log.html", context(page))


def _wanted(data: dict[str, Any]) -> queries.LogFilter:
    since, until, person = data.get("since"), data.get("until"), data.get("person")
    return queries.LogFilter(
        object_type=data.get("type") or "",
        object_key=data.get("key") or "",
        person_id=person.pk if person else None,
        name=data.get("name") or "",
        since=day_bounds(since)[0] if since else None,
        until=day_bounds(until)[1] if until else None,
    )


def _line(row: queries.LogRow) -> LogLine:
    old, new = change_texts(row)
    return LogLine(
        at=row.at,
        who=row.who or _("系统"),
        ip=row.ip,
        act=row.label,
        name=row.name,
        object_label=" ".join(
            part for part in (part_words("object", row.object_type), row.object_key) if part
        ),
        object_url=_object_url(row),
        old=old,
        new=new,
        reason=stored(row.reason),
    )


def _object_url(row: queries.LogRow) -> str:
    try:
        return reverse(OBJECT_PAGES[row.object_type], args=[row.object_key])
    except (KeyError, NoReverseMatch):
        return ""


def _key(request: HttpRequest, name: str) -> Key | None:
    try:
        return decode_key(request.GET[name]) if name in request.GET else None
    except ValueError:
        return None


def _pager(request: HttpRequest, found: Page[queries.LogRow]) -> Pager:
    return Pager(
        newer_url=_url(request, before=found.before) if found.before else None,
        older_url=_url(request, after=found.after) if found.after else None,
    )


def _url(request: HttpRequest, **changes: str | None) -> str:
    """Give this page's address with other parameters; a page key never outlives a new filter."""
    query = request.GET.copy()
    for name in ("before", "after", *changes):
        query.pop(name, None)
    for name, value in changes.items():
        if value:
            query[name] = value
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _chips(request: HttpRequest, form: LogForm) -> list[Chip]:
    return [
        Chip(
            label=form.fields[name].label or name,
            value=_chip_text(name, value),
            remove_url=_url(request, **{name: None}),
        )
        for name, value in form.cleaned_data.items()
        if value
    ]


def _chip_text(name: str, value: object) -> str:
    if isinstance(value, User):
        return value.name
    return str(name_of(str(value))) if name == "name" else str(value)
