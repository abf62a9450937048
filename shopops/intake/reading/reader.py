"""A file's bytes to blocks of text: containers, encoding, header. Pure; run in the child."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from shopops.intake.reading import archive
from shopops.intake.reading.blocks import Block, column_names, csv_blocks
from shopops.intake.reading.decode import is_utf16, to_utf8
from shopops.intake.reading.lines import parse_row
from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.reading.sniff import PREAMBLE_LINES, Header, find_header
from shopops.intake.reading.wide_text import UTF16, open_text, text_blocks
from shopops.intake.reading.workbook import open_sheet, sheet_blocks
from shopops.intake.spec import Importer

_HEAD_BYTES = 64 << 10
_WEB_PAGE = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")


@dataclass(frozen=True, slots=True)
class Limits:
    """How big a file may be. CSV is streamed and measured by whoever received it."""

    workbook_bytes: int
    workbook_rows: int


@dataclass(slots=True)
class Opened:
    """A file whose kind is known, with its blocks still to be read."""

    container: str
    encoding: str
    header: Header
    blocks: Iterator[Block]
    notes: list[str] = field(default_factory=list)


def container_of(head: bytes) -> str:
    """Tell by the first bytes whether this is `xlsx`, `xls` or, failing these, `csv`."""
    if head.startswith(archive.ZIP_MAGIC):
        return "xlsx"
    return "xls" if head.startswith(archive.OLE_MAGIC) else "csv"


def open_file(
    pieces: Iterator[bytes],
    importers: Sequence[Importer],
    *,
    encoding: str,
    wanted: str | None,
    limits: Limits,
) -> Opened:
    """Find out what a file is and give its blocks.

    :raises FileRefusedError: if it cannot be read, is too big, or of no known kind
    :raises WrongEncodingError: if a CSV file is not in `encoding`; also while its blocks are read
    """
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= 8:
            break
    if not head:
        raise FileRefusedError("empty_file")
    container = container_of(head)
    rest = chain([head], pieces)
    if container == "csv" and is_utf16(head):
        text = open_text(_whole(rest, limits.workbook_bytes), importers, wanted=wanted)
        return Opened(container, UTF16, text.header, text_blocks(text))
    if container == "csv":
        return _open_csv(head, rest, importers, encoding=encoding, wanted=wanted)
    data = _whole(rest, limits.workbook_bytes)
    if container == "xlsx" and (parts := archive.csv_parts(data)):
        return _open_zip(data, parts, importers, encoding=encoding, wanted=wanted)
    sheet = open_sheet(data, importers, wanted=wanted, max_rows=limits.workbook_rows)
    notes = ["other_sheets|" + "、".join(sheet.others)] if sheet.others else []
    if sheet.keys:
        notes.append("|".join(["hidden_keys", *(f"{k}={v}" for k, v in sheet.keys.items())]))
    return Opened(container, "", sheet.header, sheet_blocks(sheet), notes)


def _open_zip(
    data: bytes,
    parts: list[zipfile.ZipInfo],
    importers: Sequence[Importer],
    *,
    encoding: str,
    wanted: str | None,
) -> Opened:
    """Open the first CSV file of a known kind in an archive; the others are named in a note."""
    refusal = FileRefusedError("not_a_workbook")
    for part in parts:
        pieces = archive.unpack(data, part)
        head = next(pieces, b"")
        try:
            opened = _open_csv(
                head, chain([head], pieces), importers, encoding=encoding, wanted=wanted
            )
        except FileRefusedError as error:
            if not error.reason.startswith("unknown_header"):
                refusal = error
            continue
        opened.container = "zip"
        others = [one.filename for one in parts if one is not part]
        if others:
            opened.notes.append("other_sheets|" + "、".join(others))
        return opened
    raise refusal


def find_part(
    data: bytes, importers: Sequence[Importer], *, encoding: str, wanted: str | None
) -> zipfile.ZipInfo:
    """Give the file of an archive that `open_file` reads.

    :raises FileRefusedError: if there is none
    """
    for part in archive.csv_parts(data):
        pieces = archive.unpack(data, part)
        head = next(pieces, b"")
        try:
            _open_csv(head, chain([head], pieces), importers, encoding=encoding, wanted=wanted)
        except FileRefusedError:
            continue
        return part
    raise FileRefusedError("not_a_workbook")


def _whole(pieces: Iterable[bytes], limit: int) -> bytes:
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > limit:
            raise FileRefusedError("workbook_too_big", limit >> 20)
    return bytes(data)


def _open_csv(
    head: bytes,
    pieces: Iterable[bytes],
    importers: Sequence[Importer],
    *,
    encoding: str,
    wanted: str | None,
) -> Opened:
    if head.lstrip().lower().startswith(_WEB_PAGE):
        raise FileRefusedError("web_page")
    texts = to_utf8(pieces, encoding)
    lines, rest = _head_lines(texts)
    rows = [parse_row([line.decode()])[0] or [] for line in lines]
    try:
        header = find_header(rows, importers, wanted=wanted)
    except FileRefusedError as error:
        if error.reason.startswith("unknown_header") and _has_other_delimiter(lines):
            raise FileRefusedError("other_delimiter") from error
        raise
    below = chain([b"".join(lines[header.place + 1 :])], rest)
    blocks = csv_blocks(
        below,
        names=column_names(header.names),
        first_line=header.place + 2,
        note_mark=getattr(header.importer, "NOTE_MARK", ""),
        keeps_totals=getattr(header.importer, "READS_TOTALS", False),
    )
    return Opened("csv", encoding, header, blocks)


def _head_lines(texts: Iterator[bytes]) -> tuple[list[bytes], Iterator[bytes]]:
    """Take the first lines off, as many as a preamble may have; the cut line goes back."""
    head = b""
    for text in texts:
        head += text
        if head.count(b"\n") > PREAMBLE_LINES or len(head) > _HEAD_BYTES:
            break
    lines = head.splitlines(keepends=True) if b"\r" not in head else _by_line_feed(head)
    tail = b"".join(lines[PREAMBLE_LINES:])
    return lines[:PREAMBLE_LINES], chain([tail], texts)


def _by_line_feed(head: bytes) -> list[bytes]:
    parts = head.split(b"\n")
    lines = [part + b"\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _has_other_delimiter(lines: list[bytes]) -> bool:
    return any(b"," not in line and (b"\t" in line or b";" in line) for line in lines[:1])
