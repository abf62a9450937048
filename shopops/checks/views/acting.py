"""What the pages of issues and lists share: who asks, refusals in words, the page of a conflict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from shopops.checks.errors import ChecksRefusedError, StaleChecksError
from shopops.staff.models import Operation, User
from shopops.staff.operations import name_of

type Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One form that was sent: by whom, when, and where one goes after it."""

    request: HttpRequest
    by: User
    now: datetime
    back: str

    def number(self, name: str) -> int | None:
        """Read a whole number that the page itself wrote; None where there is none."""
        return number_of(self.request.POST.get(name, ""))

    def done(self, words: str) -> HttpResponse:
        """Say that it is done and go back."""
        messages.success(self.request, words)
        return redirect(self.back)

    def say_errors(self, form: forms.BaseForm) -> "Sent":
        """Say what is wrong with a form; it comes back as it was sent."""
        for field, errors in form.errors.items():
            label = form.fields[field].label if field in form.fields else ""
            messages.error(self.request, f"{label}: {errors[0]}".strip(": "))
        return sent_back(self.request)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that comes back: which part of the page, of which row, what was written, what is wrong."""

    part: str
    row: str
    data: QueryDict
    errors: Mapping[str, str]


def sent_back(request: HttpRequest, errors: Mapping[str, str] | None = None) -> Sent:
    """Keep what was sent, to be shown again."""
    sent = request.POST
    row = sent.get("item") or sent.get("list") or ""
    return Sent(sent.get("part", ""), row, sent, errors or {})


def as_sent[Form: forms.Form](
    sent: Sent | None, fresh: Form, *parts: str, row: object = ""
) -> tuple[Form, bool]:
    """Give a form as it was sent with what is wrong, and True, if it is the one; else the fresh one."""
    if sent is None or sent.part not in parts or sent.row != str(row):
        return fresh, False
    form = type(fresh)(sent.data, auto_id=fresh.auto_id)
    return with_errors(form, sent), True


def with_errors[Form: forms.Form](form: Form, sent: Sent) -> Form:
    """Add to a form what was wrong with it beyond what it finds itself."""
    if form.is_valid():
        for field, text in sent.errors.items():
            form.add_error(field if field in form.fields else None, text)
    return form


# What a page itself writes into its forms: who sends no more than this has written nothing.
_BARE = frozenset(
    {"csrfmiddlewaretoken", "part", "item", "list", "rule", "line", "version", "next"}
)


type Part = Callable[[Asked], HttpResponse | Sent]
type Parts = Mapping[str, tuple[str, Part]]


def person_of(request: HttpRequest) -> User:
    """Give who asks; the right in front of the view let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def number_of(text: str) -> int | None:
    """Read a key or version; None where it is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def answer(request: HttpRequest, parts: Parts, *, back: str) -> HttpResponse | Sent | None:
    """Do the part of a page that a form names, with its own right; None if there is no such part.

    What was written and refused comes back, to be shown again; a button without words only says why.

    :raises PermissionDenied: if the person may not
    :raises StaleChecksError: for a page that shows both versions
    """
    right, part = parts.get(request.POST.get("part", ""), ("", None))
    if part is None:
        return None
    if not request.user.has_perm(right):
        raise PermissionDenied(right)
    try:
        return part(Asked(request, person_of(request), timezone.now(), back))
    except StaleChecksError:
        raise
    except ChecksRefusedError as refusal:
        messages.error(request, refusal.message)
        if any(value for name, value in request.POST.items() if name not in _BARE):
            return sent_back(request, {refusal.field: refusal.message})
    except ObjectDoesNotExist:
        messages.error(request, _("这一条刚被同事改掉或删掉了。"))
    return redirect(back)


def show_both(
    request: HttpRequest,
    stale: StaleChecksError,
    *,
    key: tuple[str, str],
    rows: Sequence[tuple[object, object, object]],
    version: object,
    back: str,
) -> HttpResponse:
    """Show what is stored beside what was sent (status 409); sent again it carries the new version.

    `rows`: label, theirs, mine.
    """
    last = Operation.objects.filter(object_type=key[0], object_key=key[1])
    newest = last.order_by("-at", "-pk").first()
    sent = [
        {"name": name, "value": value}
        for name, values in request.POST.lists()
        for value in values
        if name not in {"csrfmiddlewaretoken", "version"}
    ]
    now = timezone.now()
    context = {
        "conflict": {
            "what": stale.what,
            "theirs_by": newest.actor_name if newest else _("系统"),
            "theirs_at": newest.at if newest else now,
            "rows": [
                {
                    "label": label,
                    "theirs": theirs,
                    "mine": mine,
                    "differs": str(theirs) != str(mine),
                }
                for label, theirs, mine in rows
            ],
        },
        "action": request.path,
        "hidden": [*sent, {"name": "version", "value": version}],
        "back_url": back,
        "now": now,
    }
    return render(request, "products/conflict.html", context, status=409)


def with_changes(address: QueryDict, **changes: str) -> str:
    """Give the address with other values, from the first page on."""
    values = {key: value for key, value in address.items() if key not in ("after", "before")}
    kept = {key: value for key, value in (values | changes).items() if value}
    return f"?{urlencode(kept)}" if kept else "?"


def safe_back(request: HttpRequest, otherwise: str) -> str:
    """Give where the page says that one came from, if it is a page of ours."""
    here = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(here, allowed_hosts={request.get_host()}):
        return here
    return otherwise


def events_of(kind: str, key: object) -> list[Data]:
    """Give an object's operations for the time-line, the newest first."""
    rows = Operation.objects.filter(object_type=kind, object_key=str(key))
    return [
        {
            "text": name_of(one.name),
            "detail": " · ".join(
                part for part in (str(one.new.get("item", "")), one.reason) if part
            ),
            "tone": "us",
            "who": one.actor_name,
            "at": one.at,
        }
        for one in rows.order_by("-at", "-pk")[:60]
    ]
