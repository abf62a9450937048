"""Words in the reader's language: the signs between them, and sentences that were stored in Chinese.

Stored texts (findings, progress, reasons of rejected rows, names of start roles) are written once,
in Chinese, by processes that have no reader. Each is a msgid with its figures filled in, so it can
be found again in the catalogue of whoever reads it.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from django.utils.translation import get_language, trans_real
from django.utils.translation import gettext as _

_PLACE = re.compile(r"%\((\w+)\)[-#0 +.\d]*[a-z]|\{(\w*)[^{}]*\}|%(%)")
_CHINESE = re.compile("[\u4e00-\u9fff]")
# A shape with fewer signs of its own would match sentences that it did not make.
_LEAST_SIGNS = 4


def listed(parts: Iterable[object]) -> str:
    """Join what stands side by side: 甲、乙, or A, B."""
    return _("、").join(str(part) for part in parts)


def phrases(parts: Iterable[object]) -> str:
    """Join the parts of a sentence: 甲，乙, or A, B."""
    return _("，").join(str(part) for part in parts)


def clauses(parts: Iterable[object]) -> str:
    """Join sentences that belong together: 甲；乙, or A; B."""
    return _("；").join(str(part) for part in parts)


def stored(text: str, *, names: bool = False) -> str:
    """Show a stored Chinese text in the reader's language; what is not ours stays as it is.

    `names`: the filled-in parts are words of ours too. Leave it off where they come from a file.
    """
    language = get_language()
    if not text or not language or language.startswith("zh") or not _CHINESE.search(text):
        return text
    if (known := _(text)) != text:
        return known
    for shape, msgid in _shapes(language):
        if found := shape.fullmatch(text):
            return _filled(_(msgid), found.groups(), msgid, names=names)
    if "；" in text:
        return clauses(stored(part, names=names) for part in text.split("；"))
    return text


def _filled(sentence: str, figures: tuple[str, ...], msgid: str, *, names: bool) -> str:
    keys = [one[1] or one[2] for one in _PLACE.finditer(msgid) if not one[3]]
    values = dict(zip(keys, figures, strict=True))
    if names:
        values = {key: stored(value, names=True) for key, value in values.items()}
    return _PLACE.sub(lambda one: one[3] or values.get(one[1] or one[2], one[0]), sentence)


@lru_cache(maxsize=4)
def _shapes(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Give the sentences with figures of a language's catalogue, those with most own signs first."""
    catalog = trans_real.translation(language)._catalog  # type: ignore[attr-defined]
    msgids = {key for key, _form in catalog.items() if isinstance(key, str) and _PLACE.search(key)}
    sized = [(len(_PLACE.sub("", msgid)), msgid) for msgid in msgids if _CHINESE.search(msgid)]
    wanted = sorted((pair for pair in sized if pair[0] >= _LEAST_SIGNS), reverse=True)
    return [(re.compile(_pattern(msgid), re.DOTALL), msgid) for _size, msgid in wanted]


def _pattern(msgid: str) -> str:
    pieces, end = [], 0
    for place in _PLACE.finditer(msgid):
        pieces += [re.escape(msgid[end : place.start()]), "%" if place[3] else "(.+?)"]
        end = place.end()
    return "".join([*pieces, re.escape(msgid[end:])])
