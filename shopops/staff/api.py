"""Who may call the API: a person's session or a token, and the right that the view names.

The framework's settings name these classes, so this module must not import its views.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from shopops.staff import queries
from shopops.staff.models import ApiToken, User
from shopops.staff.secrets import hash_of

if TYPE_CHECKING:
    from rest_framework.views import APIView

# How exactly `last_used_at` is known; writing it on each call would make reading cost a write.
USE_GRAIN = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; only a hash of it is stored.

    The person then holds, for this request, what both their roles and the token's scopes grant, so
    that every later question (a right, a masked column) gets the narrower answer by itself.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed("malformed Authorization header")
        token = (
            ApiToken.objects.select_related("user")
            .filter(token_hash=hash_of(words[1].decode("latin-1")), revoked_at=None)
            .filter(user__is_active=True)
            .first()
        )
        if token is None:
            raise AuthenticationFailed("unknown or revoked token")
        self._note_use(token)
        queries.narrow_rights(token.user, to=queries.rights_of(token.user) & set(token.scopes))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def _note_use(self, token: ApiToken) -> None:
        now = timezone.now()  # noqa: TID251 - the edge
        ApiToken.objects.filter(pk=token.pk).filter(
            Q(last_used_at=None) | Q(last_used_at__lt=now - USE_GRAIN)
        ).update(last_used_at=now)


class HasRight(BasePermission):
    """Lets through who holds the view's `required_right`; without one nobody."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        right = getattr(view, "required_right", None)
        return bool(right and isinstance(request.user, User) and request.user.has_perm(right))


class IsSignedIn(BasePermission):
    """Lets through anybody who is somebody here."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, User)


class CallerThrottle(SimpleRateThrottle):
    """Counts calls by token, or by person where a browser session calls."""

    scope = "caller"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        if isinstance(request.auth, ApiToken):
            return f"throttle:token:{request.auth.pk}"
        if isinstance(request.user, User):
            return f"throttle:person:{request.user.pk}"
        return f"throttle:address:{self.get_ident(request)}"
