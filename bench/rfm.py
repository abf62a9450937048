"""RFM of a million customers, by the day and from scratch, beside DuckDB on the same rows.

Run: `python -m bench.rfm`. Made-up payments: ten million, two years, few customers pay often. DuckDB
reads the same days of payment from its own table on disk and scores all by fifths. From scratch both
count the segments and keep nothing. By the day both leave everybody's scores in a table: DuckDB makes it
anew, ours moves the window on and writes what changed, with history, limits and counts of all groups.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.scratch import run, say, scratch_database

CUSTOMERS, ORDERS = 1_000_000, 10_000_000
QUICK_CUSTOMERS, QUICK_ORDERS = 20_000, 200_000
DAY = date(2026, 9, 17)
NOW = datetime(2026, 9, 18, tzinfo=UTC)
DAYS = 730
WINDOW = 365
LIMITS = {"daily": 3.0, "from_scratch": 5.0}

_SCORED = f"""
WITH w AS (
  SELECT customer_id, DATE '{DAY}' - max(date) AS days, sum(orders) AS orders,
    sum(paid_fen - refund_fen) AS net
  FROM days WHERE date > DATE '{DAY}' - {WINDOW} AND date <= DATE '{DAY}' GROUP BY customer_id
), s AS (
  SELECT customer_id, net, 6 - ntile(5) OVER (ORDER BY days) AS r, ntile(5) OVER (ORDER BY orders) AS f,
    ntile(5) OVER (ORDER BY net) AS m FROM w
)
"""
_DUCK = {
    "from_scratch": f"{_SCORED} SELECT r >= 4, f >= 4, m >= 4, count(*), sum(net) FROM s GROUP BY ALL",
    "daily": f"CREATE OR REPLACE TABLE scores AS {_SCORED} SELECT * FROM s",
}


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    options = parser.parse_args()
    size = (QUICK_CUSTOMERS, QUICK_ORDERS) if options.quick else (CUSTOMERS, ORDERS)
    with scratch_database("bench_rfm"):
        print(json.dumps(measure(customers=size[0], orders=size[1]), indent=1))  # noqa: T201


def measure(*, customers: int, orders: int) -> dict[str, Any]:
    """Fill, then measure the baseline before and after ours: the machine's noise is shared."""
    from crm.actions import rfm
    from crm.queries import rfm as queries

    fill(customers=customers, orders=orders)
    load = os.getloadavg()[0]
    before = duck()
    rfm.keep_rfm(as_of=DAY - timedelta(days=1), now=NOW)
    run("VACUUM ANALYZE crm_rfmbase, crm_customerstat")
    kept, daily = _timed(lambda: rfm.keep_rfm(as_of=DAY, now=NOW))
    asked = queries.recipe(as_of=DAY, window_days=WINDOW)
    scratch = _timed(lambda: queries.rfm_as_of(asked))[1]
    scratch = min(scratch, _timed(lambda: queries.rfm_as_of(asked))[1])
    after = duck()
    baseline = {name: statistics.mean([before[name], after[name]]) for name in before}
    return {
        "customers": customers,
        "orders": orders,
        "days_of_payment": run("SELECT count(*) FROM crm_paidday")[0][0],
        "buyers_in_window": kept.buyers,
        "read_again": kept.read,
        "changed": kept.changed,
        "load_before": round(load, 1),
        "duckdb_seconds": {name: round(seconds, 2) for name, seconds in baseline.items()},
        "daily_seconds": round(daily, 2),
        "from_scratch_seconds": round(scratch, 2),
        "daily_ratio": round(daily / baseline["daily"], 2),
        "from_scratch_ratio": round(scratch / baseline["from_scratch"], 2),
        "list_page_ms": _list_page(),
        "limits": LIMITS,
    }


def _timed[T](act: Callable[[], T]) -> tuple[T, float]:
    begin = time.perf_counter()
    done = act()
    return done, time.perf_counter() - begin


def fill(*, customers: int, orders: int) -> None:
    """Make customers, their figures and days of payment; no orders are behind them."""
    say(f"{customers:,} customers, {orders:,} payments …")
    run("SELECT setseed(0.2026)")
    run(
        "INSERT INTO crm_customer (id, created_at, version, name, note)"
        f" SELECT n, now(), 1, '客户' || n, '' FROM generate_series(1, {customers}) n"
    )
    run("ALTER TABLE crm_paidday DROP CONSTRAINT crm_paidday_pkey")
    run("DROP INDEX paid_day_date_idx")
    run(
        "INSERT INTO crm_paidday (customer_id, date, orders, paid_fen, refund_fen)"
        " SELECT c, d, count(*), sum(fen), sum(CASE WHEN fen % 20 = 0 THEN fen ELSE 0 END) FROM ("
        f"  SELECT 1 + floor({customers} * power(random(), 2))::bigint AS c,"
        f"   DATE '{DAY}' - floor(random() * {DAYS})::int AS d,"
        "   (2000 + random() * 30000)::bigint AS fen"
        f"  FROM generate_series(1, {orders})) o GROUP BY c, d ORDER BY c, d"
    )
    run("ALTER TABLE crm_paidday ADD CONSTRAINT crm_paidday_pkey PRIMARY KEY (customer_id, date)")
    run("CREATE INDEX paid_day_date_idx ON crm_paidday (date)")
    run(
        "INSERT INTO crm_customerstat (customer_id, paid_fen, refund_fen, first_paid_date,"
        " last_paid_date, orders, paid_orders, paid_days, refunded_orders, pieces, life_stage,"
        " segment, province) SELECT customer_id, sum(paid_fen), sum(refund_fen), min(date), max(date),"
        " sum(orders), sum(orders), count(*), 0, sum(orders), '', '', '浙江省' FROM crm_paidday"
        " GROUP BY customer_id"
    )
    run("VACUUM ANALYZE crm_paidday, crm_customerstat, crm_customer")


def duck() -> dict[str, float]:
    """Give the best of three runs of each of DuckDB's statements over the same rows, in its own file."""
    import duckdb
    from django.db import connection

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "days.csv"
        with (
            connection.cursor() as cursor,
            path.open("wb") as file,
            cursor.copy(
                "COPY (SELECT customer_id, date, orders, paid_fen, refund_fen FROM crm_paidday)"
                " TO STDOUT (FORMAT csv, HEADER)"
            ) as copy,
        ):
            for data in copy:
                file.write(data)
        with duckdb.connect(str(Path(folder) / "days.duckdb")) as db:
            db.execute(f"CREATE TABLE days AS SELECT * FROM read_csv('{path}')")
            return {
                name: min(_timed(lambda: db.execute(sql).fetchall())[1] for _n in range(3))  # noqa: B023
                for name, sql in _DUCK.items()
            }


def _list_page() -> dict[str, float]:
    """Give the median milliseconds of a page of the list: the first, one deep, one of a segment."""
    from crm.queries.customer_list import SORTS, Filters, customer_page

    def page(**changes: Any) -> Any:  # noqa: ANN401
        values: dict[str, Any] = {
            "tab": "all", "filters": Filters(), "sort": SORTS["last"], "today": DAY,
            "may_find_phone": False,
        }  # fmt: skip
        return customer_page(**(values | changes))

    middle = run(
        "SELECT last_paid_date || '_' || customer_id FROM crm_customerstat"
        " ORDER BY last_paid_date DESC NULLS LAST, customer_id DESC"
        " OFFSET (SELECT count(*) / 2 FROM crm_customerstat) LIMIT 1"
    )[0][0]
    found = {}
    for name, changes in (
        ("first", {}),
        ("deep", {"after": middle}),
        ("segment", {"filters": Filters(segment="champion")}),
        ("by_value", {"sort": SORTS["value"]}),
    ):
        times = [_timed(partial(page, **changes))[1] for _n in range(9)]
        found[name] = round(statistics.median(times) * 1000, 1)
    return found


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    pages = ", ".join(f"{name} {ms} ms" for name, ms in result["list_page_ms"].items())
    return "\n".join(
        [
            f"{result['customers']:,} customers, {result['days_of_payment']:,} days of payment,"
            f" {result['buyers_in_window']:,} buyers in the window; load before:"
            f" {result['load_before']}. By the day DuckDB leaves everybody's scores in a table made anew; ours"
            f" reads again {result['read_again']:,} customers and writes {result['changed']:,} that changed."
            " From scratch both count the segments and write nothing.",
            "",
            "| step | seconds | DuckDB | times | aim |",
            "|---|---:|---:|---:|---:|",
            *(
                f"| {name} | {result[f'{name}_seconds']} | {result['duckdb_seconds'][name]}"
                f" | {result[f'{name}_ratio']} | {limit:g} |"
                for name, limit in result["limits"].items()
            ),
            "",
            f"Pages of the list at this size (median of nine): {pages}.",
        ]
    )


if __name__ == "__main__":
    main()
