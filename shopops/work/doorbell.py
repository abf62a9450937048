"""Ringing a worker. The message may be lost or doubled: the row in Postgres is what counts."""

import logging
import time
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

from shopops.work import registry
from shopops.work.models import Run

logger = logging.getLogger(__name__)

TASK_OF_QUEUE = {"quick": "shopops.work.tasks.ring", "imports": "shopops.work.tasks.ring_import"}
_SHORT = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
# After a failure this process leaves the broker alone for a while, so that pages stay quick.
_SILENCE_SECONDS = 5.0
_silent_until = 0.0


def ring(run_id: int, queue: str) -> bool:
    """Tell the workers of a queue about a run; False if the broker does not answer."""
    global _silent_until  # one broker, one memory per process
    if time.monotonic() < _silent_until:
        return False
    try:
        _send(TASK_OF_QUEUE[queue], run_id, queue)
    except (KombuError, OperationalError, RedisError, OSError) as error:
        _silent_until = time.monotonic() + _SILENCE_SECONDS
        logger.warning("broker does not answer, the sweeper will ring run %s: %s", run_id, error)
        return False
    return True


def _send(task: str, run_id: int, queue: str) -> None:
    options: dict[str, Any] = {**(current_app.conf.broker_transport_options or {}), **_SHORT}
    with current_app.connection_for_write(transport_options=options) as connection:
        current_app.send_task(
            task, args=[run_id], queue=queue, connection=connection, retry=False, ignore_result=True
        )


def queue_of(run: Run) -> str:
    """Give the queue of a run's kind; an unknown kind goes to the quick one, where it fails."""
    spec = registry.find_kind(run.kind)
    return spec.queue if spec else "quick"


def ring_after_commit(run: Run) -> None:
    """Ring once the current transaction stands."""
    transaction.on_commit(partial(ring, run.pk, queue_of(run)), robust=True)
