"""`manage.py quote FILE`: the final price of a basket, under the rules of its moment."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from promotions.queries.freight import own_templates
from promotions.queries.price_rules import rules_at
from promotions.rules.final_price import PerkError, check_ranges, quote, raises, toolbox
from promotions.rules.final_price.answering import document
from promotions.rules.final_price.reading import read_basket
from promotions.wording.price import error_words, reading_words, step_words
from shopops.lib.business_time import parse_instant
from shopops.lib.commands import JsonCommand, Refused


class Command(JsonCommand):
    help = (
        "The final price of a basket, without touching the shop's data. FILE `-`: standard input."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")

    def answer(self, *, file: str, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        try:
            request = read_basket(_read(file), instant=parse_instant)
            rules = rules_at(request.at)
            given = (request.lines, request.perks, rules, request.audience)
            check_ranges(request.lines, toolbox(request.perks, rules, request.audience))
            answer = quote(*given, freight=own_templates(request))
            findings = raises(*given)
        except PerkError as error:
            raise Refused(error_words(error.evidence)) from error
        return document(answer, words=step_words, reading_words=reading_words, findings=findings)


def _read(file: str) -> Any:  # noqa: ANN401
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{file}: not UTF-8") from error
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{file}: not JSON: {error}") from error
