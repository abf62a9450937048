"""How long one dirty day's rollup takes beside millions of orders. Run: `python -m bench.rollup`.

Rows are made inside Postgres, in a scratch database that is dropped at the end. The baseline of the
same run is a scan of one day's orders by the same index with nothing but their amounts added up.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.scratch import run, scratch_database
from bench.synthetic import Base

LAST_DAY = date(2026, 9, 16)
ORDERS_PER_DAY = 13_400
SIZE, QUICK_SIZE = 10_000_000, 100_000


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    parser.add_argument("--orders", type=int)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    result = measure(quick=options.quick, orders=options.orders, rounds=options.rounds)
    print(json.dumps(result, indent=1))  # noqa: T201


def measure(*, quick: bool = False, orders: int | None = None, rounds: int = 15) -> dict[str, Any]:
    """Make the rows and measure."""
    wanted = orders or (QUICK_SIZE if quick else SIZE)
    with scratch_database("bench_rollup"):
        days = max(wanted // ORDERS_PER_DAY, 2)
        # In Shanghai the last day ends here.
        newest = datetime.combine(LAST_DAY, datetime.min.time(), UTC) + timedelta(hours=16)
        base = Base(newest=newest, step=timedelta(days=days) / wanted)
        base.grow(orders=wanted, open_orders=0, now=newest)
        give_costs()
        return _measure(wanted, rounds)


def give_costs() -> None:
    """Make the SKUs that are sold, most with a cost, and work the costs out."""
    from analytics.actions import settling
    from products.models import Sku

    now = datetime.combine(LAST_DAY, datetime.min.time(), UTC)
    Sku.objects.bulk_create(
        [
            Sku(code=f"SKU-{n}", changed_at=now, cost_amount=20 + n % 50 if n % 10 else None)
            for n in range(2000)
        ]
    )
    run("VACUUM ANALYZE products_sku")
    settling.settle(now=now)


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    lines = [
        f"One dirty day of {result['orders_of_the_day']:,} orders beside {result['orders']:,};"
        f" baseline: a scan of the day's orders, {result['baseline_scan_ms']['p50']} ms. Aim: under 200 ms.",
        "",
        "| basis | p50 ms | max ms | times the scan |",
        "|---|---:|---:|---:|",
    ]
    for basis, times in result["rollup_ms"].items():
        ratio = result["ratio_to_scan"][basis]
        lines.append(f"| {basis} | {times['p50']} | {times['max']} | {ratio} |")
    return "\n".join(lines)


def _measure(orders: int, rounds: int) -> dict[str, Any]:
    from analytics.actions import rollup
    from orders.models import DirtyDay

    day = LAST_DAY - timedelta(days=1)
    now = datetime(2026, 9, 17, 1, tzinfo=UTC)

    def roll_one(basis: str) -> Callable[[], object]:
        def work() -> object:
            DirtyDay.objects.create(basis=basis, date=day, marked_at=now)
            return rollup.roll_some(now=now, limit=1)

        return work

    def scan() -> object:
        return run(
            "SELECT count(*), sum(paid_amount) FROM orders_order WHERE paid_date = %(day)s",
            {"day": day},
        )

    one_day = int(str(scan()[0][0]))  # type: ignore[index]
    figures = {basis: _times(roll_one(basis), rounds) for basis in ("created", "paid")}
    baseline = _times(scan, rounds)
    return {
        "orders": orders,
        "orders_of_the_day": one_day,
        "baseline_scan_ms": baseline,
        "rollup_ms": figures,
        "ratio_to_scan": {
            basis: round(value["p50"] / baseline["p50"], 1) for basis, value in figures.items()
        },
    }


def _times(work: Callable[[], object], rounds: int) -> dict[str, float]:
    work()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return {
        "min": round(min(taken), 1),
        "p50": round(statistics.median(taken), 1),
        "max": round(max(taken), 1),
    }


if __name__ == "__main__":
    main()
