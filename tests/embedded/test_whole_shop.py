"""The one command, with all its programs. Slow for a test, and worth it."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from shopops.embedded import process, supervisor
from shopops.embedded.keeper import free_port
from shopops.embedded.layout import PROJECT
from tests.embedded.shop import environment_for, keeper_is_gone


@pytest.mark.deep
@pytest.mark.timeout(240)
def test_a_shop_killed_at_a_blow_leaves_nothing_running_and_comes_up_again(data):
    port = free_port()
    environment = environment_for(data, is_durable=False) | {"PORT": str(port), "HOST": ""}
    environment["DJANGO_SETTINGS_MODULE"] = "shopops.settings"
    command = [sys.executable, "-m", "shopops.embedded", "up"]
    with (data / "output").open("wb") as output:
        first = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=output)
    address = f"http://127.0.0.1:{port}/healthz"
    came_up = process.wait_until(lambda: supervisor.answers(address), seconds=90)
    programs = process.marked(str(data))

    os.kill(first.pid, signal.SIGKILL)
    first.wait()

    assert came_up, (data / "output").read_text()
    assert len(programs) >= 4
    assert keeper_is_gone(data, seconds=30)
    assert not any(mark.is_alive() for mark in programs)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    again = subprocess.run(
        [*command, "--once"], cwd=PROJECT, env=environment, capture_output=True, check=False
    )
    assert again.returncode == 0, again.stderr.decode()
    assert f"ShopOps is up: http://127.0.0.1:{port}/" in again.stderr.decode()
    assert process.marked(str(data)) == []
