"""How long a scan at the packing table takes at the server beside ten million orders.

Run: `python -m bench.scan`. A scratch database is filled; the newest orders that left have gone
through the warehouse (parcels, lines, scans), some wait at the packing table. A warehouse hand signs in
and scans: labels, right pieces, wrong ones, unknown codes, through the real view with all middleware.
All indexes and foreign keys stand, tables are analysed.
"""

import argparse
import json
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.scratch import run, say, scratch_database
from bench.synthetic import Base

SIZES = (100_000, 10_000_000)
QUICK_SIZES = (20_000,)
OPEN = {20_000: 2_000, 100_000: 4_000, 10_000_000: 41_000}
STEP = timedelta(days=730) / 10_000_000
ROUNDS, QUICK_ROUNDS = 300, 40
# How many of the newest orders went over the packing table: some weeks of a very busy shop.
PACKED = 500_000
WAITING = 400  # parcels picked, in waves of forty
LIMIT_MS = 100.0
PASSWORD = "plain-orchid-ladder-47"  # noqa: S105 - of a database that is dropped
SKUS = 2_000

FILL_SKUS = """
INSERT INTO products_sku (pack_size, is_draft, is_on, code, merchant_code, sku_no, said_by, barcode,
  bin_code, weight_grams, title, spec, version, changed_at)
SELECT 1, false, true, 'SKU-' || g, '', '', '{}', (6900000000000 + g)::text,
  'A-' || lpad((g / 20)::text, 2, '0') || '-' || g % 20,
  200 + g % 900, '四件套 纯棉 1.5m ' || g, '颜色:雾蓝', 1, now() FROM generate_series(0, %(skus)s) AS g
"""
FILL_PARCELS = """
INSERT INTO orders_parcel (
  id, order_id, created_at, due_at, handed_over_at, checked_at, picked_at, version, piece_count,
  kind_count, order_count, state, carrier, carrier_reason, waybill_no, skip_reason)
SELECT o.id, o.id, o.paid_at, o.ship_due_at, o.handed_over_at, o.handed_over_at, o.handed_over_at, 1, 1,
  1, 1, 'handed_over', '中通快递', '', 'ZT' || o.tid, ''
FROM orders_order o WHERE o.handed_over_at IS NOT NULL AND o.id > %(after)s
"""
FILL_LINES = """
INSERT INTO orders_parcelline (parcel_id, order_id, line_id, quantity, checked_quantity, amount, sku_code)
SELECT p.id, l.order_id, l.id, l.quantity, l.quantity, l.paid_amount, l.sku_code
FROM orders_parcel p JOIN orders_orderline l ON l.order_id = p.id WHERE p.id > %(after)s
"""
FILL_SCANS = """
INSERT INTO orders_scan (parcel_id, at, by_id, outcome, code, words)
SELECT p.id, p.handed_over_at - interval '1 hour', (SELECT min(id) FROM staff_user), 'complete', 'x', ''
FROM orders_parcel p WHERE p.handed_over_at IS NOT NULL AND p.id > %(after)s
"""


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    parser.add_argument("--sizes", help="numbers of orders, parted by commas")
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args()
    sizes = tuple(int(one) for one in options.sizes.split(",")) if options.sizes else None
    wanted = sizes or (QUICK_SIZES if options.quick else SIZES)
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    print(json.dumps(measure(sizes=wanted, rounds=rounds), indent=1))  # noqa: T201


def measure(*, sizes: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """Make each size in turn, in a database of its own, and scan in it."""
    results: list[dict[str, Any]] = []
    for size in sizes:
        with scratch_database("bench_scan"):
            results.append({"orders": size, "scans": _measure(size, rounds)})
    worst = max(one["p95"] for result in results for one in result["scans"].values())
    return {"rounds": rounds, "sizes": results, "limit_ms": LIMIT_MS, "worst_p95_ms": worst}


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    sizes = result["sizes"]
    heads = " | ".join(f"{one['orders']:,}" for one in sizes)
    lines = [
        f"Server time of one scan with its whole answer, p50 / p95 in ms ({result['rounds']} scans each)"
        f" beside so many orders, the newest {PACKED:,} of which went over the packing table; aim under"
        f" {result['limit_ms']:.0f} ms.",
        "",
        f"| scan | {heads} | own processor time, p50 | queries |",
        "|---|" + "---:|" * (len(sizes) + 2),
    ]
    for name in sizes[0]["scans"]:
        cells = [f"{one['scans'][name]['p50']} / {one['scans'][name]['p95']}" for one in sizes]
        last = sizes[-1]["scans"][name]
        lines.append(
            f"| {name} | {' | '.join(cells)} | {last['processor_p50']} | {last['queries']} |"
        )
    return "\n".join(lines)


def _measure(size: int, rounds: int) -> dict[str, dict[str, float]]:
    now = datetime.now(UTC)
    person = _people(now)
    base = Base(newest=now - timedelta(days=2), step=STEP)
    base.grow(orders=size, open_orders=OPEN.get(size, size // 25), now=now)
    _history(max(size - PACKED, 0))
    _waiting(person, now)
    return _scan(person, rounds)


def _people(now: datetime) -> Any:  # noqa: ANN401
    from shopops.staff.actions import people, setup
    from shopops.staff.models import User

    boss = setup.set_up_shop(
        shop_name="棉语家纺",
        platform="tmall",
        username="admin",
        name="林岚",
        password=PASSWORD,
        now=now,
    )
    people.add_person(
        username="wu", name="阿武", roles=["warehouse"], password=PASSWORD, by=boss, now=now
    )
    User.objects.update(must_change_password=False)
    return User.objects.get(username="wu")


def _history(after: int) -> None:
    """Let every order behind `after` that left have gone through the warehouse."""
    run(FILL_SKUS.replace(" % ", " %% "), {"skus": SKUS})
    say("parcels of orders that left …")
    for statement in (FILL_PARCELS, FILL_LINES, FILL_SCANS):
        run(statement, {"after": after})
    run(
        "SELECT setval(pg_get_serial_sequence('orders_parcel', 'id'), (SELECT max(id) FROM orders_order))"
    )
    for name in ("products_sku", "orders_parcel", "orders_parcelline", "orders_scan"):
        run(f"VACUUM (ANALYZE) {name}")


def _waiting(person: Any, now: datetime) -> None:  # noqa: ANN401
    """Have picked waves at the packing table, built by the acts themselves."""
    from orders.actions.counts import refresh_queue_counts
    from orders.actions.warehouse import building, waves

    built = building.build_waves(now=now, by=person, limit=WAITING, max_parcels_per_wave=40)
    for wave in built.waves:
        waves.start_picking(wave_id=wave.pk, by=person, now=now)
        waves.finish_picking(wave_id=wave.pk, by=person, now=now)
    refresh_queue_counts(platform="tmall", now=now)


def _scan(person: Any, rounds: int) -> dict[str, dict[str, float]]:  # noqa: ANN401
    from orders.models import Parcel

    scanner = _Scanner(person)
    parcels = list(Parcel.objects.filter(state="picked").order_by("pk")[: rounds + 20])
    for number in range(rounds):
        parcel = parcels[number % len(parcels)]
        Parcel.objects.filter(locked_by=person).update(locked_by=None)
        parcel.lines.update(checked_quantity=0)
        first = parcel.lines.order_by("pk").first()
        assert first is not None  # noqa: S101
        scanner.send("label", (parcel.number, parcel.order.tid)[number % 2], None)
        scanner.send("right piece", first.sku_code, parcel.pk)
        scanner.send("wrong piece", str(6900000000000 + SKUS - number % 7), parcel.pk)
        scanner.send("unknown", f"999{number}", parcel.pk)
    return scanner.figures(warm=min(10, rounds // 4))


class _Scanner:
    """Sends scans as the page's script does, and keeps what they took."""

    def __init__(self, person: Any) -> None:  # noqa: ANN401
        from django.test import Client
        from django.urls import reverse

        self._client = Client(SERVER_NAME="localhost")
        self._client.force_login(person, backend="shopops.staff.backends.SignInBackend")
        self._url = reverse("orders:check_scan")
        self._spent: dict[str, list[float]] = {}
        self._worked: dict[str, list[float]] = {}
        self._queries: dict[str, int] = {}

    def send(self, kind: str, code: str, parcel: int | None) -> None:
        """Scan once.

        :raises RuntimeError: if the answer is not what this kind of scan gets
        """
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        data = {"code": code, "parcel": parcel or ""}
        with CaptureQueriesContext(connection) as watch:
            begun, worked = time.perf_counter(), time.thread_time()
            answer = self._client.post(self._url, data, headers={"accept": "application/json"})
            spent = (time.perf_counter() - begun) * 1000
            self._worked.setdefault(kind, []).append((time.thread_time() - worked) * 1000)
        wanted = "done" if kind in {"label", "right piece"} else "late"
        if answer.status_code != 200 or answer.json()["tone"] != wanted:
            raise RuntimeError(f"{kind}: {answer.status_code} {answer.content[:200]!r}")
        self._spent.setdefault(kind, []).append(spent)
        self._queries[kind] = max(self._queries.get(kind, 0), len(watch))

    def figures(self, *, warm: int) -> dict[str, dict[str, float]]:
        """Give the figures by kind, the first scans left out."""
        return {
            kind: {
                "p50": round(statistics.median(spent[warm:]), 1),
                "p95": round(sorted(spent[warm:])[int(len(spent[warm:]) * 0.95)], 1),
                "processor_p50": round(statistics.median(self._worked[kind][warm:]), 1),
                "queries": self._queries[kind],
            }
            for kind, spent in self._spent.items()
        }


if __name__ == "__main__":
    main()
