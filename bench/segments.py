"""How long a segment of three conditions is counted over a million customers, sample included.

Run: `python -m bench.segments`. Customers are made inside Postgres, in a scratch database that is dropped
at the end. Baseline of the same run: the rows counted without looking at them.
"""

import argparse
import json
import statistics
import time
from datetime import date
from typing import Any

from bench.scratch import run, say, scratch_database

CUSTOMERS, QUICK = 1_000_000, 50_000
TODAY = date(2026, 9, 17)
LIMIT_SECONDS = 1.0
ROUNDS = 5

FILL = (
    "INSERT INTO crm_customer (id, created_at, version, name, note, birth_month, birth_day)"
    " SELECT g, now(), 1, 'c' || g, '', 1 + g % 12, 1 + g % 28 FROM generate_series(1, {n}) g",
    "INSERT INTO crm_customerstat (customer_id, paid_fen, refund_fen, first_paid_date, last_paid_date,"
    " orders, paid_orders, paid_days, refunded_orders, pieces, recency, frequency, monetary, life_stage,"
    " segment, province) SELECT g, (random() ^ 3 * 200000)::bigint, 0, '2025-01-01'::date + (g % 500),"
    " '2026-09-17'::date - (random() ^ 2 * 700)::int, 1 + g % 4, 1 + g % 4, 1 + g % 4, g % 9 / 8, 1 + g % 6,"
    " 1 + g % 5, 1 + g % 5, 1 + g % 5, (ARRAY['new', 'active', 'cooling', 'asleep', 'lost'])[1 + g % 5],"
    " 's' || g % 8, (ARRAY['浙江省', '江苏省', '广东省', '四川省'])[1 + g % 4] FROM generate_series(1, {n}) g",
    "INSERT INTO crm_consent (customer_id, given_at, channel, proof, withdrawn_by_words)"
    " SELECT g, now(), 'sms', 'x', '' FROM generate_series(1, {n}) g WHERE g % 10 < 7",
    "INSERT INTO crm_optout (customer_id, at, recorded_at, channel, words, source)"
    " SELECT g, now(), now(), 'sms', 'R', 'x' FROM generate_series(1, {n}) g WHERE g % 200 = 0",
)
CASES: dict[str, dict[str, Any]] = {
    "bought in 90 days, 200 yuan, no consent": {
        "all": [
            {"fact": "last_paid", "op": "within", "a": 90},
            {"fact": "paid", "op": "least", "a": "200"},
            {"not": {"fact": "consent", "side": "sms"}},
        ]
    },
    "asleep, of two provinces, consent": {
        "all": [
            {"fact": "life_stage", "values": ["asleep"]},
            {"fact": "province", "values": ["浙江省", "江苏省"]},
            {"fact": "consent", "side": "sms"},
        ]
    },
    "R of 4 or birthday soon or consent": {
        "any": [
            {"fact": "recency", "op": "least", "a": 4},
            {"fact": "birthday", "a": 7},
            {"fact": "consent", "side": "sms"},
        ]
    },
}


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    options = parser.parse_args()
    print(json.dumps(measure(customers=QUICK if options.quick else CUSTOMERS), indent=1))  # noqa: T201


def measure(*, customers: int) -> dict[str, Any]:
    """Make the customers, count each segment some times."""
    with scratch_database("bench_segments"):
        fill_customers(customers)
        return {"customers": customers, "limit_seconds": LIMIT_SECONDS, **_count()}


def fill_customers(customers: int) -> None:
    """Make customers with figures and consents."""
    for statement in FILL:
        run(statement.format(n=customers))
    for name in ("customer", "customerstat", "consent", "optout"):
        run(f"VACUUM (ANALYZE) crm_{name}")
    run("CHECKPOINT")
    say(f"made {customers:,} customers")


def _count() -> dict[str, Any]:
    from crm.queries.segments import count_people, sample_people
    from crm.rules.conditions import parse

    begun = time.perf_counter()
    run("SELECT count(*) FROM crm_customerstat")
    rows, baseline = {}, time.perf_counter() - begun
    for name, document in CASES.items():
        node, counts, both, size = parse(document), [], [], 0
        for _round in range(ROUNDS):
            begun = time.perf_counter()
            size = count_people(node, today=TODAY).size
            counts.append(time.perf_counter() - begun)
            sample_people(node, today=TODAY)
            both.append(time.perf_counter() - begun)
        rows[name] = {
            "size": size,
            "count_seconds": round(statistics.median(counts), 3),
            "worst_seconds": round(max(counts), 3),
            "with_sample_seconds": round(statistics.median(both), 3),
        }
    return {"counting_rows_seconds": round(baseline, 3), "segments": rows}


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    lines = [
        f"{result['customers']:,} customers; aim: counted under {result['limit_seconds']:g} s. Counting the"
        f" rows alone: {result['counting_rows_seconds']} s.",
        "",
        "| three conditions | people | counted, s (median of 5) | worst | with sample |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {row['size']:,} | {row['count_seconds']} | {row['worst_seconds']}"
        f" | {row['with_sample_seconds']} |"
        for name, row in result["segments"].items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
