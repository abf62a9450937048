"""Run the daily checks of one business date."""

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from shopops.checks import actions, queries
from shopops.lib.business_time import business_date
from shopops.lib.commands import JsonCommand, Refused
from shopops.work import engine
from shopops.work.choices import RunState
from shopops.work.clock import system_clock
from shopops.work.terminal import TerminalProgress


class Command(JsonCommand):
    help = "Run the daily checks of one business date."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--date", help="business date, today if not given")

    def answer(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        now = system_clock()
        day = _day(options["date"]) if options["date"] else business_date(now)
        run = actions.request_checks(day=day, now=now, ring=False)
        progress = TerminalProgress(_("每日检查"))
        run = engine.perform_inline(run, on_progress=progress)
        progress.close()
        if run.state != RunState.DONE:
            raise Refused(run.error or f"the run of checks is {run.state}")
        rows = queries.checks_of(day=day)
        return {
            "date": day.isoformat(),
            "checks": [
                {
                    "code": row.code,
                    "name": row.name,
                    "status": row.status,
                    "findings": row.findings,
                }
                for row in rows
            ],
        }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--date: not a date: {text}", returncode=2) from error
