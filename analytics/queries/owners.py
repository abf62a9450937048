"""Who does what is found: the people behind a role."""

from collections.abc import Collection

from shopops.staff.models import User


def people_by_role(*, codes: Collection[str]) -> dict[str, list[str]]:
    """Give the names of active people by role code. One query."""
    rows = User.objects.filter(is_active=True, roles__code__in=codes).order_by("pk")
    found: dict[str, list[str]] = {}
    for code, name, username in rows.values_list("roles__code", "name", "username"):
        if code in codes:
            found.setdefault(code, []).append(name or username)
    return found
