"""Write rows the way the platform's own exports are written: cell quirks, encodings, containers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import xlsxwriter

type Cells = Mapping[str, str | Sequence[str]]

IDS = frozenset({"订单编号", "主订单编号", "子订单编号", "支付单号", "特权订金订单id"})
PHONES = frozenset({"联系手机"})
_TEXTS = frozenset({"买家留言", "订单备注", "商家备忘", "商家备注", "主订单备注", "主订单买家留言"})


@dataclass(frozen=True, slots=True)
class CsvStyle:
    """How a csv export writes its cells."""

    encoding: str = "gb18030"
    id_cell: str = '="{}"'  # around a number that Excel must not round
    phone_cell: str = '"\'{}"'
    overflow: str = ""  # after the last cell of a data row


GBK = CsvStyle()
GBK_OVERFLOW = CsvStyle(overflow=",")
UTF8_BOM = CsvStyle(encoding="utf-8-sig", id_cell='"{}\t"', phone_cell='"{}"')


class Sink(Protocol):
    """A file that takes columns of cells."""

    rows: int

    def write(self, cells: Cells, count: int) -> None:
        """Append `count` rows; a text stands for a constant column, a missing one is empty."""

    def close(self) -> None:
        """Finish the file."""


class CsvSink:
    """A csv file, every cell quoted, CRLF ends; constant cells are folded into a row template."""

    def __init__(self, path: Path, headers: Sequence[str], style: CsvStyle) -> None:
        self.rows = 0
        self._headers = headers
        self._style = style
        self._file = path.open("w", encoding=style.encoding, newline="")
        self._file.write(",".join(f'"{header}"' for header in headers) + "\r\n")

    def write(self, cells: Cells, count: int) -> None:
        template, columns = [], []
        for header in self._headers:
            value = cells.get(header.strip(), "")
            cell = self._cell(header.strip())
            if isinstance(value, str):
                template.append(cell.format(value.replace("%", "%%")))
            else:
                template.append(cell.format("%s"))
                columns.append(self._escaped(header, value))
        row = ",".join(template) + self._style.overflow + "\r\n"
        self._file.writelines(row % values for values in zip(*columns, strict=True))
        self.rows += count

    def _cell(self, header: str) -> str:
        if header in IDS:
            return self._style.id_cell
        return self._style.phone_cell if header in PHONES else '"{}"'

    def _escaped(self, header: str, values: Sequence[str]) -> Sequence[str]:
        if header not in _TEXTS:
            return values
        return [value.replace('"', '""') if value else value for value in values]

    def close(self) -> None:
        self._file.close()


class XlsxSink:
    """A workbook with one sheet `export`, header row 1, every cell a text."""

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        self.rows = 0
        self._headers = headers
        options = {"constant_memory": True, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(str(path), options)
        # A fixed creation time: the same shop written twice is the same bytes.
        self._book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        self._sheet = self._book.add_worksheet("export")
        self._sheet.write_row(0, 0, headers)

    def write(self, cells: Cells, count: int) -> None:
        columns: list[Iterable[str]] = []
        for header in self._headers:
            value = cells.get(header.strip(), "")
            columns.append(repeat(value, count) if isinstance(value, str) else value)
        for row in zip(*columns, strict=True):
            self.rows += 1
            for place, value in enumerate(row):
                if value:
                    self._sheet.write_string(self.rows, place, value)

    def close(self) -> None:
        self._book.close()


class Sinks:
    """Several open files that close together."""

    def __init__(self) -> None:
        self._open: list[Sink] = []

    def add[S: Sink](self, sink: S) -> S:
        self._open.append(sink)
        return sink

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for sink in self._open:
            sink.close()
