"""Questions that never change, compiled to SQL once a process.

Every page asks for the shop, the stored counts, running work. Django takes longer to write such a
query anew than Postgres takes to answer it.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet


def fixed[M: Model](build: Callable[[], QuerySet[M]]) -> Callable[[], list[M]]:
    """Turn a function that builds a query of whole rows, without variables, into one that asks it."""

    @cache
    def written() -> tuple[str, Any, Callable[[list[Any]], list[M]]]:
        query = build().query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        return sql, parameters, _maker(build().model, compiler)

    @wraps(build)
    def ask() -> list[M]:
        sql, parameters, make = written()
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return make(cursor.fetchall())

    return ask


def _maker[M: Model](model: type[M], compiler: Any) -> Callable[[list[Any]], list[M]]:  # noqa: ANN401
    names = [field.attname for field in model._meta.concrete_fields]
    converters = compiler.get_converters([column for column, *_ in compiler.select])

    def make(rows: list[Any]) -> list[M]:
        converted = compiler.apply_converters(rows, converters) if converters else rows
        return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in converted]

    return make
