"""What stands between a request and every view.

Where it comes from, how old its session is, and what a person must do before anything else.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone, translation

from shopops.staff import queries
from shopops.staff.models import User
from shopops.staff.origin import set_ip

type GetResponse = Callable[[HttpRequest], HttpResponse]

STARTED, SEEN, IDLE = "started_at", "seen_at", "idle_seconds"
# How exactly the last act of a session is known: a write on each request costs more than it tells.
SEEN_GRAIN_SECONDS = 60


class StaffMiddleware:
    """Sets the address for `operations.record` while a request is served."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        set_ip(get_adapter().get_client_ip(request) if request.META.get("REMOTE_ADDR") else None)
        try:
            return _whole_page_for_htmx(request, self.get_response(request))
        finally:
            set_ip(None)


def _whole_page_for_htmx(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Send the whole page, not a part of it, to where the gates and sign-in want it."""
    if "HX-Request" not in request.headers or not isinstance(response, HttpResponseRedirect):
        return response
    target = response.url
    if not target.startswith(("/accounts/", reverse("staff:setup"))):
        return response
    answer = HttpResponse(status=401)
    # What the part was asked for is no page of its own; begin again at the page that shows it.
    answer["HX-Redirect"] = target.split("?")[0]
    return answer


class SessionLimitMiddleware:
    """Ends sessions that rest or live too long; notes when a person was last seen."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: object
    ) -> HttpResponse | None:
        if not isinstance(request.user, User):
            return None
        now = time.time()
        why = _limit_reached(request, now=now)
        if why:
            request.sign_out_reason = why  # type: ignore[attr-defined]
            UserSession.objects.filter(session_key=request.session.session_key).delete()
            logout(request)
        elif not getattr(view, "is_passive", False):
            _note_seen(request, request.user, now=now)
        return None


def _limit_reached(request: HttpRequest, *, now: float) -> str:
    """Give which limit the session passed; empty where none."""
    session = request.session
    if now - session.get(STARTED, now) >= settings.SESSION_ABSOLUTE_SECONDS:
        return "absolute"
    if now - session.get(SEEN, now) >= session.get(IDLE, settings.SESSION_IDLE_SECONDS):
        return "idle"
    return ""


def _note_seen(request: HttpRequest, person: User, *, now: float) -> None:
    session = request.session
    if now - session.get(SEEN, 0) < SEEN_GRAIN_SECONDS:
        return
    session.setdefault(STARTED, now)
    session[SEEN] = now
    session[IDLE] = queries.idle_limit(
        person,
        default=timedelta(seconds=settings.SESSION_IDLE_SECONDS),
        warehouse=timedelta(seconds=settings.SESSION_IDLE_WAREHOUSE_SECONDS),
    ).total_seconds()
    UserSession.objects.filter(session_key=session.session_key).update(
        last_seen_at=timezone.now()  # noqa: TID251 - the edge, like a view
    )


class GateMiddleware:
    """Sends people to what must come first: set-up, an own password, a second factor."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        if not isinstance(request.user, User):
            waits = name in {"account_login", "home"} and queries.nobody_yet()
            return HttpResponseRedirect(reverse("staff:setup")) if waits else None
        if request.user.language and request.user.language != translation.get_language():
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        if name in _BEFORE_THE_GATE:
            return None
        first = _what_comes_first(request.user, name)
        return _sent_to(request, first) if first else None


_BEFORE_THE_GATE = {
    "healthz",
    "readyz",
    "set_language",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "mfa_reauthenticate",
}


def _what_comes_first(person: User, name: str) -> str:
    """Give the address that a person must visit before anything else; empty where none."""
    if person.must_change_password:
        return reverse("account_change_password")
    if name.startswith("mfa_") or not queries.needs_second_factor(person):
        return ""
    if queries.came_with_second_factor(person):
        return ""
    shop = queries.current_shop()
    return "" if shop and shop.is_demo else reverse("mfa_activate_totp")


def _sent_to(request: HttpRequest, target: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "finish signing in with a browser first"}, status=403)
    return HttpResponseRedirect(target)
