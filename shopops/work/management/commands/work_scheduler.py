"""Ask for scheduled runs, ring for due ones, take over silent ones. Two of these do no harm."""

import signal
import threading
from types import FrameType

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from shopops.work.clock import system_clock
from shopops.work.scheduler import Scheduler


class Command(BaseCommand):
    help = "Run the scheduler until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do one pass and end")
        parser.add_argument("--pause", type=float, default=1.0, help="seconds between two passes")

    def handle(self, *, once: bool, pause: float, **options: object) -> None:
        stop = threading.Event()

        def end(signum: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        scheduler = Scheduler()
        while not stop.is_set():
            scheduler.run_pass(system_clock())
            if once or stop.wait(pause):
                break
        connection.close()
