"""How long one dirty day's rollup takes beside millions of orders. Run: `python -m bench.rollup`.

Rows are made inside Postgres, in a scratch database that is dropped at the end. The baseline of the
same run is a scan of one day's orders by the same index with nothing but their amounts added up.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

SCRATCH = "bench_rollup"
LAST_DAY = date(2026, 9, 16)
ORDERS_PER_DAY = 13_400
PROVINCES = (
    "广东省,浙江省,江苏省,上海,北京,山东省,河南省,四川省,湖北省,湖南省,福建省,安徽省,河北省,陕西省,"
    "江西省,辽宁省,重庆,广西壮族自治区,云南省,山西省,贵州省,天津,黑龙江省,吉林省,甘肃省,海南省,"
    "内蒙古自治区,新疆维吾尔自治区,宁夏回族自治区,青海省,西藏自治区"
)

# Kept while the rows are made: what the measured path reads, and primary keys.
KEPT_INDEXES = ("_pkey", "order_created_date_idx", "order_paid_date_idx")

FILL_ORDERS = """
INSERT INTO orders_order (
  buyer_id, created_at, paid_at, created_date, paid_date, version, piece_count, kind_count, flag,
  has_open_refund, is_presale, is_urgent, is_time_rough, is_memo_by_hand, goods_amount,
  postage_amount, total_amount, paid_amount, refund_amount, tid, status, stage, due_reason,
  buyer_nick, title, receiver_name, receiver_phone, receiver_province, receiver_city,
  receiver_district, receiver_address, buyer_message, seller_memo, close_reason, shipping_text)
SELECT 1 + (random() * %(buyers)s)::bigint, at, CASE WHEN is_paid THEN at + '40 s' END,
  (at AT TIME ZONE 'Asia/Shanghai')::date,
  CASE WHEN is_paid THEN ((at + '40 s') AT TIME ZONE 'Asia/Shanghai')::date END,
  1, 2, 1, 0, false, false, false, false, false, goods, 0, goods,
  CASE WHEN is_paid THEN goods ELSE 0 END, CASE WHEN is_paid AND g %% 12 = 0 THEN goods ELSE 0 END,
  (4800000000000000000 + g)::text, 'TRADE_FINISHED', CASE WHEN is_paid THEN 'signed' ELSE
  'cancelled' END, 'after_cutoff|shop|rule|48|16:00', '棉**' || g %% 1000, '四件套 纯棉 1.5m 床单被套',
  '张**', '*******5552', (string_to_array(%(provinces)s, ','))[1 + (random()^2 * 30.99)::int %% 31],
  '杭州市', '西湖区', '文一西路 *** 号', '', '', '', '快递'
FROM (
  SELECT g, %(start)s::timestamptz + g * %(step)s::interval AS at, random() < 0.915 AS is_paid,
    (20 + random() * 300)::numeric(12, 2) AS goods
  FROM generate_series(%(first)s, %(last)s) AS g) AS drawn
"""

FILL_LINES = """
INSERT INTO orders_orderline (
  order_id, position, quantity, list_price_amount, paid_amount, refund_amount, line_key, sku_code,
  item_code, item_no, title, spec, status, refund_status)
SELECT id, n, 1, goods_amount, CASE WHEN n = 0 AND kinds = 2 THEN round(goods_amount / 2, 2)
    WHEN n = 0 THEN goods_amount ELSE goods_amount - round(goods_amount / 2, 2) END,
  CASE WHEN n = 0 THEN refund_amount ELSE 0 END, tid || '-' || n,
  'SKU-' || (random() ^ 3 * 1999)::int, '', (90000000 + (random() ^ 3 * 399)::int)::text,
  '四件套 纯棉 1.5m 床单被套', '颜色:雾蓝;尺寸:1.5m', 'TRADE_FINISHED', ''
FROM (SELECT *, 1 + (id %% 5 < 2)::int AS kinds FROM orders_order
      WHERE id BETWEEN %(first)s AND %(last)s) AS o
CROSS JOIN LATERAL generate_series(0, kinds - 1) AS n
"""


def main() -> None:
    """Make the rows, measure, print one JSON document, drop the scratch database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--keep", action="store_true", help="keep the scratch database")
    options = parser.parse_args()
    _use_scratch()
    import django

    django.setup()
    _create()
    try:
        _fill(options.orders)
        print(json.dumps(_measure(options.orders, options.rounds), indent=1))  # noqa: T201
    finally:
        if not options.keep:
            _drop()


def _use_scratch() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopops.settings")
    if "DATABASE_URL" not in os.environ:
        from shopops import embedded

        embedded.ensure_for_process()
    address = urlsplit(os.environ["DATABASE_URL"])
    os.environ["BENCH_ADMIN_URL"] = urlunsplit(address._replace(path="/postgres"))
    os.environ["DATABASE_URL"] = urlunsplit(address._replace(path=f"/{SCRATCH}"))


def _admin(statement: str) -> None:
    import psycopg

    with psycopg.connect(os.environ["BENCH_ADMIN_URL"], autocommit=True) as connection:
        connection.execute(statement)


def _create() -> None:
    from django.core.management import call_command

    _drop()
    _admin(f"CREATE DATABASE {SCRATCH}")
    call_command("migrate", verbosity=0)


def _drop() -> None:
    from django.db import connections

    connections["default"].close_pool()  # type: ignore[attr-defined]
    _admin(f"DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)")


def _run(statement: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[object, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _fill(orders: int) -> None:
    days = max(orders // ORDERS_PER_DAY, 2)
    start = datetime.combine(LAST_DAY - timedelta(days=days - 1), datetime.min.time(), UTC)
    names = {"buyers": orders * 3 // 10, "provinces": PROVINCES}
    _drop_other_indexes()
    _run(
        "INSERT INTO orders_buyer (key, nick) SELECT 'b' || g, 'nick' || g"
        " FROM generate_series(1, %(buyers)s + 2) AS g",
        names,
    )
    chunk = 500_000
    for first in range(1, orders + 1, chunk):
        part = {"first": first, "last": min(first + chunk - 1, orders)}
        step = timedelta(days=days) / orders
        _run(FILL_ORDERS, names | part | {"start": start - timedelta(hours=8), "step": step})
        _run(FILL_LINES, part)
        _say(f"made {part['last']:,} of {orders:,} orders")
    _run("CREATE INDEX IF NOT EXISTS bench_line_order_idx ON orders_orderline (order_id)")
    for table in ("orders_buyer", "orders_order", "orders_orderline"):
        _run(f"VACUUM (ANALYZE) {table}")


def _drop_other_indexes() -> None:
    for table in ("orders_buyer", "orders_order", "orders_orderline"):
        rows = _run(
            "SELECT conname FROM pg_constraint WHERE conrelid = %(t)s::regclass"
            " AND contype IN ('f', 'u')",
            {"t": table},
        )
        for (name,) in rows:
            _run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
        rows = _run("SELECT indexname FROM pg_indexes WHERE tablename = %(t)s", {"t": table})
        for (name,) in rows:
            if not str(name).endswith(KEPT_INDEXES):
                _run(f'DROP INDEX "{name}"')


def _measure(orders: int, rounds: int) -> dict[str, object]:
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
        return _run(
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
