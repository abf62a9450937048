import csv
import io
import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command

from shopops.intake import error_file, inbox, retention
from shopops.intake.models import Batch, RowError
from shopops.intake.naming import clean_name, exported_at_of
from shopops.lib import vault
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import Operation
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.intake import toy_kind
from tests.intake.conftest import NOW, bring_in, write
from tests.intake.test_bombs import workbook

pytestmark = pytest.mark.usefixtures("toys")
HEADER = "玩具编号,金额,备注\r\n"
BROKEN = (
    HEADER
    + '="1001",viel,"=1+1"\r\n'
    + "1002,8,蓝\r\n"
    + '1003,9,"offen\r\n'
    + "1004,1,a,zu viel\r\n"
    + '1005,x,"zwei\r\nZeilen"\r\n'
)


def cells(file, codec):
    return list(csv.reader(io.StringIO(file.content.decode(codec), newline="")))


@pytest.mark.parametrize(("codec", "shown"), [("gb18030", "gb18030"), ("utf-8", "utf-8-sig")])
def test_the_error_file_has_the_same_layout_and_encoding_with_the_reason_in_front(codec, shown):
    batch = bring_in(BROKEN.encode(codec), "一月.csv")

    file = error_file.make_error_file(batch)

    assert file.name == "一月.errors.csv"
    assert cells(file, shown) == [
        ["错误原因", "玩具编号", "金额", "备注"],
        ["金额：不是金额", '="1001"', "viel", "'=1+1"],
        ["引号没有闭合", "1003", "9", "offen"],
        ["比表头多出 1 格，内容可能错位", "1004", "1", "a", "zu viel"],
        ["金额：不是金额", "1005", "x", "zwei\r\nZeilen"],
    ]


def test_a_mended_error_file_can_be_sent_again():
    file = error_file.make_error_file(bring_in(BROKEN.encode("gb18030")))
    text = file.content.decode("gb18030")
    mended = text.replace('"viel"', '"7"').replace('"x"', '"6"').replace(',"zu viel"', "")

    batch = write(bring_in(mended.encode("gb18030"), file.name))

    assert (batch.created_count, batch.rejected_count) == (4, 0)
    assert [row[0] for row in toy_kind.rows()] == ["1001", "1003", "1004", "1005"]


def test_the_error_file_of_a_workbook_is_a_workbook_of_texts():
    batch = bring_in(workbook([["1", "viel", "=1+1"], ["2", "3", "b"]]), "a.xlsx")

    file = error_file.make_error_file(batch)

    sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
    assert file.name == "a.errors.xlsx"
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["错误原因", "玩具编号", "金额", "备注"],
        ["金额：不是金额", "1", "viel", "'=1+1"],
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}


def test_there_is_no_error_file_without_errors_or_without_the_stored_file():
    clean = bring_in((HEADER + "1,1,a\r\n").encode())
    broken = bring_in(BROKEN.encode())
    Batch.objects.filter(pk=broken.pk).update(stored_name="")

    for pk in (clean.pk, broken.pk):
        with pytest.raises(error_file.NoErrorFileError):
            error_file.make_error_file(Batch.objects.get(pk=pk))


def test_downloading_the_error_file_is_recorded():
    batch = bring_in(BROKEN.encode())

    error_file.download_errors(batch_id=batch.pk, by=None, now=NOW)

    assert Operation.objects.filter(name="intake.batch.errors_downloaded").count() == 1


# --- commands ---


def run_json(capsys, *arguments, status=0):
    if status:
        with pytest.raises(SystemExit) as left:
            call_command(*arguments, "--json")
        assert left.value.code == status
    else:
        call_command(*arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_import_files_answers_as_promised(capsys, tmp_path):
    path = tmp_path / "ExportToys201809011818.csv"
    path.write_bytes((HEADER + "1,1,a\r\n2,viel,b\r\n").encode("gb18030"))

    (file,) = run_json(capsys, "import_files", str(path))["files"]
    (again,) = run_json(capsys, "import_files", str(path))["files"]

    assert {
        name: file[name]
        for name in ("file", "kind", "encoding", "rows", "created", "updated", "rejected")
    } == {
        "file": path.name,
        "kind": "toy",
        "encoding": "gb18030",
        "rows": 2,
        "created": 1,
        "updated": 0,
        "rejected": 1,
    }
    assert file["errors"] == [{"line": 3, "column": "金额", "value": "viel", "reason": "不是金额"}]
    assert "viel" in Path(file["errors_file"]).read_text(encoding="gb18030")
    assert file["seconds"] > 0
    assert (again["created"], again["unchanged"]) == (0, 1)


def test_a_dry_run_writes_nothing(capsys, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "1,1,a\r\n", encoding="utf-8")

    (file,) = run_json(capsys, "import_files", str(path), "--dry-run")["files"]

    assert (file["created"], file["state"]) == (1, "discarded")
    assert toy_kind.rows() == []


def test_one_refused_file_does_not_stop_the_others_but_shows_in_the_exit_status(capsys, tmp_path):
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_bytes(b"a,b\r\n1,2\r\n")
    good.write_text(HEADER + "1,1,a\r\n", encoding="utf-8")

    files = run_json(capsys, "import_files", str(bad), str(good), status=1)["files"]

    assert "认不出" in files[0]["refused"]
    assert (files[1]["created"], files[1]["state"]) == (1, "done")


def test_undo_import_takes_a_batch_back_once(capsys):
    batch = write(bring_in((HEADER + "1,1,a\r\n").encode()))

    answer = run_json(capsys, "undo_import", str(batch.pk))
    refused = run_json(capsys, "undo_import", str(batch.pk), status=1)

    assert answer["state"] == "undone"
    assert toy_kind.rows() == []
    assert "不能撤回" in refused["error"]


# --- the inbox ---


def drop(settings, name, content, *, age=60):
    settings.INBOX_DIR.mkdir(exist_ok=True)
    path = settings.INBOX_DIR / name
    path.write_bytes(content)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_a_file_in_the_inbox_is_taken_when_it_stands_still_and_leaves_no_plain_text(
    settings, monkeypatch
):
    path = drop(settings, "toys.csv", (HEADER + "1,1,a\r\n").encode())
    monkeypatch.setattr(inbox, "STILL_SECONDS", 0.0)

    inbox.tick(NOW)
    assert path.exists()
    inbox.tick(NOW)

    assert [p for p in settings.INBOX_DIR.rglob("*") if p.is_file()] == []
    for _ in range(2):
        for run in Run.objects.filter(state="waiting").order_by("pk"):
            perform_inline(run)
    assert len(toy_kind.rows()) == 1
    assert Batch.objects.get().source == "inbox"


def test_a_growing_or_unfinished_file_is_left_alone(settings, monkeypatch):
    monkeypatch.setattr(inbox, "STILL_SECONDS", 0.0)
    growing = drop(settings, "toys.csv", b"1")
    drop(settings, "b.csv.crdownload", b"1")
    inbox.tick(NOW)
    growing.write_bytes(b"12")

    inbox.tick(NOW)

    assert not Batch.objects.exists()


def test_a_file_just_written_waits_five_seconds(settings):
    drop(settings, "toys.csv", b"1", age=0)

    inbox.tick(NOW)
    inbox.tick(NOW)

    assert not Batch.objects.exists()


def test_a_refused_inbox_file_comes_back_with_its_reason(settings, monkeypatch):
    monkeypatch.setattr(inbox, "STILL_SECONDS", 0.0)
    drop(settings, "x.csv", b"a,b\r\n1,2\r\n")
    inbox.tick(NOW)
    inbox.tick(NOW)

    perform_inline(Run.objects.get())

    refused = settings.INBOX_DIR / "refused"
    assert (refused / "x.csv").read_bytes() == b"a,b\r\n1,2\r\n"
    assert "认不出" in (refused / "x.csv.reason.txt").read_text(encoding="utf-8")


# --- names and retention ---


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ExportOrderList201809011818.csv", datetime(2018, 9, 1, 18, 18, tzinfo=SHANGHAI)),
        ("ExportOrderList20260301235959.xlsx", datetime(2026, 3, 1, 23, 59, 59, tzinfo=SHANGHAI)),
        ("ExportOrderList202613011818.csv", None),  # no 13th month
        ("ExportOrderList209001011818.csv", None),  # in the future
        ("199901011818.csv", None),
        ("orders 1234567890123456789.csv", None),  # an order number
        ("orders.csv", None),
    ],
)
def test_the_time_of_export_is_read_from_the_name_when_plausible(name, expected):
    fallback = NOW - timedelta(hours=3)

    assert exported_at_of(name, fallback=fallback, now=NOW) == (expected or fallback)


def test_a_file_name_is_shown_never_followed():
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name("C:\\Users\\x\\订单\x00\n.csv") == "订单.csv"
    assert clean_name("/") == "?"


def test_stored_files_go_after_their_time_and_lost_uploads_after_a_day():
    batch = write(bring_in((HEADER + "1,1,a\r\n").encode()))
    lost = vault.store(io.BytesIO(b"x"))

    retention.forget_orphans(now=datetime.now(SHANGHAI) + timedelta(hours=25))
    assert not vault.path_of(lost.name).exists()
    assert vault.path_of(batch.stored_name).exists()

    assert retention.forget_files(now=NOW + timedelta(days=89)) == 0
    assert retention.forget_files(now=NOW + timedelta(days=91)) == 1
    assert not vault.path_of(batch.stored_name).exists()


def test_values_are_cut_to_what_the_error_table_holds():
    batch = bring_in((HEADER + f"1,{'9' * 30000}x,a\r\n").encode())

    assert len(RowError.objects.get(batch=batch).value) == 20
