"""The foot of the navigation: how far each kind of file reaches, and when it is overdue."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shopops.intake.choices import BatchState
from shopops.intake.freshness import SourceMark, refresh_source, source_marks
from shopops.intake.models import Batch, Source
from shopops.staff.models import User
from shopops.staff.queries import signed_in_person
from tests.intake import toy_kind
from tests.intake.conftest import bring_in, write
from tests.times import NOW

pytestmark = pytest.mark.django_db


def batch(exported_at, state=BatchState.DONE, kind="orders"):
    return Batch.objects.create(
        file_name="订单.csv",
        sha256="0" * 64,
        size_bytes=1,
        source="upload",
        kind=kind,
        state=state,
        exported_at=exported_at,
        created_at=NOW,
    )


def marks(person, now=NOW):
    return {mark.label: mark for mark in source_marks(person, now=now)}


@pytest.fixture
def kind():
    return toy_kind.KIND.code, toy_kind.KIND.label


@pytest.mark.parametrize(
    ("age", "tone", "text"),
    [
        (timedelta(minutes=3), "done", "到 15:15"),
        (timedelta(hours=20), "done", "到 昨天 19:18"),
        (timedelta(hours=26), "done", "到 昨天 13:18"),
        (timedelta(hours=26, minutes=1), "soon", "晚 2 小时"),
        (timedelta(hours=47, minutes=59), "soon", "晚 23 小时"),
        (timedelta(days=2), "late", "晚 1 天"),
        (timedelta(days=6, hours=1), "late", "晚 5 天"),
    ],
)
def test_a_daily_file_is_due_soon_after_a_day_and_late_after_two(kind, service, age, tone, text):
    code, label = kind
    Source.objects.create(kind=code, exported_at=NOW - age)

    mark = marks(service)[label]

    assert (mark.tone, mark.text) == (tone, text)
    assert mark.title.startswith("最近一次导出：2026-09-1")


def test_a_kind_that_never_came_says_so(kind, service):
    assert marks(service)[kind[1]] == SourceMark(kind[1], "wait", "还没有", "")


def test_only_what_was_written_counts_and_what_was_taken_back_no_more(kind):
    code, _label = kind
    batch(NOW - timedelta(days=3), kind=code)
    newest = batch(NOW - timedelta(days=1), kind=code)
    batch(NOW, BatchState.REFUSED, kind=code)
    refresh_source(code)
    assert Source.objects.get().exported_at == NOW - timedelta(days=1)

    newest.state = BatchState.UNDONE
    newest.save()
    refresh_source(code)
    assert Source.objects.get().exported_at == NOW - timedelta(days=3)

    Batch.objects.update(state=BatchState.UNDONE)
    refresh_source(code)
    assert not Source.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("toys")
def test_a_file_that_was_written_shows_at_the_foot():
    written = write(bring_in("玩具编号,金额,备注\r\n1,1,a\r\n".encode()))

    assert Source.objects.get(kind="toy").exported_at == written.exported_at


def test_the_foot_costs_no_query_and_is_for_those_who_work_with_files(
    kind, as_service, as_outsider
):
    Source.objects.create(kind=kind[0], exported_at=timezone.now() - timedelta(days=9, hours=1))
    url = reverse("staff:sessions")
    as_service.get(url)

    with CaptureQueriesContext(connection) as taken:
        page = as_service.get(url).content.decode()

    asked = [one["sql"] for one in taken.captured_queries if "intake_source" in one["sql"]]
    assert len(asked) == 1
    assert "FROM staff_user u" in asked[0]
    assert "晚 8 天" in page
    assert "so-nav__foot" not in as_outsider.get(url).content.decode()


def test_the_person_brings_the_same_as_the_table_says(kind, service):
    Source.objects.create(kind=kind[0], exported_at=NOW)

    plain = source_marks(User.objects.get(pk=service.pk), now=NOW)

    person = signed_in_person(service.pk)
    assert person is not None
    assert source_marks(person, now=NOW) == plain
