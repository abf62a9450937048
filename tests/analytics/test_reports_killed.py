"""A worker that dies while it sends a report: at most once, and the doubt is seen."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.actions import report_sending as sending
from analytics.checks.reports import reports_went_out
from analytics.models import ReportSending
from shopops.lib.business_time import business_date
from shopops.work import engine
from shopops.work.choices import RunState
from shopops.work.models import Run
from tests.factories import reports as made_by
from tests.factories.staff import PersonFactory, ShopFactory
from tests.receiver import receiving
from tests.work.conftest import ROOT, child_environment

pytestmark = pytest.mark.django_db(transaction=True)
State = ReportSending.State


@pytest.mark.parametrize(
    ("crash_at", "taken"), [("report.claimed", 0), ("report.handed_over", 1), ("", 1)]
)
def test_a_worker_killed_in_mid_send_sends_at_most_once_and_leaves_a_doubt(crash_at, taken):
    ShopFactory()
    by, now = PersonFactory(username="zhang", role_codes=["manager"]), timezone.now()
    with receiving() as to:
        made_by.address(by, to.address(), now=now)
        # Made on a later day, so that it waits for nothing.
        report = made_by.made(business_date(now) - timedelta(days=1), now=now)
        run = Run.objects.get(kind=sending.KIND)
        Run.objects.filter(pk=run.pk).update(due_at=now - timedelta(minutes=1))
        ended = subprocess.run(
            [sys.executable, "-m", "tests.work.child"],
            cwd=ROOT,
            env=child_environment(),
            input=f"{run.pk} {crash_at}".strip() + "\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ended.stdout.split()[0] == ("137" if crash_at else "0"), ended.stderr
        Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(lease_until=now)
        engine.perform(run.pk)

        assert len(to.taken) == taken
    one = report.sendings.get()
    assert one.attempts == 1
    if not crash_at:
        assert one.state == State.SENT
        return
    assert (one.state, one.words) == (State.UNKNOWN, sending.BROKE_OFF)
    late = now + timedelta(hours=1)
    found = [
        row for row in reports_went_out(business_date(late), late).findings if row.key[:4] == "sent"
    ]
    assert [(row.key, row.severity) for row in found] == [(f"sent:{one.pk}", "soon")]
