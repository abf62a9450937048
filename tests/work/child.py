"""One process that performs one run, as a worker would: `python -m tests.work.child RUN_ID`."""

import sys

import django

django.setup()

from shopops.work import engine  # noqa: E402
from tests.work import effects  # noqa: E402

if __name__ == "__main__":
    effects.register()
    print(engine.perform(int(sys.argv[1])))  # noqa: T201
