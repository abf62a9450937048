"""`manage.py rfm --as-of DATE [--window DAYS]`: the value of buyers as of any day, from scratch."""

from typing import Any

from django.core.management.base import CommandParser

from crm.actions import recompute
from crm.choices import RfmSegment
from crm.management.options import day_option, positive_option
from crm.queries import rfm
from shopops.lib.commands import JsonCommand
from shopops.work.clock import system_clock


class Command(JsonCommand):
    help = "Work RFM out as of a day (included), over a window of days; stores nothing."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=day_option, required=True, metavar="DATE")
        parser.add_argument("--window", type=positive_option, metavar="DAYS")

    def answer(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        recompute.recompute_all_marked(now=system_clock())
        asked = rfm.recipe(as_of=options["as_of"], window_days=options["window"])
        found = rfm.rfm_as_of(asked)
        money = [_yuan(one) for one in found.cuts["monetary"]]
        return {
            "as_of": asked.as_of.isoformat(),
            "window": asked.window_days,
            "method": asked.method,
            "buyers": found.buyers,
            "cuts": {**found.cuts, "monetary": money},
            "segments": [
                {
                    "name": str(RfmSegment(one.code).label),
                    "code": one.code,
                    "buyers": one.buyers,
                    "net_amount": _yuan(one.net_fen),
                }
                for one in found.segments
            ],
        }


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
