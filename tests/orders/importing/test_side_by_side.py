"""Two files that arrive together, each in a process of the imports worker, must end as one after the other."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from orders.actions.importing import steps
from orders.demo import bench_files
from orders.models import OrderLine
from shopops.intake.choices import BatchState
from shopops.intake.models import Batch
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.orders.importing.whole import fingerprint, import_cleanly, receive, wipe

pytestmark = pytest.mark.django_db(transaction=True)


def import_in_thread(received):
    try:
        perform_inline(received.run)
        perform_inline(Run.objects.get(kind="intake.merge", key=str(received.batch.pk)))
        return Batch.objects.get(pk=received.batch.pk).state
    finally:
        connection.close()


def side_by_side(paths):
    received = [receive(path) for path in paths]
    with ThreadPoolExecutor(max_workers=len(paths)) as threads:
        return list(threads.map(import_in_thread, received))


@pytest.mark.parametrize("first_rows", [1, 400_000], ids=["into bare tables", "in steps"])
def test_an_order_list_and_its_item_list_side_by_side_end_as_one_after_the_other(
    first_rows, tmp_path, monkeypatch, settings
):
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(steps, "HEAP_FIRST_ROWS", first_rows)
    monkeypatch.setattr(steps, "CHUNK_ROWS", 200)
    files = bench_files(tmp_path / "made", lines=2_000, seed=7)
    paths = [files.orders_path, files.items_path]
    import_cleanly(paths)
    clean = fingerprint()
    wipe()

    states = side_by_side(paths)

    assert states == [BatchState.DONE, BatchState.DONE]
    assert fingerprint() == clean


def test_two_first_item_files_side_by_side_both_go_in(tmp_path, monkeypatch, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(steps, "HEAP_FIRST_ROWS", 1)
    first = bench_files(tmp_path / "one", lines=2_000, seed=7)
    second = bench_files(tmp_path / "two", lines=1_500, seed=8, after_tid=8 * 10**18)

    states = side_by_side([first.items_path, second.items_path])

    assert states == [BatchState.DONE, BatchState.DONE]
    assert OrderLine.objects.count() == 3_500
