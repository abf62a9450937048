"""Sign-ins, failures and sign-outs as operations; lock-outs and their end.

The handlers below are connected to the signals of Django and allauth in `StaffConfig.ready`: those
packages offer no other hook. They stand at the edge like views, so they may read the clock.
"""

import hashlib
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from shopops.staff.actions.sessions import end_all_sessions
from shopops.staff.models import User
from shopops.staff.operations import record

LOCK_SECONDS = 15 * 60
WEEK_SECONDS = 7 * 24 * 3600


def home_url() -> str:
    """Give where a person lands who has no other goal."""
    return reverse("home")


def digest(text: str) -> str:
    """Shorten any text to something a cache key may hold."""
    return hashlib.sha256(text.encode()).hexdigest()


def unlock_count(username: str) -> int:
    """Give how often a person was unlocked lately; part of the key that failures are counted by."""
    return int(cache.get(_unlock_key(username), 0))


def forget_failures(username: str) -> None:
    """Begin a new count of failures for a person, from all addresses."""
    cache.set(_unlock_key(username), unlock_count(username) + 1, WEEK_SECONDS)


def _unlock_key(username: str) -> str:
    return f"staff:unlocked:{digest(username.lower())}"


def _record(name: str, person: User | None, **kwargs: Any) -> None:  # noqa: ANN401
    """Write who it is about. A failure has no actor: nobody was proved to be anybody."""
    record(
        name=name,
        by=kwargs.pop("by", None),
        now=timezone.now(),  # noqa: TID251 - a signal handler is an interface, see above
        object_type="person" if person else "",
        object_key=str(person.pk) if person else "",
        **kwargs,
    )


def _known(username: str) -> User | None:
    """Find whom a typed name means. Unknown names are not kept: people type passwords there."""
    return User.objects.filter(username__iexact=username).order_by("pk").first()


def record_lock_out(username: str) -> None:
    """Write that too many failures closed the door for a while."""
    _record("staff.sign_in.locked", _known(username))


def on_signed_in(*, user: User, **_: object) -> None:
    """Write a finished sign-in, second factor included."""
    _record("staff.sign_in.done", user, by=user)


def on_failed(*, credentials: dict[str, Any], **_: object) -> None:
    """Write a failed attempt."""
    _record("staff.sign_in.failed", _known(str(credentials.get("username", ""))))


def on_signed_out(*, request: HttpRequest, user: User | None, **_: object) -> None:
    """Write a sign-out and, where a limit ended the session, which one."""
    if user is not None:
        why = getattr(request, "sign_out_reason", "")
        _record("staff.sign_in.ended", user, by=user, new={"why": why} if why else {})


def on_password_changed(*, request: HttpRequest, user: User, **_: object) -> None:
    """Write that a person chose a new password, end their other sessions, let them work again."""
    end_all_sessions(user, but=request.session.session_key)
    if user.must_change_password:
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
    _record("staff.person.password_changed", user, by=user)


def on_factor_added(*, user: User, **_: object) -> None:
    """Write that a second factor was set up."""
    _record("staff.second_factor.added", user, by=user)


def on_factor_removed(*, user: User, **_: object) -> None:
    """Write that a second factor was taken away."""
    _record("staff.second_factor.removed", user, by=user)


def on_factor_reset(*, user: User, **_: object) -> None:
    """Write that recovery codes were made anew."""
    _record("staff.second_factor.renewed", user, by=user)


def on_factor_failed(*, user: User, **_: object) -> None:
    """Write a wrong code."""
    _record("staff.second_factor.failed", user)
