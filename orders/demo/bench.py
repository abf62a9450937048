"""Big files for measurements: one order list and one item list with an exact number of lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orders.demo.curve import plan
from orders.demo.export import ITEMS_2024, LINES_PER_ORDER, ORDERS_2022
from orders.demo.sinks import GBK, CsvSink, Sinks
from orders.demo.state import View, look
from orders.demo.story import draw_day

BENCH_END = datetime(2026, 9, 17, 15, 18)  # noqa: DTZ001 - the Shanghai wall clock
_DAYS = 90
_TID_STEP = 10**15  # one day of order numbers


@dataclass(frozen=True, slots=True)
class BenchFiles:
    """Two GBK csv files over the same orders, and the range of their order numbers."""

    orders_path: Path
    items_path: Path
    orders: int
    lines: int
    first_tid: int
    last_tid: int


def bench_files(
    directory: Path,
    *,
    lines: int,
    seed: int,
    end: datetime = BENCH_END,
    days: int = _DAYS,
    after_tid: int = 0,
) -> BenchFiles:
    """Write an order list (2022 layout) and an item list (2024 layout) with exactly `lines` rows.

    Order numbers all lie above `after_tid`. Takes 20 microseconds a line.
    """
    directory.mkdir(parents=True, exist_ok=True)
    orders_path = directory / f"ExportOrderList{end:%Y%m%d%H%M}.csv"
    items_path = directory / f"ExportItemList{end:%Y%m%d%H%M}.csv"
    first, last = 0, 0
    with Sinks() as opened:
        orders = opened.add(CsvSink(orders_path, ORDERS_2022.headers, GBK))
        items = opened.add(CsvSink(items_path, ITEMS_2024.headers, GBK))
        for view in _views(lines=lines, seed=seed, end=end, days=days, after_tid=after_tid):
            orders.write(*ORDERS_2022.fill(view, 0))
            items.write(*ITEMS_2024.fill(view, 0))
            first = first or int(view.orders.tid[0])
            last = int(view.orders.tid[-1])
    return BenchFiles(orders_path, items_path, orders.rows, items.rows, first, last)


def bench_day_file(
    directory: Path,
    *,
    lines: int = 20_000,
    seed: int,
    end: datetime = BENCH_END,
    after_tid: int = 0,
) -> BenchFiles:
    """Write one day's order and item list with exactly `lines` lines.

    Give `after_tid` the largest order number already stored, and none of the file's will collide.
    """
    whole_day = end.replace(hour=23, minute=59, second=59)
    return bench_files(
        directory, lines=lines, seed=seed, end=whole_day, days=1, after_tid=after_tid
    )


def _views(*, lines: int, seed: int, end: datetime, days: int, after_tid: int) -> Iterator[View]:
    """Yield the days of a shop large enough, stopping at exactly `lines` lines."""
    # 3 % more than needed on the average: the last days are cut, never missing.
    per_day = lines / LINES_PER_ORDER / days * 1.03 + 5
    calendar = plan(days=days, orders_per_day=per_day, seed=seed, end=end)
    offset, left = 0, lines
    for day in range(days):
        whole = draw_day(calendar, day, seed=seed, tid_offset=offset, lines_left=left)
        if not whole.count:
            continue
        if day == 0 and int(whole.tid[0]) <= after_tid:
            offset = (after_tid // _TID_STEP + 1) * _TID_STEP - int(
                whole.tid[0]
            ) // _TID_STEP * _TID_STEP
            whole = draw_day(calendar, day, seed=seed, tid_offset=offset, lines_left=left)
        left -= len(whole.sku)
        yield look(whole, calendar.end)
        if left <= 0:
            return
    if left > 0:
        raise ValueError(f"{left} lines missing")
