"""What the pages of customers share: who asks, refusals in words, small readers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.actions.customer_errors import CustomerRefusedError
from shopops.staff.models import User

type Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One form that was sent: by whom, when, and where one goes after it."""

    request: HttpRequest
    by: User
    now: datetime
    back: str

    def text(self, name: str) -> str:
        """Give a field as it was sent."""
        return str(self.request.POST.get(name, ""))

    def number(self, name: str) -> int:
        """Read a whole number that the page itself wrote; 0 where there is none."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

    def say_errors(self, form: forms.BaseForm) -> HttpResponse:
        """Say what is wrong with a form and go back."""
        for name, errors in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            messages.error(self.request, f"{label} {errors[0]}".strip())
        return redirect(self.back)

    def done(self, words: str) -> HttpResponse:
        """Say that it is done and go back."""
        messages.success(self.request, words)
        return redirect(self.back)


type Part = Callable[[Asked], HttpResponse]
type Parts = Mapping[str, tuple[str, Part]]


def answer(request: HttpRequest, parts: Parts, *, back: str) -> HttpResponse | None:
    """Do the part of a page that a form names, with its own right; None if there is no such part."""
    right, part = parts.get(request.POST.get("part", ""), ("", None))
    if part is None:
        return None
    if not request.user.has_perm(right):
        raise PermissionDenied(right)
    assert isinstance(request.user, User)  # noqa: S101
    try:
        return part(Asked(request, request.user, timezone.now(), back))
    except CustomerRefusedError as refusal:
        messages.error(request, refusal.message)
    except ObjectDoesNotExist:
        messages.error(request, _("这一条刚被同事改掉或删掉了。"))
    return redirect(back)


def yuan(fen: int | None) -> Decimal | None:
    """Give whole fen as yuan."""
    return None if fen is None else Decimal(fen) / 100
