"""What the work pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from shopops.lib.paging import Key, Page, page_of
from shopops.work import registry
from shopops.work.choices import ENDED_STATES, RunState, RunWish
from shopops.work.models import Run

PAGE_SIZE = 50
TONES = {
    RunState.WAITING: "wait",
    RunState.RUNNING: "us",
    RunState.PAUSED: "soon",
    RunState.DONE: "done",
    RunState.FAILED: "soon",
    RunState.QUARANTINED: "late",
    RunState.CANCELLED: "wait",
}
_CHANGING = (RunState.WAITING, RunState.RUNNING, RunState.FAILED)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as the pages show it. `running`: it changes by itself, so ask again."""

    id: int
    kind: str
    kind_label: str
    key: str
    state: str
    state_label: str
    state_tone: str
    running: bool
    done: int
    total: int
    percent: int | None
    progress_text: str
    attempts: int
    due_at: datetime
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    seconds: int | None
    error_line: str
    by_name: str
    url: str
    can: frozenset[str]

    @property
    def title(self) -> str:
        """The name by which progress parts call it."""
        return self.kind_label

    @property
    def tone(self) -> str:
        """The name by which progress parts call it."""
        return self.state_tone

    @property
    def detail(self) -> str:
        """The name by which progress parts call it."""
        return self.progress_text


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run with all there is to know; payload and result are for holders of `right`."""

    row: RunRow
    error: str
    wish_label: str
    business_date: str
    heartbeat_at: datetime | None
    lease_until: datetime | None
    result: list[tuple[str, str]]
    payload: list[tuple[str, str]]
    right: str


def page_of_runs(  # noqa: PLR0913
    *,
    now: datetime,
    state: str = "",
    kind: str = "",
    older_than: Key | None = None,
    newer_than: Key | None = None,
    can_control: bool,
    size: int = PAGE_SIZE,
) -> Page[RunRow]:
    """Give one page of runs, newest request first. Two queries at most, whatever the size."""
    rows = Run.objects.select_related("created_by")
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    fetched = _window(rows, older_than, newer_than)[: size + 1]
    page = page_of(
        list(fetched),
        size=size,
        backwards=newer_than is not None,
        came_from=older_than is not None or newer_than is not None,
        key=lambda run: (run.created_at, run.pk),
    )
    shown = [row_of(run, now=now, can_control=can_control) for run in page.rows]
    return Page(rows=shown, before=page.before, after=page.after)


def _window(rows: QuerySet[Run], older_than: Key | None, newer_than: Key | None) -> QuerySet[Run]:
    if newer_than:
        at, pk = newer_than
        rows = rows.filter(Q(created_at__gt=at) | Q(created_at=at, pk__gt=pk))
        return rows.order_by("created_at", "pk")
    if older_than:
        at, pk = older_than
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
    return rows.order_by("-created_at", "-pk")


def run_page(*, run_id: int, now: datetime, can_control: bool) -> RunPage:
    """Give one run for its page.

    :raises Run.DoesNotExist: if there is no such run
    """
    run = Run.objects.select_related("created_by").get(pk=run_id)
    spec = registry.find_kind(run.kind)
    return RunPage(
        row=row_of(run, now=now, can_control=can_control),
        error=run.error,
        wish_label=str(RunWish(run.wish).label) if run.wish else "",
        business_date=run.business_date.isoformat() if run.business_date else "",
        heartbeat_at=run.heartbeat_at,
        lease_until=run.lease_until,
        result=_items(run.result),
        payload=_items(run.payload),
        right=spec.right if spec else "work.control",
    )


def running_runs(*, now: datetime, limit: int = 5) -> Sequence[RunRow]:
    """Give the runs at work now, oldest first, for the top bar. One query over few rows."""
    rows = Run.objects.filter(state=RunState.RUNNING).select_related("created_by")
    return [
        row_of(run, now=now, can_control=False) for run in rows.order_by("started_at", "pk")[:limit]
    ]


def row_of(run: Run, *, now: datetime, can_control: bool) -> RunRow:
    """Show one run as of `now`."""
    spec = registry.find_kind(run.kind)
    label, tone = _state(run, now)
    return RunRow(
        id=run.pk,
        kind=run.kind,
        kind_label=str(spec.label) if spec else run.kind,
        key=run.key,
        state=run.state,
        state_label=label,
        state_tone=tone,
        running=run.state in _CHANGING,
        done=run.progress_done,
        total=run.progress_total,
        percent=_percent(run),
        progress_text=run.progress_text,
        attempts=run.attempts,
        due_at=run.due_at,
        created_at=run.created_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        seconds=_seconds(run, now),
        error_line=run.error.partition("\n")[0],
        by_name=run.created_by.name if run.created_by else "",
        url=reverse("work:run", args=[run.pk]),
        can=acts_on(run) if can_control else frozenset(),
    )


def acts_on(run: Run) -> frozenset[str]:
    """Tell what a person may do to a run in its state."""
    acts = set()
    if run.state in _CHANGING and not run.wish:
        acts.add("pause")
    if run.state not in (RunState.DONE, RunState.CANCELLED) and run.wish != RunWish.CANCEL:
        acts.add("cancel")
    if run.state == RunState.PAUSED or (run.state == RunState.RUNNING and run.wish):
        acts.add("resume")
    if run.state in (RunState.FAILED, RunState.QUARANTINED, RunState.CANCELLED):
        acts.add("retry")
    return frozenset(acts)


def _state(run: Run, now: datetime) -> tuple[str, str]:
    state = RunState(run.state)
    if state == RunState.RUNNING and run.lease_until and run.lease_until < now:
        return _("没有回应，将由另一个进程接手"), "late"
    if run.wish:
        return f"{state.label} · {RunWish(run.wish).label}", TONES[state]
    return str(state.label), TONES[state]


def _percent(run: Run) -> int | None:
    if run.state == RunState.DONE:
        return 100
    if not run.progress_total:
        return None
    return min(100 * run.progress_done // run.progress_total, 100)


def _seconds(run: Run, now: datetime) -> int | None:
    if run.started_at is None:
        return None
    end = run.ended_at or (now if run.state not in ENDED_STATES else run.started_at)
    return max(int((end - run.started_at).total_seconds()), 0)


def _items(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in values.items()]
