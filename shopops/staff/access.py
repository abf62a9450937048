"""The one gate in front of every view: `@requires("orders.view")`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from shopops.staff.rights import ALL_RIGHTS

type View = Callable[..., HttpResponse]


def requires(right: str) -> Callable[[View], View]:
    """Let only people through who hold `right`; anonymous go to sign-in, others get 403.

    :raises ValueError: at import, if no such right exists
    """
    if right not in ALL_RIGHTS:
        raise ValueError(f"unknown right: {right}")

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
            if not request.user.has_perm(right):  # type: ignore[union-attr]
                raise PermissionDenied(right)
            return view(request, *args, **kwargs)

        guarded.required_right = right  # type: ignore[attr-defined]
        return guarded

    return decorate
