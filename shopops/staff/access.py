"""The one gate in front of every view: `@requires("orders.view")`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from shopops.staff.freshness import is_fresh
from shopops.staff.rights import ALL_RIGHTS

_SAFE = {"GET", "HEAD", "OPTIONS"}

type View = Callable[..., HttpResponseBase]


def requires(right: str, *, fresh: bool = False) -> Callable[[View], View]:
    """Let only people through who hold `right`; anonymous go to sign-in, others get 403.

    `fresh`: for acts that do harm in wrong hands. Whoever sends the form must have proved who they
    are within five minutes, else is asked to (what was sent is kept and sent on). Reading is free.

    :raises ValueError: at import, if no such right exists
    """
    if right not in ALL_RIGHTS:
        raise ValueError(f"unknown right: {right}")

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
            if not request.user.has_perm(right):
                raise PermissionDenied(right)
            if fresh and request.method not in _SAFE and not is_fresh(request):
                raise ReauthenticationRequired
            return view(request, *args, **kwargs)

        guarded.required_right = right  # type: ignore[attr-defined]
        return guarded

    return decorate


def passive(view: View) -> View:
    """Mark a view that pages ask for by themselves: it does not keep a resting session alive."""
    view.is_passive = True  # type: ignore[attr-defined]
    return view
