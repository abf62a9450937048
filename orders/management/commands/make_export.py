"""Write the files of a demo shop in the platform's own formats."""

import json
import sys
import time
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from orders import registry
from orders.demo import LAYOUTS, write_export
from orders.demo.export import LINES_PER_ORDER

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Command(BaseCommand):
    help = (
        "Write the order, item and refund exports of an invented shop, and truth.json beside them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--orders-per-day", type=float, default=130)
        parser.add_argument("--lines", type=int, help="about so many item lines in all")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--end", help="the shop's now, ISO; a date alone means its last second")
        parser.add_argument("--layout", action="append", choices=LAYOUTS, help="default: mixed")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: object, **options: object) -> None:
        directory, days = options["directory"], options["days"]
        per_day, lines = options["orders_per_day"], options["lines"]
        if not isinstance(directory, Path) or not isinstance(days, int) or days < 1:
            raise CommandError("--days must be 1 or more", returncode=2)
        if isinstance(lines, int):
            per_day = lines / LINES_PER_ORDER / days
        if not isinstance(per_day, int | float) or per_day <= 0:
            raise CommandError("--orders-per-day must be above 0", returncode=2)
        layouts = options["layout"]
        began = time.monotonic()
        truth = write_export(
            directory,
            days=days,
            orders_per_day=per_day,
            seed=int(str(options["seed"])),
            end=read_end(options["end"]),
            layouts=layouts if isinstance(layouts, list) else ("mixed",),
        )
        more: list[str] = []
        if not isinstance(layouts, list) or layouts == ["mixed"]:
            more = registry.write_exports(
                directory,
                truth.document,
                seed=int(str(options["seed"])),
                end=read_end(options["end"]),
            )
        seconds = round(time.monotonic() - began, 1)
        report = {"directory": str(directory), "seconds": seconds, **summary(truth.document)}
        report["more_files"] = more
        if options["as_json"]:
            sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
            return
        for file in truth.files:
            self.stdout.write(f"{file.name}  {file.rows} rows")
        for name in more:
            self.stdout.write(name)
        self.stdout.write(f"truth.json  {report['totals']}  {seconds} s")


def summary(document: dict[str, object]) -> dict[str, object]:
    """Return the parts of the truth that fit a command's answer."""
    kept = ("seed", "days", "end", "files", "totals", "lines", "statuses", "refund_statuses")
    return {name: document[name] for name in kept}


def read_end(text: object) -> datetime:
    """Return the shop's now in Shanghai.

    :raises CommandError: if the text is no date or time
    """
    if text is None:
        return datetime.now(SHANGHAI)
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise CommandError(f"--end: {error}", returncode=2) from error
    if len(str(text)) <= len("2026-09-17"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.astimezone(SHANGHAI) if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
