"""Who may call the API: a person's session or a token, and the right that the view names."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; only a hash of it is stored."""

    def authenticate(self, request: Request) -> None:
        return None


class HasRight(BasePermission):
    """Lets through who holds the view's `required_right`; a view without one lets nobody through."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        right = getattr(view, "required_right", None)
        return bool(right and request.user and request.user.has_perm(right))
