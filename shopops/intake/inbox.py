"""The watched folder: a file dropped there becomes a batch that is written without a click.

A file is taken when its size and time stood still for five seconds. It is stored encrypted and
deleted; one that cannot be taken goes to `refused/` with a note beside it. Nothing is remembered in
this process: what a file looked like is compared with the clock, so a restart changes nothing.
"""

import logging
import time
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from shopops.intake import actions
from shopops.intake.choices import BatchSource
from shopops.intake.models import Batch
from shopops.intake.naming import clean_name
from shopops.intake.uploads import limit_mb_for
from shopops.intake.wording import refusal_text
from shopops.lib import vault
from shopops.staff.models import Shop

logger = logging.getLogger(__name__)

STILL_SECONDS = 5.0
_AT_ONCE = 20
# What browsers and copy programs call a file that is not yet whole.
_UNFINISHED = (".part", ".crdownload", ".tmp", ".partial", ".download", "~")

_sizes: dict[Path, tuple[int, float]] = {}


def tick(now: datetime) -> None:
    """Take what lies ready. Two schedulers do no harm: a file is renamed away before it is read."""
    folder = Path(settings.INBOX_DIR)
    if not folder.is_dir() or not Shop.objects.exists():
        return
    for path in _ready(folder)[:_AT_ONCE]:
        _take(path, now)


def _ready(folder: Path) -> list[Path]:
    """Give files whose size stood still between two looks, and whose time is old enough."""
    ready = []
    seen: dict[Path, tuple[int, float]] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.endswith(_UNFINISHED) or path.is_symlink():
            continue
        try:
            if not path.is_file():
                continue
            stat = path.stat()
        except OSError:
            continue
        looks = seen[path] = (stat.st_size, stat.st_mtime)
        is_old = time.time() - max(stat.st_mtime, stat.st_ctime) >= STILL_SECONDS
        if _sizes.get(path) == looks and is_old:
            ready.append(path)
    _sizes.clear()
    _sizes.update(seen)
    return ready


def _take(path: Path, now: datetime) -> None:
    taken = path.parent / "taken"
    taken.mkdir(exist_ok=True, mode=0o700)
    mine = taken / path.name
    try:
        written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        path.rename(mine)
    except OSError:
        return  # another scheduler was quicker, or the file is gone
    try:
        with mine.open("rb") as file:
            limit = limit_mb_for(file.read(8))
            if mine.stat().st_size > limit << 20:
                _refuse(mine, refusal_text(f"csv_too_big|{limit}"))
                return
            file.seek(0)
            stored = vault.store(file)
        actions.receive_file(
            stored=stored,
            file_name=path.name,
            source=BatchSource.INBOX,
            by=None,
            now=now,
            written_at=written_at,
            auto_commit=True,
        )
    except Exception:
        logger.exception("the inbox could not take a file")
        _put_back(mine, path)
        raise
    mine.unlink()


def _put_back(mine: Path, path: Path) -> None:
    if mine.exists() and not path.exists():
        mine.rename(path)


def give_back(batch: Batch) -> None:
    """Lay a refused inbox file where its sender looks for it, with the reason beside it."""
    folder = Path(settings.INBOX_DIR) / "refused"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / clean_name(batch.file_name)
    with target.open("wb") as file:
        for chunk in vault.chunks(batch.stored_name):
            file.write(chunk)
    _write_reason(target, refusal_text(batch.refusal))


def _write_reason(target: Path, reason: str) -> None:
    note = target.with_name(target.name + ".reason.txt")
    note.write_text(reason + "\n", encoding="utf-8")


def _refuse(mine: Path, reason: str) -> None:
    folder = mine.parent.parent / "refused"
    folder.mkdir(exist_ok=True, mode=0o700)
    target = folder / mine.name
    mine.rename(target)
    _write_reason(target, reason)
