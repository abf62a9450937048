"""The Celery application with the tests' kinds: `celery -A tests.work.worker_app worker`."""

import django

from shopops.celery import app

django.setup()

from tests.work import effects  # noqa: E402

effects.register()
app.loader.import_task_module("shopops.work.tasks")

__all__ = ["app"]
