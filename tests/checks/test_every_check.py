"""Every daily check: it finds what it is for, says it once, and stops by itself when it has ended."""

import pytest

from shopops.checks.actions import run_check
from shopops.checks.models import CheckResult, Issue
from shopops.checks.registry import checks, find_check
from tests.checks.cases import CASES, World
from tests.times import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(manager, tmp_path, settings):
    settings.SHOPOPS_DATA = tmp_path
    return World(NOW, NOW.date(), manager, tmp_path)


def test_every_check_has_a_case():
    assert {check.code for check in checks()} - set(CASES) == set(), "add cases for these checks"
    assert set(CASES) - {check.code for check in checks()} == set()


@pytest.mark.parametrize("code", sorted(CASES))
def test_a_check_fires_and_closes(code, world):
    check, case = find_check(code), CASES[code]
    assert check is not None
    case.make(world)

    first = run_check(check, day=world.day, now=NOW)
    opened = set(Issue.objects.filter(code=code).values_list("key", flat=True))
    again = run_check(check, day=world.day, now=NOW)

    assert first.status == CheckResult.Status.FAILED, first.findings
    assert opened
    assert all(one["title"] and one["owner_role"] for one in first.findings)
    assert again.status == CheckResult.Status.FAILED
    assert Issue.objects.filter(code=code).count() == len(opened)

    case.mend(world)
    last = run_check(check, day=world.day, now=NOW)

    assert last.status == CheckResult.Status.PASSED, last.findings
    assert not Issue.objects.filter(code=code, closed_at=None).exists()
