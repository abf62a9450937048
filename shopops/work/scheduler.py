"""What the scheduler process does in one pass. It decides nothing that another pass would not."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import close_old_connections

from shopops.work import schedule
from shopops.work.sweeper import Sweeper

logger = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(seconds=5)
ASK_EVERY = timedelta(seconds=20)


@dataclass(slots=True)
class Scheduler:
    """The passes of one process; the clock is the caller's."""

    sweeper: Sweeper = field(default_factory=Sweeper)
    _last: dict[str, datetime] = field(default_factory=dict)

    def run_pass(self, now: datetime) -> None:
        """Do what is due at `now`; an error in one part is logged and stops no other."""
        self._every("schedule", ASK_EVERY, now, lambda at: schedule.request_due(now=at))
        self._every("sweep", SWEEP_EVERY, now, self.sweeper.sweep)
        for tick in schedule.ticks():
            self._every(f"tick:{tick.name}", tick.every, now, tick.run)

    def _every(
        self, name: str, pause: timedelta, now: datetime, run: Callable[[datetime], object]
    ) -> None:
        last = self._last.get(name)
        # `last` in the future: the clock was set back.
        if last is not None and timedelta(0) <= now - last < pause:
            return
        self._last[name] = now
        close_old_connections()
        try:
            run(now)
        except Exception:
            logger.exception("scheduler: %s failed", name)
