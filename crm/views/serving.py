"""What the pages of the service desk share: a part of a page, refusals in words, chips, paging by key."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Answer
from crm.queries.service import find_answers
from crm.rules.answers import fill
from products.actions.errors import GoodsRefusedError
from products.views.acting import Asked, Data, Parts
from shopops.lib.paging import Page
from shopops.staff.models import Operation, User
from shopops.staff.operations import name_of
from shopops.staff.queries import current_shop

__all__ = [
    "Asked",
    "Data",
    "answer_part",
    "answer_rows",
    "chips_of",
    "events",
    "inserted",
    "pager_of",
    "person_of",
    "shop_name",
]


def person_of(request: HttpRequest) -> User:
    """Give who asks; the right in front of the view let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def answer_part(request: HttpRequest, parts: Parts, *, back: str) -> HttpResponse | None:
    """Do the part of a page that a form names, with its own right; None if there is no such part."""
    right, part = parts.get(request.POST.get("part", ""), ("", None))
    if part is None:
        return None
    if not request.user.has_perm(right):
        raise PermissionDenied(right)
    try:
        return part(Asked(request, person_of(request), timezone.now(), back))
    except GoodsRefusedError as refusal:
        messages.error(request, refusal.message)
    except ObjectDoesNotExist:
        messages.error(request, _("这一条刚被同事改掉或删掉了。"))
    return redirect(back)


def events(kind: str, key: object) -> list[Data]:
    """Give what the log tells of one object, newest first."""
    rows = Operation.objects.filter(object_type=kind, object_key=str(key))
    return [
        {
            "text": name_of(one.name),
            "detail": one.reason,
            "tone": "us",
            "who": one.actor_name,
            "at": one.at,
        }
        for one in rows.order_by("-at", "-pk")[:100]
    ]


def shop_name() -> str:
    """Give the shop's name."""
    shop = current_shop()
    return shop.name if shop else ""


def chips_of(
    form: forms.Form, kept: Mapping[str, str], url: Callable[[dict[str, str]], str]
) -> list[Data]:
    """Give a chip for each filter of an address in words, with the address without it.

    :param url: gives the address of the list under other filters
    """
    return [
        {
            "name": name,
            "label": form.fields[name].label,
            "value": str(dict(getattr(form.fields[name], "choices", ())).get(value, value)),
            "remove_url": url({key: one for key, one in kept.items() if key != name}),
        }
        for name, value in kept.items()
    ]


def pager_of(page: Page[Any], url: str) -> Data:
    """Give what `components/_pager.html` takes; `url`: the list's address with its filters."""
    sign = "&" if "?" in url else "?"
    return {
        "newer_url": f"{url}{sign}{urlencode({'before': page.before})}" if page.before else None,
        "older_url": f"{url}{sign}{urlencode({'after': page.after})}" if page.after else None,
        "text": _("本页 %(n)d 条") % {"n": len(page.rows)},
    }


def answer_rows(words: str, *, scene: str, values: Mapping[str, str]) -> list[Data]:
    """Give the standard answers to insert, filled in: the closest to words, else the scene's most used."""
    found = find_answers(words) if words else find_answers("", scene=scene)
    return [
        {"id": one.pk, "title": one.title, "text": fill(one.text, values), "uses": one.use_count}
        for one in found[:8]
    ]


def inserted(request: HttpRequest, values: Mapping[str, str]) -> Data:
    """Give what a form begins with when somebody chose an answer (`?use=`): its text, filled in."""
    text = request.GET.get("use", "")
    if not text.isdecimal() or len(text) > 18:
        return {}
    row = Answer.objects.filter(pk=text, is_on=True).first()
    return {"words": fill(row.text, values), "answer_id": row.pk} if row else {}
