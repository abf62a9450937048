"""A worker to be killed: `python -m tests.orders.importing.worker MEDIA_ROOT CHUNK_ROWS`.

Reads run ids, forks a process for each that performs the run as a worker does, says its pid, and
says how it ended. Django is loaded once.
"""

import os
import sys
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402

from orders.actions.importing import steps  # noqa: E402
from shopops.work import engine  # noqa: E402

if __name__ == "__main__":
    settings.MEDIA_ROOT = Path(sys.argv[1])
    steps.CHUNK_ROWS = int(sys.argv[2])
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.setsid()
            engine.perform(int(line))
            os._exit(0)
        print(pid, flush=True)  # noqa: T201
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201
