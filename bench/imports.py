"""Import speed, as ratios to a raw COPY of the same bytes in the same run. `python -m bench.imports`.

Prints one JSON document. Files go the way that a worker's files go: into the vault, then the runs
`intake.parse` and `intake.merge` by the engine, with the reading child, the staging table, the
preview and all indexes and keys. This process is warm, as a worker is: Django runs, and a reading
child for each file is started ahead. The two files of a pair arrive together and go side by side, as in the two
processes of the imports worker: one is read while the other is written (`--statements`: one after
the other).

- first: an order list and its item list of `--lines` lines, GBK, into an empty shop.
- same_bytes: the same files once more; by their digest nothing of them is read.
- same_rows: the same rows in files with one blank line more, so that every row is read and compared.
- later_export: the same rows in files that the platform wrote a day later.
- day_*: the same four for a pair of files of 20,000 lines, into a base of `--base` orders.

`raw` copies the same bytes as they are into unlogged tables of text columns. Where others work on
the machine, the processor's time tells more than the clock's; both are given.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.exports import write_files
from bench.memory import Watch
from bench.scratch import run, say, scratch_database
from bench.statements import slowest_statements

DATABASE = "bench_imports"
LINES, BASE, DAY_LINES = 1_000_000, 10_000_000, 20_000
QUICK = {"lines": 20_000, "base": 100_000, "day_lines": 2_000}
# Ratios to the raw COPY; seconds; MiB.
LIMITS = {
    "first": 10.0,
    "same_bytes": 2.0,
    "day_new": 3.0,
    "day_same_bytes": 0.3,
    "peak_mib": 1024,
}
EMPTIED = (
    "orders_order, orders_orderline, orders_buyer, orders_shipment, orders_refund,"
    " orders_ordercontact, orders_dirtyday, intake_batch, intake_rowchange, work_run"
)
NEWEST = datetime(2026, 3, 9)  # noqa: DTZ001 - wall clock of the files
STEP = timedelta(days=730) / 10_000_000


def main() -> int:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument(
        "--lines", type=int, default=LINES, help="lines of the first import; 0: skip"
    )
    parser.add_argument("--base", type=int, default=BASE, help="orders under the day file; 0: skip")
    parser.add_argument("--day-lines", type=int, default=DAY_LINES)
    parser.add_argument("--only-new", action="store_true", help="leave out the repeats")
    parser.add_argument("--keep", action="store_true", help="keep the scratch database")
    parser.add_argument("--statements", type=int, default=0, help="show so many slowest statements")
    options = parser.parse_args()
    sizes = {"lines": options.lines, "base": options.base, "day_lines": options.day_lines}
    sizes = QUICK if options.quick else sizes
    answer = measure(
        **sizes, keep=options.keep, statements=options.statements, repeats=not options.only_new
    )
    print(json.dumps(answer, indent=1, ensure_ascii=False))  # noqa: T201
    return 0


def measure(
    *,
    lines: int,
    base: int,
    day_lines: int,
    keep: bool = False,
    statements: int = 0,
    repeats: bool = True,
) -> dict[str, Any]:
    """Measure in a scratch database of its own; nothing of another one is touched."""
    steps: dict[str, Any] = {}
    load = os.getloadavg()[0]
    with (
        scratch_database(DATABASE, keep=keep),
        tempfile.TemporaryDirectory() as folder,
        _vault_in(Path(folder)),
        Watch(DATABASE) as watch,
    ):
        from shopops.intake.warm import keep_child_started

        keep_child_started(count=2)
        bench = _Bench(Path(folder), watch, statements, repeats=repeats)
        if lines:
            _empty()
            paths = write_files(bench.folder, lines=lines, seed=1, first_tid=10**17, at=NEWEST)
            steps |= bench.four("", "first", paths)
        if base:
            _empty()
            say(f"making {base:,} orders")
            _grow(base)
            paths = write_files(
                bench.folder, lines=day_lines, seed=2, first_tid=9 * 10**17, at=NEWEST
            )
            steps |= bench.four("day_", "new", paths)
    peak = {name: round(size / 1024) for name, size in sorted(watch.peaks.items())}
    return {
        "lines": lines,
        "base": base,
        "day_lines": day_lines,
        "load_before": round(load, 1),
        "steps": steps,
        "peak_mib": peak,
        **_verdict(steps, peak),
    }


def _verdict(steps: dict[str, Any], peak: dict[str, int]) -> dict[str, Any]:
    found: dict[str, float] = {
        name: steps[name]["seconds" if name.startswith("day_") else "ratio_to_raw"]
        for name in LIMITS
        if name in steps
    }
    found["peak_mib"] = max(peak.values(), default=0)
    missed = [name for name, value in found.items() if value > LIMITS[name]]
    return {"limits": LIMITS, "found": found, "missed": missed}


class _Bench:
    def __init__(self, folder: Path, watch: Watch, statements: int, *, repeats: bool) -> None:
        self.folder = folder
        self.watch = watch
        self.statements = statements
        self.repeats = repeats

    def four(self, prefix: str, first: str, paths: tuple[Path, Path]) -> dict[str, Any]:
        """Import two files new, again as they are, again row by row, and as exported later."""
        used = self.watch.processor_seconds()
        raw = _seconds(lambda: raw_copy(paths))
        raw_used = self.watch.processor_seconds() - used
        size = sum(path.stat().st_size for path in paths)
        steps: dict[str, Any] = {
            f"{prefix}raw": {
                "seconds": round(raw, 3),
                "processor_seconds": round(raw_used, 2),
                "bytes": size,
            }
        }
        written_at = datetime(2026, 3, 10, 4, tzinfo=UTC)

        def step(name: str, more: bytes, at: datetime) -> None:
            for path in paths:
                with path.open("ab") as file:
                    file.write(more)
            before = self.watch.processor_seconds()
            begun = time.perf_counter()
            parts = self._import(paths, at)
            seconds = time.perf_counter() - begun
            used = self.watch.processor_seconds() - before
            steps[prefix + name] = {
                "seconds": round(seconds, 3),
                "ratio_to_raw": round(seconds / raw, 2),
                "processor_seconds": round(used, 2),
                "processor_ratio_to_raw": round(used / raw_used, 2),
                "files": parts,
            }
            say(
                f"{prefix}{name}: {seconds:.2f} s, {seconds / raw:.2f} raw COPYs;"
                f" processor {used:.2f} s, {used / raw_used:.2f}"
            )

        step(first, b"", written_at)
        if not self.repeats:
            return steps
        step("same_bytes", b"", written_at)
        step("same_rows", b"\r\n", written_at)
        step("later_export", b"\r\n", written_at + timedelta(days=1))
        return steps

    def _import(self, paths: tuple[Path, Path], written_at: datetime) -> list[dict[str, Any]]:
        """Bring both files in side by side, as the two processes of the imports worker do."""
        if self.statements:
            with slowest_statements(self.statements):
                return [import_file(path, written_at) for path in paths]
        with ThreadPoolExecutor(max_workers=2) as workers:
            return list(workers.map(partial(_import_in_thread, written_at=written_at), paths))


def _import_in_thread(path: Path, *, written_at: datetime) -> dict[str, Any]:
    from django.db import connection

    try:
        return import_file(path, written_at)
    finally:
        connection.close()


def import_file(path: Path, written_at: datetime) -> dict[str, Any]:
    """Bring one file in as a worker does; give seconds and processor seconds of each part, and counts.

    :raises RuntimeError: if it was not written
    """
    from django.utils import timezone

    from shopops.intake import actions
    from shopops.intake.choices import BatchSource, BatchState
    from shopops.intake.models import Batch
    from shopops.lib import vault
    from shopops.work.engine import perform_inline
    from shopops.work.models import Run

    begun = time.perf_counter()
    with path.open("rb") as file:
        stored = vault.store(file)
    received = actions.receive_file(
        stored=stored,
        file_name=path.name,
        source=BatchSource.COMMAND,
        by=None,
        now=timezone.now(),
        written_at=written_at,
        auto_commit=True,
        ring=False,
    )
    parts = {"receive": time.perf_counter() - begun}
    parts["parse"] = _seconds(lambda: perform_inline(received.run))
    merging = Run.objects.get(kind=actions.MERGE, key=str(received.batch.pk))
    parts["merge"] = _seconds(lambda: perform_inline(merging))
    batch = Batch.objects.get(pk=received.batch.pk)
    if batch.state != BatchState.DONE:
        raise RuntimeError(f"{path.name} is {batch.state}: {batch.refusal}")
    return {
        "kind": batch.kind,
        "seconds": round(sum(parts.values()), 3),
        **{name: round(one, 3) for name, one in parts.items()},
        "created": batch.created_count,
        "updated": batch.updated_count,
        "unchanged": batch.unchanged_count,
        "rejected": batch.rejected_count,
    }


def raw_copy(paths: tuple[Path, ...]) -> None:
    """COPY files as they are into unlogged tables of text, the server decoding them."""
    import csv

    from django.db import connection

    with connection.cursor() as cursor:
        for path in paths:
            head = next(csv.reader(path.open(encoding="gbk", newline="")))
            columns = ", ".join(f"c{n} text" for n in range(len(head)))
            cursor.execute(f"CREATE UNLOGGED TABLE bench_raw ({columns})")
            statement = "COPY bench_raw FROM STDIN (FORMAT csv, HEADER, ENCODING 'GB18030')"
            with cursor.copy(statement) as copy, path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    copy.write(chunk)
            cursor.execute("DROP TABLE bench_raw")


@contextmanager
def _vault_in(folder: Path) -> Iterator[None]:
    from django.conf import settings

    kept, settings.MEDIA_ROOT = settings.MEDIA_ROOT, str(folder)
    try:
        yield
    finally:
        settings.MEDIA_ROOT = kept


def _empty() -> None:
    run(f"TRUNCATE {EMPTIED} RESTART IDENTITY CASCADE")


def _grow(orders: int) -> None:
    from bench.synthetic import Base

    newest = NEWEST.replace(tzinfo=UTC)
    Base(newest=newest, step=STEP).grow(
        orders=orders, open_orders=min(orders // 25, 41_000), now=newest
    )


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
