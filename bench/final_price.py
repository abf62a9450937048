"""How long the lowest prices of all SKUs for the days ahead take. Run: `python -m bench.final_price`.

20,000 SKUs with as many list prices, six public benefits that stack and begin and end within the 30
days, two of them with a figure of its own per SKU. As the nightly run does it: one process, into a
scratch database that is dropped at the end, rows written included. The second pass changes nothing.
The baseline of the same run prices a few hundred SKUs one by one with the same rules.
"""

import argparse
import json
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.scratch import scratch_database

SKUS, QUICK_SKUS = 20_000, 500
ALONE = 200
LIMIT_SECONDS = 30.0
NOW = datetime(2026, 9, 17, 7, 18, tzinfo=UTC)
FILL_SKUS = """
INSERT INTO products_sku (changed_at, version, pack_size, is_draft, is_on, code, sku_no, barcode, bin_code,
  title, spec, merchant_code, said_by, list_amount)
SELECT now(), 1, 1, false, true, 'SKU-' || g, '', '', '', '', '', '', '{}', round((9.9 + g * 0.037)::numeric, 2)
FROM generate_series(1, %(skus)s) AS g
"""
FILL_OWN = """
INSERT INTO promotions_benefitsku (benefit_id, sku_id, amount)
SELECT b.id, s.id, round((s.list_amount * 0.05)::numeric, 2) FROM promotions_benefit b, products_sku s
WHERE NOT b.is_shop_wide AND s.id % 2 = b.id % 2
"""
# kind, parameters, first and last day, shop-wide
BENEFITS: list[tuple[str, dict[str, Any], int, int, bool]] = [
    ("item_off", {"off": "1"}, 0, 30, False),
    ("item_off", {"off": "2"}, 5, 12, False),
    ("official", {"rate": "0.12"}, 10, 20, True),
    ("coupon", {"threshold": "199", "off": "20", "scope": "shop"}, -5, 40, True),
    ("multi_rate", {"pieces": 2, "rate": "0.95"}, 3, 25, True),
    ("cross", {"per": "300", "off": "50"}, 10, 20, True),
]


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    parser.add_argument("--skus", type=int)
    options = parser.parse_args()
    skus = options.skus or (QUICK_SKUS if options.quick else SKUS)
    print(json.dumps(measure(skus=skus), indent=1))  # noqa: T201


def measure(*, skus: int) -> dict[str, Any]:
    """Fill a shop, keep its lowest prices twice, price a few alone."""
    load = round(os.getloadavg()[0], 1)
    with scratch_database("bench_final_price"):
        _fill(skus)
        first = _run()
        again = _run()
        alone = _alone()
    return {
        "skus": skus,
        "days": 30,
        "benefits": len(BENEFITS),
        "seconds": first["seconds"],
        "rows": first["changed"],
        "again_seconds": again["seconds"],
        "again_rows": again["changed"],
        "limit_seconds": LIMIT_SECONDS,
        "times_one_by_one": round(alone * skus / first["seconds"], 1),
        "load_before": load,
    }


def _fill(skus: int) -> None:
    from django.db import connection

    from promotions.models import Benefit

    with connection.cursor() as cursor:
        cursor.execute(FILL_SKUS, {"skus": skus})
    Benefit.objects.bulk_create(
        Benefit(
            kind=kind,
            parameters=parameters,
            starts_at=NOW + timedelta(days=first),
            ends_at=NOW + timedelta(days=last),
            is_shop_wide=is_shop_wide,
            code=f"BENCH{number}",
            name=kind,
            changed_at=NOW,
        )
        for number, (kind, parameters, first, last, is_shop_wide) in enumerate(BENEFITS)
    )
    with connection.cursor() as cursor:
        cursor.execute(FILL_OWN)
        cursor.execute("ANALYZE")


def _run() -> dict[str, Any]:
    from promotions.actions.lowest import request_lowest
    from shopops.work.engine import perform_inline

    begin = time.perf_counter()
    done = perform_inline(request_lowest(now=NOW), clock=lambda: NOW)
    seconds = round(time.perf_counter() - begin, 1)
    if done.state != "done":
        raise RuntimeError(done.error)
    return {"seconds": seconds, "changed": (done.result or {})["changed"]}


def _alone() -> float:
    """Give the seconds that one SKU takes for all its spans when it is priced by itself."""
    from products.models import Sku
    from promotions.queries.lowest import lowest_prices
    from shopops.lib.business_time import business_date

    days = [business_date(NOW) + timedelta(days=ahead) for ahead in range(30)]
    chosen = list(Sku.objects.order_by("pk").values_list("pk", flat=True)[:ALONE:20])
    begin = time.perf_counter()
    for sku_id in chosen:
        lowest_prices([sku_id], days, now=NOW)
    return (time.perf_counter() - begin) / len(chosen)


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    return "\n".join(
        [
            f"{result['skus']:,} SKUs with as many list prices, {result['days']} days,"
            f" {result['benefits']} benefits that stack; aim {result['limit_seconds']:.0f} s;"
            f" load before: {result['load_before']}.",
            "",
            "| all worked out and written, seconds | rows written | again with nothing changed, seconds"
            " | rows written | times as fast as one by one |",
            "|---:|---:|---:|---:|---:|",
            f"| {result['seconds']} | {result['rows']:,} | {result['again_seconds']}"
            f" | {result['again_rows']:,} | {result['times_one_by_one']} |",
        ]
    )


if __name__ == "__main__":
    main()
