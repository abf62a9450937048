"""Write a whole demo shop, or a bench's two big files, in the platform's own formats."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from orders.demo import cells, item_cells, sinks
from orders.demo import layouts as headers
from orders.demo.curve import DAY, Calendar, from_seconds, plan
from orders.demo.sinks import Sink, Sinks
from orders.demo.state import View, look
from orders.demo.story import DayOrders, draw_day
from orders.demo.truth import Tally, Truth, WrittenFile

COVERS_DAYS = (
    60  # an export reaches this far back; with a step of 30 days every order is seen settled
)
STEP_DAYS = 30
_XLSX_LINES = 60_000
LAYOUTS = (
    "mixed",
    "old2017",
    "2022",
    "items_old",
    "items_2021",
    "items_2024",
    "refunds2019",
    "refunds2026",
)
LINES_PER_ORDER = 1.4435


@dataclass(frozen=True, slots=True)
class _Kind:
    """One sort of file in one layout."""

    kind: str
    layout: str
    stem: str
    headers: tuple[str, ...]
    style: sinks.CsvStyle | None  # None: a workbook
    fill: Callable[[View, int], tuple[sinks.Cells, int]]

    def path(self, directory: Path, at: datetime) -> Path:
        suffix = "csv" if self.style else "xlsx"
        return directory / f"{self.stem}{at:%Y%m%d%H%M}.{suffix}"


def _orders_2022(view: View, _since: int) -> tuple[sinks.Cells, int]:
    return cells.order_cells_2022(view), view.orders.count


def _orders_2017(view: View, _since: int) -> tuple[sinks.Cells, int]:
    return cells.order_cells_2017(view), view.orders.count


def _items(markers: item_cells.Markers) -> Callable[[View, int], tuple[sinks.Cells, int]]:
    def fill(view: View, _since: int) -> tuple[sinks.Cells, int]:
        return item_cells.item_cells(view, markers), len(view.orders.sku)

    return fill


_GBK, _OVER = sinks.GBK, sinks.GBK_OVERFLOW
_ITEM, _DETAIL = "ExportItemList", "ExportOrderDetailList"
ORDERS_2017 = _Kind("orders", "old2017", "ExportOrderList", headers.ORDERS_2017, _GBK, _orders_2017)
ORDERS_2022 = _Kind("orders", "2022", "ExportOrderList", headers.ORDERS_2022, _GBK, _orders_2022)
ITEMS_OLD = _Kind(
    "items", "items_old", _DETAIL, headers.ITEMS_OLD, _OVER, _items(item_cells.XLSX_MARKERS)
)
ITEMS_2021 = _Kind(
    "items", "items_2021", _DETAIL, headers.ITEMS_2021, _OVER, _items(item_cells.GBK_MARKERS)
)
ITEMS_2024 = _Kind(
    "items", "items_2024", _ITEM, headers.ITEMS_2024, _GBK, _items(item_cells.GBK_MARKERS)
)
ITEMS_2024_XLSX = _Kind(
    "items", "items_2024", _DETAIL, headers.ITEMS_2024, None, _items(item_cells.XLSX_MARKERS)
)
ITEMS_2024_UTF8 = _Kind(
    "items", "items_2024", "ExportItemlList", headers.ITEMS_2024, sinks.UTF8_BOM,
    _items(item_cells.UTF8_MARKERS),
)  # fmt: skip
REFUNDS_2019 = _Kind(
    "refunds",
    "refunds2019",
    "ExportRefundList",
    headers.REFUNDS_2019,
    _GBK,
    item_cells.refund_cells,
)
REFUNDS_2026 = _Kind(
    "refunds",
    "refunds2026",
    "ExportRefundList",
    headers.REFUNDS_2026,
    None,
    item_cells.refund_cells,
)
_REFUNDS_2026_CSV = _Kind(
    "refunds",
    "refunds2026",
    "ExportRefundList",
    headers.REFUNDS_2026,
    _GBK,
    item_cells.refund_cells,
)
_BY_LAYOUT = {
    kind.layout: kind
    for kind in (
        ORDERS_2017,
        ORDERS_2022,
        ITEMS_OLD,
        ITEMS_2021,
        ITEMS_2024,
        REFUNDS_2019,
        REFUNDS_2026,
    )
}


@dataclass(slots=True)
class _Export:
    """All files that the owner saved at one moment."""

    at: int
    first_day: int
    since: int
    sinks: list[tuple[_Kind, Path, Sink]] = field(default_factory=list)

    def write(self, view: View) -> None:
        for kind, _, sink in self.sinks:
            columns, count = kind.fill(view, self.since)
            if count:
                sink.write(columns, count)


def write_export(
    directory: Path,
    *,
    days: int,
    orders_per_day: float,
    seed: int,
    end: datetime,
    layouts: Iterable[str] = ("mixed",),
) -> Truth:
    """Write the files of a shop whose last day holds `end` (Shanghai time), and `truth.json`.

    Exports overlap and a later one holds newer statuses, so importing them in the order of their
    time stamps must end in the truth. The same arguments write the same bytes.

    :raises ValueError: if a layout is unknown
    """
    directory.mkdir(parents=True, exist_ok=True)
    calendar = plan(days=days, orders_per_day=orders_per_day, seed=seed, end=end)
    tally = Tally()
    with Sinks() as opened:
        exports = [
            _open(directory, calendar, place, at, tuple(layouts), opened)
            for place, at in enumerate(_export_times(calendar))
        ]
        for day in reversed(range(days)):
            _write_day(draw_day(calendar, day, seed=seed), day, exports, tally)
    truth = _truth(tally, exports, days=days, seed=seed, end=end)
    truth.save(directory / "truth.json")
    return truth


def _export_times(calendar: Calendar) -> list[int]:
    """Return the moments of the exports, oldest first: the end, and regular ones before it."""
    step = max(1, min(STEP_DAYS, calendar.days // 3)) * DAY
    count = min(max(1, -(-calendar.days * DAY // step)), calendar.days)
    moments = [calendar.end - step * back for back in reversed(range(count))]
    return [moment for moment in moments if moment > calendar.start_of(0)]


def _open(
    directory: Path, calendar: Calendar, place: int, at: int, names: tuple[str, ...], opened: Sinks
) -> _Export:
    first_day = max(0, (at - calendar.start_of(0)) // DAY - COVERS_DAYS + 1)
    export = _Export(at=at, first_day=first_day, since=at - COVERS_DAYS * DAY)
    expected = int(calendar.counts[first_day:].sum() * LINES_PER_ORDER)
    is_last = at == calendar.end
    for kind in _kinds(names, place, is_last=is_last, lines=expected):
        path = kind.path(directory, from_seconds(at))
        sink: Sink
        if kind.style is None:
            sink = opened.add(sinks.XlsxSink(path, kind.headers))
        else:
            sink = opened.add(sinks.CsvSink(path, kind.headers, kind.style))
        export.sinks.append((kind, path, sink))
    return export


def _kinds(names: tuple[str, ...], place: int, *, is_last: bool, lines: int) -> list[_Kind]:
    """Return the sorts of file of one export; `mixed` is what a real owner's folder holds."""
    if names != ("mixed",):
        unknown = [name for name in names if name not in _BY_LAYOUT]
        if unknown:
            raise ValueError(f"unknown layout: {', '.join(unknown)}; known: {', '.join(LAYOUTS)}")
        return [_BY_LAYOUT[name] for name in names]
    older = (ITEMS_2021, ITEMS_2024_XLSX, ITEMS_2024)[place % 3]
    items = ITEMS_2024_UTF8 if is_last else older
    if items.style is None and lines > _XLSX_LINES:
        items = ITEMS_2024
    refunds = REFUNDS_2026 if lines <= _XLSX_LINES * 3 else _REFUNDS_2026_CSV
    return [ORDERS_2022, items, refunds]


def _write_day(orders: DayOrders, day: int, exports: list[_Export], tally: Tally) -> None:
    """Write a day into every export that covers it; count it as the newest of them shows it."""
    newest = None
    for export in exports:
        if export.first_day <= day and (whole := orders.created_by(export.at)).count:
            newest = look(whole, export.at)
            export.write(newest)
    if newest is not None:
        tally.add(newest)


def _truth(tally: Tally, exports: list[_Export], *, days: int, seed: int, end: datetime) -> Truth:
    files = tuple(
        WrittenFile(
            name=path.name,
            kind=kind.kind,
            layout=kind.layout,
            encoding=kind.style.encoding if kind.style else "xlsx",
            rows=sink.rows,
            since=f"{from_seconds(export.since):%Y-%m-%d %H:%M:%S}",
            until=f"{from_seconds(export.at):%Y-%m-%d %H:%M:%S}",
        )
        for export in exports
        for kind, path, sink in export.sinks
    )
    head = {
        "seed": seed,
        "days": days,
        "end": f"{end:%Y-%m-%d %H:%M:%S}",
        "timezone": "Asia/Shanghai",
    }
    listed = [{name: getattr(f, name) for name in f.__dataclass_fields__} for f in files]
    return Truth(document=head | {"files": listed} | tally.document(), files=files)
