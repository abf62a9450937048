"""The throw-away process that reads a file nobody vouches for: `python -m shopops.intake.child`.

Standard input: the file. Standard output: rows for COPY. Two more pipes, named in the argument: one
gives the order (JSON), the other takes events (JSON lines). The process loads its libraries, waits
for the order, and limits itself before it touches a byte of the file; it may die, the worker that
started it does not.
"""

import json
import os
import resource
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.abc import MetaPathFinder
from itertools import chain
from pathlib import Path
from typing import Any, cast

MIB = 1 << 20
EVENT_ERRORS = 500
_LIBRARIES = (
    "shopops.intake.reading.above",
    "shopops.intake.reading.output",
    "shopops.intake.reading.reader",
    "shopops.lib.keys",
)


@dataclass(frozen=True, slots=True)
class Order:
    """What the parent asks for."""

    encoding: str
    wanted: str | None
    field_keys: str
    # Give the rows of these line numbers as they stand, instead of all rows cleaned. The first
    # number is the header's width.
    lines: list[int] | None
    memory_bytes: int
    cpu_seconds: int
    workbook_bytes: int
    workbook_rows: int
    events_fd: int
    importers: list[str]


class _NoPandas(MetaPathFinder):
    """Hides pandas: Arrow would load it to compare types, a second and 60 MiB for nothing."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)


def _confine() -> None:
    """Give up what no order needs: core files, writing files, many open files, the network."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    if sys.platform == "linux":
        # No network, where the kernel lets us.
        with suppress(OSError):
            os.unshare(os.CLONE_NEWNET)


def _limit(order: Order) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (order.cpu_seconds, order.cpu_seconds + 2))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (order.memory_bytes, order.memory_bytes))


def _load(importers: list[str]) -> None:
    """Load what reading needs, so that a child started ahead has it loaded."""
    sys.meta_path.insert(0, _NoPandas())
    for name in (*_LIBRARIES, *importers):
        import_module(name)


def _take_order(orders_fd: int, events_fd: int, importers: list[str]) -> Order | None:
    """Wait for the order; None if the parent has none any more."""
    with os.fdopen(orders_fd, "rb") as pipe:
        text = pipe.read()
    if not text:
        return None
    return Order(**json.loads(text), events_fd=events_fd, importers=importers)


def _say(order: Order, **event: Any) -> None:  # noqa: ANN401
    line = json.dumps(event, ensure_ascii=False).encode() + b"\n"
    while line:
        line = line[os.write(order.events_fd, line) :]


def _stdin() -> Iterator[bytes]:
    while piece := sys.stdin.buffer.read(MIB):
        yield piece


def _read(order: Order) -> None:
    from shopops.intake.reading.output import write_rows
    from shopops.intake.reading.reader import Limits, open_file
    from shopops.intake.spec import KEPT_TOTALS, Importer
    from shopops.lib.keys import KeyRing, Sealer

    seal = Sealer(KeyRing.parse(order.field_keys))
    importers = [cast("Importer", import_module(name)) for name in order.importers]
    opened = open_file(
        _stdin(),
        importers,
        encoding=order.encoding,
        wanted=order.wanted,
        limits=Limits(order.workbook_bytes, order.workbook_rows),
    )
    importer = opened.header.importer
    _say(
        order,
        event="header",
        kind=importer.KIND,
        layout=opened.header.layout,
        container=opened.container,
        encoding=opened.encoding,
        columns=opened.header.names,
        notes=opened.notes,
        facts=_of_preamble(importer, opened.header.preamble),
    )
    columns = [name for name, _ in importer.STAGE_COLUMNS]
    for block in opened.blocks:
        cleaned = importer.clean(block.table, seal=seal)
        kept = int(cleaned.facts.get(KEPT_TOTALS, 0))
        write_rows(cleaned.rows.select(columns), sys.stdout.buffer)
        errors = [asdict(error) for error in (*block.errors, *cleaned.errors)]
        for start in range(0, len(errors), EVENT_ERRORS):
            _say(order, event="errors", errors=errors[start : start + EVENT_ERRORS])
        _say(
            order,
            event="block",
            line=block.lines,
            read=block.table.num_rows + len(block.errors) - kept,
            staged=cleaned.rows.num_rows,
            totals=block.totals + kept,
            facts=cleaned.facts,
        )


def _of_preamble(importer: Any, rows: list[list[str]]) -> dict[str, int | str]:  # noqa: ANN401
    """Read what stands above the header: of every kind zone and shop, then what the importer wants.

    Either may refuse the file by it.
    """
    from shopops.intake.reading.above import read_above

    read = getattr(importer, "read_preamble", None)
    return {**read_above(rows), **(read(rows) if read is not None else {})}


def _pick(order: Order, width: int, lines: list[int]) -> None:
    """Give single rows as they stand."""
    from shopops.intake.reading.picking import pick_csv, pick_sheet
    from shopops.intake.reading.reader import container_of
    from shopops.intake.reading.wide_text import UTF16, pick_text
    from shopops.intake.reading.workbook import open_sheet
    from shopops.intake.spec import Importer

    wanted = set(lines)
    if order.encoding == UTF16:
        rows = pick_text(b"".join(_stdin()), wanted=wanted, width=width)
    elif order.encoding:
        pieces = _stdin()
        head = next(pieces, b"")
        pieces = chain([head], pieces)
        if container_of(head) == "xlsx":  # an archive of CSV files
            pieces = _of_archive(order, b"".join(pieces))
        rows = pick_csv(pieces, encoding=order.encoding, wanted=wanted, width=width)
    else:
        importers = [cast("Importer", import_module(name)) for name in order.importers]
        data = b"".join(_stdin())
        sheet = open_sheet(data, importers, wanted=order.wanted, max_rows=order.workbook_rows)
        rows = pick_sheet(sheet, wanted=wanted)
    for row in rows:
        sys.stdout.buffer.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _of_archive(order: Order, data: bytes) -> Iterator[bytes]:
    """Give the bytes of the CSV file that was read from an archive."""
    from shopops.intake.reading import archive
    from shopops.intake.reading.reader import find_part
    from shopops.intake.spec import Importer

    importers = [cast("Importer", import_module(name)) for name in order.importers]
    part = find_part(data, importers, encoding=order.encoding, wanted=order.wanted)
    return archive.unpack(data, part)


def main() -> int:
    """Read the file on standard input as ordered; 0 also when it is refused with a reason."""
    orders_fd, events_fd, *importers = json.loads(sys.argv[1])
    _confine()
    _load(importers)
    order = _take_order(orders_fd, events_fd, importers)
    if order is None:
        return 0
    _limit(order)
    from shopops.intake.reading.decode import WrongEncodingError
    from shopops.intake.reading.refusals import FileRefusedError

    try:
        if order.lines is None:
            _read(order)
        else:
            _pick(order, order.lines[0], order.lines[1:])
        sys.stdout.buffer.flush()
    except FileRefusedError as refusal:
        _say(order, event="refused", reason=refusal.reason)
    except WrongEncodingError as wrong:
        _say(
            order,
            event="encoding",
            encoding=wrong.encoding,
            offset=wrong.offset,
            line=wrong.line,
        )
    except MemoryError:
        _say(order, event="refused", reason="too_much_memory")
    except Exception as error:  # noqa: BLE001 - the parent learns where, never what: cells may be in it
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
        _say(order, event="crashed", error=type(error).__name__, where=where)
    else:
        _say(order, event="end")
    return 0


if __name__ == "__main__":
    # Leave without running finalisers: what is to be said was said.
    code = main()
    os._exit(code)
