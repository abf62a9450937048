"""How long a queue page takes at the server beside 100,000, 1,000,000 and 10,000,000 orders.

Run: `python -m bench.pages`. One scratch database grows and is copied at each size. Then one process
for each size signs a person in as in the browser, second factor included; each request goes through
the real WSGI application with all middleware, and its time is what the response's Server-Timing
header says. The sizes take turns, a few requests each, so that noise of the machine meets all alike.
The part spent in SQL is measured in rounds of its own. All indexes and foreign keys stand, tables
are analysed.
"""

import argparse
import json
import statistics
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.scratch import copy_database, drop_database, run, scratch_database
from bench.synthetic import Base
from bench.visitor import SIGN_INS, TABS, Measured, serve

SIZES = (100_000, 1_000_000, 10_000_000)
QUICK_SIZES = (20_000, 100_000)
# Open orders beside so many: they grow with the shop, but not as history does.
OPEN = {20_000: 2_000, 100_000: 4_000, 1_000_000: 13_000, 10_000_000: 41_000}
STEP = timedelta(days=730) / 10_000_000
TURN = 5  # requests to each page before the next size has its turn
LIMITS_MS = {"p50": 12.0, "p95": 30.0}
LIMIT_RATIO = 1.3
PASSWORD = "plain-orchid-ladder-47"  # noqa: S105 - of databases that are dropped


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--rounds", type=int, default=200, help="requests to each page")
    parser.add_argument("--sizes", help="numbers of orders, parted by commas")
    options = parser.parse_args()
    sizes = tuple(int(one) for one in options.sizes.split(",")) if options.sizes else None
    result = measure(quick=options.quick, sizes=sizes, rounds=options.rounds)
    print(json.dumps(result, indent=1))  # noqa: T201


def measure(
    *, quick: bool = False, sizes: tuple[int, ...] | None = None, rounds: int = 200
) -> dict[str, Any]:
    """Make a database for each size and measure each page in each."""
    wanted = sizes or (QUICK_SIZES if quick else SIZES)
    with scratch_database("bench_pages"):
        made = _fill(wanted)
        try:
            results = _measure(made, rounds=rounds)
        finally:
            for size in wanted:
                drop_database(_name(size))
    return {"rounds": rounds, "load_average": _load(), "sizes": results, **_verdict(results)}


def _name(size: int) -> str:
    return f"bench_pages_{size}"


def _fill(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    _people(len(sizes))
    newest = datetime.now(UTC) - timedelta(days=2)
    base = Base(newest=newest, step=STEP)
    made = []
    for size in sizes:
        now = datetime.now(UTC)
        base.grow(orders=size, open_orders=OPEN.get(size, size // 25), now=now)
        _count_queues(now)
        megabytes = int(str(run("SELECT pg_database_size(current_database()) >> 20")[0][0]))
        copy_database("bench_pages", to=_name(size))
        made.append(
            {
                "orders": size,
                "open_orders": base.open_made,
                "database_mb": megabytes,
                "newest": newest.isoformat(),
                "days": (size - base.open_made) * STEP / timedelta(days=1),
            }
        )
    return made


def _people(count: int) -> None:
    """Set a shop up with as many managers as there are databases, each with a second factor."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import encrypt

    from shopops.staff.actions import people, setup
    from shopops.staff.models import User

    now = datetime.now(UTC)
    boss = setup.set_up_shop(
        shop_name="棉语家纺",
        platform="tmall",
        username="admin",
        name="林岚",
        password=PASSWORD,
        now=now,
    )
    for username, secret in SIGN_INS[:count]:
        people.add_person(
            username=username, name="阿宁", roles=["manager"], password=PASSWORD, by=boss, now=now
        )
        person = User.objects.get(username=username)
        Authenticator.objects.create(
            user=person, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)}
        )
    User.objects.update(must_change_password=False)


def _count_queues(now: datetime) -> None:
    from orders.actions.counts import refresh_queue_counts

    refresh_queue_counts(platform="tmall", now=now)


def _measure(made: list[dict[str, Any]], *, rounds: int) -> list[dict[str, Any]]:
    context = get_context("spawn")
    workers = []
    for number, facts in enumerate(made):
        ours, theirs = context.Pipe()
        arguments = (_name(facts["orders"]), number, PASSWORD, facts, theirs)
        process = context.Process(target=serve, args=arguments, daemon=True)
        process.start()
        workers.append((process, ours))
    found: list[dict[str, list[Measured]]] = [{} for _ in made]
    for turn in range(1 + max(rounds // TURN, 1)):
        for (_process, pipe), kept in zip(workers, found, strict=True):
            pipe.send(TURN)
            answers: dict[str, list[Measured]] = pipe.recv()
            for name, measured in answers.items():
                if turn:  # the first turn fills caches
                    kept.setdefault(name, []).extend(measured)
    for process, pipe in workers:
        pipe.send(0)
        process.join(30)
    return [
        {**facts, "pages": {name: _figures(rows) for name, rows in kept.items()}}
        for facts, kept in zip(made, found, strict=True)
    ]


def _figures(rows: list[Measured]) -> dict[str, float]:
    spent = sorted(row.milliseconds for row in rows if not row.is_watched)
    watched = [row for row in rows if row.is_watched]
    return {
        "min": round(spent[0], 2),
        "p50": round(statistics.median(spent), 2),
        "p95": round(spent[int(len(spent) * 0.95)], 2),
        "processor_p50": round(
            statistics.median(row.processor_ms for row in rows if not row.is_watched), 2
        ),
        "sql_p50": round(statistics.median(row.sql_ms for row in watched), 2),
        "queries": max(row.queries for row in watched),
        "kb": round(rows[-1].size / 1024),
    }


def _load() -> list[float]:
    """Give how many processes wanted the machine, over the last 1 and 5 minutes, where known."""
    path = Path("/proc/loadavg")
    return [float(one) for one in path.read_text().split()[:2]] if path.exists() else []


def _verdict(results: list[dict[str, Any]]) -> dict[str, Any]:
    first, last = results[0]["pages"], results[-1]["pages"]
    parts = ("min", "p50", "p95", "processor_p50", "sql_p50")
    ratios = {
        name: {part: round(last[name][part] / first[name][part], 2) for part in parts}
        for name in first
    }
    tabs = [result["pages"][name] for result in results for name in TABS]
    return {
        "ratio_largest_to_smallest": ratios,
        "limits": {**LIMITS_MS, "ratio_p50": LIMIT_RATIO},
        "worst_tab": {part: max(tab[part] for tab in tabs) for part in LIMITS_MS},
        "worst_tab_ratio_p50": max(ratios[name]["p50"] for name in TABS),
    }


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    sizes = result["sizes"]
    heads = [f"{one['orders']:,}" for one in sizes]
    lines = [
        f"Server time of a whole page, p50 / p95 in ms ({result['rounds']} requests each;"
        f" load average {result['load_average']}). Aims: p50 under {LIMITS_MS['p50']:g}, p95 under"
        f" {LIMITS_MS['p95']:g}, largest at most {LIMIT_RATIO} times the smallest.",
        "",
        f"| page | {' | '.join(heads)} | largest : smallest, p50 | queries | SQL p50, largest |",
        "|---|" + "---:|" * (len(heads) + 3),
    ]
    for name in sizes[0]["pages"]:
        cells = [f"{one['pages'][name]['p50']} / {one['pages'][name]['p95']}" for one in sizes]
        last = sizes[-1]["pages"][name]
        ratio = result["ratio_largest_to_smallest"][name]["p50"]
        cells += [str(ratio), str(last["queries"]), str(last["sql_p50"])]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
