"""Whether a text may be shown to buyers: no pay for praise, no fake trade, no absolute words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orders.rules.praise_words import asks_for_praise, forbidden_promise
from products.rules.words import WordRule, find_words


@dataclass(frozen=True, slots=True)
class Objection:
    """Words that may not stand. `code`: "praise", "begging" or "absolute"; `place`: title or text."""

    code: str
    words: str
    place: str
    reason: str = ""


def screen(texts: Mapping[str, str], rules: Sequence[WordRule]) -> list[Objection]:
    """Give what may not stand in named texts; a word that a harmless phrase covers is left out."""
    found = []
    for place, text in texts.items():
        if paid := forbidden_promise(text):
            found.append(Objection("praise", paid, place))
        elif begged := asks_for_praise(text):
            found.append(Objection("begging", begged, place))
    found += [
        Objection("absolute", hit.word, hit.place, hit.reason)
        for hit in find_words(texts, rules, exempt={})
        if not hit.exempt
    ]
    return found
