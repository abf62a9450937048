"""The thread that renews a run's lease on its own database connection."""

import logging
import threading
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


class Heartbeat:
    """Renew the lease every 10 s while the `with` block runs, but never past `until`.

    A run that hangs without checkpoints stops being renewed at its time limit and is taken over.
    """

    def __init__(self, run_id: int, token: UUID, *, clock: Clock, until: datetime) -> None:
        self._run_id, self._token, self._clock, self._until = run_id, token, clock, until
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
            while not self._ended.wait(HEARTBEAT_SECONDS):
                if self._clock() > self._until:
                    return
                self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        now = self._clock()
        try:
            Run.objects.filter(
                pk=self._run_id, lease_token=self._token, state=RunState.RUNNING
            ).update(lease_until=now + LEASE, heartbeat_at=now)
        except DatabaseError as error:  # a locked row or a restarting server: the next beat may do
            logger.warning("lease of run %s not renewed: %s", self._run_id, error)
            connection.close()
