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
    written = _written_once(build)

    @wraps(build)
    def ask() -> list[M]:
        rows, make = _asked(*written())
        return make(rows)

    return ask


def fixed_as[M: Model, T](
    build: Callable[[], QuerySet[M]], read: Callable[[list[M]], T]
) -> Callable[[], T]:
    """Do as `fixed` and read the rows into values, anew only when a row has changed.

    For rules: asked on every page, changed twice a year. Nobody may change the value given.
    """
    written = _written_once(build)
    last: tuple[list[Any], T] | None = None

    @wraps(build)
    def ask() -> T:
        nonlocal last
        rows, make = _asked(*written())
        kept = last
        if kept is None or kept[0] != rows:
            kept = last = rows, read(make(rows))
        return kept[1]

    return ask


type _Written[M: Model] = tuple[str, Any, Callable[[list[Any]], list[M]]]


def _written_once[M: Model](build: Callable[[], QuerySet[M]]) -> Callable[[], _Written[M]]:
    @cache
    def written() -> _Written[M]:
        query = build().query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        return sql, parameters, _maker(build().model, compiler)

    return written


def _asked[M: Model](
    sql: str,
    parameters: Any,  # noqa: ANN401
    make: Callable[[list[Any]], list[M]],
) -> tuple[list[Any], Callable[[list[Any]], list[M]]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall(), make


def _maker[M: Model](model: type[M], compiler: Any) -> Callable[[list[Any]], list[M]]:  # noqa: ANN401
    names = [field.attname for field in model._meta.concrete_fields]
    converters = compiler.get_converters([column for column, *_ in compiler.select])

    def make(rows: list[Any]) -> list[M]:
        converted = compiler.apply_converters(rows, converters) if converters else rows
        return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in converted]

    return make
