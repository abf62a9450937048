"""What the broker's messages call. A message may be lost, late or doubled; see `engine`."""

from celery import shared_task
from celery.signals import worker_shutting_down

from shopops.work import engine, shutdown


@shared_task(name="shopops.work.tasks.ring")  # type: ignore[untyped-decorator,unused-ignore]
def ring(run_id: int, **kwargs: object) -> None:
    """Perform a run of the quick queue, if it needs that still. Newer senders may add arguments."""
    engine.perform(run_id)


@shared_task(name="shopops.work.tasks.ring_import")  # type: ignore[untyped-decorator,unused-ignore]
def ring_import(run_id: int, **kwargs: object) -> None:
    """Perform a run of the import queue, if it still needs that."""
    engine.perform(run_id)


def _hand_back(**kwargs: object) -> None:
    shutdown.ask_to_stop()


worker_shutting_down.connect(_hand_back, weak=False)
