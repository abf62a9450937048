"""The worker of the imports queue keeps a reading child started ahead."""

from celery.signals import celeryd_after_setup, worker_process_init

from shopops.intake import child_process, registry

_QUEUE = "imports"
_is_import_worker = False


def follow_workers() -> None:
    """Have workers tell when they start."""
    celeryd_after_setup.connect(_learn_queues, weak=False)
    worker_process_init.connect(_start_ahead, weak=False)


def keep_child_started(*, count: int = 1) -> None:
    """Keep a child started ahead in this process from now on, for each file that it reads at a time."""
    child_process.keep_spare([kind.importer for kind in registry.file_kinds()], count=count)


def _learn_queues(*, instance: object, **_: object) -> None:
    global _is_import_worker  # the pool's processes are forked from this one
    queues = instance.app.amqp.queues.consume_from  # type: ignore[attr-defined]
    _is_import_worker = _QUEUE in queues


def _start_ahead(**_: object) -> None:
    if _is_import_worker:
        keep_child_started()
