"""Words that a listing may not carry: where they stand, why, and what makes them harmless.

A bare word list is wrong both ways: 最 stands in 最大承重 and in 最好. A hit carries its place, and is
exempt where a harmless phrase covers it or a named person said so for this product.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class WordRule:
    """One row of the word list. `exemptions`: phrases around the word that make it harmless."""

    word: str
    reason: str
    category: str = ""
    is_forbidden: bool = True
    exemptions: tuple[str, ...] = ()
    valid_from: date = date(2000, 1, 1)
    valid_to: date | None = None

    def is_in_force(self, day: date, category: str) -> bool:
        """Say whether the row counts on a day for a category; both ends of its time count."""
        in_time = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return in_time and (not self.category or self.category in category)


@dataclass(frozen=True, slots=True)
class Hit:
    """A word found: in which text, at which sign (from 1), and what makes it harmless if anything."""

    word: str
    place: str
    position: int
    reason: str
    exempt: str = ""


def plain(text: str) -> str:
    """Give a text with full-width signs made plain, sign by sign, so that positions stay."""
    return "".join(_plain_sign(sign) for sign in text)


def _plain_sign(sign: str) -> str:
    folded = unicodedata.normalize("NFKC", sign).lower()
    return folded if len(folded) == 1 else sign


def find_words(
    texts: Mapping[str, str], rules: Iterable[WordRule], *, exempt: Mapping[str, str]
) -> list[Hit]:
    """Find forbidden words in named texts, in reading order; of overlapping words the longest counts.

    :param exempt: words that a named person let pass for this product, with the reason
    """
    forbidden = sorted(
        (rule for rule in rules if rule.is_forbidden and rule.word),
        key=lambda rule: (-len(rule.word), rule.word),
    )
    return [
        hit
        for place, text in texts.items()
        for hit in _in_text(place, plain(text), forbidden, exempt)
    ]


def _in_text(
    place: str, text: str, rules: Sequence[WordRule], exempt: Mapping[str, str]
) -> list[Hit]:
    taken: set[int] = set()
    hits = []
    for rule in rules:
        word = plain(rule.word)
        for start in _starts(text, word):
            signs = range(start, start + len(word))
            if taken.intersection(signs):
                continue
            taken.update(signs)
            why = exempt.get(rule.word, "") or _harmless(text, start, word, rule.exemptions)
            hits.append(Hit(rule.word, place, start + 1, rule.reason, why))
    return sorted(hits, key=lambda hit: hit.position)


def _starts(text: str, word: str) -> Iterable[int]:
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + 1)


def _harmless(text: str, start: int, word: str, phrases: Iterable[str]) -> str:
    """Give the phrase that stands around the word at this place, empty if none does."""
    end = start + len(word)
    for phrase in phrases:
        wanted = plain(phrase)
        if any(at <= start and end <= at + len(wanted) for at in _starts(text, wanted) if wanted):
            return phrase
    return ""


def _rule(word: str, reason: str, *exemptions: str) -> WordRule:
    return WordRule(word, reason, exemptions=exemptions, valid_from=_ADVERTISING_LAW)


_ADVERTISING_LAW = date(2015, 9, 1)
ABSOLUTE = "广告法第九条第三项：绝对化用语"
SOURCE = "广告法第九条（三）、2023 年绝对化用语执法指南的转述，用之前核对原文"
# The exemptions of the 2023 guide: compared within the brand, use hints, standard grades, aims.
START_WORDS: tuple[WordRule, ...] = (
    _rule(
        "最",
        ABSOLUTE,
        *("最大承重", "最高水温", "最小尺寸", "最大尺寸", "最低温度", "最佳食用", "最近", "最后"),
        *("最终", "最晚", "最早", "最好在", "最多可", "最少"),
    ),
    _rule("最佳", ABSOLUTE, "最佳食用期", "最佳使用", "最佳赏味"),
    _rule("最好", ABSOLUTE, "最好在", "最好不要", "最好用冷水"),
    _rule("第一", ABSOLUTE, "第一次", "第一时间", "第一步", "第一层"),
    _rule("国家级", ABSOLUTE),
    _rule("最高级", ABSOLUTE),
    _rule("顶级", ABSOLUTE),
    _rule("极品", ABSOLUTE),
    _rule("全网最低", ABSOLUTE),
    _rule("独一无二", ABSOLUTE),
    _rule("世界级", ABSOLUTE),
    _rule("全球首发", ABSOLUTE),
    _rule("绝无仅有", ABSOLUTE),
    _rule("史无前例", ABSOLUTE),
    _rule(
        "100%",
        ABSOLUTE,
        *("100%棉", "100%全棉", "100%纯棉", "100%桑蚕丝", "100%蚕丝", "100%聚酯", "100%天丝"),
        *("100%莱赛尔", "100%亚麻", "100%羊毛", "100%长绒棉", "100%新疆"),
    ),
    _rule("特级", ABSOLUTE, "特级初榨", "特级绒", "特级棉"),
    _rule("国家免检", ABSOLUTE),
)
