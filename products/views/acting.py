"""What the pages of goods share: who asks, refusals in words, the page of a conflict, small readers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
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
    back: str

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
            messages.error(self.request, f"{label} {errors[0]}".strip())
        return redirect(self.back)


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
    if not request.user.has_perm(right):
        raise PermissionDenied(right)
    assert isinstance(request.user, User)  # noqa: S101
    try:
        return part(Asked(request, request.user, timezone.now(), back))
    except GoodsRefusedError as refusal:
        messages.error(request, refusal.message)
    except ObjectDoesNotExist:
        messages.error(request, _("这一条刚被同事改掉或删掉了。"))
    return redirect(back)


def conflict(
    asked: Asked,
    stale: StaleGoodsError,
    *,
    key: tuple[str, str],
    rows: Sequence[tuple[object, object, object]],
    version: object,
) -> HttpResponse:
    """Show what is stored beside what was sent (status 409), and let the person choose.

    :param key: kind and key of the object in the operation log
    :param rows: label, theirs, mine
    """
    last = (
        Operation.objects.filter(object_type=key[0], object_key=key[1])
        .order_by("-at", "-pk")
        .first()
    )
    sent = {name: value for name, value in asked.data.items() if name != "csrfmiddlewaretoken"}
    sent["version"] = str(version)
    context = {
        "conflict": {
            "what": stale.what,
            "theirs_by": last.actor_name if last and last.actor_name else _("一次导入"),
            "theirs_at": last.at if last else asked.now,
            "rows": [
                {
                    "label": label,
                    "base": "",
                    "theirs": theirs,
                    "mine": mine,
                    "differs": str(theirs) != str(mine),
                }
                for label, theirs, mine in rows
            ],
        },
        "action": asked.request.path,
        "hidden": [{"name": name, "value": value} for name, value in sent.items()],
        "back_url": asked.back,
        "now": asked.now,
    }
    return render(asked.request, "products/conflict.html", context, status=409)


def running(kind: str, *, now: datetime) -> RunRow | None:
    """Give the run of a kind that is under way, for the progress part; one query."""
    run = Run.objects.filter(kind=kind, state__in=CHANGING).order_by("-pk").first()
    return row_of(run, now=now, can_control=False) if run else None


def page_number(request: HttpRequest, name: str = "after") -> int:
    """Read a key of the page before; 0 for the first page."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0
