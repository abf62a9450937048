import os
import signal
import socket
import stat
import sys
from pathlib import Path

import pytest

from shopops.embedded import process
from shopops.embedded.keys import load_keys
from shopops.embedded.postgres import Postgres
from tests.embedded.shop import all_dead, keeper_is_gone

dies_with_parent = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux ends a child with its parent"
)


def test_servers_run_for_as_long_as_somebody_uses_them(use, data):
    user = use(data)
    user.wait_up()
    pids = user.server_pids()
    answer = user.query("SELECT current_user::text, current_setting('timezone')")

    user.leave()

    assert answer == [("shopops", "Asia/Shanghai")]
    assert all_dead(pids, seconds=0)
    assert not user.layout.state.exists()


def test_chinese_text_has_trigrams_so_that_a_name_can_be_searched(running):
    [(trigrams,)] = running.query("SELECT show_trgm('四件套')")

    assert len(trigrams) == 4


def test_the_role_of_the_shop_is_no_superuser_but_may_make_test_databases(running):
    [rights] = running.query(
        "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )

    assert rights == (False, False, True)


def test_secrets_are_made_once_and_read_by_nobody_else(use, data):
    first = use(data)
    before = first.wait_up()
    first.leave()
    second = use(data)
    after = second.wait_up()

    modes = [stat.S_IMODE(p.stat().st_mode) for p in (second.layout.secrets, second.layout.state)]

    assert modes == [0o600, 0o600]
    assert {k: before[k] for k in ("SECRET_KEY", "FIELD_KEYS")} == {
        k: after[k] for k in ("SECRET_KEY", "FIELD_KEYS")
    }
    assert len(before["SECRET_KEY"]) >= 50


def test_a_database_without_its_secrets_is_refused_not_given_new_ones(use, data):
    first = use(data)
    first.wait_up()
    first.leave()
    first.layout.secrets.unlink()
    second = use(data)

    second.end()

    assert second.process.returncode == 1
    assert "put its backup back" in second.error
    assert not first.layout.secrets.exists()


def test_a_second_command_uses_the_servers_of_the_first_and_may_outlive_it(use, data):
    first = use(data)
    first.wait_up()
    second = use(data)
    second.wait_up()
    first.leave()

    answer = second.query("SELECT 1")

    assert first.environment["DATABASE_URL"] == second.environment["DATABASE_URL"]
    assert answer == [(1,)]
    pids = second.server_pids()
    second.leave()
    assert all_dead(pids, seconds=0)


def test_two_commands_started_at_once_share_one_set_of_servers(use, data):
    users = [use(data), use(data), use(data)]

    addresses = {user.wait_up()["DATABASE_URL"] for user in users}

    assert len(addresses) == 1


def test_two_folders_are_two_shops_side_by_side(use, data, running):
    here, there = use(data), running
    here.wait_up()
    here.query("CREATE TABLE only_here (n int)")

    assert here.query("SELECT to_regclass('only_here') IS NOT NULL") == [(True,)]
    assert there.query("SELECT to_regclass('only_here') IS NOT NULL") == [(False,)]


def test_a_killed_command_takes_its_servers_along_and_leaves_its_data(use, data):
    user = use(data)
    user.wait_up()
    user.query("CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")
    pids = user.server_pids()

    user.kill()

    assert keeper_is_gone(data)
    assert all_dead(pids)
    after = use(data)
    after.wait_up()
    assert after.query("SELECT n FROM kept") == [(42,)]


@dies_with_parent
def test_servers_die_with_a_killed_keeper(use, data):
    user = use(data)
    user.wait_up()
    pids = user.server_pids()

    os.kill(user.state()["keeper"]["pid"], signal.SIGKILL)

    assert all_dead(pids)


def test_everything_killed_at_once_leaves_nothing_that_stops_the_next_start(use, data):
    user = use(data, is_durable=True)
    user.wait_up()
    user.query("CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")
    pids = [user.state()["keeper"]["pid"], *user.server_pids()]
    for pid in pids:
        process.signal_quietly(pid, signal.SIGKILL)
    user.kill()
    assert user.layout.state.exists()
    pid_file = user.layout.postgres / "data" / "postmaster.pid"
    assert pid_file.exists()

    after = use(data)
    after.wait_up()

    assert after.query("SELECT n FROM kept") == [(42,)]


def test_a_pid_file_whose_number_now_belongs_to_a_stranger_is_no_obstacle(use, data):
    first = use(data)
    first.wait_up()
    first.leave()
    pid_file = first.layout.postgres / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{first.layout.postgres}/data\n0\n5432\n\n\n")

    second = use(data)
    second.wait_up()

    assert second.query("SELECT 1") == [(1,)]


def test_an_orphaned_server_is_stopped_before_a_new_one_starts(use, data):
    user = use(data)
    user.wait_up()
    os.kill(user.state()["keeper"]["pid"], signal.SIGSTOP)  # it cannot start the server again
    postmaster = user.state()["servers"]["postgres"]["pid"]

    try:
        Postgres(user.layout, load_keys(user.layout), is_for_tests=True).clear_up()
    finally:
        os.kill(user.state()["keeper"]["pid"], signal.SIGCONT)

    assert all_dead([postmaster], seconds=0)


def test_a_server_that_ends_by_itself_is_started_again_at_its_address(use, data):
    user = use(data)
    user.wait_up()
    before = user.state()["servers"]["postgres"]
    os.kill(before["pid"], signal.SIGKILL)

    assert process.wait_until(
        lambda: user.state()["servers"]["postgres"]["pid"] != before["pid"], seconds=15
    )

    assert user.state()["servers"]["postgres"]["port"] == before["port"]
    assert user.query("SELECT 1") == [(1,)]


def test_the_broker_evicts_nothing_and_keeps_its_queue_over_a_crash(use, data):
    user = use(data)
    environment = user.wait_up()
    assert command(environment["BROKER_URL"], "CONFIG GET maxmemory-policy")[-1] == "noeviction"
    assert command(environment["CACHE_URL"], "CONFIG GET maxmemory-policy")[-1] == "allkeys-lru"
    command(environment["BROKER_URL"], "LPUSH quick one")
    server = user.state()["servers"]["valkey-broker"]["pid"]
    process.wait_until(lambda: False, seconds=1.2)  # appended to disk each second

    os.kill(server, signal.SIGKILL)

    assert process.wait_until(
        lambda: user.state()["servers"]["valkey-broker"]["pid"] != server, seconds=15
    )
    assert command(environment["BROKER_URL"], "LRANGE quick 0 -1")[-1] == "one"


def command(url: str, line: str) -> list[str]:
    """Send one command to a Valkey and return the words of its answer."""
    password, _, place = url.removeprefix("redis://:").partition("@")
    host, _, port = place.removesuffix("/0").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(f"AUTH {password}\r\n{line}\r\nQUIT\r\n".encode())
        with connection.makefile("r") as answer:
            words = answer.read().split()
    return words[:-1]  # the last is the farewell


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to drop")
def test_as_root_the_servers_run_unprivileged(running):
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in running.server_pids()}

    assert 0 not in owners
