"""How long automatic audit takes over waiting orders. Run: `python -m bench.audit`.

Orders are made inside Postgres, in a scratch database that is dropped at the end; the rules are
those that a shop begins with. The baseline of the same run reads the same orders by the ORM, a
thousand at a time, and does nothing with them.
"""

import argparse
import json
import time
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

from bench.scratch import run, scratch_database
from bench.synthetic import Base

WAITING, QUICK_WAITING = 100_000, 5_000
LIMIT_SECONDS = 60.0
NOW = datetime(2026, 9, 17, 7, 18, tzinfo=UTC)


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    parser.add_argument("--waiting", type=int)
    options = parser.parse_args()
    waiting = options.waiting or (QUICK_WAITING if options.quick else WAITING)
    print(json.dumps(measure(waiting=waiting), indent=1))  # noqa: T201


def measure(*, waiting: int) -> dict[str, Any]:
    """Make the orders and audit them."""
    with scratch_database("bench_audit"):
        Base(newest=NOW - timedelta(days=2), step=timedelta(seconds=60)).grow(
            orders=waiting * 2, open_orders=waiting, now=NOW
        )
        run("DELETE FROM orders_hold")
        run(
            "UPDATE orders_order SET stage = 'awaiting_audit', status = 'WAIT_SELLER_SEND_GOODS'"
            " WHERE stage IN ('held', 'approved', 'handed_over')"
        )
        run("VACUUM ANALYZE orders_order")
        return _measure()


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    return "\n".join(
        [
            f"{result['seen']:,} waiting orders, the rules of a new shop; aim {result['limit_seconds']:.0f} s.",
            "",
            "| seconds | times reading them | orders a second | approved | held | statements a step, least and most |",
            "|---:|---:|---:|---:|---:|---:|",
            f"| {result['seconds']} | {result['ratio_to_reading']} | {result['orders_a_second']:,}"
            f" | {result['approved']:,} | {result['held']:,}"
            f" | {result['statements_a_step'][0]} to {result['statements_a_step'][1]} |",
        ]
    )


def _measure() -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from orders.actions import audit
    from orders.queries import audit as queries

    rules = queries.rules_in_force(now=NOW)
    reading = _seconds_to_read()
    tally, statements = audit.Tally(), []
    begun = time.perf_counter()
    for ids in batched(queries.waiting_ids(), audit.STEP_ORDERS, strict=False):
        with CaptureQueriesContext(connection) as watch:
            step = audit.audit_orders(ids, rules=rules, now=NOW)
        statements.append(len(watch))
        tally.seen += step.seen
        tally.approved += step.approved
        tally.held += step.held
    seconds = time.perf_counter() - begun
    return {
        "seen": tally.seen,
        "approved": tally.approved,
        "held": tally.held,
        "seconds": round(seconds, 2),
        "limit_seconds": LIMIT_SECONDS,
        "orders_a_second": round(tally.seen / seconds),
        "reading_seconds": round(reading, 2),
        "ratio_to_reading": round(seconds / reading, 1),
        "statements_a_step": [min(statements), max(statements)],
    }


def _seconds_to_read() -> float:
    from orders.actions import audit
    from orders.models import Order
    from orders.queries import audit as queries

    begun = time.perf_counter()
    for ids in batched(queries.waiting_ids(), audit.STEP_ORDERS, strict=False):
        list(Order.objects.filter(pk__in=ids).order_by("pk"))
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
