"""`manage.py forecast_report`: the forecast against the naive one, on weeks it has not seen."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from products.actions.replenishment import demand_of
from products.metrics import forecast as forecasts
from products.queries.replenishment import sku_ids_to_plan
from products.queries.rules import replenishment_rule
from shopops.lib.business_time import business_date

DOCUMENT = Path("docs/algorithms/replenishment.md")
BEGIN, END = "<!-- table: manage.py forecast_report --write -->", "<!-- end of table -->"


class Command(BaseCommand):
    """Print the comparison; with --write put it into the docs."""

    help = (
        "Compare the forecast with the naive one on the last weeks, which its choice has not seen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--write", action="store_true", help=f"put the table into {DOCUMENT}")

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401
        now = timezone.now()
        until = business_date(now) - timedelta(days=1)
        demand = demand_of(sku_ids_to_plan(), rule=replenishment_rule(now=now), until=until)
        if not len(demand):
            self.stdout.write("no sales of any SKU are known")
            return
        # The weeks held out are not part of the history that the choice is made from.
        horizon, windows = forecasts.shape_for(demand.shape[1] - 28)
        table = forecasts.held_out(demand, horizon=horizon, windows=windows)
        if options["json"]:
            self.stdout.write(json.dumps(table.reset_index().to_dict("records"), indent=1))
            return
        text = (
            f"{len(demand)} SKUs, {demand.shape[1]} days until {until}; the last {horizon} days held"
            f" out, the model chosen on {windows} x {horizon} days before them.\n\n"
            + _markdown(table)
        )
        self.stdout.write(text)
        if options["write"]:
            self._write(Path(settings.BASE_DIR) / DOCUMENT, text)

    def _write(self, document: Path, text: str) -> None:
        before, _begin, rest = document.read_text().partition(BEGIN)
        _old, _end, after = rest.partition(END)
        document.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")


def _markdown(table: Any) -> str:  # noqa: ANN401 - a frame, whose cells have no types of their own
    head = (
        "| demand | SKUs | pieces a week | error | naive error | error / naive | bias |\n"
        "|---|---:|---:|---:|---:|---:|---:|\n"
    )
    return head + "".join(
        f"| {kind} | {int(row['skus'])} | {row['actual']:.2f} | {row['error']:.2f}"
        f" | {row['naive_error']:.2f} | {row['ratio']:.2f} | {row['bias']:+.2f} |\n"
        for kind, row in table.iterrows()
    )
