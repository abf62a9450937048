"""What the pages of the service desk share: a part of a page, refusals in words, paging by place."""

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.actions.desk_errors import ServiceRefusedError
from products.views.acting import Asked, Data, Parts
from shopops.staff.models import Operation, User
from shopops.staff.operations import name_of
from shopops.staff.queries import current_shop

__all__ = ["Asked", "Data", "answer_part", "events", "person_of", "shop_name"]


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
    except ServiceRefusedError as refusal:
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
