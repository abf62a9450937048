"""What the work pages ask of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopops.lib import words
from shopops.lib.business_time import at_local, business_date
from shopops.lib.fixed_queries import fixed
from shopops.lib.paging import Key, Page, page_of
from shopops.staff.models import Operation
from shopops.work import registry, schedule
from shopops.work.choices import DUE_STATES, RunState
from shopops.work.models import Run
from shopops.workdesk.rows import TONES, RunProgress, RunRow, progress_of, row_of

PAGE_SIZE = 50
# Work that is due for longer than this was heard by nobody.
UNHEARD_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Fact:
    """A pair for `components/_dl.html`."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Event:
    """A line for `components/_timeline.html`."""

    text: str
    at: datetime
    who: str = ""
    tone: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run with all there is to know; `details` and `trace` are for holders of `right`."""

    row: RunRow
    error: str
    trace: str
    right: str
    facts: list[Fact]
    details: list[Fact]
    result: list[Fact]
    link: str
    events: list[Event]


@dataclass(frozen=True, slots=True)
class ScheduledRow:
    """One thing that the shop does by itself every day."""

    title: str
    at: time
    last_at: datetime | None
    last_label: str
    tone: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """Work that is due and not begun; with `is_unheard`, nobody seems to be there to do it."""

    waiting: int
    oldest_due_at: datetime | None
    is_unheard: bool


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
    """Give one page of runs, newest request first. One query, whatever the size."""
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


def open_counts() -> dict[str, int]:
    """Count the runs that are not through, by state; one query."""
    ended = (RunState.DONE, RunState.CANCELLED)
    rows = Run.objects.exclude(state__in=ended).values("state").annotate(n=Count("pk"))
    return dict(rows.order_by("state").values_list("state", "n"))


def backlog(*, now: datetime) -> Backlog:
    """Tell whether due work waits unheard; one query over the partial index of due runs."""
    due = Run.objects.filter(state__in=DUE_STATES, due_at__lte=now)
    found = due.aggregate(n=Count("pk"), oldest=Min("due_at"))
    oldest: datetime | None = found["oldest"]
    return Backlog(
        waiting=found["n"],
        oldest_due_at=oldest,
        is_unheard=oldest is not None and now - oldest > UNHEARD_AFTER,
    )


def daily_work(*, now: datetime) -> list[ScheduledRow]:
    """Give what is done once per business date, with its last run; one query."""
    jobs = schedule.scheduled()
    last = Run.objects.filter(kind__in=[job.kind for job in jobs], business_date__isnull=False)
    last_by_kind = {
        run.kind: run for run in last.order_by("kind", "-business_date", "-pk").distinct("kind")
    }
    return [_scheduled_row(job, last_by_kind.get(job.kind), now) for job in jobs]


def _scheduled_row(job: schedule.Scheduled, last: Run | None, now: datetime) -> ScheduledRow:
    spec = registry.find_kind(job.kind)
    next_at = at_local(business_date(now), job.at)
    if next_at <= now:
        next_at = at_local(business_date(now) + timedelta(days=1), job.at)
    return ScheduledRow(
        title=str(spec.label) if spec else job.kind,
        at=job.at,
        last_at=(last.ended_at or last.started_at or last.due_at) if last else None,
        last_label=str(RunState(last.state).label) if last else _("还没有做过"),
        tone=TONES[RunState(last.state)] if last else "wait",
        next_at=next_at,
    )


def run_progress(*, run_id: int, now: datetime) -> RunProgress:
    """Give how far one run is.

    :raises Run.DoesNotExist: if there is no such run
    """
    return progress_of(Run.objects.get(pk=run_id), now=now)


def run_page(*, run_id: int, now: datetime, can_control: bool) -> RunPage:
    """Give one run for its page, with what people did to it. Two queries.

    :raises Run.DoesNotExist: if there is no such run
    """
    run = Run.objects.select_related("created_by").get(pk=run_id)
    row = row_of(run, now=now, can_control=can_control)
    spec = registry.find_kind(run.kind)
    what, _newline, trace = words.stored(run.error).partition("\n")
    has_link = spec is not None and spec.link is not None and run.state == RunState.DONE
    return RunPage(
        row=row,
        error=what,
        trace=trace.strip(),
        right=spec.right if spec else "work.control",
        facts=_facts(run, row),
        details=_pairs(run.payload),
        result=_pairs(run.result),
        link=spec.link(run) if has_link and spec and spec.link else "",
        events=_events(run, row),
    )


def running_runs(*, now: datetime, limit: int = 5) -> Sequence[RunRow]:
    """Give the runs at work now, oldest first, for the top bar.

    Mostly there are none: one query then, a second one for who asked where there are.
    """
    runs = _running()[:limit]
    prefetch_related_objects(runs, "created_by")
    return [row_of(run, now=now, can_control=False) for run in runs]


@fixed
def _running() -> QuerySet[Run]:
    return Run.objects.filter(state=RunState.RUNNING).order_by("started_at", "pk")


def _facts(run: Run, row: RunRow) -> list[Fact]:
    return [
        Fact(_("任务"), row.title),
        Fact(_("编号"), f"{run.pk} · {run.key}"),
        Fact(_("营业日"), run.business_date.isoformat() if run.business_date else ""),
        Fact(_("谁要的"), row.by_name or _("系统")),
        Fact(_("没做成的次数"), f"{run.attempts} / {row.max_attempts}"),
    ]


_RESULT_WORDS: dict[str, str | Promise] = {
    "rows": gettext_lazy("行"),
    "created": gettext_lazy("新的"),
    "updated": gettext_lazy("有变化"),
    "unchanged": gettext_lazy("没变"),
    "rejected": gettext_lazy("退回"),
    "days": gettext_lazy("天"),
    "file": gettext_lazy("文件"),
    "until": gettext_lazy("保留到"),
    "statuses": gettext_lazy("结果"),
    "reason": gettext_lazy("原因"),
    "told": gettext_lazy("通知了几人"),
    "recomputed": gettext_lazy("重算"),
    "differences": gettext_lazy("差异"),
}


def _pairs(values: dict[str, Any]) -> list[Fact]:
    """Name what a run gives back; its state stands at the head of the page already."""
    return [
        Fact(str(_RESULT_WORDS.get(name, name)), _plain(value))
        for name, value in values.items()
        if name != "state" and value not in (None, [], {})
    ]


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return words.phrases(f"{key}: {one}" for key, one in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def _events(run: Run, row: RunRow) -> list[Event]:
    """What happened to a run, newest first: its own stamps and the acts of people."""
    events = [Event(_("要求做"), run.created_at, who=row.by_name or _("系统"))]
    if run.started_at:
        events.append(Event(_("开始"), run.started_at, tone="us"))
    if run.ended_at:
        events.append(Event(row.state_label, run.ended_at, tone=row.tone))
    acts = Operation.objects.filter(object_type="work.run", object_key=str(run.pk))
    events += [
        Event(_act_text(act.name), act.at, who=act.actor_name)
        for act in acts.order_by("-at", "-pk")[:50]
    ]
    # Of two at one instant the later in the list comes first.
    return sorted(events, key=lambda event: event.at)[::-1]


def _act_text(name: str) -> str:
    return {
        "work.run.paused": _("请求暂停"),
        "work.run.resumed": _("继续"),
        "work.run.cancelled": _("请求取消"),
        "work.run.retried": _("重试"),
    }.get(name, name)
