"""Which statements a piece of work spent its time on, to find a bad plan."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.scratch import say


@contextmanager
def slowest_statements(shown: int) -> Iterator[None]:
    """Say the `shown` statements of this process' connection that took longest; 0: measure nothing."""
    from django.db import connection

    spent: dict[str, list[float]] = {}

    def timed(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:  # noqa: ANN401
        begun = time.perf_counter()
        try:
            return execute(sql, *rest)
        finally:
            text = " ".join(str(sql).split())
            spent.setdefault(text, []).append(time.perf_counter() - begun)

    if not shown:
        yield
        return
    with connection.execute_wrapper(timed):
        yield
    say(f"  {sum(map(sum, spent.values())):8.3f} s in all statements")
    for text, times in sorted(spent.items(), key=lambda one: -sum(one[1]))[:shown]:
        say(f"  {sum(times):8.3f} s in {len(times):4}: {text[:170]}")
