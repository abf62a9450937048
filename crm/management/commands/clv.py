"""`manage.py clv --as-of DATE`: the parameters of expected purchases and amounts. Unit: weeks."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from crm.actions import clv, recompute
from crm.management.options import day_option
from crm.metrics.clv import UnfittableError
from shopops.lib.commands import JsonCommand, Refused
from shopops.work.clock import system_clock


class Command(JsonCommand):
    help = (
        "Fit BG/NBD (r, alpha, a, b) and Gamma-Gamma (p, q, v) on all customers who paid by a day."
        " Time in weeks; amounts net of refunds, in yuan, of days of repeat payment. Stores nothing."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=day_option, required=True, metavar="DATE")

    def answer(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        recompute.recompute_all_marked(now=system_clock())
        try:
            found = clv.fit_as_of(options["as_of"])
        except UnfittableError as error:
            raise Refused(_("再次购买的客户太少，还算不出来。")) from error
        return {
            "as_of": options["as_of"].isoformat(),
            "unit": "weeks",
            "customers": len(found.people),
            "repeaters": int((found.people["valued"] > 0).sum()),
            "parameters": found.parameters,
            "log_likelihood": found.bought.log_likelihood,
            "gamma_gamma_log_likelihood": found.spent.log_likelihood if found.spent else None,
        }
