"""Rows that migrations put in: rules, weekdays, the calendar. Transactional tests empty all tables.

Django fills again what it knows (`post_migrate`: roles, rights), not what data migrations wrote; without
these rows a later test of the same process would meet a shop that cannot exist.
"""

import pytest
from django.db import connection, transaction

_tables: list[str] = []


def keep() -> None:
    """Copy all tables that hold rows in a database just made."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA seeds")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE seeds."{table}" AS TABLE "{table}"')
                _tables.append(table)


def give_back() -> None:
    """Fill those of the tables that stand empty."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _tables:
            cursor.execute(
                f'INSERT INTO "{table}" SELECT * FROM seeds."{table}"'
                f' WHERE NOT EXISTS (SELECT 1 FROM "{table}")'
            )


def empties_tables(item: pytest.Item) -> bool:
    """Tell whether pytest-django empties all tables after this test."""
    marker = item.get_closest_marker("django_db")
    names = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(names or (marker and marker.kwargs.get("transaction")))
