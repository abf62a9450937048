"""The pages of the work ledger: what they say, who may act, what stays behind."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shopops.lib.paging import decode_key
from shopops.staff.models import Operation
from shopops.work import registry
from shopops.work.choices import RunState
from shopops.work.models import Run
from shopops.workdesk import queries
from tests.times import NOW

pytestmark = pytest.mark.django_db
KIND = "test.desk"


@pytest.fixture(autouse=True)
def kind():
    registry.register_kind(
        registry.KindSpec(
            KIND,
            "试做",
            "quick",
            lambda run: None,
            right="analytics.view",
            link=lambda run: f"/where/{run.pk}",
        )
    )
    yield
    registry.forget_kind(KIND)


def new_run(key="1", state=RunState.WAITING, **fields):
    stamps = {"created_at": NOW, "due_at": NOW}
    return Run.objects.create(kind=KIND, key=key, state=state, **stamps | fields)


def keys(client, **query):
    response = client.get(reverse("work:runs"), query)
    assert response.status_code == 200
    return [row.key for row in response.context["runs"]]


def test_runs_are_listed_newest_first_and_filtered_by_what_the_address_says(as_service):
    new_run("old", created_at=NOW - timedelta(hours=1))
    new_run("new", RunState.FAILED)

    assert keys(as_service) == ["new", "old"]
    assert keys(as_service, state="failed", kind=KIND) == ["new"]
    assert keys(as_service, state="no such state") == ["new", "old"]


def test_pages_by_key_show_every_run_once_in_both_directions(shop):
    for n in range(7):
        new_run(str(n), created_at=NOW + timedelta(seconds=n // 2))
    seen, cursor = [], None
    while True:
        page = queries.page_of_runs(now=NOW, older_than=cursor, can_control=False, size=3)
        seen += [row.key for row in page.rows]
        if page.after is None:
            break
        cursor = decode_key(page.after)

    assert page.before
    back = queries.page_of_runs(
        now=NOW, newer_than=decode_key(page.before), can_control=False, size=3
    )
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]
    assert [row.key for row in back.rows] == ["3", "2", "1"]


def test_the_list_costs_the_same_for_three_runs_and_for_thirty(as_service, service):
    def cost():
        with CaptureQueriesContext(connection) as taken:
            keys(as_service)
        return len(taken)

    for n in range(3):
        new_run(str(n), created_by=service)
    keys(as_service)  # the first page of a session also writes where it came from
    few = cost()
    for n in range(3, 30):
        new_run(str(n), created_by=service)

    assert cost() == few


def test_a_broken_page_key_is_not_found(as_service):
    assert as_service.get(reverse("work:runs"), {"after": "nonsense"}).status_code == 404


@pytest.mark.parametrize(
    ("act", "before", "after", "name"),
    [
        ("pause", RunState.WAITING, RunState.PAUSED, "work.run.paused"),
        ("resume", RunState.PAUSED, RunState.WAITING, "work.run.resumed"),
        ("cancel", RunState.WAITING, RunState.CANCELLED, "work.run.cancelled"),
        ("retry", RunState.QUARANTINED, RunState.WAITING, "work.run.retried"),
    ],
)
def test_an_act_changes_the_run_and_leaves_one_line_in_the_log(
    as_manager, manager, act, before, after, name
):
    run = new_run(state=before)

    response = as_manager.post(reverse("work:act", args=[run.pk, act]))

    assert response.status_code == 302
    run.refresh_from_db()
    assert run.state == after
    line = Operation.objects.get(object_type="work.run")
    assert (line.name, line.actor, line.object_key) == (name, manager, str(run.pk))
    assert (line.old["state"], line.new["state"]) == (before, after)


def test_an_act_that_comes_too_late_changes_and_logs_nothing(as_manager):
    run = new_run(state=RunState.DONE)

    response = as_manager.post(reverse("work:act", args=[run.pk, "pause"]), follow=True)

    assert "状态已经变了" in response.content.decode()
    assert not Operation.objects.filter(object_type="work.run").exists()


def test_after_an_act_one_stands_where_one_was_but_never_elsewhere(as_manager):
    run = new_run()
    url = reverse("work:act", args=[run.pk, "pause"])
    list_url = reverse("work:runs") + "?state=waiting"

    assert as_manager.post(url, {"next": list_url}).url == list_url
    away = as_manager.post(url, {"next": "https://elsewhere.example/"})
    assert away.url == reverse("work:run", args=[run.pk])


def test_who_may_only_look_is_offered_no_act(as_service, as_manager):
    run = new_run(state=RunState.FAILED)
    url = reverse("work:run", args=[run.pk])

    assert as_service.get(url).context["acts"] == []
    offered = [act.code for act in as_manager.get(url).context["acts"]]
    assert offered == ["retry", "pause", "cancel"]


def test_details_are_for_those_who_hold_the_right_of_the_kind(as_service, as_manager):
    run = new_run(state=RunState.DONE, payload={"file": "机密.csv"}, result={"rows": "31415"})
    url = reverse("work:run", args=[run.pk])

    for_manager, for_service = as_manager.get(url), as_service.get(url)

    assert "机密.csv" in for_manager.content.decode()
    assert f"/where/{run.pk}" in for_manager.content.decode()
    for secret in ("机密.csv", "31415", f"/where/{run.pk}"):
        assert secret not in for_service.content.decode()


def test_the_page_tells_the_error_and_what_to_do(as_manager):
    run = new_run(state=RunState.QUARANTINED, attempts=3, error="ValueError: 坏了\n\ntrace line 7")

    text = as_manager.get(reverse("work:run", args=[run.pk])).content.decode()

    assert "ValueError: 坏了" in text
    assert "重试" in text
    assert "trace line 7" in text


def test_progress_is_asked_for_until_the_run_stands_still(as_service):
    run = new_run(
        state=RunState.RUNNING, progress_done=30, progress_total=120, progress_text="第 30 行",
        lease_until=NOW + timedelta(days=9999),
    )  # fmt: skip
    url = reverse("work:progress", args=[run.pk])

    at_work = as_service.get(url)
    Run.objects.update(state=RunState.DONE)
    through = as_service.get(url)

    assert "25%" in at_work.content.decode()
    assert f'hx-get="{url}"' in at_work.content.decode()
    assert "HX-Refresh" not in at_work
    assert through["HX-Refresh"] == "true"
    assert "hx-get" not in through.content.decode()


def test_a_silent_worker_shows(shop):
    run = new_run(state=RunState.RUNNING, lease_until=NOW - timedelta(seconds=1))

    row = queries.run_page(run_id=run.pk, now=NOW, can_control=True).row

    assert (row.tone, row.state_label) == ("late", "没有回应，将由另一个进程接手")


@pytest.mark.parametrize(("waited", "is_unheard"), [(59, False), (61, True)])
def test_work_that_nobody_hears_for_a_minute_shows(waited, is_unheard, shop):
    new_run(due_at=NOW - timedelta(seconds=waited))
    new_run("later", due_at=NOW + timedelta(hours=1))

    backlog = queries.backlog(now=NOW)

    assert (backlog.waiting, backlog.is_unheard) == (1, is_unheard)
