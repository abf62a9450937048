import csv
import io

import openpyxl
import pytest

from shopops.lib.exports import csv_rows, safe_cell, write_xlsx

ATTACKS = [
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|x",
    "@SUM(A1)",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1+1",
    "\u3000=1+1",
    "\ufeff=1",
    "|x",
    '="1"&cmd',
    '="1"+"2"',
]


@pytest.mark.parametrize("text", ATTACKS)
def test_no_cell_can_be_taken_for_a_formula(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["红", "12.50", "-3.00", "+86", '="35153131473293579"', "", "a=b"])
def test_harmless_cells_stay_as_they_are(text):
    assert safe_cell(text) == text


def test_csv_is_quoted_and_begins_with_a_mark():
    data = b"".join(csv_rows([["a", 'b"c'], [None, "=1"]], encoding="utf-8-sig"))

    assert data == b'\xef\xbb\xbf"a","b""c"\r\n"","\'=1"\r\n'


def test_gb18030_keeps_every_hanzi():
    data = b"".join(csv_rows([["㐀𠮷€"]], encoding="gb18030"))

    assert next(csv.reader([data.decode("gb18030")])) == ["㐀𠮷€"]


def test_workbook_cells_are_strings_whatever_they_hold():
    book = io.BytesIO()
    write_xlsx([[text] for text in ATTACKS if text.isprintable()], book)

    sheet = openpyxl.load_workbook(book).active

    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
