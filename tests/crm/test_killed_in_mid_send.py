"""A worker killed by SIGKILL while it sends: everybody gets the message at most once, nobody is skipped."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from crm.actions.sending import CLAIM_GOOD_FOR, KIND
from crm.choices import CampaignState, MemberState
from crm.models import CampaignMember
from shopops.work.actions import request_run
from shopops.work.choices import RunState
from shopops.work.models import Run
from tests.factories import campaigns as made
from tests.factories.staff import PersonFactory
from tests.work.conftest import ROOT, child_environment

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, KILLS = 460, 30


@pytest.fixture
def recorder(tmp_path):
    """Run the provider in another process; give its address and the file it writes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file = tmp_path / "taken"
    command = [sys.executable, "-m", "tests.crm.recorder", str(port), str(file)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", file
        process.kill()


class Workers:
    """Starts workers, kills them, and lets the minute pass after which others may take over."""

    def __init__(self, process, taken):
        self.process, self.taken = process, taken

    def count(self):
        return len(self.taken.read_text().split()) if self.taken.exists() else 0

    def start(self, run):
        self.process.stdin.write(f"{run.pk}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def ended(self):
        return int(self.process.stdout.readline())

    def kill_after(self, run, messages, dice):
        """Start a worker and kill it once so many messages more were taken, and a moment."""
        before, pid = self.count(), self.start(run)
        until = time.monotonic() + 30
        while self.count() < before + messages:
            assert time.monotonic() < until, "the worker sends nothing"
            time.sleep(0.001)
        time.sleep(dice.random() * 0.01)
        os.kill(pid, signal.SIGKILL)
        status = self.ended()
        a_minute_passes()
        return status


def a_minute_passes():
    """Let leases and claims of the dead run out."""
    Run.objects.filter(state=RunState.RUNNING).update(lease_until=timezone.now())
    CampaignMember.objects.filter(claimed_at__isnull=False).update(
        claimed_at=F("claimed_at") - CLAIM_GOOD_FOR - timedelta(seconds=1)
    )


@pytest.fixture
def workers(recorder, settings):
    address, taken = recorder
    settings.SMS_GATEWAY_URL = address
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crm.worker"],
        cwd=ROOT,
        env=child_environment(SMS_GATEWAY_URL=address, SMS_GATEWAY_TOKEN="t"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Workers(process, taken)
        process.stdin.close()


def a_campaign(people):
    now = timezone.now()
    made.rule()
    by = PersonFactory(username="he", name="小禾", role_codes=["manager"])
    for number in range(people):
        made.customer(f"买家{number}", phone=f"139{number:08d}", at=now)
    return made.approved(by, now=now, backend="sms", holdout_percent=10)


def test_thirty_kills_in_mid_send_double_nothing_and_skip_nobody(workers):
    seed = int(os.environ.get("SEED", "20261122"))
    dice, campaign = random.Random(seed), a_campaign(PEOPLE)
    run = request_run(kind=KIND, key=str(campaign.pk), now=timezone.now(), ring=False)

    statuses = [workers.kill_after(run, dice.randint(1, 12), dice) for _ in range(KILLS)]
    assert statuses == [-signal.SIGKILL] * KILLS, f"seed {seed}"
    workers.start(run)
    assert workers.ended() == 0

    wanted = campaign.members.filter(arm__isnull=False)
    keys = Counter(workers.taken.read_text().split())
    assert {key: times for key, times in keys.items() if times > 1} == {}, f"seed {seed}"
    assert set(keys) == {member.key for member in wanted}, f"seed {seed}"
    assert set(wanted.values_list("state", flat=True)) == {MemberState.SENT}
    campaign.refresh_from_db()
    assert (campaign.state, len(keys)) == (CampaignState.DONE, PEOPLE - PEOPLE // 10)


def test_without_asking_the_provider_a_killed_worker_leaves_doubt_not_a_second_message(
    workers, monkeypatch
):
    """The control: who claimed rows and died left some taken and some not; only asking tells."""
    campaign = a_campaign(60)
    run = request_run(kind=KIND, key=str(campaign.pk), now=timezone.now(), ring=False)
    workers.kill_after(run, 5, random.Random(1))

    left = campaign.members.filter(state=MemberState.CLAIMED)
    taken = set(workers.taken.read_text().split())

    assert left.exists()
    assert {member.key for member in left} - taken, "some of the claimed were never handed over"
