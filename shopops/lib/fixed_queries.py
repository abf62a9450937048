"""Questions that never change, compiled to SQL once a process.

Every page asks for the shop, the stored counts, running work. Django takes longer to write such a
query anew than Postgres takes to answer it.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.db.models import Model, QuerySet


def fixed[M: Model](build: Callable[[], QuerySet[M]]) -> Callable[[], list[M]]:
    """Turn a function that builds a query without variables into one that asks it."""

    @cache
    def written() -> tuple[type[M], str, tuple[Any, ...]]:
        rows = build()
        sql, parameters = rows.query.sql_with_params()
        return rows.model, sql, parameters

    @wraps(build)
    def ask() -> list[M]:
        model, sql, parameters = written()
        return list(model._default_manager.raw(sql, parameters))

    return ask
