"""What the imports pages show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shopops.intake import registry
from shopops.intake.actions import MERGE, PARSE, UNDO
from shopops.intake.choices import BATCH_TRANSITIONS, BatchSource, BatchState
from shopops.intake.models import Batch, RowError
from shopops.intake.shops import ShopDifference, shop_difference
from shopops.intake.wording import note_text, refusal_text
from shopops.lib import words
from shopops.lib.paging import Key, Page, page_of
from shopops.staff.models import Operation
from shopops.work.choices import ENDED_STATES
from shopops.work.models import Run

PAGE_SIZE = 50
SHOWN_ERRORS = 100
SHOWN_CHANGES = 30
_TONES = {
    BatchState.UPLOADED: "us",
    BatchState.PARSING: "us",
    BatchState.PREVIEWED: "soon",
    BatchState.MERGING: "us",
    BatchState.DONE: "done",
    BatchState.REFUSED: "late",
    BatchState.DISCARDED: "wait",
    BatchState.UNDOING: "us",
    BatchState.UNDONE: "wait",
}
# The names of states by which the page decides what to show.
_PHASES = {
    BatchState.UPLOADED: "reading",
    BatchState.PARSING: "reading",
    BatchState.PREVIEWED: "preview",
    BatchState.MERGING: "writing",
    BatchState.DONE: "done",
    BatchState.REFUSED: "failed",
    BatchState.DISCARDED: "discarded",
    BatchState.UNDOING: "writing",
    BatchState.UNDONE: "undone",
}
_RUN_OF = {
    BatchState.UPLOADED: PARSE,
    BatchState.PARSING: PARSE,
    BatchState.MERGING: MERGE,
    BatchState.UNDOING: UNDO,
}


@dataclass(frozen=True, slots=True)
class RunBar:
    """A run as the progress part shows it."""

    id: int
    title: str
    state_label: str
    tone: str
    done: int
    total: int
    percent: int | None
    detail: str
    running: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file was refused, in words."""

    what: str
    meaning: str
    next: str


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch as the pages show it."""

    id: int
    url: str
    file: str
    kind_label: str
    encoding: str
    layout: str
    period: str
    exported_at: datetime
    size: int
    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    state: str
    state_label: str
    tone: str
    running: bool
    run: RunBar | None
    progress_url: str
    at: datetime
    by: str
    inbox: bool
    refused: Refused | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A label with a figure and what it means."""

    label: str
    value: object = ""
    count: int = 0
    tone: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that a merge would change, or changed."""

    key: str
    field: str
    old: str
    new: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a batch's time-line."""

    text: str
    who: str
    at: datetime
    tone: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BatchPage:
    """All that one batch's page shows."""

    batch: BatchRow
    facts: Sequence[Figure]
    counts: Sequence[Figure]
    sample: Sequence[Change]
    sample_total: int
    errors: Sequence[RowError]
    error_total: int
    events: Sequence[Event]
    other_shop: ShopDifference | None
    can_commit: bool
    can_discard: bool
    can_undo: bool
    undo_text: str
    commit_text: str


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind of file that is taken, and when one last came."""

    label: str
    how: str
    last: str
    tone: str = ""


@dataclass(slots=True)
class _Labels:
    kinds: dict[str, str] = field(
        default_factory=lambda: {
            kind.code: words.stored(kind.label) for kind in registry.file_kinds()
        }
    )


def page_of_batches(*, older_than: Key | None, newer_than: Key | None) -> Page[BatchRow]:
    """Give batches, newest first, one page by key. Two queries."""
    rows = Batch.objects.select_related("created_by")
    if newer_than:
        at, pk = newer_than
        rows = rows.filter(Q(created_at__gt=at) | Q(created_at=at, pk__gt=pk))
        rows = rows.order_by("created_at", "pk")
    else:
        if older_than:
            at, pk = older_than
            rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
        rows = rows.order_by("-created_at", "-pk")
    batches = list(rows[: PAGE_SIZE + 1])
    page = page_of(
        batches,
        size=PAGE_SIZE,
        backwards=newer_than is not None,
        came_from=bool(older_than or newer_than),
        key=lambda batch: (batch.created_at, batch.pk),
    )
    runs, labels = _runs_of(page.rows), _Labels()
    shown = [_row(batch, runs.get(batch.pk), labels) for batch in page.rows]
    return Page(rows=shown, before=page.before, after=page.after)


def batch_page(*, batch_id: int) -> BatchPage:
    """Give one batch's page.

    :raises Batch.DoesNotExist: if there is no such batch
    """
    batch = Batch.objects.select_related("created_by").get(pk=batch_id)
    row = _row(batch, _runs_of([batch]).get(batch.pk), _Labels())
    sample = _changes(batch)
    errors = RowError.objects.filter(batch=batch).order_by("line", "pk")
    follow = BATCH_TRANSITIONS[batch.state]
    return BatchPage(
        batch=row,
        facts=_facts(batch),
        counts=_counts(batch),
        sample=sample[:SHOWN_CHANGES],
        sample_total=len(sample),
        errors=list(errors[:SHOWN_ERRORS]),
        error_total=batch.rejected_count,
        events=_events(batch),
        other_shop=shop_difference(batch) if batch.state == BatchState.PREVIEWED else None,
        can_commit=batch.state == BatchState.PREVIEWED,
        can_discard=BatchState.DISCARDED in follow,
        can_undo=BatchState.UNDOING in follow,
        undo_text=_undo_text(batch),
        commit_text=_("写入 {n} 行").format(n=f"{batch.created_count + batch.updated_count:,}"),
    )


def progress_of(*, batch_id: int) -> BatchRow:
    """Give what the progress part shows.

    :raises Batch.DoesNotExist: if there is no such batch
    """
    batch = Batch.objects.select_related("created_by").get(pk=batch_id)
    return _row(batch, _runs_of([batch]).get(batch.pk), _Labels())


def kind_rows() -> Sequence[KindRow]:
    """Give the kinds that are taken and when the last file of each was written. One query."""
    newest: dict[str, datetime] = {}
    done = Batch.objects.filter(state=BatchState.DONE).order_by("kind", "-committed_at", "-pk")
    latest = done.distinct("kind")
    for code, committed_at in latest.values_list("kind", "committed_at"):
        if committed_at:
            newest[code] = committed_at
    rows = []
    for kind in registry.file_kinds():
        at = newest.get(kind.code)
        last = _("%(month)d月%(day)d日 %(clock)s") % _parts_of(at) if at else _("还没有")
        rows.append(KindRow(words.stored(kind.label), _("千牛卖家中心 → 导出"), last))
    return rows


def _parts_of(at: datetime) -> dict[str, object]:
    local = timezone.localtime(at)
    return {"month": local.month, "day": local.day, "clock": f"{local:%H:%M}"}


def _runs_of(batches: Iterable[Batch]) -> dict[int, Run]:
    wanted = {
        (_RUN_OF[BatchState(batch.state)], str(batch.pk)): batch.pk
        for batch in batches
        if batch.state in _RUN_OF
    }
    if not wanted:
        return {}
    rows = Run.objects.filter(
        kind__in={kind for kind, _ in wanted}, key__in={key for _, key in wanted}
    )
    return {wanted[run.kind, run.key]: run for run in rows if (run.kind, run.key) in wanted}


def _row(batch: Batch, run: Run | None, labels: _Labels) -> BatchRow:
    bar = _bar(run, batch) if run else None
    return BatchRow(
        id=batch.pk,
        url=reverse("intake:batch", args=[batch.pk]),
        file=batch.file_name,
        kind_label=labels.kinds.get(batch.kind, batch.kind),
        encoding=batch.encoding,
        layout=batch.layout,
        period=_period(batch),
        exported_at=batch.exported_at,
        size=batch.size_bytes,
        rows=batch.row_count,
        created=batch.created_count,
        updated=batch.updated_count,
        unchanged=batch.unchanged_count,
        rejected=batch.rejected_count,
        state=_PHASES[BatchState(batch.state)],
        state_label=str(BatchState(batch.state).label),
        tone=_TONES[BatchState(batch.state)],
        running=bar is not None and bar.running,
        run=bar,
        progress_url=reverse("intake:progress", args=[batch.pk]),
        at=batch.created_at,
        by=batch.created_by.name if batch.created_by else str(BatchSource(batch.source).label),
        inbox=batch.source == BatchSource.INBOX,
        refused=_refused(batch),
    )


def _bar(run: Run, batch: Batch) -> RunBar:
    running = run.state not in ENDED_STATES
    percent = (
        min(run.progress_done * 100 // run.progress_total, 100) if run.progress_total else None
    )
    return RunBar(
        id=run.pk,
        title=batch.file_name,
        state_label=run.get_state_display(),
        tone="us" if running else "late",
        done=run.progress_done,
        total=run.progress_total,
        percent=percent,
        detail=words.stored(run.progress_text) or str(BatchState(batch.state).label),
        running=running,
    )


def _refused(batch: Batch) -> Refused | None:
    if batch.state != BatchState.REFUSED:
        return None
    return Refused(
        what=refusal_text(batch.refusal),
        meaning=_("这个文件里的内容一行都没有写进去。"),
        next=_("改好后再传一次。"),
    )


def _period(batch: Batch) -> str:
    if not batch.period_from or not batch.period_to:
        return ""
    first, last = (timezone.localtime(at).date() for at in (batch.period_from, batch.period_to))
    if first == last:
        return first.isoformat()
    return f"{first} – {last:%m-%d}" if first.year == last.year else f"{first} – {last}"


def _facts(batch: Batch) -> list[Figure]:
    facts = [
        Figure(_("行数"), f"{batch.row_count:,}"),
        Figure(_("期间"), _period(batch)),
        *(Figure(words.stored(name), _money(amount)) for name, amount in batch.sums.items()),
        Figure(_("版式"), batch.layout),
        Figure(_("编码"), batch.encoding or batch.container),
        Figure(_("导出时间"), date_format(timezone.localtime(batch.exported_at), "Y-m-d H:i")),
    ]
    notes = [note_text(note) for note in batch.facts.get("notes", [])]
    return [*facts, *(Figure(_("注意"), note) for note in notes)]


def _money(text: str) -> str:
    try:
        return f"¥{Decimal(text):,.2f}"
    except InvalidOperation:
        return text


def _counts(batch: Batch) -> list[Figure]:
    if batch.state in (BatchState.UPLOADED, BatchState.PARSING, BatchState.REFUSED):
        return []
    return [
        Figure(_("新的"), count=batch.created_count, text=_("本店还没有的")),
        Figure(_("有变化"), count=batch.updated_count, text=_("已有，内容不同")),
        Figure(_("没变"), count=batch.unchanged_count, text=_("已有，跳过")),
        Figure(_("退回"), count=batch.rejected_count, tone="late", text=_("有错，没有写入")),
    ]


def _changes(batch: Batch) -> list[Change]:
    kind = next((one for one in registry.file_kinds() if one.code == batch.kind), None)
    if kind is None:
        return []
    return [
        Change(
            str(row.get("key", "")),
            name,
            kind.value_words(column, change.get("old")),
            kind.value_words(column, change.get("new")),
        )
        for row in batch.preview.get("sample", [])
        for change in row.get("changes", [])
        if (name := kind.column_words(column := str(change.get("column", ""))))
    ]


def _undo_text(batch: Batch) -> str:
    return _(
        "这批新加的 {c} 行会删掉，改过的 {u} 行会恢复；之后又被别的导入或人改过的不动。"
    ).format(c=f"{batch.created_count:,}", u=f"{batch.updated_count:,}")


def _events(batch: Batch) -> list[Event]:
    texts = {
        "received": _("收到文件"),
        "committed": _("确认写入"),
        "merged": _("已写入"),
        "discarded": _("已放弃"),
        "refused": _("已拒绝"),
        "undo_requested": _("要求撤回"),
        "undone": _("已撤回"),
        "errors_downloaded": _("下载了退回的行"),
    }
    rows = Operation.objects.filter(object_type="batch", object_key=str(batch.pk)).order_by("-pk")
    return [
        Event(
            text=texts.get(row.name.rsplit(".", 1)[-1], row.name),
            who=row.actor_name or _("系统"),
            at=row.at,
        )
        for row in rows[:50]
    ]
