"""Permissions of a person: the union of the rights of their roles."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from shopops.staff import queries
from shopops.staff.models import User


class RoleBackend(BaseBackend):
    """Answers `has_perm("orders.approve")` from roles. Signs nobody in."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:  # noqa: ANN401
        return isinstance(user_obj, User) and perm in queries.rights_of(user_obj)
