"""What the pages of goods share: who asks, what was refused, a conflict in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from shopops.staff.models import Operation, User


@dataclass(frozen=True, slots=True)
class Asked:
    """One form that was sent: by whom, and when."""

    request: HttpRequest
    by: User
    now: datetime

    @property
    def data(self) -> Any:  # noqa: ANN401
        """Give what was sent."""
        return self.request.POST

    def number(self, name: str) -> int:
        """Read a number of a hidden field; 0 where it is none."""
        text = str(self.data.get(name, ""))
        return int(text) if text.isdecimal() else 0


def asked_of(request: HttpRequest, right: str) -> Asked:
    """Give who asks.

    :raises PermissionDenied: if that person does not hold `right`
    """
    if not request.user.has_perm(right):
        raise PermissionDenied(right)
    assert isinstance(request.user, User)  # noqa: S101
    return Asked(request, request.user, timezone.now())


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
    """Go back to `url`, saying what is wrong with a form."""
    for field, errors in form.errors.items():
        label = form.fields[field].label if field in form.fields else ""
        messages.error(asked.request, f"{label}: {errors[0]}".strip(": "))
    return redirect(url)


def hidden(**values: object) -> list[dict[str, object]]:
    """Give hidden fields as dialogs take them."""
    return [{"name": name, "value": value} for name, value in values.items()]


def log_url(request: HttpRequest, object_type: str) -> str:
    """Give the address of the log of a kind of object, for those who may read it."""
    if not request.user.has_perm("staff.view_log"):
        return ""
    return f"{reverse('staff:log')}?type={object_type}"


def conflict_page(  # noqa: PLR0913
    asked: Asked,
    form: forms.Form,
    stored: dict[str, Any],
    *,
    what: str,
    version: int,
    last: Operation | None,
    url: str,
) -> HttpResponse:
    """Show what a colleague saved beside what was to be saved, and let one choose."""
    rows = []
    for name, field in form.fields.items():
        theirs, mine = _words(stored.get(name)), _words(form.cleaned_data.get(name))
        rows.append(
            {"label": field.label, "theirs": theirs, "mine": mine, "differs": theirs != mine}
        )
    sent = [
        {"name": name, "value": value}
        for name, value in asked.data.items()
        if name not in {"csrfmiddlewaretoken", "version"}
    ]
    context = {
        "conflict": {
            "what": what,
            "theirs_by": last.actor_name if last else "",
            "theirs_at": last.at if last else None,
            "rows": rows,
        },
        "action": url,
        "hidden": [*sent, {"name": "version", "value": version}],
        "back_url": url,
        "now": asked.now,
    }
    return render(asked.request, "products/conflict.html", context, status=409)


def _words(value: object) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "" if value is None else str(value)


def last_operation(object_type: str, object_key: str) -> Operation | None:
    """Give who changed an object last."""
    rows = Operation.objects.filter(object_type=object_type, object_key=object_key)
    return rows.order_by("-at", "-pk").first()
