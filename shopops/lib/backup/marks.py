"""When the last backup was made: a note in the shop's own folder, which no restore takes back."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class BackupMark:
    """The newest backup that was finished."""

    made_at: datetime
    folder: str


def _path() -> Path:
    return Path(settings.SHOPOPS_DATA) / "last-backup.json"


def mark_backup(folder: Path, *, made_at: datetime) -> None:
    """Note that a backup was finished. Written beside and moved, so that it is never half there."""
    part = _path().with_suffix(".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(json.dumps({"made_at": made_at.isoformat(), "folder": str(folder)}))
    part.replace(_path())


def last_backup() -> BackupMark | None:
    """Give the newest finished backup; None if none was ever noted or the note cannot be read."""
    try:
        row = json.loads(_path().read_text())
        return BackupMark(datetime.fromisoformat(row["made_at"]), str(row["folder"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
