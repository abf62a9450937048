"""A file's whole life, over a toy kind and the real child, vault and Postgres."""

import io
import threading
from decimal import Decimal

import pytest
from django.db import connection

from shopops.intake import actions, stages
from shopops.intake.choices import BATCH_TRANSITIONS, BatchState
from shopops.intake.errors import OtherShopError, UnableToMoveError
from shopops.intake.models import Batch, RowError
from shopops.lib import sealing, vault
from shopops.staff.models import Operation, Shop
from shopops.work import actions as work
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.intake import toy_kind
from tests.intake.conftest import NOW, bring_in, receive, write

pytestmark = pytest.mark.usefixtures("toys")

HEADER = "玩具编号,金额,备注\r\n"
TWO = (HEADER + '="1001",12.50,红\r\n="1002",8,蓝\r\n').encode("gb18030")


def test_a_file_is_previewed_before_anything_is_written():
    batch = bring_in(TWO)

    assert (batch.state, batch.kind, batch.layout, batch.encoding, batch.container) == (
        "previewed",
        "toy",
        "toy1",
        "gb18030",
        "csv",
    )
    assert (batch.row_count, batch.created_count, batch.sums) == (2, 2, {"金额": "20.5"})
    assert toy_kind.rows() == []


def test_a_committed_file_is_written_once_and_again_changes_nothing():
    first = write(bring_in(TWO))
    second = write(bring_in(TWO))

    assert toy_kind.rows() == [("1001", "12.50", "红"), ("1002", "8.00", "蓝")]
    assert (first.state, first.created_count) == ("done", 2)
    assert (second.created_count, second.updated_count, second.unchanged_count) == (0, 0, 2)
    assert not stages.stage_exists(stages.stage_name(first.pk))


def test_the_same_bytes_are_recognised():
    received = receive(TWO)

    again = receive(TWO, "renamed.csv")

    assert received.seen_before is None
    assert again.seen_before == received.batch


def test_undo_takes_back_what_the_batch_changed():
    write(bring_in(TWO))
    changed = write(bring_in((HEADER + "1001,99,红\r\n1003,1,绿\r\n").encode()))

    run = actions.request_undo(batch_id=changed.pk, by=None, now=NOW, ring=False)
    perform_inline(run)

    changed.refresh_from_db()
    assert changed.state == "undone"
    assert toy_kind.rows() == [("1001", "12.50", "红"), ("1002", "8.00", "蓝")]


def test_each_act_leaves_one_row_in_the_operation_log(manager):
    batch = write(bring_in(TWO, by=manager))

    names = list(
        Operation.objects.filter(batch_id=batch.pk).order_by("pk").values_list("name", flat=True)
    )

    assert names == ["intake.batch.received", "intake.batch.committed", "intake.batch.merged"]


def test_an_automatic_batch_is_written_without_a_click():
    received = receive(TWO, auto_commit=True)
    perform_inline(received.run)
    perform_inline(request_run(kind=actions.MERGE, key=str(received.batch.pk), now=NOW))

    assert len(toy_kind.rows()) == 2


def test_rejected_rows_are_kept_with_line_column_value_and_reason():
    batch = bring_in((HEADER + "1001,viel,红\r\n1002,8,蓝\r\n1003\r\n").encode())

    errors = list(RowError.objects.filter(batch=batch).order_by("line"))

    assert [(e.line, e.column, e.value) for e in errors] == [(2, "金额", "viel"), (4, "", "")]
    assert "少 2 格" in errors[1].reason
    assert (batch.row_count, batch.created_count, batch.rejected_count) == (3, 1, 2)


def test_contacts_reach_staging_only_sealed():
    content = "玩具编号,金额,备注,手机\r\n1,1,a,13800000001\r\n2,2,b,\r\n".encode()
    batch = bring_in(content)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT phone, phone_index FROM intake_stage_{batch.pk} ORDER BY line_no")  # noqa: S608
        (sealed, index), (nothing, no_index) = cursor.fetchall()

    assert b"13800000001" not in bytes(sealed)
    assert sealing.unseal(bytes(sealed)) == b"13800000001"
    assert bytes(index) == sealing.blind_index("13800000001")
    assert (nothing, no_index) == (None, None)


def test_an_empty_text_and_no_text_are_told_apart_on_the_way_to_postgres():
    batch = bring_in((HEADER + '1,1,""\r\n2,2,"a""b\r\nc"\r\n').encode())

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT memo FROM intake_stage_{batch.pk} ORDER BY line_no")  # noqa: S608
        memos = [memo for (memo,) in cursor.fetchall()]

    assert memos == [None, 'a"b\r\nc']


def test_the_first_file_tells_which_shop_this_is_and_a_stranger_must_be_confirmed():
    write(bring_in("玩具编号,金额,备注,店铺Id\r\n1,1,a,77\r\n".encode()))
    stranger = bring_in("玩具编号,金额,备注,店铺Id\r\n2,1,a,88\r\n".encode())

    with pytest.raises(OtherShopError):
        actions.commit_batch(batch_id=stranger.pk, by=None, now=NOW, confirm_other_shop=False)

    assert Shop.objects.get().platform_shop_no == "77"
    assert write(stranger, confirm_other_shop=True).state == "done"
    assert Shop.objects.get().platform_shop_no == "77"


def test_a_stranger_is_not_written_by_itself():
    write(bring_in("玩具编号,金额,备注,店铺Id\r\n1,1,a,77\r\n".encode()))

    batch = bring_in("玩具编号,金额,备注,店铺Id\r\n2,1,a,88\r\n".encode(), auto_commit=True)

    assert batch.state == "previewed"


def test_a_discarded_batch_leaves_no_rows_behind():
    batch = bring_in(TWO)

    actions.discard_batch(batch_id=batch.pk, by=None, now=NOW)

    assert not stages.stage_exists(stages.stage_name(batch.pk))
    with pytest.raises(UnableToMoveError):
        actions.commit_batch(batch_id=batch.pk, by=None, now=NOW, confirm_other_shop=False)


@pytest.mark.parametrize("state", BatchState)
def test_a_batch_moves_only_along_its_road(state):
    for wanted in BatchState:
        batch = Batch(state=state)
        if wanted in BATCH_TRANSITIONS[state]:
            actions.move(batch, wanted)
            assert batch.state == wanted
        else:
            with pytest.raises(UnableToMoveError):
                actions.move(batch, wanted)


def test_staged_rows_lost_in_a_crash_of_postgres_are_read_again():
    batch = bring_in(TWO)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE intake_stage_{batch.pk}")

    assert write(batch).created_count == 2


def test_a_reading_that_was_interrupted_starts_from_nothing():
    received = receive(TWO)
    Batch.objects.filter(pk=received.batch.pk).update(state=BatchState.PARSING)
    stages.create_stage(stages.stage_name(received.batch.pk), [("left_over", "text")])

    perform_inline(received.run)

    assert Batch.objects.get(pk=received.batch.pk).created_count == 2


def test_a_cancelled_writing_can_be_asked_for_again():
    batch = bring_in(TWO)
    run = actions.commit_batch(
        batch_id=batch.pk, by=None, now=NOW, confirm_other_shop=False, ring=False
    )
    work.cancel_run(run_id=run.pk, now=NOW)

    assert write(Batch.objects.get(pk=batch.pk)).state == "done"


def test_two_who_bring_the_same_file_at_once_write_it_once():
    batches = [bring_in(TWO), bring_in(TWO)]
    asked = [
        actions.commit_batch(
            batch_id=batch.pk, by=None, now=NOW, confirm_other_shop=False, ring=False
        )
        for batch in batches
    ]

    def work(run):
        perform_inline(run)
        connection.close()

    threads = [threading.Thread(target=work, args=(run,)) for run in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for batch in batches:
        batch.refresh_from_db()
    assert sorted(batch.created_count for batch in batches) == [0, 2]
    assert sorted(batch.unchanged_count for batch in batches) == [0, 2]
    assert len(toy_kind.rows()) == 2


def test_a_stored_file_that_was_cut_off_is_refused():
    received = receive(TWO)
    path = vault.path_of(received.batch.stored_name)
    path.write_bytes(path.read_bytes()[:-5])

    perform_inline(received.run)

    received.batch.refresh_from_db()
    assert (received.batch.state, received.batch.refusal) == ("refused", "vault")


def test_another_kind_than_the_wanted_one_is_refused():
    batch = bring_in(TWO, kind="order_list")

    assert batch.refusal == "other_kind|玩具单"


def test_a_header_that_lacks_columns_names_them():
    batch = bring_in("玩具编号,备注\r\n1,a\r\n".encode())

    assert batch.refusal == "missing_columns|玩具单|金额"


def test_seconds_and_times_are_noted():
    batch = write(bring_in(TWO, "ExportOrderList201809011818.csv"))

    assert batch.seconds > Decimal(0)
    assert batch.exported_at.isoformat() == "2018-09-01T10:18:00+00:00"
    assert batch.committed_at is not None


def test_store_leaves_no_plain_text_on_disk(tmp_path):
    vault.store(io.BytesIO(TWO * 1000))

    for path in (tmp_path / "files").rglob("*"):
        assert path.is_dir() or b"1001" not in path.read_bytes()


def test_a_refused_file_and_one_with_rejected_rows_ask_for_a_notice_to_who_brought_them(manager):
    refused = receive("没有这样的表头\r\n1\r\n".encode(), by=manager)
    perform_inline(refused.run)
    written = write(bring_in((HEADER + "1001,viel,红\r\n1002,8,蓝\r\n").encode(), by=manager))
    write(bring_in((HEADER + "1003,8,蓝\r\n").encode(), by=manager))

    asked = Run.objects.filter(kind="notices.send").order_by("pk")

    assert [run.key for run in asked] == [
        f"intake.refused:{refused.batch.pk}",
        f"intake.rejected:{written.pk}",
    ]
    assert {tuple(run.payload["people"]) for run in asked} == {(manager.pk,)}
