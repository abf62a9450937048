"""`manage.py metrics`: the shop's figures by one grouping, over a period."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from analytics.actions.fresh import RollupFailedError, roll_now
from analytics.choices import BASES, GROUPINGS
from analytics.management.dates import day_option
from analytics.queries import metrics as queries
from shopops.lib.commands import JsonCommand, Refused
from shopops.work.terminal import TerminalProgress


class Command(JsonCommand):
    """The command."""

    help = "Orders, buyers, pieces and amounts by day, hour, weekday, province, SKU, product, tier."

    def add_options(self, parser: CommandParser) -> None:
        """Declare grouping, basis and period."""
        parser.add_argument("--by", choices=GROUPINGS, required=True)
        parser.add_argument("--basis", choices=BASES, default="created")
        parser.add_argument("--since", type=day_option, metavar="DATE", help="first day, included")
        parser.add_argument("--until", type=day_option, metavar="DATE", help="last day, included")

    def answer(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        """Give the rows, after the days that wait for it were recomputed."""
        progress = TerminalProgress(_("重算数字"))
        try:
            roll_now(on_progress=progress)
        except RollupFailedError as error:
            raise Refused(str(error)) from error
        finally:
            progress.close()
        rows = queries.metrics(
            by=options["by"],
            basis=options["basis"],
            since=options["since"],
            until=options["until"],
        )
        return {"rows": [row.document for row in rows]}
