"""What a check does to its issues, and what people do to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from shopops.checks.errors import ChecksRefusedError, StaleChecksError
from shopops.checks.locks import locked_issues, locked_open_issues
from shopops.checks.models import CheckResult, Issue, IssueEvent
from shopops.checks.registry import CheckOutcome, Finding
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

RANKS = {"late": 0, "soon": 1, "us": 2}
_SAID = ("title", "evidence", "severity", "owner_role", "due_at", "url")
OBJECT = "issue"


# --- by the checks themselves


def follow_outcome(*, code: str, outcome: CheckOutcome, day: date, now: datetime) -> None:
    """Open, update and close a check's issues by what it says. The caller holds the check's turn.

    Unknown changes nothing. Cost: five statements at most, however many issues.

    :raises ValueError: if two findings have one key
    """
    if outcome.status == CheckResult.Status.UNKNOWN:
        return
    found = {finding.key: finding for finding in outcome.findings}
    if len(found) < len(outcome.findings):
        raise ValueError(f"{code}: two findings have one key")
    there = {issue.key: issue for issue in locked_open_issues(code)}
    _open(code, [one for key, one in found.items() if key not in there], day, now)
    _update([(there[key], one) for key, one in found.items() if key in there], day, now)
    gone = [one for key, one in there.items() if key not in found and key not in outcome.lasting]
    close_issues(gone, day=day, now=now)


def _open(code: str, findings: Sequence[Finding], day: date, now: datetime) -> None:
    keys = [one.key for one in findings]
    rows = Issue.objects.filter(code=code, key__in=keys).values("key")
    before = {row["key"]: row["n"] for row in rows.annotate(n=Max("episode")).order_by()}
    new = [
        Issue(
            code=code,
            key=one.key,
            episode=before.get(one.key, 0) + 1,
            rank=RANKS[one.severity],
            assignee_id=one.person,
            opened_on=day,
            opened_at=now,
            seen_on=day,
            seen_at=now,
            **_said(one),
        )
        for one in findings
    ]
    Issue.objects.bulk_create(new)
    IssueEvent.objects.bulk_create(
        IssueEvent(issue=issue, at=now, kind=IssueEvent.Kind.OPENED, words=issue.title)
        for issue in new
    )


def _said(one: Finding) -> dict[str, object]:
    said = {name: getattr(one, name) for name in _SAID}
    return {**said, "title": one.title[:300], "url": one.url[:300]}


def _update(pairs: Sequence[tuple[Issue, Finding]], day: date, now: datetime) -> None:
    events = []
    for issue, one in pairs:
        said = _said(one)
        rank = RANKS[one.severity]
        if rank < issue.rank:
            events.append(IssueEvent(issue=issue, at=now, kind="worse", words=one.title))
            # What was taken note of was the milder state.
            issue.acknowledged_at = issue.acknowledged_by = None
        elif rank > issue.rank:
            events.append(IssueEvent(issue=issue, at=now, kind="milder", words=one.title))
        elif said["title"] != issue.title:
            events.append(IssueEvent(issue=issue, at=now, kind="changed", words=one.title))
        for name, value in said.items():
            setattr(issue, name, value)
        issue.rank, issue.seen_on, issue.seen_at = rank, day, now
    fields = [*_SAID, "rank", "seen_on", "seen_at", "acknowledged_at", "acknowledged_by"]
    Issue.objects.bulk_update([issue for issue, _one in pairs], fields)
    IssueEvent.objects.bulk_create(events)


def close_issues(issues: Sequence[Issue], *, day: date, now: datetime) -> None:
    """Close issues whose condition ended. The caller has locked them."""
    for issue in issues:
        issue.closed_on, issue.closed_at, issue.version = day, now, issue.version + 1
    Issue.objects.bulk_update(issues, ["closed_on", "closed_at", "version"])
    IssueEvent.objects.bulk_create(
        IssueEvent(issue=issue, at=now, kind=IssueEvent.Kind.CLOSED) for issue in issues
    )


# --- by people


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an act on several issues: how many changed, how many were over or so already."""

    changed: int
    left: int


def acknowledge(*, ids: Iterable[int], by: User, now: datetime, version: int | None = None) -> Done:
    """Say that one knows of these issues and sees to them. Locks them.

    :raises StaleChecksError: if `version` is given and the one issue has another by now
    """
    with transaction.atomic():
        rows = _open_ones(ids, version)
        changed = [row for row in rows.open if row.acknowledged_at is None]
        for row in changed:
            row.acknowledged_at, row.acknowledged_by = now, by
            _save(row, ["acknowledged_at", "acknowledged_by"])
            _log("checks.issue.acknowledged", row, by, now)
        return Done(len(changed), rows.count - len(changed))


def assign(
    *,
    ids: Iterable[int],
    to: User | None,
    by: User,
    now: datetime,
    reason: str = "",
    version: int | None = None,
) -> Done:
    """Give issues to a person, or back to the role (`to` None). Locks them.

    :raises ChecksRefusedError: if that person cannot sign in or may not see issues
    :raises StaleChecksError: if `version` is given and the one issue has another by now
    """
    if to is not None and not (to.is_active and to.has_perm("checks.view")):
        raise ChecksRefusedError(
            _("%(name)s 已停用或看不到异常，换一个人。") % {"name": to.name}, field="to"
        )
    with transaction.atomic():
        rows = _open_ones(ids, version)
        changed = [row for row in rows.open if row.assignee_id != (to.pk if to else None)]
        for row in changed:
            old = row.assignee
            row.assignee = to
            _save(row, ["assignee"])
            _log(
                "checks.issue.assigned",
                row,
                by,
                now,
                reason=reason,
                old={"assignee": old.name if old else ""},
                new={"assignee": to.name if to else ""},
            )
        return Done(len(changed), rows.count - len(changed))


def note(*, issue_id: int, text: str, by: User, now: datetime, version: int | None = None) -> Issue:
    """Write what is known or was done about an issue. Locks it; a closed one takes notes, too.

    :raises Issue.DoesNotExist: if there is none
    :raises ChecksRefusedError: if nothing is written
    :raises StaleChecksError: if it changed since `version`
    """
    text = text.strip()
    if not text:
        raise ChecksRefusedError(_("写一句，再存。"), field="text")
    if len(text) > 300:
        raise ChecksRefusedError(_("最多 300 字。"), field="text")
    with transaction.atomic():
        rows = locked_issues([issue_id])
        if not rows:
            raise Issue.DoesNotExist(issue_id)
        _refuse_stale(rows, version)
        row = rows[0]
        row.note = text
        _save(row, ["note"])
        _log("checks.issue.noted", row, by, now, reason=text)
        return row


def look_again(
    *, issue_id: int, on: date | None, by: User, now: datetime, version: int | None = None
) -> Issue:
    """Say on which day to look at an issue again, or that no day is set any more (`on` None). Locks it.

    :raises Issue.DoesNotExist: if there is none
    :raises ChecksRefusedError: for a day that has passed, or an issue that is closed
    :raises StaleChecksError: if it changed since `version`
    """
    if on is not None and on < business_date(now):
        raise ChecksRefusedError(_("这一天已经过了，选今天或以后的。"), field="look_on")
    with transaction.atomic():
        rows = locked_issues([issue_id])
        if not rows:
            raise Issue.DoesNotExist(issue_id)
        _refuse_stale(rows, version)
        row = rows[0]
        if row.closed_at is not None:
            raise ChecksRefusedError(_("这条异常已经关闭。"), field="look_on")
        if row.look_on != on:
            old, row.look_on = row.look_on, on
            _save(row, ["look_on"])
            _log(
                "checks.issue.look_again",
                row,
                by,
                now,
                old={"look_on": old.isoformat() if old else ""},
                new={"look_on": on.isoformat() if on else ""},
            )
        return row


@dataclass(frozen=True, slots=True)
class _Rows:
    open: list[Issue]
    count: int


def _open_ones(ids: Iterable[int], version: int | None) -> _Rows:
    wanted = set(ids)
    rows = locked_issues(wanted)
    if version is not None:
        if not rows:
            raise Issue.DoesNotExist
        _refuse_stale(rows, version)
    return _Rows([row for row in rows if row.closed_at is None], len(wanted))


def _refuse_stale(rows: Sequence[Issue], version: int | None) -> None:
    if version is not None and rows[0].version != version:
        raise StaleChecksError(_("这条异常"))


def _save(row: Issue, fields: list[str]) -> None:
    row.version += 1
    row.save(update_fields=[*fields, "version"])


def _log(  # noqa: PLR0913
    name: str,
    row: Issue,
    by: User,
    now: datetime,
    *,
    reason: str = "",
    old: dict[str, str] | None = None,
    new: dict[str, str] | None = None,
) -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type=OBJECT,
        object_key=str(row.pk),
        old=old,
        new=new or {"code": row.code},
        reason=reason,
    )
