"""`manage.py restore DIR`: this shop becomes what the backup holds."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from shopops.lib.backup.manifest import BackupError
from shopops.lib.backup.restoring import restore_backup
from shopops.lib.commands import JsonCommand, Refused


class Command(JsonCommand):
    help = (
        "Verify a backup and put it in the place of this shop, which must be empty and not in use. "
        "Persons who were erased since the backup was made have to be erased again."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--force", action="store_true", help="replace a shop that is not empty")

    def answer(self, *, folder: Path, force: bool, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        began = time.monotonic()
        try:
            manifest = restore_backup(folder, force=force, tell=self.note)
        except BackupError as error:
            raise Refused(str(error)) from error
        return {
            "folder": str(folder),
            "made_at": manifest.made_at,
            "tables": len(manifest.counts),
            "rows": sum(manifest.counts.values()),
            "files": len(manifest.files),
            "counts_agree": True,
            "seconds": round(time.monotonic() - began, 3),
        }
