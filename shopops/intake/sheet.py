"""A block of an export file, read column by column by header name; the first fault of a row rejects it."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopops.intake import cells
from shopops.intake.spec import LINE_NO, CellError

VALUE_LIMIT = 200
_TOTALS = pa.array(["合计", "总计", "汇总"])
_TYPES = {
    "text": pa.string(),
    "timestamptz": cells.INSTANT,
    "numeric(12,2)": cells.MONEY,
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "bytea": pa.string(),
    "date": pa.string(),
    "jsonb": pa.string(),
    "numeric(9,2)": pa.decimal128(9, 2),
    "numeric(7,2)": pa.decimal128(7, 2),
    "numeric(7,6)": pa.decimal128(7, 6),
}


class Sheet:
    """One block. Columns that the file lacks are all null; blank texts of present columns are ''."""

    def __init__(self, block: pa.Table, *, key: Sequence[str]) -> None:
        block = block.combine_chunks()
        names = [name for name in block.column_names if name != LINE_NO]
        self.lines = pc.cast(block.column(LINE_NO), pa.int32()).combine_chunks()
        self._columns = {name: cells.one_array(block.column(name)) for name in names}
        self._tidy: dict[str, pa.Array] = {}
        self._faults: dict[int, CellError] = {}
        self.skipped = {"blank_rows": 0, "total_rows": 0}
        self._skip_junk(key)

    def _skip_junk(self, key: Sequence[str]) -> None:
        """Leave out rows without any value, as Excel appends them, and rows of totals."""
        code = self.raw(*key)
        if code is None:
            return
        suspect = pc.or_(pc.is_null(code), pc.is_in(code, _TOTALS))
        if not pc.any(suspect).as_py():
            return
        blank = pc.is_null(code)
        for name in self._columns:
            if not pc.any(blank).as_py():
                break
            blank = pc.and_(blank, pc.is_null(self.raw(name)))
        totals = pc.is_in(code, _TOTALS)
        self.skipped = {"blank_rows": _count(blank), "total_rows": _count(totals)}
        keep = pc.invert(pc.or_(blank, totals))
        self.lines = self.lines.filter(keep)
        self._columns = {name: one.filter(keep) for name, one in self._columns.items()}
        self._tidy.clear()

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def names(self) -> list[str]:
        """Give the columns that the file has."""
        return list(self._columns)

    def name(self, *names: str) -> str | None:
        """Give the first of several names that the file has."""
        return next((name for name in names if name in self._columns), None)

    def raw(self, *names: str) -> pa.Array | None:
        """Give a column tidied, null where blank; None if the file has none of the names."""
        name = self.name(*names)
        if name is None:
            return None
        if name not in self._tidy:
            self._tidy[name] = cells.tidy(self._columns[name])
        return self._tidy[name]

    def filled(self, *names: str) -> pa.Array:
        """Give the first value of a row among several columns, null where all are blank."""
        found = [one for one in (self.raw(name) for name in names) if one is not None]
        return pc.coalesce(*found) if found else pa.nulls(len(self), pa.string())

    def text(self, *names: str, limit: int = 0) -> pa.Array:
        """Give a text column: null if the file lacks it, '' where blank."""
        if self.name(*names) is None:
            return pa.nulls(len(self), pa.string())
        column = pc.fill_null(self.filled(*names), "")
        return cells.cut(column, limit) if limit else column

    def ids(self, *names: str, needed: bool = True, limit: int = 32) -> pa.Array:
        """Give a column of outside numbers."""
        return self.read(
            names,
            lambda one, name: cells.ids(one, name=name, limit=limit),
            pa.string(),
            needed=needed,
        )

    def amounts(self, *names: str, needed: bool = False) -> pa.Array:
        """Give a column of amounts."""
        return self.read(names, lambda one, _: cells.amounts(one), cells.MONEY, needed=needed)

    def counts(
        self, *names: str, lowest: int = 0, highest: int = 2_000_000, needed: bool = False
    ) -> pa.Array:
        """Give a column of whole numbers within bounds."""
        return self.read(
            names,
            lambda one, _: cells.counts(one, lowest=lowest, highest=highest),
            pa.int32(),
            needed=needed,
        )

    def times(self, *names: str, needed: bool = False) -> tuple[pa.Array, pa.Array]:
        """Give a column of instants, and the mask of those without seconds."""
        column = self.raw(*names)
        if column is None:
            return pa.nulls(len(self), _TYPES["timestamptz"]), pa.array(np.zeros(len(self), bool))
        read = cells.times(column)
        self._note(names, read, needed=needed)
        return read.values, pc.fill_null(read.rough, fill_value=False)

    def lookups(
        self, *names: str, read: Callable[[str], object], kind: pa.DataType, needed: bool = False
    ) -> pa.Array:
        """Give a column of few distinct texts, each read once."""
        return self.read(names, lambda one, _: cells.lookups(one, read, kind), kind, needed=needed)

    def read(
        self,
        names: Sequence[str],
        read: Callable[[pa.Array, str], cells.Column],
        kind: pa.DataType,
        *,
        needed: bool = False,
    ) -> pa.Array:
        """Give a column as `read` makes it; all null if the file has none of the names."""
        column = self.raw(*names)
        if column is None:
            return pa.nulls(len(self), kind)
        result = read(column, self.name(*names) or "")
        self._note(names, result, needed=needed)
        return result.values

    def _note(self, names: Sequence[str], read: cells.Column, *, needed: bool) -> None:
        name = self.name(*names) or names[0]
        for row, reason in read.bad:
            self.fault(row, name, reason)
        if needed and read.values.null_count:
            for row in np.flatnonzero(
                read.values.is_null().to_numpy(zero_copy_only=False)
            ).tolist():
                self.fault(row, name, f"这一行缺少{name}")

    def fault(self, row: int, name: str, reason: str) -> None:
        """Reject a row; its first fault is the one shown."""
        if row in self._faults:
            return
        value = self._columns[name][row].as_py() if name in self._columns else None
        line = self.lines[row].as_py()
        self._faults[row] = CellError(line, name, (value or "")[:VALUE_LIMIT], reason)

    @property
    def errors(self) -> list[CellError]:
        """Give the faults in the order of the file."""
        return [self._faults[row] for row in sorted(self._faults)]

    def rows(self, columns: dict[str, pa.Array], stage: Sequence[tuple[str, str]]) -> pa.Table:
        """Give the good rows with exactly the staging columns."""
        arrays = [_typed(columns[name], _TYPES[kind]) for name, kind in stage]
        table = pa.table(arrays, names=[name for name, _ in stage])
        if not self._faults:
            return table
        keep = np.ones(len(self), bool)
        keep[list(self._faults)] = False
        return table.filter(pa.array(keep))


def _typed(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if kind == cells.INSTANT:
        return cells.utc_text(array)
    return array if array.type == kind else pc.cast(array, kind)


def _count(mask: pa.Array) -> int:
    return int(pc.sum(mask).as_py() or 0)


def count_true(mask: pa.Array) -> int:
    """Count the rows of a mask; null is no."""
    return _count(mask)
