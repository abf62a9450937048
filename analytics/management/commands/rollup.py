"""`manage.py rollup`: recompute marked days, or a whole period; prove every stored cell."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from analytics.actions import rebuild, rollup
from analytics.actions.fresh import RollupFailedError, roll_now
from analytics.actions.profit import work_out_now
from analytics.choices import ROLLED
from analytics.management.dates import day_option
from analytics.queries import metrics as queries
from analytics.queries.month_proof import MonthDifference, month_differences
from analytics.queries.profit_proof import kept_days, profit_differences
from shopops.lib.commands import JsonCommand, Refused
from shopops.work.clock import system_clock
from shopops.work.terminal import TerminalProgress

# Days compared by one statement, and differing cells that are shown.
_CHUNK = 31
_MOST_SHOWN = 100


class Command(JsonCommand):
    help = (
        "Recompute the days that were marked; with dates, every day of that period. "
        "--verify recomputes nothing but what is marked, and compares every stored cell with the orders."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=day_option, metavar="DATE", help="first day, included")
        parser.add_argument("--until", type=day_option, metavar="DATE", help="last day, included")
        parser.add_argument(
            "--by-month",
            action="store_true",
            help="only ask the workers to recompute the period, a run for each month",
        )
        parser.add_argument(
            "--verify", action="store_true", help="compare the store with the orders"
        )

    def answer(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        since, until = options["since"], options["until"]
        if options["by_month"]:
            runs = rebuild.request_rebuild(since=since, until=until, by=None, now=system_clock())
            return {"days": 0, "recomputed": 0, "differences": 0, "runs": [run.key for run in runs]}
        if (since or until) and not options["verify"]:
            rollup.mark_days(since=since, until=until, now=system_clock())
        recomputed = self._roll()
        work_out_now()
        days = {
            basis: queries.days_with_anything(basis=basis, since=since, until=until)
            for basis in ROLLED
        }
        found = [_as_json(one) for one in self._verify(days)] if options["verify"] else []
        if options["verify"]:
            found += [_month_as_json(one) for one in month_differences(since=since, until=until)]
            found += _profits(kept_days(since=since, until=until))
        return {
            "days": len({day for of_basis in days.values() for day in of_basis}),
            "recomputed": recomputed,
            "differences": len(found),
            "cells": found[:_MOST_SHOWN],
            "failed": bool(found),
        }

    def _roll(self) -> int:
        progress = TerminalProgress(_("重算数字"))
        try:
            return roll_now(on_progress=progress)
        except RollupFailedError as error:
            raise Refused(str(error)) from error
        finally:
            progress.close()

    def _verify(self, days: Mapping[str, list[date]]) -> list[queries.Difference]:
        found: list[queries.Difference] = []
        total, done = sum(len(of_basis) for of_basis in days.values()), 0
        progress = TerminalProgress(_("核对数字"))
        for basis, of_basis in days.items():
            for start in range(0, len(of_basis), _CHUNK):
                chunk = of_basis[start : start + _CHUNK]
                found += queries.differences(basis=basis, days=chunk)
                done += len(chunk)
                progress(done, total, "")
        progress.close()
        return found


def _profits(days: list[date]) -> list[dict[str, Any]]:
    """Compare what is kept of profits with the facts."""
    return [
        {
            "basis": "profit",
            "date": one.date.isoformat(),
            "dim": one.table,
            "key": one.key,
            "stored": None,
            "counted": None,
        }
        for start in range(0, len(days), _CHUNK)
        for one in profit_differences(days[start : start + _CHUNK])
    ]


def _as_json(one: queries.Difference) -> dict[str, Any]:
    return {
        "basis": one.basis,
        "date": one.date.isoformat(),
        "dim": one.dim,
        "key": one.key,
        "stored": one.stored,
        "counted": one.counted,
    }


def _month_as_json(one: MonthDifference) -> dict[str, Any]:
    return {
        "basis": f"{one.basis}, month",
        "date": one.month.isoformat(),
        "dim": one.dim,
        "key": one.key,
        "stored": None,
        "counted": None,
    }
