"""Cleaning of whole columns of text cells: ids, amounts, times, codes, addresses, contacts.

Everything has a fast path over the column and a strict slow path in Python for the few cells that
do not fit it.
Sources of the quirks: exports seen from 2012 to 2026, among them ones that Excel saved again.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopops.lib.money import parse_amount

NULL_MARKERS = pa.array(["", "null", "NULL", "Null", "#NULL!", "None", "--", "-", "#N/A"])
MONEY = pa.decimal128(12, 2)
# The platform opened in 2003; Shanghai has had no summer time since 1991, so +08:00 is exact.
FIRST_YEAR, LAST_YEAR = 2003, 2099
SHANGHAI_SECONDS = 8 * 3600
INSTANT = pa.timestamp("s")  # in UTC
_HASH_PRIME = np.uint64(0x9E3779B97F4A7C15)
_NULL_NUMBER = -0x7FFF_FFFF_FFFF_FFF1
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_FLOAT_TAIL = re.compile(r"(\d{1,15})\.0+")
_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
)
_VIRTUAL_PHONE = r"^1\d{10}-\d+$"
_PARCEL_MARKS = r"[,;，；、\s]+"


class BadCellError(ValueError):
    """A cell that cannot be read; the message is the reason in a shop owner's words."""


@dataclass(slots=True)
class Column:
    """A cleaned column, and the cells that could not be read: (row, reason)."""

    values: pa.Array
    bad: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Times(Column):
    """Instants in UTC, with a mask of those whose seconds were lost in Excel."""

    rough: pa.Array | None = None


def one_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Give a column as one plain string array."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # an empty one
        array = pa.array([], array.type)
    return array if array.type == pa.string() else pc.cast(array, pa.string())


def tidy(column: pa.Array) -> pa.Array:
    """Strip blanks, tabs and Excel's `="…"`; what means "no value" becomes null."""
    text = pc.ascii_trim_whitespace(column)
    formula = pc.and_(pc.starts_with(text, '="'), pc.ends_with(text, '"'))
    if pc.any(formula).as_py():
        inner = pc.ascii_trim_whitespace(pc.utf8_slice_codeunits(text, 2, -1))
        text = pc.if_else(formula, inner, text)
    if pc.any(pc.match_substring(text, "\x00")).as_py():
        text = pc.replace_substring(text, "\x00", "")
    return pc.if_else(pc.is_in(text, NULL_MARKERS), pa.scalar(None, pa.string()), text)


def cut(column: pa.Array, limit: int) -> pa.Array:
    """Cut texts to the width of their database column."""
    longest = pc.max(pc.utf8_length(column)).as_py() or 0
    return pc.utf8_slice_codeunits(column, 0, limit) if longest > limit else column


def without_marker(column: pa.Array) -> pa.Array:
    """Strip the apostrophe by which Excel is told that a number is text."""
    marked = pc.starts_with(column, "'")
    if not pc.any(marked).as_py():
        return column
    return pc.if_else(marked, pc.utf8_slice_codeunits(column, 1), column)


def _any(mask: pa.Array) -> bool:
    return bool(pc.any(mask).as_py())


def _mended[T](
    column: pa.Array,
    fits: pa.Array,
    fast: Callable[[pa.Array], pa.Array],
    slow: Callable[[str], T],
) -> Column:
    """Read the fitting cells as a column and the others one by one."""
    fits = pc.fill_null(fits, fill_value=False)
    odd = pc.and_(pc.invert(fits), pc.is_valid(column))
    if not _any(odd):
        return Column(fast(column))
    good = fast(pc.if_else(fits, column, pa.scalar(None, pa.string())))
    places = np.flatnonzero(odd.to_numpy(zero_copy_only=False))
    known: dict[str, T | BadCellError] = {}
    values: list[T | None] = []
    bad: list[tuple[int, str]] = []
    for place, text in zip(places.tolist(), column.take(pa.array(places)).to_pylist(), strict=True):
        if text not in known:
            known[text] = _read(slow, text)
        value = known[text]
        if isinstance(value, BadCellError):
            bad.append((place, str(value)))
            values.append(None)
        else:
            values.append(value)
    return Column(pc.replace_with_mask(good, odd, pa.array(values, good.type)), bad)


def _read[T](slow: Callable[[str], T], text: str) -> T | BadCellError:
    try:
        return slow(text)
    except BadCellError as error:
        return error


def ids(column: pa.Array, *, name: str, limit: int = 32) -> Column:
    """Read outside numbers (order, refund) as text. What Excel made of them is refused, not guessed.

    `column` is tidy. Markers (`'`, `No:`, a `.0` that a short number got) are stripped.
    """
    column = without_marker(column)
    fits = pc.match_substring_regex(column, rf"^[0-9]{{1,{limit}}}$")
    return _mended(column, fits, lambda text: text, lambda text: _id(text, name, limit))


def _id(text: str, name: str, limit: int) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("'").strip()
    plain = plain.removeprefix("No:").strip()
    if _SCIENTIFIC.fullmatch(plain):
        raise BadCellError(
            f"{name}被 Excel 改成了 {plain}，原号已丢失，请从千牛重新导出、不要用 Excel 另存"
        )
    if whole := _FLOAT_TAIL.fullmatch(plain):
        plain = whole.group(1)
    if not (plain.isascii() and plain.isdigit()):
        raise BadCellError(f"{name}应当全是数字")
    if len(plain) > limit:
        raise BadCellError(f"{name}超过 {limit} 位")
    return plain


def amounts(column: pa.Array) -> Column:
    """Read amounts of CNY: `35`, `35.00`, `1,234.00`, `0元`; nothing looser, nothing negative."""
    fits = pc.match_substring_regex(column, r"^[0-9]{1,9}(\.[0-9]{1,2})?$")
    return _mended(column, fits, lambda text: pc.cast(text, MONEY), _amount)


def _amount(text: str) -> Decimal:
    try:
        amount = parse_amount(text)
    except ValueError:
        raise BadCellError("不是金额（最多两位小数的数字）") from None
    if amount < 0:
        raise BadCellError("金额不能是负数")
    return amount


def counts(column: pa.Array, *, lowest: int = 0, highest: int = 2_000_000) -> Column:
    """Read whole numbers; `3.0`, as a spreadsheet writes it, is 3."""

    def slow(text: str) -> int:
        plain = unicodedata.normalize("NFKC", text).strip().replace(",", "")
        plain = plain.removesuffix(".0").removesuffix(".00")
        if not (plain.isascii() and plain.isdigit()) or len(plain) > 9:
            raise BadCellError("不是整数")
        return checked(int(plain))

    def checked(number: int) -> int:
        if not lowest <= number <= highest:
            raise BadCellError(f"应当在 {lowest} 到 {highest} 之间")
        return number

    fits = pc.match_substring_regex(column, r"^[0-9]{1,9}$")
    read = _mended(column, fits, lambda text: pc.cast(text, pa.int32()), slow)
    outside = pc.or_(pc.less(read.values, lowest), pc.greater(read.values, highest))
    if _any(outside):
        places = np.flatnonzero(
            pc.fill_null(outside, fill_value=False).to_numpy(zero_copy_only=False)
        )
        read.bad += [(place, f"应当在 {lowest} 到 {highest} 之间") for place in places.tolist()]
    return read


def times(column: pa.Array) -> Times:
    """Read Shanghai times as instants. Without seconds, as Excel leaves them, they are rough."""
    fits = pc.match_substring_regex(
        column, r"^20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"
    )
    rough: set[str] = set()

    def slow(text: str) -> int:
        at, is_rough = _time(text)
        if is_rough:
            rough.add(text)
        return int((at - datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001 - wall clock

    def fast(text: pa.Array) -> pa.Array:
        try:
            return pc.cast(pc.cast(text, pa.timestamp("s")), pa.int64())
        except pa.ArrowInvalid:  # 2020-02-30 has the right shape
            return pa.nulls(len(text), pa.int64())

    read = _mended(column, fits, fast, slow)
    lost = pc.and_(pc.is_valid(column), pc.is_null(read.values))
    if pc.sum(lost).as_py() != len(read.bad):
        read = _mended(
            column, pc.is_null(column), lambda text: pa.nulls(len(text), pa.int64()), slow
        )
    instants = pc.cast(pc.subtract(read.values, SHANGHAI_SECONDS), INSTANT)
    is_rough = pc.is_in(column, pa.array(sorted(rough), pa.string()))
    return Times(instants, read.bad, rough=is_rough)


def _time(text: str) -> tuple[datetime, bool]:
    found = _TIME.fullmatch(unicodedata.normalize("NFKC", text).strip().removeprefix("'"))
    if not found:
        raise BadCellError("不是时间，应当像 2026-03-09 15:58:00")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadCellError(f"年份应当在 {FIRST_YEAR} 到 {LAST_YEAR} 之间")
    try:
        at = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - wall clock
    except ValueError:
        raise BadCellError("没有这个日期或时刻") from None
    return at, found.group(6) is None


def lookups[T](column: pa.Array, read: Callable[[str], T], kind: pa.DataType) -> Column:
    """Read a column of few distinct texts by looking each distinct one up once."""
    coded = column.dictionary_encode()
    values = [_read(read, text) for text in coded.dictionary.to_pylist()]
    good = pa.array([None if isinstance(one, BadCellError) else one for one in values], kind)
    result = Column(good.take(coded.indices))
    wrong = {n: str(one) for n, one in enumerate(values) if isinstance(one, BadCellError)}
    if wrong:
        indices = coded.indices.to_pylist()
        result.bad = [(row, wrong[code]) for row, code in enumerate(indices) if code in wrong]
    return result


def parcels(column: pa.Array) -> pa.Array:
    """Give several waybills (or carriers) of a cell as one text joined by commas, `No:` stripped."""
    column = without_marker(column)
    if _any(pc.match_substring(column, "No:")):
        column = pc.replace_substring(column, "No:", "")
    odd = pc.match_substring_regex(column, _PARCEL_MARKS)
    if not _any(odd):
        return column
    joined = pc.replace_substring_regex(column, _PARCEL_MARKS, ",")
    return pc.utf8_trim(joined, ",")


@dataclass(frozen=True, slots=True)
class Address:
    """An address cell taken apart; the street without its postcode."""

    province: pa.Array
    city: pa.Array
    district: pa.Array
    street: pa.Array


_SHORT_PROVINCES = {"北京市": "北京", "上海市": "上海", "天津市": "天津", "重庆市": "重庆"}


def addresses(column: pa.Array) -> Address:
    """Take `省 市 区 详细(邮编)` apart. The district may be blank: two blanks in a row."""
    padded = pc.binary_join_element_wise(pc.fill_null(column, ""), "   ", "")
    flat = pc.list_flatten(pc.split_pattern(padded, " ", max_splits=3))
    parts = [flat.take(pa.array(np.arange(n, len(flat), 4))) for n in range(4)]
    province = lookups(parts[0], lambda text: _SHORT_PROVINCES.get(text, text)[:20], pa.string())
    street = pc.ascii_trim_whitespace(parts[3])
    if _any(pc.ends_with(street, ")")):
        street = pc.replace_substring_regex(street, r"\([0-9]{6}\)$", "")
    return Address(province.values, cut(parts[1], 40), cut(parts[2], 40), street)


def masked_name(column: pa.Array) -> pa.Array:
    """Keep the first character of a name; what is masked already stays."""
    plain = is_plain(column)
    if not _any(plain):
        return column
    short = pc.binary_join_element_wise(pc.utf8_slice_codeunits(column, 0, 1), "**", "")
    return pc.if_else(plain, short, column)


def masked_phone(column: pa.Array) -> pa.Array:
    """Keep the last four digits of a phone number; what is masked already stays."""
    plain = is_plain(column)
    if not _any(plain):
        return column
    tail = pc.utf8_slice_codeunits(digits(column), -4)
    return pc.if_else(plain, pc.binary_join_element_wise("*******", tail, ""), column)


def masked_street(column: pa.Array) -> pa.Array:
    """Hide every second character and all digits of a street; what is masked already stays."""
    plain = is_plain(column)
    if not _any(plain):
        return column
    half = pc.replace_substring_regex(column, r"(?s)(.).", r"\1*")
    return pc.if_else(plain, pc.replace_substring_regex(half, "[0-9A-Za-z０-９]", "*"), column)


def is_plain(column: pa.Array) -> pa.Array:
    """Mark the cells that hold something and no star."""
    filled = pc.greater(pc.utf8_length(pc.fill_null(column, "")), 0)
    return pc.and_(filled, pc.invert(pc.match_substring(pc.fill_null(column, ""), "*")))


def digits(column: pa.Array) -> pa.Array:
    """Reduce a phone number to its digits, without a country code before a mobile number."""
    bare = pc.replace_substring_regex(column, "[^0-9]", "")
    return pc.replace_substring_regex(bare, r"^(0086|86)(1[0-9]{10})$", r"\2")


def lasting_phone(column: pa.Array) -> pa.Array:
    """Give plain, non-virtual numbers as digits, else null: virtual ones (…-123) expire."""
    lasting = pc.and_(is_plain(column), pc.invert(pc.match_substring_regex(column, _VIRTUAL_PHONE)))
    return pc.if_else(
        pc.fill_null(lasting, fill_value=False), digits(column), pa.scalar(None, pa.string())
    )


def contact_blobs(
    name: pa.Array, phone: pa.Array, address: pa.Array, *, plain: pa.Array
) -> list[bytes | None]:
    """Give the contacts that arrived in plain text as JSON, ready to be sealed; None elsewhere."""
    rows = zip(
        name.to_pylist(), phone.to_pylist(), address.to_pylist(), plain.to_pylist(), strict=True
    )
    return [
        json.dumps({"name": n, "phone": p, "address": a}, ensure_ascii=False).encode()
        if is_open
        else None
        for n, p, a, is_open in rows
    ]


def hex_text(values: Sequence[bytes | None]) -> pa.Array:
    """Write bytes as Postgres reads them from text."""
    return pa.array([None if one is None else "\\x" + one.hex() for one in values], pa.string())


def row_hash(columns: Sequence[pa.Array]) -> pa.Array:
    """Hash rows over cleaned columns; null and blank differ.

    Texts are hashed joined; numbers and times are mixed in as integers, which spares making text
    of them.
    """
    texts = [one for one in columns if one.type == pa.string()]
    joined = pc.binary_join_element_wise(
        *texts, "\x1f", null_handling="replace", null_replacement="\x1e"
    )
    hashes = _text_hashes(joined)
    for column in columns:
        if column.type != pa.string():
            hashes = hashes * _HASH_PRIME ^ _integers(column)
            hashes ^= hashes >> np.uint64(29)
    return pa.array(hashes.view(np.int64))


def _text_hashes(column: pa.Array) -> np.ndarray:
    """Hash texts to 64 bits, the same in every process and version; as quick as pandas' hashing."""
    texts = pc.cast(column, pa.binary()).to_pylist()
    digests = b"".join([blake2b(text, digest_size=8).digest() for text in texts])
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def _integers(column: pa.Array) -> np.ndarray:
    """Give numbers, amounts (in fen), times and truths as integers; null is an odd one."""
    if pa.types.is_decimal(column.type):
        words = np.frombuffer(column.buffers()[1], np.int64)[::2]
        values = words[column.offset : column.offset + len(column)]
    else:
        values = pc.fill_null(pc.cast(column, pa.int64()), 0).to_numpy(zero_copy_only=False)
    nulls = column.is_null().to_numpy(zero_copy_only=False)
    return np.where(nulls, np.int64(_NULL_NUMBER), values).view(np.uint64)


def utc_text(instants: pa.Array) -> pa.Array:
    """Write instants as Postgres reads them whatever its session's time zone; far quicker than the CSV writer."""
    return pc.binary_join_element_wise(pc.cast(instants, pa.string()), "+00", "")
