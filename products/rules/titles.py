"""What can be measured of a title: its bytes as the platform counts them, repeats, blanks, words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_CHINESE = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{3,}")
_STRANGE = re.compile("[\u3000\u00a0\u200b\ufeff\t\r\n★☆◆●■▲！!~～【】]")


@dataclass(frozen=True, slots=True)
class Length:
    """Bytes in GBK. `over_at`: the first sign (from 1) that no longer fits; `strange`: not in GBK."""

    bytes: int
    over_at: int | None
    strange: tuple[tuple[int, str], ...]


def gbk_length(title: str, *, most: int) -> Length:
    """Count a title's bytes in GBK; a sign that GBK lacks counts as two and is named."""
    count, over_at, strange = 0, None, []
    for position, sign in enumerate(title, start=1):
        try:
            count += len(sign.encode("gbk"))
        except UnicodeEncodeError:
            count += 2
            strange.append((position, sign))
        if count > most and over_at is None:
            over_at = position
    return Length(count, over_at, tuple(strange))


def wrong_blanks(title: str) -> list[tuple[int, str]]:
    """Give each wrong blank or sign with its place: at an end, doubled, full-width, decoration."""
    found: list[tuple[int, str]] = []
    if title != title.lstrip(" "):
        found.append((1, "start"))
    if title != title.rstrip(" "):
        found.append((len(title), "end"))
    inner = title.strip(" ")
    offset = len(title) - len(title.lstrip(" "))
    found += [(hit.start() + 1 + offset, "double") for hit in re.finditer("  +", inner)]
    found += [(hit.start() + 1, "strange") for hit in _STRANGE.finditer(title)]
    return sorted(found)


def repeats(title: str) -> list[tuple[str, tuple[int, ...]]]:
    """Give what stands twice: Chinese words of two signs and more, Latin words; the longest only."""
    found: dict[str, tuple[int, ...]] = {}
    for size in range(len(title) // 2, 1, -1):
        for start in range(len(title) - size + 1):
            part = title[start : start + size]
            if not _counts(part) or any(part in longer for longer in found):
                continue
            places = _places(title, part)
            if len(places) > 1:
                found[part] = places
    return sorted(found.items(), key=lambda one: one[1])


def _counts(part: str) -> bool:
    if any(sign.isspace() for sign in part):
        return False
    if _LATIN.fullmatch(part):
        return True
    return len(_CHINESE.findall(part)) >= 2 and len(_CHINESE.findall(part)) == len(part)


def _places(text: str, part: str) -> tuple[int, ...]:
    places, at = [], text.find(part)
    while at >= 0:
        places.append(at + 1)
        at = text.find(part, at + len(part))
    return tuple(places)


def key_words(title: str, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part the wanted words into those that stand in the title and those that do not."""
    plain = title.replace(" ", "")
    there = [word for word in wanted if word.replace(" ", "") in plain]
    return there, [word for word in wanted if word not in there]


def joined(parts: Iterable[object]) -> str:
    """Write a list into one field of an evidence text."""
    return ",".join(str(part) for part in parts)
