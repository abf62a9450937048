"""Damaged and odd CSV files: a bad line costs itself, never its neighbours."""

import codecs

import pytest

from shopops.intake.reading import blocks
from shopops.intake.reading.decode import WrongEncodingError, to_utf8
from shopops.intake.reading.reader import Limits, open_file
from shopops.intake.reading.refusals import FileRefusedError
from tests.intake import toy_importer

HEADER = b"\xef\xbb\xbf" + "玩具编号,金额,备注\r\n".encode()
LIMITS = Limits(50 << 20, 300_000)


def read(content, *, encoding="utf-8-sig", piece=7):
    """Read a file fed in small pieces; give rows (line, cells), errors (line, reason), totals."""
    pieces = iter([content[i : i + piece] for i in range(0, len(content), piece)])
    opened = open_file(pieces, [toy_importer], encoding=encoding, wanted=None, limits=LIMITS)
    rows, errors, totals = [], [], 0
    for block in opened.blocks:
        columns = [block.table[name].to_pylist() for name in block.table.column_names]
        rows += [(row[-1], *row[:-1]) for row in zip(*columns, strict=True)]
        errors += [(error.line, error.reason) for error in block.errors]
        totals += block.totals
    return rows, errors, totals


def body(text, **options):
    return read(HEADER + text.encode(), **options)


def test_plain_rows_keep_their_lines():
    rows, errors, _ = body("1,2,a\r\n2,3,b\r\n")

    assert rows == [(2, "1", "2", "a"), (3, "2", "3", "b")]
    assert errors == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(end):
    content = codecs.BOM_UTF8 + end.join(["玩具编号,金额,备注", "1,2,a", "2,3,b", ""]).encode()

    assert [row[0] for row in read(content, piece=4096)[0]] == [2, 3]


def test_a_line_break_inside_a_quoted_cell_is_legal_and_counts_as_lines():
    rows, errors, _ = body('1,2,"a\r\nb\nc"\r\n2,3,d\r\n')

    assert rows == [(2, "1", "2", "a\r\nb\nc"), (5, "2", "3", "d")]
    assert errors == []


def test_an_unclosed_quote_costs_its_own_line_only():
    lines = [f"{n},1,x\r\n" for n in range(2, 5000)]
    lines[8] = '10,1,"offen\r\n'

    rows, errors, _ = body("".join(lines), piece=1 << 16)

    assert errors == [(10, "引号没有闭合")]
    assert len(rows) == 4997
    assert {row[0] for row in rows} == set(range(2, 5000)) - {10}


def test_two_unclosed_quotes_do_not_swallow_what_lies_between():
    rows, errors, _ = body('1,1,"a\r\n2,1,b\r\n3,1,"c\r\n4,1,d\r\n')

    assert [line for line, _ in errors] == [2, 4]
    assert [row[0] for row in rows] == [3, 5]


def test_quotes_inside_a_quoted_cell_must_be_doubled():
    rows, errors, _ = body('1,1,"买5"送6"锅"\r\n2,1,"买5""送6""锅"\r\n3,1,大号5"锅\r\n')

    assert [line for line, _ in errors] == [2]
    assert [row[3] for row in rows] == ['买5"送6"锅', '大号5"锅']


def test_a_nul_and_a_lone_carriage_return_reject_their_lines():
    rows, errors, _ = body("1,1,a\0b\r\n2,1,c\r\n3,\r1,d\r\n4,1,e\r\n")

    assert [line for line, _ in errors] == [2, 4]
    assert "NUL" in errors[0][1]
    assert "回车符" in errors[1][1]
    assert [row[0] for row in rows] == [3, 5]


def test_an_empty_cell_too_many_is_ignored_a_filled_one_rejects_the_row():
    rows, errors, _ = body("1,1,a,\r\n2,1,b\r\n3,1,c,zu viel\r\n4,1,d,,\r\n")

    assert [row[0] for row in rows] == [2, 3, 5]
    assert [line for line, _ in errors] == [4]


def test_a_row_with_too_few_cells_is_rejected():
    rows, errors, _ = body("1,1,a\r\n2,1\r\n3,1,c")

    assert [row[0] for row in rows] == [2, 4]
    assert errors == [(3, "比表头少 1 格，内容可能错位")]


def test_blank_rows_of_any_width_are_skipped():
    rows, errors, _ = body("1,1,a\r\n\r\n,,\r\n,,,,,,,\r\n ,\t,\r\n,\r\n2,1,b\r\n")

    assert [row[0] for row in rows] == [2, 8]
    assert errors == []


def test_rows_of_totals_are_dropped():
    rows, _, totals = body("1,1,a\r\n合计,1,\r\n 总计 ,1,\r\n汇总,1,x\r\n")

    assert (len(rows), totals) == (1, 3)


def test_a_cell_at_the_limit_passes_and_one_beyond_is_rejected():
    rows, errors, _ = body(f"1,1,{'x' * 32767}\r\n2,1,{'y' * 32768}\r\n3,1,{'長' * 131073}\r\n")

    assert [row[0] for row in rows] == [2]
    assert [line for line, _ in errors] == [3, 4]


def test_formula_cells_come_through_literally():
    rows, _, _ = body('="35153131473293579","1",=""\r\n')

    assert rows == [(2, '="35153131473293579"', "1", '=""')]


def test_a_quoted_cell_may_lie_across_two_blocks(monkeypatch):
    monkeypatch.setattr(blocks.csv_blocks, "__kwdefaults__", {"block_bytes": 64})
    text = "".join(f'{n},1,"a{n}\r\nb"\r\n' for n in range(200))

    rows, errors, _ = body(text)

    assert errors == []
    assert [row[0] for row in rows] == list(range(2, 402, 2))


def test_lines_above_the_header_are_passed_over():
    content = "卖家中心导出\r\n日期,2026-01-01\r\n\r\n".encode() + HEADER[3:] + b"1,2,a\r\n"

    assert read(content)[0] == [(5, "1", "2", "a")]


def test_header_blanks_are_stripped():
    content = "玩具编号 ,\t金额, 备注　\r\n1,2,a\r\n".encode()

    assert read(content)[0] == [(2, "1", "2", "a")]


def refusal(content, **options):
    with pytest.raises(FileRefusedError) as caught:
        read(content, **options)
    return caught.value.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_file"),
        ("玩具编号,金额,备注,金额\r\n".encode(), "duplicate_columns|金额"),
        ("玩具编号,备注\r\n".encode(), "missing_columns|玩具单|金额"),
        ("甲,乙\r\n1,2\r\n".encode(), "unknown_header|甲、乙"),
        ("玩具编号\t金额\t备注\r\n".encode(), "other_delimiter"),
        ("玩具编号\t备注".encode("utf-16"), "missing_columns|玩具单|金额"),
        ("玩具编号".encode("utf-16") + b"\xd8", "utf16|11"),
        (b"<html><table>", "web_page"),
    ],
)
def test_a_file_that_is_no_table_of_ours_is_refused_with_a_reason(content, reason):
    assert refusal(content) == reason


def test_a_line_without_end_is_refused():
    assert refusal(HEADER + b"x" * (14 << 20), piece=1 << 20) == "line_too_long|4"


RARE = "㐀𠮷€😀倈僜厊"


@pytest.mark.parametrize("piece", [1, 2, 3, 5])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_rare_characters_survive_however_the_bytes_are_cut(encoding, piece):
    content = f"玩具编号,金额,备注\r\n1,2,{RARE}\r\n".encode(encoding)
    codec = "gb18030" if encoding == "gb18030" else "utf-8-sig"

    assert read(content, encoding=codec, piece=piece)[0] == [(2, "1", "2", RARE)]


def test_private_characters_of_the_old_standard_become_the_public_ones():
    content = "玩具编号,金额,备注\r\n1,2,".encode("gb18030") + b"\xa8\xbc\xa6\xd9\xfe\xa0\r\n"

    assert read(content, encoding="gb18030")[0][0][3] == "\u1e3f\ufe10\u9fbb"


@pytest.mark.parametrize(
    ("content", "encoding", "offset"),
    [
        (b"abc\n\x80", "gb18030", 4),
        ("好好".encode("gb18030")[:3], "gb18030", 2),
        ("好好".encode()[:5], "utf-8-sig", 3),
        ("好".encode() * 5 + "好".encode("gb18030"), "utf-8-sig", 15),
    ],
)
@pytest.mark.parametrize("piece", [1, 2, 100])
def test_a_wrong_byte_is_found_and_never_replaced(content, encoding, offset, piece):
    pieces = [content[i : i + piece] for i in range(0, len(content), piece)]

    with pytest.raises(WrongEncodingError) as caught:
        b"".join(to_utf8(pieces, encoding))

    assert caught.value.offset == offset
