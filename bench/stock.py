"""How long the proof of stock takes over a long ledger, and setting aside by the thousand.

Run: `python -m bench.stock`. The ledger is made inside Postgres, in a scratch database that is dropped
at the end. Baselines of the same run: the same rows counted without looking at them; the orders'
pieces set aside one order at a time.
"""

import argparse
import json
import time
from datetime import UTC, datetime
from typing import Any

from bench.scratch import run, say, scratch_database

MOVES, QUICK_MOVES = 10_000_000, 200_000
SKUS, HELD = 20_000, 50_000
ORDERS = 1_000
LIMIT_SECONDS = 20.0
NOW = datetime(2026, 9, 17, 7, 18, tzinfo=UTC)

FILL_SKUS = """
INSERT INTO products_sku (changed_at, version, pack_size, is_draft, is_on, code, merchant_code, sku_no,
  barcode, bin_code, title, spec, said_by)
SELECT now(), 1, 1, false, true, 'SKU-' || g, '', '', '', '', '枕套 60支长绒棉 一对', '', '{}'
FROM generate_series(1, %(skus)s) AS g
"""
# Each SKU begins with a receipt that covers all it will ever sell; then sales and returns by turns.
FILL_MOVES = """
INSERT INTO products_stockmove (sku_id, at, quantity, on_hand_after, kind, reference, reason)
SELECT sku.id, %(now)s::timestamptz - (n.g * '7 s'::interval),
  CASE WHEN n.g <= %(skus)s THEN 100000 WHEN n.g % 11 = 0 THEN 1 ELSE -1 END,
  0, CASE WHEN n.g <= %(skus)s THEN 'receipt' WHEN n.g % 11 = 0 THEN 'return' ELSE 'sale' END,
  '48' || (n.g / 2), ''
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n(g)
JOIN products_sku sku ON sku.id = 1 + n.g % %(skus)s
"""
FILL_LEVELS = """
INSERT INTO products_stocklevel (sku_id, on_hand, allocated, safety, may_be_negative, kept_since)
SELECT s.id, coalesce(sum(m.quantity), 0), 0, 0, false, now() FROM products_sku s
LEFT JOIN products_stockmove m ON m.sku_id = s.id GROUP BY s.id
"""
FILL_HELD = """
INSERT INTO products_allocation (sku_id, made_at, quantity, returned, state, tid, line_key)
SELECT 1 + g % %(skus)s, now(), 1, 0, 'held', 'T' || g / 2, 'T' || g / 2 || '-' || g % 2
FROM generate_series(0, %(held)s - 1) AS g
"""


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    parser.add_argument("--moves", type=int)
    options = parser.parse_args()
    moves = options.moves or (QUICK_MOVES if options.quick else MOVES)
    print(json.dumps(measure(moves=moves), indent=1))  # noqa: T201


def measure(*, moves: int) -> dict[str, Any]:
    """Make the ledger, prove it, set pieces aside."""
    with scratch_database("bench_stock"):
        _fill(moves)
        return {**_prove(), **_allocate()}


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    return "\n".join(
        [
            f"{result['moves']:,} moves of {result['skus']:,} SKUs, {result['held']:,} pieces set aside;"
            f" aim {result['limit_seconds']:.0f} s.",
            "",
            "| proof, seconds | times counting the rows | 1,000 orders set aside, s | one by one, s"
            " | statements for 2 and 1,000 | consumed, s |",
            "|---:|---:|---:|---:|---:|---:|",
            f"| {result['proof_seconds']} | {result['ratio_to_counting']} | {result['allocate_seconds']}"
            f" | {result['one_by_one_seconds']} | {result['statements'][0]} and {result['statements'][1]}"
            f" | {result['consume_seconds']} |",
        ]
    )


def _fill(moves: int) -> None:
    run(FILL_SKUS, {"skus": SKUS})
    indexes = run(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'products_stockmove'"
        " AND indexname NOT LIKE %(key)s",
        {"key": "%_pkey"},
    )
    for name, _definition in indexes:
        run(f"DROP INDEX {name}")
    keys = run(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'products_stockmove'::regclass AND contype = 'f'"
    )
    for name, _definition in keys:
        run(f"ALTER TABLE products_stockmove DROP CONSTRAINT {name}")
    for first in range(1, moves + 1, 1_000_000):
        last = min(first + 999_999, moves)
        values = {"skus": SKUS, "first": first, "last": last, "now": NOW}
        run(FILL_MOVES.replace(" % ", " %% "), values)
        say(f"made {last:,} moves")
    for _name, definition in indexes:
        run(str(definition))
    for name, definition in keys:
        run(f"ALTER TABLE products_stockmove ADD CONSTRAINT {name} {definition}")
    run(FILL_LEVELS)
    run(FILL_HELD.replace(" % ", " %% "), {"skus": SKUS, "held": HELD})
    run(
        "UPDATE products_stocklevel l SET allocated = h.n FROM (SELECT sku_id, sum(quantity) AS n"
        " FROM products_allocation GROUP BY sku_id) h WHERE h.sku_id = l.sku_id"
    )
    for name in ("sku", "stockmove", "stocklevel", "allocation"):
        run(f"VACUUM (ANALYZE) products_{name}")
    run("CHECKPOINT")


def _prove() -> dict[str, Any]:
    from products.queries.proof import prove
    from products.rules.stock import Wanted

    def open_lines(tids: Any) -> list[Wanted]:  # noqa: ANN401
        code = {row[0]: str(row[1]) for row in run("SELECT id, code FROM products_sku")}
        rows = run("SELECT tid, line_key, sku_id, quantity FROM products_allocation")
        return [
            Wanted(str(tid), str(key), code[sku], int(str(quantity)))
            for tid, key, sku, quantity in rows
        ]

    begun = time.perf_counter()
    run("SELECT count(quantity) FROM products_stockmove")
    counting = time.perf_counter() - begun
    begun = time.perf_counter()
    proof = prove(open_lines=open_lines)
    seconds = time.perf_counter() - begun
    return {
        "moves": proof.moves,
        "skus": proof.skus,
        "held": proof.allocations,
        "differences": len(proof.differences),
        "proof_seconds": round(seconds, 2),
        "limit_seconds": LIMIT_SECONDS,
        "counting_seconds": round(counting, 2),
        "ratio_to_counting": round(seconds / counting, 1),
    }


def _allocate() -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from products.actions import allocation
    from products.rules.stock import Wanted

    def orders(first: int, count: int) -> list[Wanted]:
        return [
            Wanted(f"B{n}", f"B{n}-{m}", f"SKU-{1 + (n * 7 + m) % SKUS}", 1)
            for n in range(first, first + count)
            for m in range(2)
        ]

    statements = []
    for first, count in ((0, 2), (2, ORDERS)):
        with CaptureQueriesContext(connection) as watch:
            allocation.allocate(orders(first, count), now=NOW)
        statements.append(len(watch))
    wanted = orders(10_000, ORDERS)
    begun = time.perf_counter()
    short = allocation.allocate(wanted, now=NOW)
    together = time.perf_counter() - begun
    begun = time.perf_counter()
    for n in range(ORDERS):
        allocation.allocate(orders(20_000 + n, 1), now=NOW)
    apart = time.perf_counter() - begun
    begun = time.perf_counter()
    consumed = allocation.consume([one.tid for one in wanted], by=None, now=NOW)
    return {
        "orders": ORDERS,
        "short": len(short),
        "statements": statements,
        "allocate_seconds": round(together, 3),
        "one_by_one_seconds": round(apart, 3),
        "consumed_pieces": consumed,
        "consume_seconds": round(time.perf_counter() - begun, 3),
    }


if __name__ == "__main__":
    main()
