"""Where a text for buyers says what the law forbids: the word, its place, and why. Pure.

The list itself is `orders.rules.praise_words`; here it is asked line by line, so that a place can be
named, and once more over all of it, for what is spread over lines.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orders.rules.praise_words import asks_for_praise, forbidden_promise, praise_for_pay

_SHOWN = 60


class Ground(StrEnum):
    """Why a text is refused."""

    PAYS_FOR_PRAISE = "pays_for_praise"
    FALSE_TRADE = "false_trade"
    BEGS_FOR_PRAISE = "begs_for_praise"


@dataclass(frozen=True, slots=True)
class Found:
    """One forbidden passage: in which field, in which line of it (from 1; 0: over several), which words."""

    field: str
    line: int
    words: str
    excerpt: str
    ground: Ground


def find(texts: Mapping[str, str], *, no_begging: bool = False) -> list[Found]:
    """Give what may not be said to buyers, field by field, line by line.

    :param texts: by the name of the field as the person knows it
    :param no_begging: whether asking for praise without paying counts too, as on cards
    """
    found: list[Found] = []
    for field, text in texts.items():
        of_field = [
            one
            for number, line in enumerate(text.splitlines(), start=1)
            if (one := _judge(field, number, line, no_begging=no_begging))
        ]
        if not of_field and (one := _judge(field, 0, text, no_begging=no_begging)):
            of_field = [one]
        found += of_field
    return found


def _judge(field: str, line: int, text: str, *, no_begging: bool) -> Found | None:
    if words := praise_for_pay(text):
        ground = Ground.PAYS_FOR_PRAISE
    elif words := forbidden_promise(text):
        ground = Ground.FALSE_TRADE
    elif no_begging and (words := asks_for_praise(text)):
        ground = Ground.BEGS_FOR_PRAISE
    else:
        return None
    return Found(field, line, words, " ".join(text.split())[:_SHOWN], ground)
