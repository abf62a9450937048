"""Forms folded away on a page. What was sent wrong comes back in its open form, nothing lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.views.acting import Asked, Data, last_operation
from shopops.lib import pictures
from shopops.lib.words import clauses, listed
from shopops.staff.models import Operation, User
from shopops.staff.operations import name_of, part_words
from shopops.staff.views.parts import value_words

type Words = str | Promise
MOST_EVENTS = 60


@dataclass(frozen=True, slots=True)
class Panel:
    """One form of a page and what is done with it when it is sent and valid.

    `act` gives the words to say; `stored` (fields as they stand) makes a stale write show both versions.
    """

    code: str
    title: Words
    button: Words
    make: Callable[..., forms.BaseForm]
    act: Callable[[Any, Asked], str]
    initial: Data = field(default_factory=dict)
    icon: str = "edit"
    version: int | None = None
    stored: Data | None = None
    key: tuple[str, str] = ("", "")
    hidden: Data = field(default_factory=dict)
    is_file: bool = False
    is_two: bool = False
    is_open: bool = False
    is_danger: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came back with errors."""

    code: str
    form: forms.BaseForm


def answer(
    request: HttpRequest, panels: Sequence[Panel], *, right: str, back: str
) -> HttpResponse | Sent | None:
    """Do what a sent panel asks for; give it back with its errors; None if none was sent.

    :raises PermissionDenied: if the person may not
    """
    panel = next((one for one in panels if one.code == request.POST.get("part")), None)
    if panel is None:
        return None
    if not request.user.has_perm(right):
        raise PermissionDenied(right)
    assert isinstance(request.user, User)  # noqa: S101
    asked = Asked(request, request.user, timezone.now(), back)
    form = panel.make(request.POST, request.FILES, auto_id=_auto_id(panel))
    return _do(panel, form, asked) if form.is_valid() else Sent(panel.code, form)


def _do(panel: Panel, form: Any, asked: Asked) -> HttpResponse | Sent:  # noqa: ANN401
    try:
        messages.success(asked.request, panel.act(form, asked))
    except StaleGoodsError as stale:
        if panel.stored is not None:
            return _conflict(asked, stale, panel, form)
        form.add_error(None, stale.message)
        return Sent(panel.code, form)
    except GoodsRefusedError as refusal:
        for name, words in refusal.errors.items():
            form.add_error(name if name in form.fields else None, words)
        return Sent(panel.code, form)
    except ObjectDoesNotExist:
        form.add_error(None, _("这一条刚被同事改掉或删掉了。"))
        return Sent(panel.code, form)
    return redirect(asked.back)


def _auto_id(panel: Panel) -> str:
    return f"id_{panel.code}_%s"


def _conflict(asked: Asked, stale: StaleGoodsError, panel: Panel, form: Any) -> HttpResponse:  # noqa: ANN401
    """Show what is stored beside what was sent (status 409); sent again it carries the new version."""
    stored = panel.stored or {}
    last = last_operation(*panel.key)
    rows = [
        (one.label, _shown(stored[name]), _shown(form.cleaned_data.get(name)))
        for name, one in form.fields.items()
        if name in stored
    ]
    sent = [
        {"name": name, "value": value}
        for name, values in asked.data.lists()
        for value in values
        if name not in {"csrfmiddlewaretoken", "version"}
    ]
    context = {
        "conflict": {
            "what": stale.what,
            "theirs_by": last.actor_name if last else "",
            "theirs_at": last.at if last else asked.now,
            "rows": [
                {"label": label, "theirs": theirs, "mine": mine, "differs": theirs != mine}
                for label, theirs, mine in rows
            ],
        },
        "action": asked.request.path,
        "hidden": [*sent, {"name": "version", "value": panel.version}],
        "back_url": asked.back,
        "now": asked.now,
    }
    return render(asked.request, "products/conflict.html", context, status=409)


def _shown(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, (list, tuple)):
        return listed(value)
    if isinstance(value, User):
        return value.name
    return "" if value is None else str(value)


def version_sent(asked: Asked) -> int:
    """Give the version of the page that was sent."""
    return asked.number("version")


def shown(panels: Sequence[Panel], sent: Sent | None) -> list[Data]:
    """Give panels as `components/_panels.html` takes them; one that came back is open."""
    return [_panel(one, sent.form if sent and sent.code == one.code else None) for one in panels]


def _panel(one: Panel, came_back: forms.BaseForm | None) -> Data:
    hidden = {"part": one.code, **one.hidden}
    if one.version is not None:
        hidden["version"] = one.version
    return {
        "code": one.code,
        "title": one.title,
        "button": one.button,
        "icon": one.icon,
        "form": came_back or one.make(initial=one.initial, auto_id=_auto_id(one)),
        "hidden": [{"name": name, "value": value} for name, value in hidden.items()],
        "is_file": one.is_file,
        "is_two": one.is_two,
        "is_open": one.is_open or came_back is not None,
        "is_danger": one.is_danger,
    }


def events_of(kind: str, key: int) -> list[Data]:
    """Give an object's operations for the time-line, the newest first."""
    rows = Operation.objects.filter(object_type=kind, object_key=str(key))
    return [
        {
            "text": name_of(one.name),
            "detail": one.reason or _figures(one.new),
            "tone": "us",
            "who": one.actor_name,
            "at": one.at,
        }
        for one in rows.order_by("-at", "-pk")[:MOST_EVENTS]
    ]


def _figures(new: Data) -> str:
    """Say what an operation kept, where nobody wrote a reason: field and value."""
    return clauses(
        f"{part_words('field', name)} {value_words(name, value)}"
        for name, value in new.items()
        if value not in (None, "")
    )


def picture(request: HttpRequest, path: str) -> HttpResponse:
    """Give a kept picture, or its small one (`?s=small`).

    :raises Http404: if there is none, or it cannot be read
    """
    return pictures.served(request, path)


def read_file(form: forms.BaseForm, name: str = "image") -> bytes:
    """Give the bytes of a file field, one more than may be; empty where nothing was sent."""
    file = form.cleaned_data.get(name)
    return bytes(file.read((10 << 20) + 1)) if file else b""
