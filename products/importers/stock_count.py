"""A counted stock list: merchant code (or barcode) and pieces, as a shop writes it in a spreadsheet."""

from collections.abc import Sequence

import pyarrow as pa

from products.rules.stock import read_code, read_pieces
from shopops.intake.spec import LINE_NO, CellError, Cleaned, Match, Seal

KIND = "products.stock_count"
LABEL = "盘点表"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("counted", "integer"),
    ("code", "text"),
)
CODE = ("商家编码", "SKU编码", "编码", "条码", "条形码")
COUNTED = ("盘点数量", "实盘数量", "实盘数", "实盘", "盘点数")
_REASONS = {
    "not_a_number": "不是数字",
    "not_whole": "要是整数",
    "negative": "盘点数量不能是负数",
    "too_many": "数量太大",
}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether this is a counted list: the word for "counted" is in no other file."""
    names = {header.strip() for header in headers}
    if not names & set(COUNTED):
        return None
    return Match("count", () if names & set(CODE) else (CODE[0],))


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block into codes and pieces; `4214.0` is 4214, a code that is counted twice adds up later."""
    names = set(block.column_names)
    code_name = next(name for name in CODE if name in names)
    counted_name = next(name for name in COUNTED if name in names)
    rows: list[tuple[int, int, str]] = []
    errors: list[CellError] = []
    for row in block.to_pylist():
        line, code, counted = row[LINE_NO], row[code_name] or "", row[counted_name] or ""
        if not code.strip() and not counted.strip():
            continue
        if not code.strip():
            errors.append(CellError(line, code_name, "", "没有编码"))
            continue
        try:
            rows.append((line, read_pieces(counted), read_code(code)))
        except ValueError as error:
            errors.append(CellError(line, counted_name, counted[:40], _REASONS[str(error)]))
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    table = pa.table(
        {
            "line_no": pa.array(columns[0], pa.int32()),
            "counted": pa.array(columns[1], pa.int32()),
            "code": pa.array(columns[2], pa.string()),
        }
    )
    return Cleaned(table, errors, {"pieces": sum(columns[1])})
