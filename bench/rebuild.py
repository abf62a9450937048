"""A full rebuild of the figures of millions of orders, beside DuckDB grouping the same rows.

Run: `python -m bench.rebuild`. Orders and lines are made inside Postgres. DuckDB reads them from its own
tables on disk and groups them by the same keys with the same counts of distinct buyers; it joins no cost,
knows no shares and writes nothing. Ours is what a shop does: every day marked, a run for each month,
two processes, cells compared with what is stored and written. Once into an empty rollup, once again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.rollup import LAST_DAY, ORDERS_PER_DAY, give_costs
from bench.scratch import run, say, scratch_database
from bench.synthetic import Base

SIZE, QUICK_SIZE = 10_000_000, 200_000
WORKERS = 2
LIMIT = 4.0

_ORDERS = """
SELECT id, created_date, paid_date, buyer_id,
  date_part('hour', created_at AT TIME ZONE 'Asia/Shanghai')::int AS created_hour,
  date_part('hour', paid_at AT TIME ZONE 'Asia/Shanghai')::int AS paid_hour,
  receiver_province AS province, device, paid_at IS NOT NULL AS is_paid,
  (paid_amount * 100)::bigint AS gross, (refund_amount * 100)::bigint AS refund,
  (total_amount * 100)::bigint AS asked, (postage_amount * 100)::bigint AS postage, piece_count AS pieces
FROM orders_order"""
_LINES = """
SELECT order_id, sku_code AS sku, item_no AS product, quantity, (paid_amount * 100)::bigint AS gross,
  (refund_amount * 100)::bigint AS refund
FROM orders_orderline"""

_SUMS = """count(*), count(*) FILTER (WHERE is_paid), count(*) FILTER (WHERE refund > 0),
  count(DISTINCT buyer_id), count(DISTINCT buyer_id) FILTER (WHERE is_paid)"""
_MONEY = "sum(asked), sum(gross), sum(refund), sum(postage), sum(pieces)"


def _duck_statements() -> list[str]:
    tier = (
        "CASE WHEN NOT is_paid THEN 'u' WHEN gross - refund <= 0 THEN '0' WHEN gross - refund <= 5000"
        " THEN '1' WHEN gross - refund <= 20000 THEN '2' WHEN gross - refund <= 50000 THEN '3' ELSE '4' END"
    )
    found = []
    for basis in ("created", "paid"):
        old = (
            f"SELECT DISTINCT o.{basis}_date AS date, o.buyer_id FROM orders o JOIN orders p"
            f" ON p.buyer_id = o.buyer_id AND p.paid_date < o.{basis}_date"
            f" AND p.paid_date >= o.{basis}_date - 365"
        )
        found.append(
            f"CREATE OR REPLACE TEMP TABLE mine AS SELECT o.*, {tier} AS tier, old.buyer_id IS NOT NULL AS"
            f" kind FROM orders o LEFT JOIN ({old}) old ON old.date = o.{basis}_date"
            f" AND old.buyer_id = o.buyer_id WHERE o.{basis}_date IS NOT NULL"
        )
        found += [
            f"SELECT {basis}_date, {key}, {_SUMS}, {_MONEY} FROM mine GROUP BY ALL"
            for key in ("1", f"{basis}_hour", "province", "tier", "device", "kind")
        ]
        found += [
            f"SELECT o.{basis}_date, l.{key}, count(DISTINCT o.id), count(DISTINCT o.buyer_id),"
            " count(DISTINCT o.buyer_id) FILTER (WHERE o.is_paid), sum(l.gross), sum(l.refund),"
            " sum(l.quantity) FROM mine o JOIN lines l ON l.order_id = o.id GROUP BY ALL"
            for key in ("sku", "product")
        ]
    return found


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    parser.add_argument("--orders", type=int)
    parser.add_argument("--work", action="store_true", help="perform the runs that wait, and end")
    options = parser.parse_args()
    if options.work:
        work()
        return
    wanted = options.orders or (QUICK_SIZE if options.quick else SIZE)
    with scratch_database("bench_rebuild"):
        days = max(wanted // ORDERS_PER_DAY, 2)
        newest = datetime.combine(LAST_DAY, datetime.min.time(), UTC) + timedelta(hours=16)
        base = Base(newest=newest, step=timedelta(days=days) / wanted)
        base.grow(orders=wanted, open_orders=0, now=newest)
        give_costs()
        print(json.dumps(measure(wanted), indent=1))  # noqa: T201


def measure(orders: int) -> dict[str, Any]:
    """Measure DuckDB before and after ours: the machine's noise is shared."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "facts.duckdb")
        _fill_duck(path)
        before = _duck(path)
        first = rebuild()
        run("VACUUM ANALYZE analytics_dayrollup")
        again = rebuild()
        after = _duck(path)
    duck = min(before, after)
    return {
        "orders": orders,
        "lines": run("SELECT count(*) FROM orders_orderline")[0][0],
        "cells": run("SELECT count(*) FROM analytics_dayrollup")[0][0],
        "load_before": round(load, 1),
        "workers": WORKERS,
        "duckdb_seconds": [round(before, 2), round(after, 2)],
        "first_seconds": round(first, 2),
        "again_seconds": round(again, 2),
        "first_ratio": round(first / duck, 2),
        "again_ratio": round(again / duck, 2),
        "limit": LIMIT,
    }


def rebuild() -> float:
    """Have a few processes rebuild everything; give the seconds."""
    from analytics.actions import rebuild as act

    runs = act.request_rebuild(since=None, until=None, by=None, now=datetime.now(UTC), ring=False)
    say(f"{len(runs)} months …")
    begin = time.perf_counter()
    command = [sys.executable, "-m", "bench.rebuild", "--work"]
    workers = [subprocess.Popen(command) for _n in range(WORKERS)]  # noqa: S603
    if any(worker.wait() for worker in workers):
        raise RuntimeError("a worker failed")
    return time.perf_counter() - begin


def work() -> None:
    """Perform the months that wait, as a worker of the shop does, one after the other."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopops.settings")
    import django

    django.setup()
    from analytics.actions.rebuild import KIND
    from shopops.work import engine
    from shopops.work.models import Run

    waiting = Run.objects.filter(kind=KIND, state="waiting").order_by("business_date")
    for run_id in list(waiting.values_list("pk", flat=True)):
        engine.perform(run_id)


def _fill_duck(path: str) -> None:
    import duckdb
    from django.db import connection

    with tempfile.TemporaryDirectory() as folder, duckdb.connect(path) as db:
        for name, statement in (("orders", _ORDERS), ("lines", _LINES)):
            file = Path(folder) / f"{name}.csv"
            with (
                connection.cursor() as cursor,
                file.open("wb") as out,
                cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv, HEADER)") as copy,
            ):
                for data in copy:
                    out.write(data)
            db.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{file}')")


def _duck(path: str) -> float:
    import duckdb

    def group() -> None:
        with duckdb.connect(path) as db:
            db.execute(f"SET threads = {WORKERS}")
            for statement in _duck_statements():
                db.execute(statement).fetchall()

    return min(_timed(group) for _n in range(2))


def _timed(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    duck = " and ".join(str(seconds) for seconds in result["duckdb_seconds"])
    return "\n".join(
        [
            f"{result['orders']:,} orders, {result['lines']:,} lines, {result['cells']:,} cells;"
            f" {result['workers']} processes; load before: {result['load_before']}. DuckDB groups the same"
            f" rows in {duck} s (before and after), writes nothing and knows no cost.",
            "",
            "| rebuild | seconds | times DuckDB | aim |",
            "|---|---:|---:|---:|",
            f"| into an empty rollup | {result['first_seconds']} | {result['first_ratio']} | {LIMIT:g} |",
            f"| again, nothing changed | {result['again_seconds']} | {result['again_ratio']} | {LIMIT:g} |",
        ]
    )


if __name__ == "__main__":
    main()
