"""`manage.py subject_export KEY`: everything held about one person, in a file that people can read."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from orders.actions.subjects import export_subject
from orders.management.subjects import add_subject_options, answered, person_of
from orders.wording import subject_text
from shopops.lib.commands import JsonCommand, Refused


class Command(JsonCommand):
    help = "Everything held about one person, contacts in plain text. The export is logged."

    def add_options(self, parser: CommandParser) -> None:
        add_subject_options(parser)
        parser.add_argument(
            "--out", type=Path, metavar="FILE", help="write the readable text there"
        )

    def answer(
        self,
        *,
        key: str,
        person: str | None,
        reason: str,
        out: Path | None,
        **_options: Any,  # noqa: ANN401
    ) -> dict[str, Any]:
        by = person_of(person)
        document = answered(
            lambda: export_subject(key=key, reason=reason, by=by, now=timezone.now())
        )
        if out:
            _write_private(out, subject_text(document))
            self.note(f"{out}")
        return document

    def show(self, answer: dict[str, Any]) -> None:
        self.stdout.write(subject_text(answer))


def _write_private(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
