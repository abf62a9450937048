"""The daily checks: one word per check and business date, kept."""

import io
import json
from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from shopops.checks import actions, ground, queries, registry
from shopops.checks.models import CheckResult
from shopops.checks.registry import CheckOutcome, Finding
from shopops.work import calendar, engine
from shopops.work.choices import RunState
from shopops.work.models import Run

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 0, 0, tzinfo=UTC)
DAY = date(2026, 11, 18)


@pytest.fixture
def only():
    """Have only the given checks registered."""
    before = dict(registry._checks)
    registry._checks.clear()

    def put(**checks):
        for name, run in checks.items():
            registry.register_check(f"test.{name}", name, "manager", run)

    yield put
    registry._checks.clear()
    registry._checks.update(before)


def find(day, now):
    return registry.outcome_of(
        [Finding("三单没有运单号", "1001, 1002, 1003", "late", "manager", now)]
    )


def said(day=DAY):
    return {row.code: row.status for row in queries.checks_of(day=day)}


def test_each_check_says_one_thing_and_a_repeat_replaces_it(only):
    words = iter([find, lambda day, now: registry.passed()])
    only(a=lambda day, now: next(words)(day, now))

    actions.run_checks(day=DAY, now=NOW)
    assert said() == {"test.a": "failed"}
    actions.run_checks(day=DAY, now=NOW)

    assert said() == {"test.a": "passed"}
    assert CheckResult.objects.count() == 1


def test_a_check_that_breaks_is_unknown_and_the_others_still_speak(only):
    def breaks(day, now):
        CheckResult.objects.create(code="x" * 99, business_date=day, ran_at=now)

    only(a=breaks, b=lambda day, now: registry.passed())

    actions.run_checks(day=DAY, now=NOW)

    assert said() == {"test.a": "unknown", "test.b": "passed"}


def test_the_run_goes_on_after_the_last_check_it_did(only):
    asked = []

    def note(name):
        def run(day, now):
            asked.append(name)
            if name == "b" and asked.count("b") == 1:
                raise KeyboardInterrupt
            return registry.passed()

        return run

    only(a=note("a"), b=note("b"), c=note("c"))
    run = actions.request_checks(day=DAY, now=NOW)

    with pytest.raises(KeyboardInterrupt):
        engine.perform(run.pk, clock=lambda: NOW)
    assert Run.objects.get(pk=run.pk).state == RunState.WAITING
    engine.perform(run.pk, clock=lambda: NOW)

    assert asked == ["a", "b", "b", "c"]
    assert set(said().values()) == {"passed"}


def test_the_command_prints_one_document(only, capsys):
    only(a=find)
    out = io.StringIO()

    call_command("run_checks", "--date", "2026-11-18", "--json", stdout=out)

    answer = json.loads(out.getvalue())
    assert answer["date"] == "2026-11-18"
    assert [(row["code"], row["status"]) for row in answer["checks"]] == [("test.a", "failed")]
    assert answer["checks"][0]["findings"][0]["title"] == "三单没有运单号"


def test_asking_twice_for_one_date_runs_the_checks_anew(only):
    only(a=lambda day, now: CheckOutcome(CheckResult.Status.UNKNOWN))
    for _ in range(2):
        run = actions.request_checks(day=DAY, now=NOW, ring=False)
        assert engine.perform(run.pk, clock=lambda: NOW) == RunState.DONE

    assert Run.objects.filter(kind=actions.KIND).count() == 1


@pytest.mark.parametrize(
    ("day", "status"),
    [(date(2026, 11, 16), "passed"), (date(2026, 11, 17), "failed"), (date(2027, 1, 1), "failed")],
)
def test_less_than_45_certain_days_ahead_is_a_finding(day, status):
    calendar.seed_business_days()

    assert ground.calendar_ahead(day, NOW).status == status


def test_a_quarantined_run_is_a_finding_until_somebody_deals_with_it():
    run = Run.objects.create(
        kind="test.x", key="1", due_at=NOW, created_at=NOW, state=RunState.QUARANTINED
    )
    assert ground.nothing_quarantined(DAY, NOW).status == "failed"

    run.delete()
    assert ground.nothing_quarantined(DAY, NOW).status == "passed"
