"""Words in a buyer's message or our own memo, and what they ask for. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from orders.choices import KeywordAct, KeywordPlace

__all__ = ["KeywordAct", "KeywordMatch", "KeywordPlace", "KeywordRule", "matches"]


@dataclass(frozen=True, slots=True)
class KeywordRule:
    """If one of `words` stands in the text, and none of `unless`, do `act` with `value`.

    `value`: the courier's name, the gift's code, or the kind of hold; empty where the act needs none.
    """

    words: tuple[str, ...]
    unless: tuple[str, ...]
    place: str
    act: str
    value: str = ""
    rule_id: int | None = None


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """A rule that spoke, with the word that it found and where."""

    word: str
    place: str
    act: str
    value: str
    rule_id: int | None = None


def matches(rules: Sequence[KeywordRule], *, message: str, memo: str) -> tuple[KeywordMatch, ...]:
    """Give every rule that speaks, in the rules' order: once for the message, once for the memo.

    Full-width letters and digits count as half-width, large letters as small ones.
    """
    texts = ((KeywordPlace.MESSAGE, plain(message)), (KeywordPlace.MEMO, plain(memo)))
    found = []
    for rule in rules:
        for place, text in texts:
            if not text or rule.place not in (place, KeywordPlace.BOTH):
                continue
            word = _word_in(rule, text)
            if word:
                found.append(KeywordMatch(word, place, rule.act, rule.value, rule.rule_id))
    return tuple(found)


def plain(text: str) -> str:
    """Bring a text to the form in which words are compared."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _word_in(rule: KeywordRule, text: str) -> str:
    if any(plain(word) in text for word in rule.unless if word.strip()):
        return ""
    return next((word for word in rule.words if word.strip() and plain(word) in text), "")
