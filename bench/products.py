"""How long pages of goods take at the server beside 100,000 SKUs. Run: `python -m bench.products`.

Products, SKUs, levels and sixty days of figures are made inside Postgres, in a scratch database that
is dropped at the end. A person signs in as in the browser; each request goes through the real WSGI
application with all middleware, and its time is what the response's Server-Timing header says.
"""

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from bench.pages import PASSWORD, _figures, _load, _people
from bench.scratch import run, scratch_database
from bench.visitor import SIGN_INS, Measured, Visitor, _measured

SKUS, QUICK_SKUS = 100_000, 5_000
SKUS_A_PRODUCT = 4
DAYS = 60
TURN = 5
LIMIT_MS = 100.0

_PRODUCTS = """
INSERT INTO products_product (version, is_main, in_showcase, status, role, item_no, item_code,
  category, brand, season, title, attributes, image_path, said_by, changed_at)
SELECT 1, n %% 200 = 0, false, CASE WHEN n %% 9 = 0 THEN 'off_shelf' ELSE 'on_shelf' END, '',
  (600000000000 + n)::text, 'K' || n, '', '棉语', '', '四件套 全棉 ' || md5(n::text), '{}', '', '{}',
  now() FROM generate_series(1, %(products)s) n
"""
_SKUS = """
INSERT INTO products_sku (product_id, version, pack_size, is_draft, is_on, list_amount, cost_amount,
  code, merchant_code, sku_no, barcode, bin_code, title, spec, said_by, changed_at)
SELECT p.id, 1, 1, false, true, 100 + n, CASE WHEN p.id %% 500 = 0 THEN 400 ELSE 60 END,
  p.item_code || '-' || n, '', '', '', 'A-' || p.id %% 90, '', '黄;' || n, '{}', now()
FROM products_product p CROSS JOIN generate_series(1, %(each)s) n ORDER BY p.id, n
"""
_LEVELS = """
INSERT INTO products_stocklevel (sku_id, on_hand, allocated, safety, may_be_negative)
SELECT id, CASE WHEN id % 100 = 0 THEN 0 ELSE id % 300 END, 0, 0, false FROM products_sku
"""
_DAYS = """
INSERT INTO products_productday (product_id, date, visitors, paid_pieces, paid_buyers, paid_amount,
  refunded_amount, cart_pieces)
SELECT p.id, current_date - d, 100 + (p.id + d) %% 50, (p.id * d) %% 9, (p.id * d) %% 7,
  (p.id * d) %% 900, 0, 9
FROM products_product p CROSS JOIN generate_series(1, %(days)s) d ORDER BY d, p.id
"""
_CONFLICTS = """
INSERT INTO products_catalogueconflict (product_id, sku_id, found_at, field, source, ours, theirs)
SELECT NULL, id, now(), 'list_amount', 'products.cost_table', '100.00', '101.00'
FROM products_sku WHERE id % 700 = 0
"""


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    parser.add_argument("--rounds", type=int, default=100, help="requests to each page")
    parser.add_argument("--skus", type=int)
    options = parser.parse_args()
    skus = options.skus or (QUICK_SKUS if options.quick else SKUS)
    print(json.dumps(measure(skus=skus, rounds=options.rounds), indent=1))  # noqa: T201


def measure(*, skus: int, rounds: int) -> dict[str, Any]:
    """Make the goods and ask for each page."""
    with scratch_database("bench_products"):
        _people(1)
        _fill(skus)
        visitor = Visitor(*SIGN_INS[0], password=PASSWORD)
        found: dict[str, list[Measured]] = {}
        pages = _pages()
        for turn in range(1 + max(rounds // TURN, 1)):
            for name, url in pages.items():
                measured = _measured(visitor, lambda url=url: (url, {}), TURN)  # type: ignore[misc]
                if turn:  # the first turn fills caches
                    found.setdefault(name, []).extend(measured)
        figures = {name: _figures(rows) for name, rows in found.items()}
        return {
            "skus": skus,
            "rounds": rounds,
            "load_average": _load(),
            "limit_p95_ms": LIMIT_MS,
            "worst_list_p95": max(one["p95"] for name, one in figures.items() if "list" in name),
            "pages": figures,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }


def _fill(skus: int) -> None:
    run(_PRODUCTS, {"products": skus // SKUS_A_PRODUCT})
    run(_SKUS, {"each": SKUS_A_PRODUCT})
    run(_LEVELS)
    run(_DAYS, {"days": DAYS})
    run(_CONFLICTS)
    from products.actions.figures import write_figures

    write_figures(now=datetime.now(UTC))
    for table in (
        "product",
        "sku",
        "stocklevel",
        "productday",
        "catalogueconflict",
        "productfigures",
    ):
        run(f"VACUUM ANALYZE products_{table}")


def _pages() -> dict[str, str]:
    middle = run("SELECT id FROM products_product ORDER BY id OFFSET (SELECT count(*) / 2 FROM"
                 " products_product) LIMIT 1")[0][0]  # fmt: skip
    return {
        "list": "/products/",
        "list, in the midst": f"/products/?after={middle}",
        "list: on shelf": "/products/?tab=on_shelf",
        "list: main": "/products/?tab=main",
        "list: out of stock": "/products/?tab=out",
        "list: cost above price": "/products/?tab=dear",
        "list: in conflict": "/products/?tab=conflict",
        "list: a code's beginning": "/products/?q=K777",
        "list: a word of the title": "/products/?q=%E5%85%A8%E6%A3%89",
        "list: a code in small letters": "/products/?q=k777",
        "list: by cover": "/products/?sort=cover",
        "list: by cover, in the midst": f"/products/?sort=-cover&after={middle}_40.0000",
        "list: main by sales": "/products/?tab=main&sort=-sales",
        "list: a word by margin": "/products/?q=%E5%85%A8%E6%A3%89&sort=margin",
        "list: a rare word": "/products/?q=c4ca4238",
        "product": f"/products/p/{middle}/",
        "conflicts": "/products/conflicts/",
        "SKUs": "/products/skus/?which=all",
    }


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    lines = [
        f"{result['skus']:,} SKUs, server time of a whole page in ms ({result['rounds']} requests each;"
        f" load average {result['load_average']}). Aim: p95 of the list under {LIMIT_MS:g}.",
        "",
        "| page | p50 | p95 | SQL p50 | queries | KB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {one['p50']} | {one['p95']} | {one['sql_p50']} | {one['queries']} | {one['kb']} |"
        for name, one in result["pages"].items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
