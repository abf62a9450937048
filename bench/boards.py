"""How long pages of figures take at the server over millions of orders. Run: `python -m bench.boards`.

Orders and lines are made inside Postgres, in a scratch database that is dropped at the end; the rollup of the
product works them out, and the product's own runs keep the shelf, reasons of returns and who came again.
Each request goes through the real WSGI application with all middleware, and its time is what the response's
Server-Timing header says. At the end the shop has its morning: `bench.morning`.
"""

import argparse
import json
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench import morning
from bench.pages import PASSWORD, _count_queues, _figures, _load, _people
from bench.rollup import ORDERS_PER_DAY, give_costs
from bench.scratch import run, say, scratch_database
from bench.synthetic import Base
from bench.visitor import SIGN_INS, Measured, Visitor, _measured

SIZE, QUICK_SIZE = 10_000_000, 100_000
OPEN = 20_000
TURN = 5
LIMIT_MS = 150.0
CODES = (
    "trend",
    "products",
    "regions",
    "hours",
    "customers",
    "cohorts",
    "turnover",
    "returns",
)

_REFUNDS = """
INSERT INTO orders_refund (order_id, tid, refund_no, status, type, phase, is_full, goods_status, reason,
  explanation, responsible, title, sku_code, return_carrier, return_waybill_no, refund_amount, finished_at)
SELECT id, tid, 'R' || id, 'SUCCESS', 'refund_only', '售中', true, '卖家未发货',
  (ARRAY['不想要了', '质量问题', '拍错了', '缺货', '尺寸不合适', '七天无理由'])[1 + id % 6],
  '', '', '', '', '', '', refund_amount, paid_at + interval '2 days'
FROM orders_order WHERE refund_amount > 0
"""
# Days of payment as `crm` keeps them; here each member is a customer.
_PAID_DAYS = """
INSERT INTO crm_paidday (customer_id, date, orders, paid_fen, refund_fen)
SELECT buyer_id, paid_date, count(*)::smallint, (sum(paid_amount) * 100)::bigint,
  (sum(refund_amount) * 100)::bigint
FROM orders_order WHERE paid_date IS NOT NULL GROUP BY 1, 2
"""
_LEVELS = """
INSERT INTO products_stocklevel (sku_id, on_hand, allocated, safety, may_be_negative)
SELECT id, id % 300, 0, 0, false FROM products_sku
"""
_MOVES = """
INSERT INTO products_stockmove (sku_id, at, quantity, on_hand_after, kind, reference, reason)
SELECT id, now() - d * interval '1 day', -1 - id % 3, 0, 'sale', '', ''
FROM products_sku CROSS JOIN generate_series(1, 100) d
"""
_PRODUCTS = """
INSERT INTO products_product (version, is_main, in_showcase, status, role, item_no, item_code, category,
  brand, season, title, attributes, image_path, said_by, changed_at)
SELECT 1, false, false, 'on_shelf', '', (90000000 + n)::text, '', '', '', '', '四件套 ' || n, '{}', '', '{}',
  now() FROM generate_series(0, 499) n
"""
_STATS = """
INSERT INTO analytics_statrow (source, scope, date, key, device, figures, said_at, is_current, note)
SELECT 'shop_day', 'shop', day::date, '', 'all',
  jsonb_build_object('visitors', '380000', 'cart_buyers', '31000', 'ordered_buyers', '14200'), now(), true, ''
FROM generate_series(current_date - 760, current_date - 1, '1 day') day
"""
_TARGETS = """
INSERT INTO analytics_target (figure, month, version, value, note, set_at, set_by_id)
SELECT code, date_trunc('month', current_date)::date, 1, 60000000, '', now(), (SELECT min(id) FROM staff_user)
FROM unnest(ARRAY['paid_amount', 'paid_orders', 'visitors']) code
"""


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    parser.add_argument("--orders", type=int)
    parser.add_argument("--rounds", type=int, default=40, help="requests to each page")
    parser.add_argument(
        "--days", type=int, help="over how many days; else as many orders a day as ever"
    )
    options = parser.parse_args()
    orders = options.orders or (QUICK_SIZE if options.quick else SIZE)
    print(json.dumps(measure(orders=orders, rounds=options.rounds, days=options.days), indent=1))  # noqa: T201


def measure(*, orders: int, rounds: int, days: int | None = None) -> dict[str, Any]:
    """Make the orders, have the product sum them, and ask for each page."""
    with scratch_database("bench_boards"):
        _people(1)
        kept = fill(
            orders,
            days or max(orders // ORDERS_PER_DAY, 40),
            open_orders=min(OPEN, orders // 25),
        )
        visitor = Visitor(*SIGN_INS[0], password=PASSWORD)
        found: dict[str, list[Measured]] = {}
        pages = _pages()
        for turn in range(1 + max(rounds // TURN, 1)):
            _count_queues(datetime.now(UTC))  # as the beat does every half minute
            for name, url in pages.items():
                measured = _measured(visitor, lambda url=url: (url, {}), TURN)  # type: ignore[misc]
                if turn:  # the first turn fills caches
                    found.setdefault(name, []).extend(measured)
        figures = {name: _figures(rows) for name, rows in found.items()}
        return {
            "orders": run("SELECT count(*) FROM orders_order")[0][0],
            "days": run("SELECT count(*) FROM analytics_rolledday WHERE basis = 'paid'")[0][0],
            "cells": run("SELECT count(*) FROM analytics_dayrollup")[0][0],
            "rounds": rounds,
            "load_average": _load(),
            "limit_p95_ms": LIMIT_MS,
            "worst_p95": max(one["p95"] for one in figures.values()),
            "kept_seconds": kept,
            "pages": figures,
            "morning": morning.have(),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }


def fill(orders: int, days: int, *, open_orders: int = 0) -> dict[str, float]:
    """Fill the scratch shop and have the product keep what its pages read; give what that took."""
    from analytics.actions import boards, rollup

    now = datetime.now(UTC)
    today = now.date()
    newest = datetime.combine(today, datetime.min.time(), UTC) - timedelta(hours=8)
    base = Base(newest=newest, step=timedelta(days=days) / orders)
    base.grow(orders=orders, open_orders=open_orders, now=newest)
    give_costs()
    for statement in (_REFUNDS, _PAID_DAYS, _LEVELS, _MOVES, _PRODUCTS, _STATS, _TARGETS):
        run(statement)
    for table in ("orders_refund", "crm_paidday", "products_stockmove"):
        run(f"VACUUM ANALYZE {table}")
    say("summing days …")
    rollup.mark_days(since=None, until=None, now=now)
    while rollup.roll_some(now=now, limit=60):
        pass
    kept = {
        "returns": _timed(boards.sum_all_returns),
        "shelf": _timed(lambda: boards.keep_shelf(as_of=today - timedelta(days=1), now=now)),
        "repurchase": _timed(lambda: _again(today, now)),
    }
    for name in ("dayrollup", "rolledday", "stockday", "returnday", "returnedday", "statrow"):
        run(f"VACUUM ANALYZE analytics_{name}")
    return kept


def _again(today: date, now: datetime) -> None:
    from analytics.actions import boards

    boards.keep_repurchase(as_of=today - timedelta(days=1), now=now)


def _timed(act: Any) -> float:  # noqa: ANN401
    begin = time.perf_counter()
    act()
    return round(time.perf_counter() - begin, 2)


def _pages() -> dict[str, str]:
    today = datetime.now(UTC).date()
    year = f"since={today - timedelta(days=365)}&until={today - timedelta(days=1)}"
    # By its date: what a shop in Shanghai calls yesterday has no orders here while there it is morning.
    day = f"since={today - timedelta(days=1)}&until={today - timedelta(days=1)}"
    pages = {f"{code}, 30 days": f"/analytics/{code}/" for code in CODES}
    pages |= {f"{code}, a year against a year": f"/analytics/{code}/?{year}" for code in CODES}
    return pages | {
        "trend of the conversion, by week": "/analytics/trend/?figure=pay_rate&by=week",
        "products by SKU, 30 days": "/analytics/products/?by=sku",
        "orders behind a day": f"/analytics/orders/?{day}",
        "orders behind a province of a day": f"/analytics/orders/?{day}&province=西藏自治区",
        "orders behind 30 days": "/analytics/orders/?span=30",
        "orders behind old buyers of a year": f"/analytics/orders/?{year}&buyer_kind=old",
        "orders behind Mondays at 10, a year": f"/analytics/orders/?{year}&weekday=1&hour=10",
        "refunds behind 30 days": "/analytics/orders/?span=30&basis=refunded",
        "targets": "/analytics/targets/",
        "funnel, 30 days": "/analytics/funnel/?days=30",
        "traffic, 30 days": "/analytics/traffic/?days=30",
        "morning": "/morning/",
    }


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    kept = ", ".join(f"{name} {seconds} s" for name, seconds in result["kept_seconds"].items())
    lines = [
        f"{result['orders']:,} orders of {result['days']} days, {result['cells']:,} cells of the"
        f" rollup; server time of a whole page in ms ({result['rounds']} requests each; load average"
        f" {result['load_average']}). Aim: p95 under"
        f" {LIMIT_MS:g}. Kept beside the rollup, once: {kept}.",
        "",
        "| page | p50 | p95 | SQL p50 | queries | KB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {one['p50']} | {one['p95']} | {one['sql_p50']} | {one['queries']} | {one['kb']} |"
        for name, one in result["pages"].items()
    ]
    return "\n".join(
        [*lines, "", "### The whole morning run", "", morning.table(result["morning"])]
    )


if __name__ == "__main__":
    main()
