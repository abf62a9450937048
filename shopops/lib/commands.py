"""The convention of all commands: `--json` prints one document on standard output and nothing else."""

import json
import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder


class Refused(Exception):  # noqa: N818 - reads as what happened: the command was refused
    """What was asked cannot be done, for a reason that a person can act on. Exit status 1."""


class JsonCommand(BaseCommand):
    """A command whose answer is one JSON document; progress and log lines go to standard error.

    Subclasses implement `add_options` and `answer`; without `--json` they may override `show`.
    Exit status: 0 done, 1 refused or failed with a reason, 2 wrong usage.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        self.add_options(parser)

    def add_options(self, parser: CommandParser) -> None:
        """Declare the command's own options."""

    # Does the work and gives the document; takes the command's own options by name, raises Refused.
    answer: Callable[..., dict[str, Any]]

    def show(self, answer: dict[str, Any]) -> None:
        """Print the answer for a person."""
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder))

    def note(self, text: str) -> None:
        """Say something on standard error."""
        self.stderr.write(text)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        as_json = options.pop("json")
        try:
            answer = self.answer(**options)
        except Refused as refusal:
            self._refuse(str(refusal), as_json=as_json)
            sys.exit(1)
        if as_json:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, cls=DjangoJSONEncoder))
        else:
            self.show(answer)
        if answer.get("failed"):
            sys.exit(1)

    def _refuse(self, reason: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"error": reason}, ensure_ascii=False))
        self.stderr.write(reason)
