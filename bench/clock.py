"""Set this process' clock to another moment: for pictures and for tests in a browser.

A shop looks different at every hour of the week, so both take place on one Thursday afternoon. Only
what asks `django.utils.timezone.now` or the ledger's clock is told the other time; the machine's
clock stands as it is.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.utils import timezone

from shopops.lib.business_time import SHANGHAI
from shopops.work import clock

# The moment at which the mock-ups were drawn: a Thursday, 42 minutes before the cutoff.
AFTERNOON = datetime(2026, 9, 17, 15, 18, tzinfo=SHANGHAI)


def run_from(at: datetime, *, started: datetime | None = None) -> None:
    """Let it be `at` now, and time go on. `started`: the real instant at which it was `at`."""
    ahead = at - (started or _real_now())
    _tell(lambda: _real_now() + ahead)


def stand_at(at: datetime) -> None:
    """Let it be `at`, and stay so."""
    _tell(lambda: at.astimezone(UTC))


def _real_now() -> datetime:
    return datetime.now(UTC)


def _tell(now: Callable[[], datetime]) -> None:
    class Told(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:  # noqa: ANN401
            return now().astimezone(tz) if tz else now().replace(tzinfo=None) + timedelta(0)

    timezone.now = now
    clock.datetime = Told  # type: ignore[attr-defined]
