"""The thread that renews a run's lease on its own database connection."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from django.db import DatabaseError, connection

from shopops.work.choices import RunState
from shopops.work.clock import Clock
from shopops.work.context import LEASE
from shopops.work.models import Run

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0
_LOOK_SECONDS = 1.0

type Progress = tuple[int, int, str]


class Heartbeat:
    """Renew the lease every 10 s while the `with` block runs, never past `until`; write progress.

    Progress is looked at every second and written if it moved, on this thread's own connection,
    hence visible while a step's transaction is open. A run that hangs without checkpoints stops
    being renewed at its time limit and is taken over.
    """

    def __init__(
        self,
        run_id: int,
        token: UUID,
        *,
        clock: Clock,
        until: datetime,
        progress: Callable[[], Progress],
    ) -> None:
        self._run_id, self._token, self._clock, self._until = run_id, token, clock, until
        self._progress, self._written = progress, progress()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join(timeout=HEARTBEAT_SECONDS)

    def _beat(self) -> None:
        try:
            renewed_at = time.monotonic()
            while not self._ended.wait(_LOOK_SECONDS):
                if time.monotonic() - renewed_at >= HEARTBEAT_SECONDS:
                    if self._clock() > self._until:
                        return
                    now = self._clock()
                    self._write(lease_until=now + LEASE, heartbeat_at=now)
                    renewed_at = time.monotonic()
                self._write_progress()
            self._write_progress()
        finally:
            connection.close()

    def _write_progress(self) -> None:
        progress = self._progress()
        if progress == self._written:
            return
        self._written = progress
        done, total, text = progress
        self._write(progress_done=done, progress_total=total, progress_text=text)

    def _write(self, **fields: datetime | int | str) -> None:
        try:
            Run.objects.filter(
                pk=self._run_id, lease_token=self._token, state=RunState.RUNNING
            ).update(**fields)
        except DatabaseError as error:  # a locked row or a restarting server: the next beat may do
            logger.warning("heartbeat of run %s not written: %s", self._run_id, error)
            connection.close()
