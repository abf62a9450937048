"""Permissions of a person: the union of the rights of their roles."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from shopops.staff.models import User


class RoleBackend(BaseBackend):
    """Answers `has_perm("orders.approve")` from roles. Signs nobody in."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:  # noqa: ANN401
        return perm in self.rights_of(user_obj)

    def rights_of(self, user: Any) -> frozenset[str]:  # noqa: ANN401
        """Give all rights of a person; none for the anonymous and the disabled. One query a request."""
        if not isinstance(user, User) or not user.is_active:
            return frozenset()
        cached: frozenset[str] | None = getattr(user, "_rights", None)
        if cached is None:
            rows = user.roles.values_list("rights", flat=True)
            cached = frozenset(right for rights in rows for right in rights)
            user._rights = cached  # type: ignore[attr-defined]  # noqa: SLF001
        return cached
