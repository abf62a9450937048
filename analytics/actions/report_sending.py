"""Sending reports: each at most once by itself, and nothing of it quiet.

A sending is claimed before it is handed over and settled after, by its claim. Whoever finds one that was
claimed and not settled cannot know whether it arrived: it becomes unknown, is shown as a finding, and a
person decides. Refused ones are tried again by the work engine, then wait for a person too.
"""

import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from analytics.models import Report, ReportSending
from analytics.models.reports import ReportAddress
from analytics.rules.reports import DUE_BY
from analytics.wording import reports as wording
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from shopops.checks.actions import run_check
from shopops.checks.registry import find_check
from shopops.lib import vault
from shopops.lib.business_time import at_local, business_date
from shopops.lib.sealing import unseal
from shopops.notices import calling
from shopops.notices.calling import Answer, Fate
from shopops.staff import operations
from shopops.staff.models import User
from shopops.staff.queries import current_shop
from shopops.work.actions import request_run, retry_run
from shopops.work.choices import RunState
from shopops.work.context import RunContext
from shopops.work.crashpoints import crashpoint
from shopops.work.models import Run

KIND, WATCH = "analytics.report_send", "analytics.report_watch"
CHECK = "analytics.reports_went_out"
# A report that is made late has this long to go out.
GRACE = timedelta(minutes=10)
SWITCHED_OFF = gettext_noop("地址已经关掉，没有发")
BROKE_OFF = gettext_noop("发的时候工作进程中断了，不知道对方收到没有")
NO_ADDRESS = gettext_noop("地址打不开（密钥换过？），请重新填一次")
_STATES = {
    Fate.TAKEN: ReportSending.State.SENT,
    Fate.REFUSED: ReportSending.State.FAILED,
    Fate.UNKNOWN: ReportSending.State.UNKNOWN,
}
_GIVEN_UP = (RunState.FAILED, RunState.QUARANTINED, RunState.CANCELLED)


class SendingRefusedError(Exception):
    """The other side did not take a report. Says its words, never the address."""


def due_at(day: date, *, now: datetime) -> datetime:
    """Give the instant by which a report of a date must have gone out."""
    return max(at_local(day, DUE_BY), now + GRACE)


def request_sending(sending_id: int, *, day: date, now: datetime) -> Run:
    """Ask for a sending; earlier dates go first."""
    return request_run(kind=KIND, key=str(sending_id), business_date=day, now=now)


@dataclass(frozen=True, slots=True)
class _Claimed:
    claim: UUID
    address: str
    report: Report
    with_files: bool


def perform_sending(run: RunContext) -> dict[str, Any]:
    """Do the work of a run that sends one report to one address.

    :raises SendingRefusedError: if the other side did not take it; the engine tries again
    """
    run.checkpoint()
    # No step: it might stop between the claim and the handing over, and leave a doubt for nothing.
    claimed = _claim(int(run.key), now=run.clock())
    if claimed is None:
        request_watch(now=run.clock())
        return {"sent": False}
    crashpoint("report.claimed")
    answer = _hand_over(claimed)
    crashpoint("report.handed_over")
    _settle(int(run.key), claimed.claim, answer, now=run.clock())
    request_watch(now=run.clock())
    if answer.fate is Fate.REFUSED:
        raise SendingRefusedError(answer.words)
    return {"sent": answer.fate is Fate.TAKEN}


def locked_sending(*, sending_id: int) -> ReportSending:
    """Lock one sending.

    :raises ReportSending.DoesNotExist: if there is none
    """
    rows = ReportSending.objects.select_for_update(of=("self",)).order_by("pk")
    return rows.select_related("address", "report").get(pk=sending_id)


@transaction.atomic
def _claim(sending_id: int, *, now: datetime) -> _Claimed | None:
    """Claim a sending that waits or was refused; None if there is nothing to hand over."""
    row = locked_sending(sending_id=sending_id)
    state = ReportSending.State(row.state)
    if state is ReportSending.State.CLAIMED:
        row.state, row.words = ReportSending.State.UNKNOWN, BROKE_OFF
        row.save(update_fields=["state", "words"])
        return None
    if state not in (ReportSending.State.WAITING, ReportSending.State.FAILED):
        return None
    if not row.address.is_on or row.address.sealed is None:
        row.state, row.words = ReportSending.State.LEFT_OUT, SWITCHED_OFF
        row.save(update_fields=["state", "words"])
        return None
    row.state, row.claim, row.claimed_at = ReportSending.State.CLAIMED, uuid4(), now
    row.attempts += 1
    row.save(update_fields=["state", "claim", "claimed_at", "attempts"])
    return _Claimed(row.claim, opened(row.address), row.report, row.address.takes_files)


def opened(address: ReportAddress) -> str:
    """Open an address; it stays in this process and is in no log. Empty if it cannot be opened."""
    try:
        return unseal(bytes(address.sealed or b"")).decode()
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is no address
        return ""


def _hand_over(claimed: _Claimed) -> Answer:
    report = claimed.report
    with override(settings.LANGUAGE_CODE), tempfile.TemporaryDirectory() as folder:
        shop = current_shop()
        title = wording.title_of(report.kind, report.since, report.until)
        title = f"{shop.name} {title}" if shop else title
        body = wording.body_of(report.kind, report.until, report.facts)
        files = _files(report, Path(folder)) if claimed.with_files else []
        return handed_over(claimed.address, title=title, body=body, files=files)


def handed_over(address: str, *, title: str, body: str, files: list[Path]) -> Answer:
    """Hand a text over to an opened address; an address of no service is a refusal."""
    try:
        return calling.call(address, title=title, body=body, files=files)
    except calling.NotAnAddressError:
        return Answer(Fate.REFUSED, NO_ADDRESS)


def _files(report: Report, folder: Path) -> list[Path]:
    """Lay the picture down for as long as it is being sent: services take files, not bytes."""
    if not report.picture:
        return []
    path = folder / f"{report.kind}-{report.until:%Y%m%d}.png"
    try:
        path.write_bytes(b"".join(vault.chunks(report.picture)))
    except vault.VaultBrokenError:
        return []  # the words still go
    return [path]


def _settle(sending_id: int, claim: UUID, answer: Answer, *, now: datetime) -> None:
    """Write down what became of a claim, unless a person decided otherwise by now."""
    states = [ReportSending.State.CLAIMED, ReportSending.State.UNKNOWN]
    mine = ReportSending.objects.filter(pk=sending_id, claim=claim, state__in=states)
    mine.update(
        state=_STATES[answer.fate],
        words=answer.words[:300],
        sent_at=now if answer.fate is Fate.TAKEN else None,
    )


# --- what people decide


@transaction.atomic
def resend(*, sending_id: int, version: int, by: User, now: datetime) -> None:
    """Send a report to an address again, whatever became of it; a person takes the doubt on.

    :raises StaleGoodsError: if somebody decided about it meanwhile
    :raises GoodsRefusedError: if it is being sent, or its address is off
    """
    row = _to_decide(sending_id, version)
    if not row.address.is_on:
        raise GoodsRefusedError(_("「%(name)s」已经关掉或去掉了。") % {"name": row.address.name})
    old = row.state
    row.state, row.words, row.claim = ReportSending.State.WAITING, "", None
    row.sent_at, row.due_at = None, due_at(row.report.business_date, now=now)
    _decided(row, "resent", old, by=by, now=now)
    day = row.report.business_date
    run = Run.objects.filter(kind=KIND, key=str(row.pk)).order_by("pk").first()
    if run is not None and run.state in _GIVEN_UP:
        retry_run(run_id=run.pk, now=now)
    else:
        request_run(kind=KIND, key=str(row.pk), business_date=day, by=by, now=now, again=True)


@transaction.atomic
def confirm(*, sending_id: int, version: int, by: User, now: datetime) -> None:
    """Note that a person saw a report arrive of which nobody knew.

    :raises StaleGoodsError: if somebody decided about it meanwhile
    :raises GoodsRefusedError: if there is no doubt
    """
    row = _to_decide(sending_id, version)
    if row.state != ReportSending.State.UNKNOWN:
        raise GoodsRefusedError(_("这一条没有不确定的地方。"))
    old = row.state
    row.state, row.sent_at = ReportSending.State.SENT, row.claimed_at or now
    _decided(row, "confirmed", old, by=by, now=now)


@transaction.atomic
def give_up(*, sending_id: int, version: int, reason: str, by: User, now: datetime) -> None:
    """Decide that a report need not go to an address any more.

    :raises StaleGoodsError: if somebody decided about it meanwhile
    :raises GoodsRefusedError: if it went out, or nobody says why
    """
    row = _to_decide(sending_id, version)
    if row.state not in ReportSending.OPEN:
        raise GoodsRefusedError(_("这一条已经有结果了。"))
    if not reason.strip():
        raise GoodsRefusedError(_("说一下为什么不发了。"), field="reason")
    old, row.words = row.state, reason.strip()[:200]
    row.state = ReportSending.State.LEFT_OUT
    _decided(row, "given_up", old, by=by, now=now, reason=row.words)


def _to_decide(sending_id: int, version: int) -> ReportSending:
    row = locked_sending(sending_id=sending_id)
    if row.version != version:
        raise StaleGoodsError(row.address.name, seen=version, current=row.version)
    if row.state in (ReportSending.State.CLAIMED, ReportSending.State.WAITING) and not _is_stuck(
        row
    ):
        raise GoodsRefusedError(_("这一条正在发，等它有结果。"))
    return row


def _is_stuck(row: ReportSending) -> bool:
    """Say whether nobody works on a sending any more although it is not settled."""
    going = [RunState.WAITING, RunState.RUNNING, RunState.FAILED]
    return not Run.objects.filter(kind=KIND, key=str(row.pk), state__in=going).exists()


def _decided(
    row: ReportSending, what: str, old: str, *, by: User, now: datetime, reason: str = ""
) -> None:
    row.version += 1
    row.save(
        update_fields=["state", "words", "claim", "sent_at", "due_at", "version"],
    )
    operations.record(
        name=f"analytics.report_sending.{what}",
        by=by,
        now=now,
        object_type="report_sending",
        object_key=str(row.pk),
        old={"state": old},
        new={"state": row.state, "address": row.address.name},
        reason=reason,
    )
    request_watch(now=now)


# --- the finding


def request_watch(*, now: datetime) -> Run:
    """Ask for the finding about reports anew: one that went out closes itself, a new one opens."""
    return request_run(kind=WATCH, key=business_date(now).isoformat(), now=now, again=True)


def perform_watch(run: RunContext) -> dict[str, Any]:
    """Do the work of a `analytics.report_watch` run: the check of reports for today."""
    check = find_check(CHECK)
    if check is None:
        return {}
    with run.step():
        row = run_check(check, day=business_date(run.now), now=run.now)
    return {"findings": len(row.findings)}
