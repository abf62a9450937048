"""Bring files in from the command line, one after another, in this process."""

import contextlib
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from shopops.intake import actions, error_file, registry, retention
from shopops.intake.choices import BatchSource, BatchState
from shopops.intake.errors import OtherShopError
from shopops.intake.feeding import ChildDiedError
from shopops.intake.models import Batch, RowError
from shopops.intake.uploads import limit_mb_for
from shopops.intake.wording import refusal_text
from shopops.lib import vault
from shopops.lib.commands import JsonCommand
from shopops.staff.models import User
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from shopops.work.terminal import TerminalProgress

SHOWN_ERRORS = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the files are to be brought in."""

    kind: str
    is_dry: bool
    by: User | None


class Command(JsonCommand):
    help = "Import the platform's export files."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH")
        parser.add_argument("--kind", default="", help="refuse files of any other kind")
        parser.add_argument("--dry-run", action="store_true", help="preview, write nothing")
        parser.add_argument("--as", dest="person", default="", help="user name to act as")
        parser.add_argument(
            "--source", choices=[BatchSource.COMMAND, BatchSource.DEMO], default=BatchSource.COMMAND
        )

    def answer(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        wanted = Wanted(
            kind=_kind(options["kind"]),
            is_dry=options["dry_run"],
            by=_person(options["person"]),
        )
        paths = [Path(path) for path in options["paths"]]
        for path in paths:
            if not path.is_file():
                raise CommandError(f"no such file: {path}", returncode=2)
        source = BatchSource(options["source"])
        files = [self._import(path, wanted, source) for path in paths]
        return {"files": files, "failed": any(file["refused"] for file in files)}

    def show(self, answer: dict[str, Any]) -> None:
        for file in answer["files"]:
            figures = " ".join(
                f"{name}={file[name]:,}" for name in ("rows", "created", "updated", "unchanged")
            )
            self.stdout.write(
                f"{file['file']}: {file['refused'] or figures}"
                + (f" rejected={file['rejected']:,} ({file['errors_file']})" * bool(file["errors"]))
            )

    def _import(self, path: Path, wanted: Wanted, source: BatchSource) -> dict[str, Any]:
        started = time.monotonic()
        with path.open("rb") as file:
            limit = limit_mb_for(file.read(8))
            if path.stat().st_size > limit << 20:
                return _refused_at_the_door(path, refusal_text(f"csv_too_big|{limit}"))
            file.seek(0)
            stored = vault.store(file)
        now = timezone.now()
        received = actions.receive_file(
            stored=stored,
            file_name=path.name,
            source=source,
            by=wanted.by,
            now=now,
            written_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
            auto_commit=False,
            wanted_kind=wanted.kind,
            ring=False,
        )
        if received.seen_before:
            self.note(f"{path.name}: the same file came before, as batch {received.seen_before.pk}")
        problem = self._perform(received.run, path.name)
        batch = _fresh(received.batch)
        if batch.state == BatchState.PREVIEWED:
            problem = self._finish(batch, wanted)
        batch = _fresh(batch)
        return _file_answer(batch, path, problem, time.monotonic() - started)

    def _finish(self, batch: Batch, wanted: Wanted) -> str:
        now = timezone.now()
        if wanted.is_dry:
            actions.discard_batch(batch_id=batch.pk, by=wanted.by, now=now)
            return ""
        try:
            run = actions.commit_batch(
                batch_id=batch.pk, by=wanted.by, now=now, confirm_other_shop=False, ring=False
            )
        except OtherShopError as error:
            return _("文件属于另一家店（%(found)s），本店是 %(known)s；请在导入页确认") % {
                "found": error.found,
                "known": error.known,
            }
        return self._perform(run, batch.file_name)

    def _perform(self, run: Run, title: str) -> str:
        progress = TerminalProgress(title)
        try:
            run = perform_inline(run, on_progress=progress)
        finally:
            progress.close()
        return run.error.splitlines()[0] if run.error else ""


def _kind(code: str) -> str:
    if code and code not in {kind.code for kind in registry.file_kinds()}:
        known = ", ".join(kind.code for kind in registry.file_kinds())
        raise CommandError(f"no such kind: {code} (known: {known})", returncode=2)
    return code


def _person(username: str) -> User | None:
    if not username:
        return None
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise CommandError(f"no such person: {username}", returncode=2)
    return person


def _fresh(batch: Batch) -> Batch:
    return Batch.objects.get(pk=batch.pk)


def _refused_at_the_door(path: Path, reason: str) -> dict[str, Any]:
    return {
        "file": path.name,
        "kind": "",
        "encoding": "",
        "batch": None,
        **dict.fromkeys(("rows", "created", "updated", "unchanged", "rejected"), 0),
        "errors": [],
        "errors_file": None,
        "seconds": 0.0,
        "refused": reason,
    }


def _file_answer(batch: Batch, path: Path, problem: str, seconds: float) -> dict[str, Any]:
    errors = RowError.objects.filter(batch=batch).order_by("line", "pk")[:SHOWN_ERRORS]
    return {
        "file": path.name,
        "kind": batch.kind,
        "encoding": batch.encoding,
        "batch": batch.pk,
        "rows": batch.row_count,
        "created": batch.created_count,
        "updated": batch.updated_count,
        "unchanged": batch.unchanged_count,
        "rejected": batch.rejected_count,
        "errors": [
            {"line": e.line, "column": e.column, "value": e.value, "reason": e.reason}
            for e in errors
        ],
        "errors_file": _write_errors(batch),
        "seconds": round(seconds, 3),
        "state": batch.state,
        "sums": batch.sums,
        "refused": refusal_text(batch.refusal) if batch.refusal else problem,
    }


def _write_errors(batch: Batch) -> str | None:
    with contextlib.suppress(error_file.NoErrorFileError, ChildDiedError):
        file = error_file.make_error_file(batch)
        folder = retention.errors_folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = folder / f"{batch.pk}{Path(file.name).suffix}"
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(file.content)
        return str(target)
    return None
