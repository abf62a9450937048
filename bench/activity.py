"""How long the page of one activity takes at the server with 2,000 items. Run: `python -m bench.activity`.

SKUs, levels and an activity with its items are made inside Postgres, in a scratch database that is dropped
at the end; the check that fills the items is the product's own and is timed beside. Each request goes through
the real WSGI application with all middleware, and its time is what the response's Server-Timing header says.
"""

import argparse
import json
import time
from datetime import UTC, datetime
from typing import Any

from bench.pages import PASSWORD, _figures, _load, _people
from bench.scratch import run, scratch_database
from bench.visitor import SIGN_INS, Measured, Visitor, _measured

ITEMS, QUICK_ITEMS, FEW = 2_000, 200, 20
TURN = 5
LIMIT_MS = 300.0

_SKUS = """
INSERT INTO products_sku (version, pack_size, is_draft, is_on, list_amount, cost_amount, floor_amount,
  code, merchant_code, sku_no, barcode, bin_code, title, spec, said_by, changed_at)
SELECT 1, 1, false, true, 139, 46.5, 80 + n %% 30, 'A-' || n, '', '', '', '', '四件套 全棉', '', '{}', now()
FROM generate_series(1, %(items)s) n
"""
_LEVELS = """
INSERT INTO products_stocklevel (sku_id, on_hand, allocated, safety, may_be_negative)
SELECT id, id % 300, 0, 0, false FROM products_sku
"""
_ACTIVITY = """
INSERT INTO promotions_activity (changed_at, starts_at, ends_at, version, kind, state, uplift, cost_amount,
  name, contact, refusal_reason, note, page_text, page_seen_text, lesson)
VALUES (now(), now() + interval '5 days', now() + interval '9 days', 1, 'shop', 'passed', 2, 0,
  %(name)s, '', '', '', '', '', '') RETURNING id
"""
_ITEMS = """
INSERT INTO promotions_activityitem (activity_id, sku_id, price_amount, was_amount)
SELECT %(activity)s, id, 98, 120 FROM products_sku ORDER BY id LIMIT %(items)s
"""


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    parser.add_argument("--rounds", type=int, default=50, help="requests to each page")
    options = parser.parse_args()
    items = QUICK_ITEMS if options.quick else ITEMS
    print(json.dumps(measure(items=items, rounds=options.rounds), indent=1))  # noqa: T201


def measure(*, items: int, rounds: int) -> dict[str, Any]:
    """Make two activities, check them, and ask for their pages."""
    with scratch_database("bench_activity"):
        _people(1)
        run(_SKUS, {"items": items})
        run(_LEVELS)
        big, few = _activity("大", items), _activity("小", FEW)
        checked = _check(big)
        _check(few)
        for table in ("activityitem", "activity", "activitycheck"):
            run(f"VACUUM ANALYZE promotions_{table}")
        visitor = Visitor(*SIGN_INS[0], password=PASSWORD)
        pages = {
            f"one activity, {items} items": f"/promotions/a/{big}/",
            "the same, its failing items": f"/promotions/a/{big}/?outcome=fail",
            f"one activity, {FEW} items": f"/promotions/a/{few}/",
            "calendar": "/promotions/",
            "board": "/promotions/board/",
        }
        found: dict[str, list[Measured]] = {}
        for turn in range(1 + max(rounds // TURN, 1)):
            for name, url in pages.items():
                measured = _measured(visitor, lambda url=url: (url, {}), TURN)  # type: ignore[misc]
                if turn:  # the first turn fills caches
                    found.setdefault(name, []).extend(measured)
        return {
            "items": items,
            "rounds": rounds,
            "load_average": _load(),
            "limit_p95_ms": LIMIT_MS,
            "check_seconds": checked,
            "pages": {name: _figures(rows) for name, rows in found.items()},
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }


def _activity(name: str, items: int) -> int:
    pk = int(str(run(_ACTIVITY, {"name": name})[0][0]))
    run(_ITEMS, {"activity": pk, "items": items})
    return pk


def _check(activity_id: int) -> float:
    from promotions.actions.check import check_activity

    begin = time.perf_counter()
    check_activity(activity_id=activity_id, by=None, now=datetime.now(UTC))
    return round(time.perf_counter() - begin, 2)


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    lines = [
        f"Server time of a whole page in ms ({result['rounds']} requests each; load average"
        f" {result['load_average']}). Aim: p95 of an activity's page under {LIMIT_MS:g}. The price check of"
        f" {result['items']:,} items took {result['check_seconds']} s.",
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
