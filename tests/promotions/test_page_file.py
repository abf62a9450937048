"""A shop page's text from a file: what a buyer reads of it, whatever it is stored in."""

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from promotions.importers.page_file import MOST_BYTES, MOST_SIGNS, read_page
from shopops.intake.reading.refusals import FileRefusedError
from tests.promotions.activity_kit import activity

SAID = "中秋预热，件件九折\n9月22日 00:00 至 9月25日 24:00"


def workbook(*rows):
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept)
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return kept.getvalue()


PAGE = """<!DOCTYPE html><html><head><title>店</title><style>p {color: red}</style></head><body>
<script>var a = "<p>假的 1 元</p>";</script><p>中秋预热，<b>件件</b>九折</p>
<div>9月22日 00:00 至 9月25日&nbsp;24:00</div></body></html>"""


@pytest.mark.parametrize(
    "data",
    [
        SAID.encode(),
        SAID.encode("gb18030"),
        SAID.encode("utf-16"),
        PAGE.encode(),
        '"中秋预热，件件九折"\r\n"9月22日 00:00 至 9月25日 24:00"\r\n'.encode(),
        workbook(["中秋预热，件件九折"], ["9月22日 00:00 至 9月25日 24:00"]),
    ],
    ids=["utf-8", "gb18030", "utf-16", "html", "csv", "xlsx"],
)
def test_a_page_says_the_same_in_every_kind_of_file(data):
    assert read_page(data) == SAID


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "page_empty"),
        (b"<html><script>1</script></html>", "page_empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "page_not_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "page_old_workbook"),
        (b"PK\x03\x04broken", "broken_archive"),
        ("好".encode() * (MOST_SIGNS + 1), f"page_too_long|{MOST_SIGNS + 1}|{MOST_SIGNS}"),
        (b" " * (MOST_BYTES + 1), "page_too_large|2"),
    ],
)
def test_a_file_that_says_nothing_readable_is_refused_with_the_reason(data, reason):
    with pytest.raises(FileRefusedError) as refused:
        read_page(data)
    assert refused.value.reason == reason


def send(client, row, **given):
    return client.post(
        f"/promotions/a/{row.pk}/", {"part": "page", "version": row.version, **given}, follow=True
    )


@pytest.mark.django_db
def test_a_page_in_a_file_is_compared_as_a_pasted_one(manager, as_manager):
    row = activity(manager, page_text="中秋预热，件件九折")
    file = SimpleUploadedFile("page.html", PAGE.replace("9月25日", "9月24日").encode())

    answer = send(as_manager, row, file=file)

    assert "结束：页面写 9-24 24:00，计划是 9-26 00:00" in answer.content.decode()
    row.refresh_from_db()
    assert row.page_seen_text.startswith("中秋预热")


@pytest.mark.django_db
def test_a_file_that_is_no_page_is_refused_in_words_and_nothing_is_kept(manager, as_manager):
    row = activity(manager)

    answer = send(as_manager, row, file=SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n\0\0"))

    assert "看不懂这个文件" in answer.content.decode()
    row.refresh_from_db()
    assert row.page_seen_at is None
