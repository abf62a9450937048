"""A person's own notices: everybody who is signed in has some, so no right is asked."""

from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shopops.lib.paging import Key, decode_key
from shopops.notices import actions, queries
from shopops.notices.models import Notice
from shopops.staff.access import passive
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of the list, as `components/_tabs.html` takes it."""

    label: str
    url: str
    current: bool
    count: int | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Pager:
    """What `components/_pager.html` takes."""

    newer_url: str | None
    older_url: str | None


@login_required
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """List all that a person was told, newest first."""
    person = cast(User, request.user)
    is_unread_only = request.GET.get("show") == "unread"
    page = queries.page_of_notices(
        person,
        is_unread_only=is_unread_only,
        older_than=_key(request, "after"),
        newer_than=_key(request, "before"),
    )
    unread = queries.unread_count(person)
    context = {
        "tabs": [
            Tab(_("全部"), request.path, current=not is_unread_only),
            Tab(_("未读"), f"{request.path}?show=unread", current=is_unread_only, count=unread),
        ],
        "notices": page.rows,
        "unread": unread,
        "up_to": max((row.id for row in page.rows), default=0),
        "page": Pager(
            newer_url=_page_url(request, "before", page.before),
            older_url=_page_url(request, "after", page.after),
        ),
    }
    return render(request, "notices/notices.html", context)


@passive
@login_required
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """Give the newest few, when somebody opens the bell."""
    rows = queries.newest(cast(User, request.user))
    context = {
        "notices": rows,
        "up_to": max((row.id for row in rows if not row.is_read), default=0),
        "now": timezone.now(),
        "csrf_token": get_token(request),
    }
    # Without the request: a part needs no frame around it.
    return HttpResponse(render_to_string("notices/_bell.html", context))


@login_required
@require_GET
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Lead to what a notice is about and mark it as read: a link, as it opens in a new tab too.

    That a GET writes is meant: repeated, or fetched ahead, it does no harm.
    """
    try:
        notice = actions.read_notice(
            notice_id=notice_id, by=cast(User, request.user), now=timezone.now()
        )
    except Notice.DoesNotExist as error:
        raise Http404 from error
    return redirect(notice.url)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all that the page showed, and what is older, as read."""
    text = request.POST.get("up_to", "")
    up_to = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
    count = actions.read_all(by=cast(User, request.user), up_to=up_to, now=timezone.now())
    messages.success(request, _("%(n)d 条标为已读") % {"n": count})
    return redirect("notices:notices")


def _key(request: HttpRequest, name: str) -> Key | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        return decode_key(text)
    except ValueError as error:
        raise Http404 from error


def _page_url(request: HttpRequest, name: str, cursor: str | None) -> str | None:
    if not cursor:
        return None
    kept = {"show": "unread"} if request.GET.get("show") == "unread" else {}
    return f"{request.path}?{urlencode(kept | {name: cursor})}"
