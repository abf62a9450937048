import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shopops.embedded import process, supervisor
from shopops.embedded.children import Child, Children, GivenUpError, rotate_logs, stop_leftovers
from shopops.embedded.errors import EmbeddedError
from shopops.embedded.layout import Layout
from shopops.embedded.locks import FileLock

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]
FAIL = [sys.executable, "-I", "-S", "-c", "print('no luck'); raise SystemExit(3)"]


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path)
    layout.make()
    return layout


def test_a_second_supervisor_of_one_folder_is_refused_in_words(layout, monkeypatch, capfd):
    monkeypatch.setenv("SHOPOPS_DATA", str(layout.data))
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = [signal.getsignal(number) for number in numbers]
    with FileLock(layout.run / "supervisor.lock") as lock:
        assert lock.exclusive()

        status = supervisor.main(["up"])

    for number, handler in zip(numbers, handlers, strict=True):
        signal.signal(number, handler)
    assert status == 1
    assert "already runs" in capfd.readouterr().err


def test_a_taken_port_is_refused_with_the_way_out(layout):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        with pytest.raises(EmbeddedError, match="PORT="):
            supervisor.require_free_port("127.0.0.1", other.getsockname()[1])


def test_a_port_that_is_no_number_is_refused(layout, monkeypatch):
    monkeypatch.setenv("SHOPOPS_DATA", str(layout.data))
    monkeypatch.setenv("PORT", "http")

    assert supervisor.main(["up"]) == 1


def test_a_child_that_is_killed_is_started_again(layout):
    child = Child("sleeper", SLEEP)
    children = Children(layout, [child])
    children.step()
    first = child.pid
    os.kill(first, signal.SIGKILL)
    assert process.wait_until(lambda: not child.is_up(), seconds=5)

    def is_back() -> bool:
        children.step()
        return child.is_up() and child.pid != first

    try:
        assert process.wait_until(is_back, seconds=5)
    finally:
        children.stop()


def test_a_child_that_never_stays_up_is_given_up_with_longer_and_longer_pauses(layout):
    child = Child("failing", FAIL)
    child.process = process.start(FAIL, log=subprocess.DEVNULL, death_signal=signal.SIGTERM)
    child.process.wait()
    delays = []

    for _ in range(5):
        child.note_exit(1000.0)
        delays.append(child.start_at - 1000.0)

    with pytest.raises(GivenUpError, match="failing"):
        child.note_exit(1000.0)
    assert delays == [0.5, 1, 2, 4, 8]


def test_programs_of_a_killed_supervisor_are_stopped_by_the_next(layout):
    left = subprocess.Popen(SLEEP)
    stranger = subprocess.Popen(SLEEP)
    mark = process.mark_of(left.pid)
    assert mark
    marks = [
        {"pid": left.pid, "born": mark.born},
        {"pid": stranger.pid, "born": "another start time"},  # the number was given out again
    ]
    (layout.run / "children.json").write_text(json.dumps(marks))

    stop_leftovers(layout)

    try:
        assert left.wait(timeout=1) == -signal.SIGTERM
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_what_a_killed_program_had_started_is_stopped_as_well(layout):
    if not process.IS_LINUX:
        pytest.skip("only Linux shows the environment of a process")
    code = "import subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]])"
    child = Child("web", [sys.executable, "-c", code, *SLEEP[1:]])
    child.start(layout)

    def family() -> list[int]:
        return [mark.pid for mark in process.marked(str(layout.data))]

    assert process.wait_until(lambda: len(family()) == 2, seconds=5)
    os.kill(child.pid, signal.SIGKILL)
    assert process.wait_until(lambda: len(family()) == 1, seconds=5)

    stop_leftovers(layout)

    assert family() == []
    assert child.process
    child.process.wait()


def test_output_of_a_child_is_marked_with_its_name_and_kept_in_its_log(layout, capfd):
    children = Children(layout, [Child("failing", FAIL)])

    children.step()
    log = layout.log / "failing.log"
    assert process.wait_until(lambda: log.exists() and log.stat().st_size > 0, seconds=5)
    time.sleep(0.1)
    children.stop()

    assert "no luck" in log.read_text()
    assert "failing        | no luck" in capfd.readouterr().err


def test_stopping_ends_all_children_even_one_that_will_not(layout):
    deaf = "import signal, time\nfor n in (2, 3, 15): signal.signal(n, signal.SIG_IGN)\n"
    deaf += "print('deaf', flush=True); time.sleep(60)"
    children = Children(
        layout,
        [Child("web", SLEEP), Child("deaf", [sys.executable, "-I", "-S", "-c", deaf])],
        stop_steps=((signal.SIGTERM, 0.5), (signal.SIGQUIT, 0.2)),
    )
    children.step()
    log = layout.log / "deaf.log"
    assert process.wait_until(lambda: log.exists() and "deaf" in log.read_text(), seconds=5)
    pids = [child.pid for child in children.children]
    started = time.monotonic()

    children.stop()

    assert time.monotonic() - started < 5
    assert not any(process.mark_of(pid) for pid in pids)
    assert not (layout.run / "children.json").exists()


def test_logs_of_earlier_runs_are_put_aside(layout):
    for text in ("first", "second", "third"):
        (layout.log / "web.log").write_text(text)
        rotate_logs(layout.log)

    assert (layout.log / "web.log.1").read_text() == "third"
    assert (layout.log / "web.log.3").read_text() == "first"
    assert not (layout.log / "web.log").exists()


def test_the_table_of_sign_ins_lines_up_with_chinese_names(layout):
    people = [
        {"username": "aning", "password": "x", "role": "店长", "name": "阿宁"},
        {"username": "cs", "password": "longer", "role": "客服主管", "name": "小禾"},
    ]
    layout.demo_people.write_text(json.dumps(people))

    lines = supervisor._people_table(layout)

    starts = {
        supervisor._width(line[: line.index(word)])
        for line, word in zip(lines, ("name", "阿宁", "小禾"), strict=True)
        if word != "name"
    }
    assert len(starts) == 1


def test_a_child_ends_when_its_parent_is_killed(layout, tmp_path):
    if not process.IS_LINUX:
        pytest.skip("only Linux ends a child with its parent")
    code = (
        "import signal, subprocess, sys, time\n"
        "from shopops.embedded import process\n"
        "child = process.start([sys.executable, '-c', 'import time; time.sleep(60)'],"
        " log=subprocess.DEVNULL, death_signal=signal.SIGTERM)\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        process.wait_until(lambda: b"time.sleep" in cmdline(pid), seconds=5)
        parent.kill()

    assert process.wait_until(lambda: process.mark_of(pid) is None, seconds=5)


def cmdline(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_own_process_is_known_again_and_another_start_time_is_not():
    mark = process.mark_of(os.getpid())

    assert mark
    assert mark.is_alive()
    assert not process.ProcessMark(mark.pid, "0").is_alive()
