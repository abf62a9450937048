"""Backup and restore: the drill between two real shops, and every reason to refuse."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import datetime

import pytest
from django.core.management import call_command

from shopops.embedded.layout import PROJECT
from shopops.lib import vault
from shopops.lib.backup import making, manifest, restoring, servers
from shopops.lib.backup.manifest import BackupError
from shopops.lib.business_time import SHANGHAI
from tests.factories.orders import OrderFactory
from tests.orders.importing.headers import ORDER

AT = datetime(2026, 9, 17, 15, 18, tzinfo=SHANGHAI)
TID, PHONE = "35153131473293579", "13800000001"


# --- one process, the tests' own database ------------------------------------------------------


@pytest.fixture
def backed_up(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    OrderFactory(tid=TID)
    vault.store(io.BytesIO("订单".encode()))
    folder = tmp_path / "backup"
    said = []
    made = making.make_backup(folder, now=AT, tell=said.append)
    assert said
    return folder, made


@pytest.mark.django_db(transaction=True)
def test_a_backup_counts_every_table_and_is_for_its_owner_alone(backed_up):
    folder, made = backed_up

    modes = {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}

    assert made.counts["orders_order"] == 1
    assert made.counts["orders_shippingday"] > 0
    assert {part.path.split("/")[0] for part in made.files} == {
        "database.dump", "secrets.json", "uploads",
    }  # fmt: skip
    assert modes == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert manifest.read_manifest(folder) == made
    manifest.verify(folder, made)


@pytest.mark.django_db(transaction=True)
def test_no_password_of_a_server_stands_in_a_backup(backed_up, settings):
    folder, _ = backed_up

    text = (folder / "secrets.json").read_text()

    assert json.loads(text)["field_keys"] == settings.FIELD_KEYS.split(",")
    assert settings.DATABASES["default"]["PASSWORD"] not in text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["database.dump", "secrets.json", "uploads"])
@pytest.mark.parametrize("harm", ["flip", "cut", "remove"])
def test_a_changed_backup_is_refused_before_anything_is_touched(backed_up, name, harm, monkeypatch):
    folder, _ = backed_up
    path = next((folder / name).iterdir()) if name == "uploads" else folder / name
    data = path.read_bytes()
    path.unlink()
    if harm != "remove":
        path.write_bytes(
            data[:-1] if harm == "cut" else data[:20] + bytes([data[20] ^ 1]) + data[21:]
        )
    monkeypatch.setattr(restoring, "_refuse_newer", lambda _: pytest.fail("went on"))

    with pytest.raises(BackupError, match=r"missing|changed"):
        restoring.restore_backup(folder, force=True, tell=print)


@pytest.mark.django_db(transaction=True)
def test_a_shop_that_holds_something_is_not_replaced_unasked(backed_up):
    folder, _ = backed_up

    with pytest.raises(BackupError, match="--force"):
        restoring.restore_backup(folder, force=False, tell=print)


@pytest.mark.django_db(transaction=True)
def test_a_shop_in_use_is_not_replaced(backed_up, monkeypatch):
    folder, _ = backed_up

    monkeypatch.setattr(restoring, "_LEAVING_SECONDS", 0.3)
    with (
        servers.connect(servers.database_name()),
        pytest.raises(BackupError, match="stop the shop"),
    ):
        restoring.restore_backup(folder, force=True, tell=print)


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_a_newer_version_is_refused(backed_up, monkeypatch):
    folder, made = backed_up
    made.migrations.append(["orders", "9999_from_the_future"])
    (folder / "manifest.json").unlink()
    manifest.write_manifest(folder, made)

    with pytest.raises(BackupError, match="9999_from_the_future"):
        restoring.restore_backup(folder, force=True, tell=print)


@pytest.mark.django_db(transaction=True)
def test_outside_servers_need_the_keys_of_the_backup(backed_up, settings):
    folder, _ = backed_up
    secrets = json.loads((folder / "secrets.json").read_text())
    servers.refuse_other_keys(secrets)
    settings.FIELD_KEYS = "1:" + "A" * 43 + "="

    with pytest.raises(BackupError, match="FIELD_KEYS"):
        servers.refuse_other_keys(secrets)


@pytest.mark.django_db(transaction=True)
def test_a_backup_never_goes_into_a_folder_that_holds_something(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(SystemExit) as end:
        call_command("backup", str(tmp_path), "--json")

    assert end.value.code == 1
    assert "is not empty" in json.loads(capsys.readouterr().out)["error"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_without_a_manifest_is_no_backup(tmp_path):
    with pytest.raises(BackupError, match="no finished backup"):
        manifest.read_manifest(tmp_path)


def test_a_file_outside_of_the_backup_is_not_read(tmp_path):
    folder = tmp_path / "backup"
    folder.mkdir()
    parts = [
        manifest.Part(name, 0, "") for name in ("../x", manifest.DUMP, manifest.SECRETS)
    ]  # fmt: skip

    with pytest.raises(BackupError, match="outside"):
        manifest.verify(folder, manifest.Manifest("", "", [], {}, parts))


# --- the drill: two shops, real servers --------------------------------------------------------


class Shop:
    """A shop of its own whose servers are up."""

    def __init__(self, user):
        self.environment = user.wait_up() | {"DJANGO_SETTINGS_MODULE": "shopops.settings"}
        self.user = user

    def manage(self, *arguments):
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=PROJECT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        answer = json.loads(done.stdout) if "--json" in arguments else {}
        assert answer or done.returncode == 0, done.stderr
        return done.returncode, answer

    def again(self):
        """Take the keys that stand in the folder now, as a restart does."""
        keys = json.loads(self.user.layout.secrets.read_text())
        self.environment |= {
            "SECRET_KEY": keys["secret_key"], "FIELD_KEYS": ",".join(keys["field_keys"])
        }  # fmt: skip
        return keys

    def counts(self):
        tables = self.user.query(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
        )
        return {
            table: self.user.query(f'SELECT count(*) FROM "{table}"')[0][0] for (table,) in tables
        }

    def phone(self):
        status, answer = self.manage("subject_export", TID, "--json")
        assert status == 0
        return answer["orders"][0]["receiver_plain"]["phone"]


def small_shop(user, folder):
    """Give a shop with one order that came in a file, its contact in plain text."""
    shop = Shop(user)
    shop.manage("migrate", "--verbosity=0")
    shop.user.query("INSERT INTO staff_shop (id, name, platform, platform_shop_no, platform_shop_name,"
                     " packing_hands, packing_minutes, reveal_daily_quota, is_demo, version, created_at)"
                     " VALUES (1, '店', 'tmall', '', '', 2, 2.5, 100, false, 1, now())")  # fmt: skip
    path = folder / "ExportOrderList1.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, list(ORDER))
        writer.writeheader()
        writer.writerow(ORDER)
    assert shop.manage("import_files", path, "--json")[1]["files"][0]["created"] == 1
    return shop


@pytest.mark.deep
@pytest.mark.timeout(240)
def test_a_shop_comes_back_whole_in_an_empty_folder(first_start, data, use, tmp_path):
    first = small_shop(use(data), tmp_path)
    folder = tmp_path / "backup"

    status, made = first.manage("backup", folder, "--json")
    counts, keys = first.counts(), first.again()
    assert status == 0
    assert first.phone().endswith(PHONE)

    second = Shop(use(tmp_path / "second"))
    own = second.again()
    assert own["field_keys"] != keys["field_keys"]
    status, restored = second.manage("restore", folder, "--json")

    assert (status, restored.get("counts_agree")) == (0, True), restored
    assert restored["rows"] == made["rows"] == sum(counts.values())
    now = second.again()
    assert now["field_keys"] == keys["field_keys"]
    assert now["database_password"] == own["database_password"]
    assert second.counts() == counts
    assert second.phone().endswith(PHONE)
    uploads = tmp_path / "second/files/uploads"
    assert sorted(os.listdir(uploads)) == sorted(os.listdir(data / "files/uploads"))  # noqa: PTH208

    assert second.manage("restore", folder, "--json")[0] == 1
    assert second.manage("restore", folder, "--force", "--json")[0] == 0
    assert second.counts() == counts
    databases = {name for (name,) in second.user.query("SELECT datname FROM pg_database")}
    assert databases == {"postgres", "template0", "template1", "shopops"}
    second.user.leave()
    third = Shop(use(tmp_path / "second"))
    assert third.phone().endswith(PHONE)
