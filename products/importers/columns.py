"""Columns that files of goods share: merchant codes, rates, days, seconds."""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

import pyarrow as pa
import pyarrow.compute as pc

from shopops.intake import cells
from shopops.intake.sheet import Sheet

CODE_CHARS = 80
RATE = pa.decimal128(7, 6)
_FLOAT = re.compile(r"(\d{1,15})\.0+")
_LOST = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_DAY = re.compile(r"(20\d{2})[-/.]?(\d{1,2})[-/.]?(\d{1,2})( 00:00:00)?")


def codes(sheet: Sheet, *names: str, needed: bool = False, limit: int = CODE_CHARS) -> pa.Array:
    """Give merchant codes as text: a spreadsheet's `4214.0` is `4214`; null where there is none."""
    return sheet.read(names, lambda one, name: _codes(one, name, limit), pa.string(), needed=needed)


def _codes(column: pa.Array, name: str, limit: int) -> cells.Column:
    plain = cells.without_marker(column)
    return cells.lookups(plain, lambda text: _code(text, name, limit), pa.string())


def _code(text: str | None, name: str, limit: int) -> str | None:
    if text is None:
        return None
    plain = unicodedata.normalize("NFKC", text).strip()
    if _LOST.fullmatch(plain) and "." in plain:
        raise cells.BadCellError(
            f"{name}被 Excel 改成了 {plain}，原号已丢失，请从千牛重新导出、不要用 Excel 另存"
        )
    if whole := _FLOAT.fullmatch(plain):
        plain = whole.group(1)
    if len(plain) > limit:
        raise cells.BadCellError(f"{name}超过 {limit} 个字符")
    if not plain.isprintable():
        raise cells.BadCellError(f"{name}里有看不见的字符")
    return plain or None


def rates(sheet: Sheet, *names: str) -> pa.Array:
    """Give rates from 0 to 1: `78.15%` and a spreadsheet's `0.7815` are the same."""
    return sheet.lookups(*names, read=_rate, kind=RATE)


def _rate(text: str | None) -> Decimal | None:
    if text is None:
        return None
    number = _number(text.removesuffix("%"), "不是比率，应当像 78.15% 或 0.7815")
    rate = number / 100 if text.endswith("%") else number
    if not 0 <= rate <= 9:
        raise cells.BadCellError("不是比率，应当像 78.15% 或 0.7815")
    return rate.quantize(Decimal("0.000001"))


def decimals(sheet: Sheet, *names: str, kind: pa.DataType) -> pa.Array:
    """Give plain numbers with two decimals, not below zero."""
    return sheet.lookups(*names, read=_decimal, kind=kind)


def _decimal(text: str | None) -> Decimal | None:
    if text is None:
        return None
    number = _number(text, "不是数字")
    if not 0 <= number < 100_000:
        raise cells.BadCellError("应当在 0 到 99999 之间")
    return number.quantize(Decimal("0.01"))


def _number(text: str, reason: str) -> Decimal:
    try:
        number = Decimal(unicodedata.normalize("NFKC", text).replace(",", "").strip())
    except InvalidOperation:
        raise cells.BadCellError(reason) from None
    if not number.is_finite():
        raise cells.BadCellError(reason)
    return number


def days(sheet: Sheet, *names: str, needed: bool = False) -> pa.Array:
    """Give business dates as ISO texts: `2026-06-18`, `20260811`, or a spreadsheet's midnight."""
    return sheet.lookups(*names, read=_day, kind=pa.string(), needed=needed)


def _day(text: str | None) -> str | None:
    if text is None:
        return None
    found = _DAY.fullmatch(text.strip())
    if not found:
        raise cells.BadCellError("不是日期，应当像 2026-06-18")
    try:
        return date(*(int(part) for part in found.groups()[:3])).isoformat()
    except ValueError:
        raise cells.BadCellError("没有这个日期或时刻") from None


def joined(*parts: pa.Array) -> pa.Array:
    """Join the parts of a spec by `;`, blank ones left out."""
    filled = [pc.if_else(pc.equal(pc.fill_null(one, ""), ""), None, one) for one in parts]
    return pc.binary_join_element_wise(*filled, ";", null_handling="skip")
