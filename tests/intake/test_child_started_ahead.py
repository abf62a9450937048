"""A reading child that was started ahead: used once, of the right importers, gone with its parent."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopops.intake import child_process

ORDERS = ["orders.importers.order_list"]
ITEMS = ["orders.importers.item_list"]


@pytest.fixture
def _keeps_one() -> Iterator[None]:
    child_process.keep_spare(ORDERS)
    yield
    child_process.keep_spare(None)


@pytest.mark.usefixtures("_keeps_one")
def test_each_file_gets_a_child_of_its_own_and_the_next_one_stands_ready() -> None:
    first = child_process.take_child(ORDERS)
    child_process.refill_spare()
    second = child_process.take_child(ORDERS)

    assert first.popen.pid != second.popen.pid

    for child in (first, second):
        child.let_go()


@pytest.mark.usefixtures("_keeps_one")
def test_a_child_of_other_importers_is_not_used() -> None:
    child = child_process.take_child(ITEMS)

    assert child.importers == tuple(ITEMS)

    child.let_go()


@pytest.mark.usefixtures("_keeps_one")
def test_a_child_that_died_while_it_waited_is_replaced() -> None:
    dead = child_process.take_child(ORDERS)
    child_process.refill_spare()
    (waiting,) = child_process._spare._children
    waiting.popen.kill()
    waiting.popen.wait()

    child = child_process.take_child(ORDERS)

    assert child.popen.pid != waiting.popen.pid
    assert child.popen.poll() is None

    for one in (dead, child):
        one.let_go()


def test_a_waiting_child_ends_when_its_parent_dies() -> None:
    parent = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os\nfrom shopops.intake import child_process\n"
            f"child_process.keep_spare({ORDERS!r})\n"
            "print(child_process._spare._children[0].popen.pid, flush=True)\nos._exit(1)",
        ],
        stdout=subprocess.PIPE,
        check=False,
        cwd=child_process.ROOT,
    )
    pid = int(parent.stdout)

    until = time.monotonic() + 60
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.1)

    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
