"""Cleaned rows as the CSV that Postgres copies: NULL is nothing, an empty text is `""`."""

import binascii
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

_OPTIONS = arrow_csv.WriteOptions(include_header=False, quoting_style="needed")


def write_rows(rows: pa.Table, target: BinaryIO) -> None:
    """Write a table in COPY's CSV form."""
    if not rows.num_rows:
        return
    columns = [_copyable(column) for column in rows.columns]
    sink = pa.BufferOutputStream()
    arrow_csv.write_csv(pa.table(columns, names=rows.column_names), sink, _OPTIONS)
    target.write(sink.getvalue())


def _copyable(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return _hex(column)
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column


def _hex(column: pa.ChunkedArray) -> pa.Array:
    r"""Write bytes as Postgres reads them: `\x` and two digits each, all values at one stroke."""
    values = pa.concat_arrays(column.cast(pa.large_binary()).chunks)
    _, offsets, data = values.buffers()
    places = np.frombuffer(offsets, dtype=np.int64)[values.offset : values.offset + len(values) + 1]
    used = memoryview(data)[places[0] : places[-1]] if data is not None else b""
    digits = pa.LargeStringArray.from_buffers(
        len(values),
        pa.py_buffer(((places - places[0]) * 2).astype(np.int64).tobytes()),
        pa.py_buffer(binascii.hexlify(used)),
    )
    marked = pc.binary_join_element_wise(
        pa.scalar("\\x", pa.large_string()), digits, pa.scalar("", pa.large_string())
    )
    return pc.if_else(values.is_valid(), marked, pa.scalar(None, pa.large_string()))
