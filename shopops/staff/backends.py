"""Who signs in, and the permissions of a person: the union of the rights of their roles."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import BaseBackend

from shopops.staff import queries
from shopops.staff.models import User


class RoleBackend(BaseBackend):
    """Answers `has_perm("orders.approve")` from roles. Signs nobody in."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:  # noqa: ANN401
        return isinstance(user_obj, User) and perm in queries.rights_of(user_obj)


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs people in as allauth does; gives a session's person with all that each page asks."""

    def get_user(self, user_id: int) -> User | None:
        person = queries.signed_in_person(user_id)
        return person if person and self.user_can_authenticate(person) else None

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:  # noqa: ANN401
        """Grant nothing: rights come from roles alone, and Django's own tables are not asked."""
        return False
