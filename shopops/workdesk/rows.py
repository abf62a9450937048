"""Runs as the pages show them: plain values, no queries."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopops.lib import words
from shopops.work import registry
from shopops.work.choices import RunState, RunWish
from shopops.work.engine import STRIKES
from shopops.work.models import Run

TONES = {
    RunState.WAITING: "wait",
    RunState.RUNNING: "us",
    RunState.PAUSED: "soon",
    RunState.DONE: "done",
    RunState.FAILED: "soon",
    RunState.QUARANTINED: "late",
    RunState.CANCELLED: "wait",
}
CHANGING = (RunState.WAITING, RunState.RUNNING, RunState.FAILED)
_ACT_LABELS: dict[str, str | Promise] = {
    "pause": gettext_lazy("暂停"),
    "resume": gettext_lazy("继续"),
    "retry": gettext_lazy("重试"),
    "cancel": gettext_lazy("取消"),
}
_MAIN_ACTS = ("resume", "retry")


@dataclass(frozen=True, slots=True)
class ActChoice:
    """One thing a person may do to a run, as a button."""

    code: str
    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class RunProgress:
    """What `components/_progress.html` takes. `running`: it changes by itself, so ask again."""

    id: int
    title: str
    state: str
    state_label: str
    tone: str
    done: int
    total: int
    percent: int | None
    detail: str
    running: bool


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in a list and at the head of its page."""

    id: int
    kind: str
    title: str
    subject: str
    key: str
    business_date: date | None
    state: str
    state_label: str
    tone: str
    run: RunProgress
    attempts: int
    max_attempts: int
    due_at: datetime
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    took: timedelta | None
    error: str
    by_name: str
    acts: list[ActChoice]
    url: str
    progress_url: str

    @property
    def running(self) -> bool:
        """Whether it is at work now, so that a bar says more than a word."""
        return self.state == RunState.RUNNING

    @property
    def percent(self) -> int | None:
        """How far it is, None where that is not known."""
        return self.run.percent

    @property
    def detail(self) -> str:
        """What it is doing now."""
        return self.run.detail


def row_of(run: Run, *, now: datetime, can_control: bool) -> RunRow:
    """Show one run as of `now`; `created_by` should have been joined."""
    progress = progress_of(run, now=now)
    return RunRow(
        id=run.pk,
        kind=run.kind,
        title=progress.title,
        subject=str(run.payload.get("file", "")),
        key=run.key,
        business_date=run.business_date,
        state=run.state,
        state_label=progress.state_label,
        tone=progress.tone,
        run=progress,
        attempts=run.attempts,
        max_attempts=STRIKES,
        due_at=run.due_at,
        created_at=run.created_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        took=_took(run, now),
        error=words.stored(run.error.partition("\n")[0]),
        by_name=run.created_by.name if run.created_by else "",
        acts=_act_choices(run) if can_control else [],
        url=reverse("work:run", args=[run.pk]),
        progress_url=reverse("work:progress", args=[run.pk]),
    )


def progress_of(run: Run, *, now: datetime) -> RunProgress:
    """Show how far a run is as of `now`."""
    spec = registry.find_kind(run.kind)
    label, tone = _state(run, now)
    return RunProgress(
        id=run.pk,
        title=str(spec.label) if spec else run.kind,
        state=run.state,
        state_label=label,
        tone=tone,
        done=run.progress_done,
        total=run.progress_total,
        percent=_percent(run),
        detail=words.stored(run.progress_text),
        running=run.state in CHANGING,
    )


def acts_on(run: Run) -> list[str]:
    """Tell what a person may do to a run in its state, the likeliest first."""
    acts = []
    if run.state == RunState.PAUSED or (run.state == RunState.RUNNING and run.wish):
        acts.append("resume")
    if run.state in (RunState.FAILED, RunState.QUARANTINED, RunState.CANCELLED):
        acts.append("retry")
    if run.state in CHANGING and not run.wish:
        acts.append("pause")
    if run.state not in (RunState.DONE, RunState.CANCELLED) and run.wish != RunWish.CANCEL:
        acts.append("cancel")
    return acts


def _act_choices(run: Run) -> list[ActChoice]:
    return [
        ActChoice(code, str(_ACT_LABELS[code]), "main" if code in _MAIN_ACTS else "")
        for code in acts_on(run)
    ]


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


def _took(run: Run, now: datetime) -> timedelta | None:
    if run.started_at is None:
        return None
    end = run.ended_at or (now if run.state == RunState.RUNNING else None)
    return max(end - run.started_at, timedelta(0)) if end else None
