"""Workbooks made to hurt: each is refused quickly, in words, by a process that may die for it."""

import io
import struct
import time
import zipfile
import zlib

import openpyxl
import psutil
import pytest
import xlsxwriter

from shopops.intake.feeding import Allowance
from shopops.intake.models import Batch
from shopops.intake.parsing import parse_into
from shopops.intake.reading import archive
from shopops.intake.reading.archive import check_workbook
from shopops.intake.reading.reader import Limits, open_file
from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.reading.workbook import number_text
from shopops.intake.wording import refusal_text
from tests.intake import toy_importer
from tests.intake.conftest import bring_in, receive

NAMES = ["玩具编号", "金额", "备注"]


def workbook(rows=(), names=NAMES, sheet="export"):
    book = io.BytesIO()
    out = xlsxwriter.Workbook(book, {"in_memory": True, "strings_to_formulas": False})
    page = out.add_worksheet(sheet)
    for number, row in enumerate([names, *rows]):
        page.write_row(number, 0, row)
    out.close()
    return book.getvalue()


GOOD = workbook([["1", "2", "a"]])


def rebuilt(*, change=None, add=None, compress=zipfile.ZIP_DEFLATED):
    """The good workbook with parts changed by name, or added."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(GOOD)) as source:
        for name in source.namelist():
            parts[name] = source.read(name)
    for name, function in (change or {}).items():
        parts[name] = function(parts[name])
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", compress) as target:
        for name, content in [*parts.items(), *(add or [])]:
            target.writestr(name, content)
    return book.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def in_sheet(xml):
    return lambda old: old.replace(b"</sheetData>", xml + b"</sheetData>")


def lying_size():
    """The directory says that a part is small; its packed bytes say otherwise."""
    data = bytearray(rebuilt(add=[("xl/extra.xml", b"<a/>" * 200_000)]))
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/extra.xml"))
    data[place + 24 : place + 28] = struct.pack("<I", 100)
    return bytes(data)


def huge_string():
    """512 MiB of one letter in half a megabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"<sst><si><t>")
    piece = b"A" * (1 << 20)
    checksum, size = zlib.crc32(b"<sst><si><t>"), 12
    for _ in range(512):
        packed += packer.compress(piece)
        checksum, size = zlib.crc32(piece, checksum), size + len(piece)
    packed += packer.flush()
    data = bytearray(rebuilt(add=[("xl/huge.xml", b"x" * 100)], compress=zipfile.ZIP_STORED))
    info = zipfile.ZipFile(io.BytesIO(bytes(data))).getinfo("xl/huge.xml")
    begin = info.header_offset + 30 + len(b"xl/huge.xml")
    shift = len(packed) - 100
    whole = bytearray(data[:begin]) + packed + data[begin + 100 :]
    directory = whole.rfind(b"PK\x01\x02", 0, whole.rfind(b"xl/huge.xml"))
    for place, at_method, at_crc in ((info.header_offset, 8, 14), (directory, 10, 16)):
        whole[place + at_method : place + at_method + 2] = struct.pack("<H", 8)
        whole[place + at_crc : place + at_crc + 12] = struct.pack(
            "<III", checksum, len(packed), size
        )
    end = whole.rfind(b"PK\x05\x06")
    (old,) = struct.unpack("<I", whole[end + 16 : end + 20])
    whole[end + 16 : end + 20] = struct.pack("<I", old + shift)
    return bytes(whole)


def locked():
    """An OLE container as encrypted workbooks have it."""
    return archive.OLE_MAGIC + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1000


def plain_zip():
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as target:
        target.writestr("orders.csv", "1")
    return book.getvalue()


LAUGHS = b'<!DOCTYPE lolz [<!ENTITY lol "lol">]>'
BOMBS = {
    "sparse sheet": (
        lambda: rebuilt(
            change={SHEET: in_sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')}
        ),
        "too_many_columns",
    ),
    "deep sparse sheet": (
        lambda: rebuilt(
            change={SHEET: in_sheet(b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>')}
        ),
        "too_many_rows",
    ),
    "many columns": (lambda: workbook(names=[f"c{n}" for n in range(201)]), "too_many_columns"),
    "million empty rows": (
        lambda: rebuilt(change={SHEET: in_sheet(b"<row/>" * 1_000_000)}),
        "too_many_rows",
    ),
    "huge string": (huge_string, "unpacks_too_big"),
    "long string": (
        lambda: rebuilt(change={"xl/sharedStrings.xml": lambda x: x + b"A" * 400_000}),
        "cell_too_long",
    ),
    "tight packing": (
        lambda: rebuilt(add=[("xl/media/a.xml", b"<a>aaa</a>" * 1_100_000)]),
        "packed_too_tightly",
    ),
    "lying sizes": (lying_size, "sizes_lie"),
    "too many parts": (
        lambda: rebuilt(add=[(f"xl/{n}.xml", b"<a/>") for n in range(1001)]),
        "too_many_parts",
    ),
    "zip in zip": (lambda: rebuilt(add=[("xl/embeddings/a.bin", GOOD)]), "has_embedded_files"),
    "billion laughs": (
        lambda: rebuilt(change={"xl/sharedStrings.xml": lambda x: LAUGHS + x}),
        "has_dtd",
    ),
    "macro": (lambda: rebuilt(add=[("xl/vbaProject.bin", b"x")]), "has_macros"),
    "external link": (
        lambda: rebuilt(add=[("xl/externalLinks/externalLink1.xml", b"<a/>")]),
        "has_external_links",
    ),
    "path out of the archive": (
        lambda: rebuilt(add=[("../../evil.xml", b"<a/>")]),
        "broken_archive",
    ),
    "a plain zip": (plain_zip, "not_a_workbook"),
    "cut off": (lambda: GOOD[: len(GOOD) // 2], "broken_archive"),
    "password": (locked, "is_encrypted"),
    "broken xls": (lambda: archive.OLE_MAGIC + b"\xff" * 5000, "broken_workbook"),
    "merged cells": (
        lambda: rebuilt(change={SHEET: lambda x: x + b'<mergeCell ref="A1:B1"/>' * 100_001}),
        "too_many_cells",
    ),
    "utf-16 part": (
        lambda: rebuilt(change={SHEET: lambda x: x.decode().encode("utf-16")}),
        "broken_archive",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_time_and_in_words(name):
    make, code = BOMBS[name]
    data = make()
    started, before = time.monotonic(), psutil.Process().memory_info().rss

    limits = Limits(50 << 20, 300_000)

    with pytest.raises(FileRefusedError) as caught:
        open_file(iter([data]), [toy_importer], encoding="gb18030", wanted=None, limits=limits)

    reason = caught.value.reason
    assert reason.split("|")[0] == code
    assert refusal_text(reason) != reason
    assert "{" not in refusal_text(reason)
    assert time.monotonic() - started < 10
    assert psutil.Process().memory_info().rss - before < 512 << 20


def test_a_good_workbook_passes():
    check_workbook(GOOD, max_rows=300_000)


@pytest.mark.usefixtures("toys")
def test_rows_at_the_limit_pass_and_one_more_is_refused(settings):
    settings.IMPORT_XLSX_MAX_ROWS = 50
    rows = [[str(n), "1", "x"] for n in range(50)]

    assert bring_in(workbook(rows), "a.xlsx").row_count == 50
    assert bring_in(workbook([*rows, ["50", "1", "x"]]), "a.xlsx").refusal == "too_many_rows|50"


@pytest.mark.usefixtures("toys")
def test_a_workbook_of_the_allowed_size_passes_and_a_byte_more_is_refused(settings):
    settings.IMPORT_XLSX_MAX_MB = 1
    book = rebuilt(add=[("xl/media/a.png", b"")], compress=zipfile.ZIP_STORED)
    filler = b"p" * ((1 << 20) - len(book))
    exact = rebuilt(add=[("xl/media/a.png", filler)], compress=zipfile.ZIP_STORED)
    beyond = rebuilt(add=[("xl/media/a.png", filler + b"p")], compress=zipfile.ZIP_STORED)

    assert len(exact) == 1 << 20
    assert bring_in(exact, "a.xlsx").state == "previewed"
    assert bring_in(beyond, "a.xlsx").refusal == "workbook_too_big|1"


@pytest.mark.usefixtures("toys")
def test_the_sheet_with_a_known_header_is_read_whatever_its_name_and_place():
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    page = book.create_sheet("随便")
    page.append(NAMES)
    page.append([4214.0, 12.5, None])
    page.append([])
    page.append([4286738192837465123, 1, "x"])
    hidden = book.create_sheet("隐藏")
    hidden.sheet_state = "hidden"
    data = io.BytesIO()
    book.save(data)

    batch = bring_in(data.getvalue(), "orders.csv")

    assert (batch.container, batch.row_count) == ("xlsx", 2)
    assert batch.facts["notes"] == ["other_sheets|Sheet"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (4214.0, "4214"),
        (12.5, "12.5"),
        (137359000000000.0, "137359000000000"),
        (4286738192837465123.0, "4.28673819283747E+18"),
        (35153131473293579, "3.51531314732936E+16"),
        (1e15, "1E+15"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (-3.0, "-3"),
    ],
)
def test_numbers_are_written_as_the_platform_would_and_lost_digits_show(number, text):
    assert number_text(number) == text


# --- the child dies, the worker lives ---

HEADER = "玩具编号,金额,备注\r\n"


def tiny(**changes):
    return Allowance(**{"cpu_seconds": 60, "wall_seconds": 60, **changes})


def parse(content, limits):
    stored = receive(content).batch.stored_name
    with pytest.raises(FileRefusedError) as caught:
        parse_into("intake_stage_0", stored, wanted=None, on_rows=lambda *_: None, limits=limits)
    return caught.value.reason


@pytest.mark.usefixtures("toys")
def test_a_parser_that_aborts_is_tried_three_times_then_the_file_is_refused():
    assert parse((HEADER + "CRASH,1,a\r\n").encode(), tiny()) == "killed|3"


@pytest.mark.usefixtures("toys")
def test_a_parser_that_hangs_is_ended():
    started = time.monotonic()

    assert parse((HEADER + "HANG,1,a\r\n").encode(), tiny(wall_seconds=3)) == "timeout|1"
    assert time.monotonic() - started < 10


@pytest.mark.usefixtures("toys")
def test_a_parser_that_eats_memory_is_stopped():
    assert parse((HEADER + "EAT,1,a\r\n").encode(), tiny()) == "too_much_memory"


@pytest.mark.usefixtures("toys")
def test_after_a_poisoned_file_the_next_one_is_read_and_nothing_is_left_running():
    poisoned = bring_in((HEADER + "CRASH,1,a\r\n").encode())
    good = bring_in((HEADER + "1,1,a\r\n").encode())

    assert (poisoned.state, good.state) == ("refused", "previewed")
    children = psutil.Process().children(recursive=True)
    assert not [c for c in children if "shopops.intake.child" in " ".join(c.cmdline())]


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize(
    "content",
    [
        (HEADER + "1,1,好\r\n").encode() * 50_000 + "好".encode("gb18030"),
        (HEADER + "1,1,好\r\n").encode("gb18030") + b"\x80",
        (HEADER + "1,1,好").encode("gb18030")[:-1],
    ],
    ids=["mixed", "windows euro", "cut mid-character"],
)
def test_a_file_in_no_one_encoding_is_refused_with_the_place(content):
    batch = bring_in(content)

    code, line, offset = batch.refusal.split("|")
    assert code == "encoding"
    assert int(offset) >= len(content) - 3
    assert int(line) == content.count(b"\n") + 1
    assert not Batch.objects.filter(state="previewed").exists()


@pytest.mark.usefixtures("toys")
def test_the_whole_file_decides_the_encoding_not_its_beginning():
    head = "玩具编号,金额,备注\r\n".encode()
    rows = b"".join(b"%d,1,%s\r\n" % (n, b"a" * 60) for n in range(20_000))

    batch = bring_in(head + rows + "9,1,好\r\n".encode() + b"10,1,\xba\xc3\r\n")

    assert batch.refusal.startswith("encoding|20003|")
