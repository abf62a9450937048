"""Named places at which a test may let the process die, as a power cut would."""

import os
from collections import Counter

_VARIABLE = "SHOPOPS_CRASH_AT"
_EXIT_STATUS = 137  # what a shell reports for SIGKILL
_passed: Counter[str] = Counter()


def crashpoint(name: str) -> None:
    """Die here if `SHOPOPS_CRASH_AT` says `name` or `name:n` (at the n-th passing)."""
    wanted = os.environ.get(_VARIABLE)
    if not wanted:
        return
    place, _, nth = wanted.partition(":")
    if place != name:
        return
    _passed[name] += 1
    if _passed[name] >= int(nth or 1):
        os._exit(_EXIT_STATUS)
