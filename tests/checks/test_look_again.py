"""A day on which somebody wants to look at an issue again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from shopops.checks.actions import issues as acts
from shopops.checks.errors import ChecksRefusedError, StaleChecksError
from shopops.checks.models import Issue
from shopops.checks.queries import issues as queries
from shopops.staff.models import Operation
from tests.checks.said import DAY, found
from tests.clients import browser_of
from tests.times import NOW

pytestmark = pytest.mark.django_db


def test_an_issue_comes_back_on_the_day_on_which_somebody_wanted_to_look_again(said, manager):
    said.says(found("a"), found("b"))
    one = Issue.objects.get(key="a")
    tomorrow = DAY + timedelta(days=1)

    acts.look_again(issue_id=one.pk, on=tomorrow, by=manager, now=NOW, version=one.version)

    again = queries.Filters(tab="again")
    assert not queries.issues(again, today=DAY).exists()
    for later in (1, 2):
        day = DAY + timedelta(days=later)
        assert list(queries.issues(again, today=day)) == [one]
        assert queries.tab_counts(again, today=day)["again"] == 1
    row = Operation.objects.get(name="checks.issue.look_again")
    assert (row.object_key, row.new) == (str(one.pk), {"look_on": tomorrow.isoformat()})


def test_what_ended_before_its_day_does_not_come_back(said, manager):
    said.says(found("a"))
    one = Issue.objects.get()
    acts.look_again(issue_id=one.pk, on=DAY, by=manager, now=NOW)

    said.says()

    assert not queries.issues(queries.Filters(tab="again"), today=DAY).exists()
    with pytest.raises(ChecksRefusedError):
        acts.look_again(issue_id=one.pk, on=DAY, by=manager, now=NOW)


def test_the_day_stays_while_the_check_keeps_the_issue_up_to_date_and_may_be_taken_back(
    said, manager
):
    said.says(found("a"))
    one = Issue.objects.get()
    acts.look_again(issue_id=one.pk, on=DAY, by=manager, now=NOW)
    said.says(found("a", severity="late"))
    assert Issue.objects.get().look_on == DAY

    acts.look_again(issue_id=one.pk, on=None, by=manager, now=NOW)

    assert Issue.objects.get().look_on is None


def test_a_day_that_has_passed_and_a_stale_page_are_refused(said, manager):
    said.says(found("a"))
    one = Issue.objects.get()

    with pytest.raises(ChecksRefusedError):
        acts.look_again(issue_id=one.pk, on=DAY - timedelta(days=1), by=manager, now=NOW)
    with pytest.raises(StaleChecksError):
        acts.look_again(issue_id=one.pk, on=DAY, by=manager, now=NOW, version=one.version + 1)
    with pytest.raises(Issue.DoesNotExist):
        acts.look_again(issue_id=0, on=DAY, by=manager, now=NOW)
    assert Issue.objects.get().look_on is None


def test_the_day_is_set_on_the_page_and_the_issue_stands_on_ones_list_of_that_day(
    said, manager, monkeypatch
):
    said.says(found("a", title="问供应商到货", role="manager"))
    one = Issue.objects.get()
    client, url = browser_of(manager), reverse("checks:finding", args=[one.pk])
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    tomorrow = DAY + timedelta(days=1)

    past = client.post(url, {"part": "look", "look_on": str(DAY - timedelta(days=1))})
    bad = client.post(url, {"part": "look", "look_on": "后天"})
    good = client.post(url, {"part": "look", "look_on": str(tomorrow), "version": one.version})
    stale = client.post(url, {"part": "look", "look_on": str(DAY), "version": one.version})

    assert [r.status_code for r in (past, bad, good, stale)] == [422, 422, 302, 409]
    assert "问供应商到货" not in client.get(reverse("checks:lists")).content.decode()
    assert str(tomorrow) in client.get(url).content.decode()
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=1))
    client = browser_of(manager)
    assert "问供应商到货" in client.get(reverse("checks:lists")).content.decode()
    again = client.get(reverse("checks:findings") + "?tab=again&scope=all").content.decode()
    assert "问供应商到货" in again


def test_programs_say_when_to_look_again(said, manager):
    said.says(found("a"))
    url = reverse("checks_api:look_again", args=[Issue.objects.get().pk])
    client, far = browser_of(manager), "2099-01-01"

    done = client.post(url, {"on": far}, content_type="application/json")
    past = client.post(url, {"on": "2020-01-01"}, content_type="application/json")

    assert (done.status_code, done.json()["look_on"]) == (200, far)
    assert past.status_code == 409
