"""`manage.py backup DIR`: the whole shop in one folder, while people go on working."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from shopops.lib.backup.making import make_backup
from shopops.lib.backup.manifest import BackupError
from shopops.lib.commands import JsonCommand, Refused


class Command(JsonCommand):
    help = (
        "Database, encrypted files and keys in a new folder that only its owner may read. Whoever has the "
        "folder can read all contacts: keep it on an encrypted disk, away from this machine."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)

    def answer(self, *, folder: Path, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        began = time.monotonic()
        try:
            manifest = make_backup(folder, now=timezone.now(), tell=self.note)
        except BackupError as error:
            raise Refused(str(error)) from error
        return {
            "folder": str(folder),
            "made_at": manifest.made_at,
            "tables": len(manifest.counts),
            "rows": sum(manifest.counts.values()),
            "files": len(manifest.files),
            "bytes": sum(part.size_bytes for part in manifest.files),
            "seconds": round(time.monotonic() - began, 3),
        }
