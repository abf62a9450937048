"""A small kind of file for tests: order number, amount, memo."""

import os
import re
import time

import pyarrow as pa

from shopops.intake.spec import LINE_NO, CellError, Cleaned, Match

KIND = "toy"
LABEL = "玩具单"
STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("no", "text"),
    ("amount", "numeric(12,2)"),
    ("memo", "text"),
    ("phone", "bytea"),
    ("phone_index", "bytea"),
)
_NEEDED = ("玩具编号", "金额", "备注")
_AMOUNT = re.compile(r"-?\d+(\.\d{1,2})?")


def match(headers):
    missing = tuple(name for name in _NEEDED if name not in headers)
    if len(missing) == len(_NEEDED) or "玩具编号" not in headers:
        return None
    return Match("toy1", missing)


def clean(block, *, seal):
    rows, errors, fen, shops = [], [], 0, set()
    for row in block.to_pylist():
        number, amount = row["玩具编号"] or "", row["金额"] or ""
        if number == "CRASH":
            os.abort()
        if number == "HANG":
            time.sleep(600)
        if number == "EAT":
            bytearray(4 << 30)
        number = re.sub(r'^="(.*)"$', r"\1", number).lstrip("'")
        if not _AMOUNT.fullmatch(amount):
            errors.append(CellError(row[LINE_NO], "金额", amount[:20], "不是金额"))
            continue
        fen += round(float(amount) * 100)
        if row.get("店铺Id"):
            shops.add(row["店铺Id"])
        rows.append((row[LINE_NO], number, amount, row["备注"], row.get("手机")))
    phones = [phone for *_, phone in rows]
    columns = list(zip(*[row[:4] for row in rows], strict=True)) or [(), (), (), ()]
    table = pa.table(
        {
            "line_no": pa.array(columns[0], pa.int32()),
            "no": pa.array(columns[1], pa.string()),
            "amount": pa.array(columns[2], pa.string()),
            "memo": pa.array(columns[3], pa.string()),
            "phone": pa.array(seal([p.encode() if p else None for p in phones]), pa.binary()),
            "phone_index": pa.array(seal.blind(phones), pa.binary()),
        }
    )
    return Cleaned(table, errors, {"fen": fen, "shop_no": ",".join(sorted(shops))})
