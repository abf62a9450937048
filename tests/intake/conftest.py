import io
from datetime import datetime

import pytest
from django.db import connection

from shopops.intake import actions, registry
from shopops.intake.choices import BatchSource
from shopops.intake.models import Batch
from shopops.lib import vault
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import Shop, User
from shopops.work.engine import perform_inline
from tests.intake import toy_kind

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def files_in_a_folder_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.INBOX_DIR = tmp_path / "inbox"


@pytest.fixture(autouse=True)
def only_toys():
    """The toy kind alone, whatever the apps registered."""
    others = {kind.code: kind for kind in registry.file_kinds()}
    for code in others:
        registry.forget_file_kind(code)
    registry.register_file_kind(toy_kind.KIND)
    yield
    registry.forget_file_kind("toy")
    for kind in others.values():
        registry.register_file_kind(kind)


@pytest.fixture
def toys(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS toy")
        cursor.execute(toy_kind.TABLE)
    Shop.objects.create(id=1, name="测试店", created_at=NOW)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS toy")
        for pk in Batch.objects.values_list("pk", flat=True):
            cursor.execute(f"DROP TABLE IF EXISTS intake_stage_{pk}")


@pytest.fixture
def manager(toys):
    return User.objects.create(username="manager", name="店长")


def receive(content, name="toys.csv", *, auto_commit=False, by=None, kind=""):
    """Store a file and make its batch; nothing is read yet."""
    return actions.receive_file(
        stored=vault.store(io.BytesIO(content)),
        file_name=name,
        source=BatchSource.UPLOAD,
        by=by,
        now=NOW,
        written_at=None,
        auto_commit=auto_commit,
        wanted_kind=kind,
        ring=False,
    )


def bring_in(content, name="toys.csv", **options):
    """Store and read a file; give the batch as it stands then."""
    received = receive(content, name, **options)
    run = perform_inline(received.run)
    assert run.state == "done", run.error
    return Batch.objects.get(pk=received.batch.pk)


def write(batch, *, confirm_other_shop=False):
    """Commit a previewed batch and have it written."""
    run = actions.commit_batch(
        batch_id=batch.pk, by=None, now=NOW, confirm_other_shop=confirm_other_shop, ring=False
    )
    run = perform_inline(run)
    assert run.state == "done", run.error
    return Batch.objects.get(pk=batch.pk)
