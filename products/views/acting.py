"""What the pages of goods share: who asks, refusals in words, the page of a conflict, small readers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from shopops.staff.models import Operation, User
from shopops.work.models import Run
from shopops.workdesk.rows import CHANGING, RunRow, row_of

type Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One form that was sent: by whom, when, and where one goes after it."""

    request: HttpRequest
    by: User
    now: datetime
    back: str = ""

    @property
    def data(self) -> Any:  # noqa: ANN401
        """Give what was sent."""
        return self.request.POST

    def number(self, name: str) -> int:
        """Read a whole number that the page itself wrote; 0 where there is none."""
        text = str(self.data.get(name, ""))
        return int(text) if text.isdecimal() and len(text) < 19 else 0

    def done(self, words: str) -> HttpResponse:
        """Say that it is done and go back."""
        messages.success(self.request, words)
        return redirect(self.back)

    def say_errors(self, form: forms.BaseForm) -> HttpResponse:
        """Say what is wrong with a form of a dialog and go back."""
        for field, errors in form.errors.items():
            label = form.fields[field].label if field in form.fields else ""
            messages.error(self.request, f"{label}: {errors[0]}".strip(": "))
        return redirect(self.back)


def asked_of(request: HttpRequest, right: str, *, back: str = "") -> Asked:
    """Give who asks.

    :raises PermissionDenied: if that person does not hold `right`
    """
    if not request.user.has_perm(right):
        raise PermissionDenied(right)
    assert isinstance(request.user, User)  # noqa: S101
    return Asked(request, request.user, timezone.now(), back)


def attempt(
    asked: Asked, act: Callable[[], object], *, done: str, url: str, raise_stale: bool = False
) -> HttpResponse:
    """Do something and go on to `url`, saying that it is done, or why it is not.

    :raises StaleGoodsError: if asked to, for a page that shows both versions
    """
    try:
        act()
    except StaleGoodsError as stale:
        if raise_stale:
            raise
        messages.error(asked.request, stale.message)
    except GoodsRefusedError as refusal:
        messages.error(asked.request, refusal.message)
    except ObjectDoesNotExist:
        messages.error(asked.request, _("这一行刚被同事改掉或去掉了。"))
    else:
        messages.success(asked.request, done)
    return redirect(url)


def say_errors(asked: Asked, form: forms.BaseForm, url: str) -> HttpResponse:
    """Go to `url`, saying what is wrong with a form."""
    return replace(asked, back=url).say_errors(form)


def hidden(**values: object) -> list[dict[str, object]]:
    """Give hidden fields as dialogs take them."""
    return [{"name": name, "value": value} for name, value in values.items()]


def log_url(request: HttpRequest, object_type: str) -> str:
    """Give the address of the log of a kind of object, for those who may read it."""
    if not request.user.has_perm("staff.view_log"):
        return ""
    return f"{reverse('staff:log')}?type={object_type}"


type Part = Callable[[Asked], HttpResponse]
type Parts = Mapping[str, tuple[str, Part]]


def answer(request: HttpRequest, parts: Parts, *, back: str) -> HttpResponse | None:
    """Do the part of a page that a form names, with its own right; None if there is no such part.

    A refusal is said in words on the page that one goes back to; a stale write too, unless the part
    shows both versions itself.
    """
    right, part = parts.get(request.POST.get("part", ""), ("", None))
    if part is None:
        return None
    try:
        return part(asked_of(request, right, back=back))
    except GoodsRefusedError as refusal:
        messages.error(request, refusal.message)
    except ObjectDoesNotExist:
        messages.error(request, _("这一条刚被同事改掉或删掉了。"))
    return redirect(back)


type Row = tuple[object, object, object]


@dataclass(frozen=True, slots=True)
class Saved:
    """What is stored by now: what it is, its version, who saved it and when, and both sides of each field.

    `rows`: label, theirs, mine. `final`: why what was sent can no longer be saved; empty if it can.
    """

    what: str
    version: object
    by: str
    at: datetime | None
    rows: Sequence[Row]
    final: str = ""


def show_both(
    request: HttpRequest, saved: Saved, *, back: str, now: datetime, action: str = ""
) -> HttpResponse:
    """Show what is stored beside what was sent (status 409), and let the person choose.

    What was sent goes along, with the new version.
    """
    sent = [
        {"name": name, "value": value}
        for name in request.POST
        if name not in {"csrfmiddlewaretoken", "version"}
        for value in request.POST.getlist(name)
    ]
    context = {
        "conflict": {
            "what": saved.what,
            "theirs_by": saved.by or _("一次导入"),
            "theirs_at": saved.at or now,
            "final": saved.final,
            "rows": [
                {
                    "label": label,
                    "base": "",
                    "theirs": theirs,
                    "mine": mine,
                    "differs": str(theirs) != str(mine),
                }
                for label, theirs, mine in saved.rows
            ],
        },
        "action": action or request.path,
        "hidden": [*sent, {"name": "version", "value": saved.version}],
        "back_url": back,
        "now": now,
    }
    return render(request, "products/conflict.html", context, status=409)


def conflict(
    asked: Asked,
    stale: StaleGoodsError,
    *,
    key: tuple[str, str],
    rows: Sequence[Row],
    version: object,
    final: str = "",
) -> HttpResponse:
    """Show both versions of something that the operation log knows under `key` (its kind and key).

    :param final: why what was sent can no longer be saved; empty if it can
    """
    last = last_operation(*key)
    saved = Saved(
        what=stale.what,
        version=version,
        by=last.actor_name if last else "",
        at=last.at if last else None,
        rows=rows,
        final=final,
    )
    return show_both(asked.request, saved, back=asked.back or asked.request.path, now=asked.now)


def last_operation(object_type: str, object_key: str) -> Operation | None:
    """Give who changed an object last."""
    rows = Operation.objects.filter(object_type=object_type, object_key=object_key)
    return rows.order_by("-at", "-pk").first()


def rows_of(form: forms.BaseForm, stored: Mapping[str, Any]) -> list[Row]:
    """Give both sides of each field of a form that was sent."""
    return [
        (field.label, _plain(stored.get(name)), _plain(form.cleaned_data.get(name)))
        for name, field in form.fields.items()
    ]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "" if value is None else str(value)


def running(kind: str, *, now: datetime, keys: Sequence[str] = ()) -> RunRow | None:
    """Give the run of a kind (and of one of these keys) that is under way, for the progress part; one query."""
    runs = Run.objects.filter(kind=kind, state__in=CHANGING)
    if keys:
        runs = runs.filter(key__in=keys)
    run = runs.order_by("-pk").first()
    return row_of(run, now=now, can_control=False) if run else None


def page_number(request: HttpRequest, name: str = "after") -> int:
    """Read a key of the page before; 0 for the first page."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0
