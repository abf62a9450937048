"""Rows and moments that only one transaction may hold. Order: shop, roles, people."""

from django.db import connection

from shopops.staff.models import Role, Shop, User

# Names of advisory locks, as the first key of the pair that Postgres takes.
SETUP = 7_301
ADMINISTRATORS = 7_302
REVEALS = 7_303


def hold(lock: int, key: int = 0) -> None:
    """Wait for the advisory lock and hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [lock, key])


def locked_shop() -> Shop:
    """Lock the shop's row.

    :raises Shop.DoesNotExist: before the first visit
    """
    return Shop.objects.select_for_update().get(id=1)


def locked_role(pk: int) -> Role:
    """Lock one role.

    :raises Role.DoesNotExist: if there is none
    """
    return Role.objects.select_for_update().get(pk=pk)


def locked_person(pk: int) -> User:
    """Lock one person's row.

    :raises User.DoesNotExist: if there is none
    """
    return User.objects.select_for_update().get(pk=pk)
