"""Worker processes to be killed: reads run ids, forks a process for each, tells its pid, then its end."""

import os
import sys

import django

django.setup()

from shopops.work import engine  # noqa: E402

if __name__ == "__main__":
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            engine.perform(int(line))
            os._exit(0)
        print(pid, flush=True)  # noqa: T201
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201
