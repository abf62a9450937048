"""What is checked of a workbook before any reader touches it: sizes, parts and extents.

The readers allocate what a file claims, so the file is measured first by streaming through its
parts. The limits are the constants below.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shopops.intake.reading.refusals import FileRefusedError

MAX_PARTS = 1_000
MAX_CSV_PARTS = 20
MAX_TOTAL_BYTES = 300 << 20
MAX_PART_BYTES = 250 << 20
RATIO_FROM_BYTES = 10 << 20
MAX_RATIO = 200
MAX_COLUMNS = 200
MAX_CELLS = 20_000_000
MAX_STRINGS = 5_000_000
MAX_MERGED = 100_000
# 32,767 characters, each written as a reference at worst.
MAX_TEXT_BYTES = 300_000
_PIECE_BYTES = 1 << 20
_OVERLAP = 256

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_WIDE_REF = re.compile(rb'\sr\s*=\s*["\']\$?(?:[A-Z]{3,}|G[S-Z]|[H-Z][A-Z])\$?\d', re.IGNORECASE)
_ROW_REF = re.compile(
    rb'(?:<(?:\w+:)?row\s[^>]{0,200}?\br\s*=\s*["\']|\sr\s*=\s*["\']\$?[A-Z]{1,3}\$?)(\d{5,})',
    re.IGNORECASE,
)
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s")


@dataclass(slots=True)
class _Extent:
    """What was counted in one part."""

    size: int = 0
    rows: int = 0
    cells: int = 0
    strings: int = 0
    merged: int = 0
    last_row: int = 0


def check_workbook(data: bytes, *, max_rows: int) -> None:
    """Measure an XLSX file without unpacking it to anywhere.

    :raises FileRefusedError: if a limit is passed or a part is none that we read
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise FileRefusedError("broken_archive") from error
    _check_names(infos)
    _check_declared(infos)
    total = 0
    for info in infos:
        extent = _measure(data, info, max_rows=max_rows)
        total += extent.size
        if total > MAX_TOTAL_BYTES:
            raise FileRefusedError("unpacks_too_big", MAX_TOTAL_BYTES >> 20)


def csv_parts(data: bytes) -> list[zipfile.ZipInfo]:
    """Give the CSV files of an archive that is no workbook, measured by what it says of them.

    The platform's bills come so: one list and one page of sums. Nothing is unpacked yet.

    :raises FileRefusedError: if the archive is broken, encrypted, or passes a limit
    """
    try:
        infos = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise FileRefusedError("broken_archive") from error
    names = {info.filename.lower().lstrip("/") for info in infos}
    parts = [info for info in infos if info.filename.lower().endswith((".csv", ".txt"))]
    if not parts or "[content_types].xml" in names:
        return []
    if len(infos) > MAX_CSV_PARTS:
        raise FileRefusedError("too_many_parts", MAX_CSV_PARTS)
    if any(info.flag_bits & 0x1 for info in infos):
        raise FileRefusedError("is_encrypted")
    _check_declared(infos)
    return parts


def unpack(data: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack one file in pieces, refusing it as soon as it is bigger than it may be or said to be.

    :raises FileRefusedError: if it is
    """
    size = 0
    for piece in _unpacked(data, info):
        if not size and piece.startswith((ZIP_MAGIC, OLE_MAGIC)):
            raise FileRefusedError("has_embedded_files")
        size += len(piece)
        _check_size(size, info.compress_size)
        if size > info.file_size:
            raise FileRefusedError("sizes_lie")
        yield piece


def _check_names(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_PARTS:
        raise FileRefusedError("too_many_parts", MAX_PARTS)
    names = [info.filename.lower().lstrip("/") for info in infos]
    if len(set(names)) != len(names) or any(
        ".." in name.replace("\\", "/").split("/") for name in names
    ):
        raise FileRefusedError("broken_archive")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise FileRefusedError("has_macros")
    if any("externallinks/" in name for name in names):
        raise FileRefusedError("has_external_links")
    if any(info.flag_bits & 0x1 for info in infos):
        raise FileRefusedError("is_encrypted")
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise FileRefusedError("not_a_workbook")


def _check_declared(infos: list[zipfile.ZipInfo]) -> None:
    if sum(info.file_size for info in infos) > MAX_TOTAL_BYTES:
        raise FileRefusedError("unpacks_too_big", MAX_TOTAL_BYTES >> 20)
    for info in infos:
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise FileRefusedError("broken_archive")
        _check_size(info.file_size, info.compress_size)


def _check_size(size: int, packed: int) -> None:
    if size > MAX_PART_BYTES:
        raise FileRefusedError("unpacks_too_big", MAX_PART_BYTES >> 20)
    if size > RATIO_FROM_BYTES and size > MAX_RATIO * max(packed, 1):
        raise FileRefusedError("packed_too_tightly", MAX_RATIO)


def _unpacked(data: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack a part in pieces by its packed bytes alone; what the directory says may be a lie."""
    front = data[info.header_offset : info.header_offset + 30]
    if len(front) < 30 or not front.startswith(ZIP_MAGIC):
        raise FileRefusedError("broken_archive")
    skip = int.from_bytes(front[26:28], "little") + int.from_bytes(front[28:30], "little")
    begin = info.header_offset + 30 + skip
    packed = memoryview(data)[begin : begin + info.compress_size]
    if len(packed) != info.compress_size:
        raise FileRefusedError("broken_archive")
    if info.compress_type == zipfile.ZIP_STORED:
        for place in range(0, len(packed), _PIECE_BYTES):
            yield bytes(packed[place : place + _PIECE_BYTES])
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        piece = inflate.decompress(packed, _PIECE_BYTES)
        while piece:
            yield piece
            piece = inflate.decompress(inflate.unconsumed_tail, _PIECE_BYTES)
    except zlib.error as error:
        raise FileRefusedError("broken_archive") from error


def _measure(data: bytes, info: zipfile.ZipInfo, *, max_rows: int) -> _Extent:
    extent, tail, run = _Extent(), b"", 0
    is_xml = info.filename.lower().endswith((".xml", ".rels", ".vml"))
    for piece in _unpacked(data, info):
        if not extent.size:
            _check_head(piece)
        extent.size += len(piece)
        _check_size(extent.size, info.compress_size)
        if is_xml:
            run = _longest_text(piece, run)
            window = tail + piece
            _look(window, len(tail), extent, max_rows=max_rows)
            tail = window[-_OVERLAP:]
    if extent.size != info.file_size:
        raise FileRefusedError("sizes_lie")
    return extent


def _check_head(piece: bytes) -> None:
    if piece.startswith((ZIP_MAGIC, OLE_MAGIC)):
        raise FileRefusedError("has_embedded_files")
    if piece.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in piece[:8]:
        raise FileRefusedError("broken_archive")


def _longest_text(piece: bytes, run: int) -> int:
    """Refuse a text without a tag that no cell may hold; gives the run at the piece's end."""
    places = np.flatnonzero(np.frombuffer(piece, dtype=np.uint8) == ord("<"))
    if not len(places):
        longest, run = run + len(piece), run + len(piece)
    else:
        gaps = np.diff(places)
        longest = max(run + int(places[0]), int(gaps.max()) if len(gaps) else 0)
        run = len(piece) - int(places[-1])
        longest = max(longest, run)
    if longest > MAX_TEXT_BYTES:
        raise FileRefusedError("cell_too_long", 32_767)
    return run


def _look(window: bytes, seen: int, extent: _Extent, *, max_rows: int) -> None:
    """Count in a piece; matches that lie wholly in the part already seen are not counted again."""
    if _DTD.search(window):
        raise FileRefusedError("has_dtd")
    if _WIDE_REF.search(window):
        raise FileRefusedError("too_many_columns", MAX_COLUMNS)
    for match in _ROW_REF.finditer(window):
        extent.last_row = max(extent.last_row, int(match[1]))
    extent.rows += _count(_ROW, window, seen)
    extent.cells += _count(_CELL, window, seen)
    extent.strings += _count(_STRING, window, seen)
    extent.merged += _count(_MERGED, window, seen)
    if max(extent.rows, extent.last_row) > max_rows + 1:
        raise FileRefusedError("too_many_rows", max_rows)
    if extent.cells > MAX_CELLS or extent.strings > MAX_STRINGS or extent.merged > MAX_MERGED:
        raise FileRefusedError("too_many_cells", MAX_CELLS)


def _count(pattern: re.Pattern[bytes], window: bytes, seen: int) -> int:
    found = len(pattern.findall(window))
    return found - len(pattern.findall(window[:seen])) if seen else found
