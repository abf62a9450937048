"""A whole shop for browsers: web, worker and scheduler as processes, on a database of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bench import clock
from shopops.embedded import process
from shopops.embedded.keeper import free_port
from shopops.embedded.layout import PROJECT

UP_SECONDS = 90
DAYS, ORDERS_PER_DAY = 12, 60


class Site:
    """One shop. Its processes write to `log` in its folder."""

    def __init__(self, name: str, folder: Path, *, broker: str = "9") -> None:
        self.name, self.folder = name, folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = dict(os.environ) | {
            "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
            "DATABASE_URL": _swap_path(os.environ["DATABASE_URL"], name),
            "BROKER_URL": _swap_path(os.environ["BROKER_URL"], broker),
            "SHOPOPS_DATA": str(folder),
            "SHOPOPS_E2E_NAME": name,
            "SHOPOPS_E2E_STARTED": datetime.now(UTC).isoformat(),
            "SECURE": "0",
        }

    def create_database(self, template: str = "template1") -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{template}"')

    def drop_database(self) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def manage(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, PROJECT / "manage.py", *arguments],
            env=self.environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def fill(self) -> None:
        self.manage(
            "demo_shop",
            *("--days", str(DAYS), "--orders-per-day", str(ORDERS_PER_DAY)),
            *("--now", clock.AFTERNOON.isoformat()),
        )

    def start_web(self) -> None:
        self._start("web", "granian", "--interface", "wsgi", "--workers", "1", *self._listen())
        until = time.monotonic() + UP_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=2):  # noqa: S310
                    return
            except OSError:
                assert self.processes["web"].poll() is None, (self.folder / "web.log").read_text()
                assert time.monotonic() < until, (self.folder / "web.log").read_text()
                time.sleep(0.1)

    def _listen(self) -> tuple[str, ...]:
        address = ("--host", "127.0.0.1", "--port", str(self.port))
        return ("--blocking-threads", "2", *address, "shopops.wsgi:application")

    def start_work(self) -> None:
        options = ("--without-gossip", "--without-mingle", "-c", "2", "-l", "WARNING")
        self._start("worker", "celery", "-A", "shopops", "worker", "-Q", "quick,imports", *options)
        self._run("scheduler", str(PROJECT / "manage.py"), "work_scheduler")

    def _start(self, name: str, *module: str) -> None:
        self._run(name, "-m", *module)

    def _run(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = process.start(
                [sys.executable, *arguments],
                log=log,
                death_signal=signal.SIGTERM,
                environment=self.environment,
            )

    def stop(self) -> None:
        for program in self.processes.values():
            self._signal(program, signal.SIGCONT)
            self._signal(program, signal.SIGTERM)
        for program in self.processes.values():
            try:
                program.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._signal(program, signal.SIGKILL)
                program.wait()

    def _signal(self, program: subprocess.Popen[bytes], number: signal.Signals) -> None:
        if program.poll() is None:
            os.killpg(program.pid, number)

    def rest_worker(self) -> None:
        """Let the worker stand still, so that what is asked for waits."""
        self._signal(self.processes["worker"], signal.SIGSTOP)

    def wake_worker(self) -> None:
        self._signal(self.processes["worker"], signal.SIGCONT)

    def password_of(self, username: str) -> str:
        people = json.loads((self.folder / "demo-people.json").read_text())
        return next(str(one["password"]) for one in people if one["username"] == username)


def _swap_path(url: str, path: str) -> str:
    return f"{url.rpartition('/')[0]}/{path}"
