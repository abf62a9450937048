"""`manage.py customers [--verify]`: recompute customers from their orders, or prove them."""

from typing import Any

from django.core.management.base import CommandParser

from crm.actions import follow, recompute
from crm.queries import stats
from shopops.lib.commands import JsonCommand
from shopops.work.clock import system_clock


class Command(JsonCommand):
    help = (
        "Recompute all customers from their orders. --verify recomputes nothing but who is marked,"
        " and compares every kept figure with the orders."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--verify", action="store_true", help="compare with a full recompute")

    def answer(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        if not options["verify"]:
            follow.mark_everybody()
        done = recompute.recompute_all_marked(now=system_clock())
        found = stats.verify()
        differences = found.differences + found.missing
        return {
            "customers": found.customers,
            "recomputed": done.buyers,
            "changed": done.changed,
            "differences": differences,
            "waiting": found.waiting,
            "failed": differences > 0,
        }
