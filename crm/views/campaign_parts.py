"""What the pages of segments and campaigns share: who asks, refusals in words, the page of a conflict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.actions.campaign_errors import CampaignRefusedError, StaleCampaignError
from orders.views.rows import mask_nick
from shopops.staff.models import Operation, User

type Data = dict[str, Any]


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
        """Read a whole number that the page itself wrote; 0 where there is none."""
        text = str(self.data.get(name, ""))
        return int(text) if text.isdecimal() and len(text) < 19 else 0


def asked_of(request: HttpRequest) -> Asked:
    """Give who asks; the gate before the view let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101
    return Asked(request, request.user, timezone.now())


@dataclass(frozen=True, slots=True)
class Names:
    """Member names as the reader may see them: whole with the right to contacts, else masked."""

    sees: bool

    @classmethod
    def of(cls, request: HttpRequest) -> "Names":
        """Give them for whoever asks."""
        return cls(request.user.has_perm("orders.view_contact"))

    def name(self, name: str) -> str:
        """Show a name."""
        return name if self.sees else mask_nick(name)

    def text(self, text: str, name: str) -> str:
        """Show a text in which a name may stand."""
        return text if self.sees or not name else text.replace(name, mask_nick(name))


def need(request: HttpRequest, right: str) -> None:
    """Refuse whoever does not hold a right.

    :raises PermissionDenied:
    """
    if not request.user.has_perm(right):
        raise PermissionDenied(right)


def attempt(asked: Asked, act: Callable[[], object], *, done: str, url: str) -> HttpResponse:
    """Do something and go on to `url`, saying that it is done, or why it is not."""
    try:
        act()
    except CampaignRefusedError as refusal:
        messages.error(asked.request, refusal.message)
    else:
        messages.success(asked.request, done)
    return redirect(url)


def conflict(
    asked: Asked,
    stale: StaleCampaignError,
    *,
    key: tuple[str, str],
    rows: Sequence[tuple[object, object, object]],
    back: str,
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
    sent = [
        {"name": name, "value": value}
        for name, values in asked.data.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", "version", "do")
    ]
    context = {
        "conflict": {
            "what": stale.what,
            "theirs_by": last.actor_name if last and last.actor_name else _("系统"),
            "theirs_at": last.at if last else asked.now,
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
        "action": asked.request.path,
        "hidden": [*sent, {"name": "version", "value": stale.version}],
        "back_url": back,
        "now": asked.now,
    }
    return render(asked.request, "products/conflict.html", context, status=409)
