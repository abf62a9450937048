"""Processes that perform one run each and may die of it: `python -m tests.work.child`.

Reads lines `RUN_ID [CRASH_AT]`, forks for each, and answers `STATUS STATE`: Django is loaded once.
"""

import os
import sys

import django

django.setup()

from shopops.work import engine  # noqa: E402
from tests.work import effects  # noqa: E402


def perform(run_id, crash_at, answers):
    if crash_at:
        os.environ["SHOPOPS_CRASH_AT"] = crash_at
    os.write(answers, str(engine.perform(run_id)).encode())
    os._exit(0)


def serve(line):
    run_id, _, crash_at = line.strip().partition(" ")
    answer, answers = os.pipe()
    pid = os.fork()
    if pid == 0:
        perform(int(run_id), crash_at, answers)
    os.close(answers)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(answer) as said:
        print(os.waitstatus_to_exitcode(status), said.read(), flush=True)  # noqa: T201


if __name__ == "__main__":
    effects.register()
    for line in sys.stdin:
        serve(line)
