"""The check before listing: each point passes, fails or cannot be told, with evidence in figures.

Missing data is never guessed: a point without data says so. Evidence is `code|value|…`, worded by
`products.wording.listing` in the reader's language.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from typing import Any

from products.choices import CheckOutcome
from products.rules.pictures import Picture
from products.rules.titles import gbk_length, joined, key_words, repeats, wrong_blanks
from products.rules.words import WordRule, find_words

PASS, FAIL, UNKNOWN = CheckOutcome.PASS, CheckOutcome.FAIL, CheckOutcome.UNKNOWN
_TABLE_WORDS = ("参数", "规格", "材质", "尺寸", "面料", "成分")
_PHOTO_WORDS = ("实拍", "实物拍摄", "实物图", "细节图", "细节展示")
_AFTER_SALES_WORDS = ("售后", "七天无理由", "7天无理由", "退换", "运费险", "质保")
_TAGS = re.compile(r"<[^>]*>")
_IMAGES = re.compile(r"<img\b", re.IGNORECASE)
_SIZE = re.compile(
    r"\d+(?:\.\d+)?\s*[x×*]\s*\d+(?:\.\d+)?|\d+(?:\.\d+)?\s*m床|\b(?:XS|S|M|L|XL|XXL|2XL|3XL)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """What a check needs of one SKU."""

    code: str
    spec: str = ""
    list_amount: Decimal | None = None
    floor_amount: Decimal | None = None
    promise_hours: int | None = None


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """Everything that a check looks at. None is: nobody gave it.

    :param picture: measures, a code why the file is no picture, or None without a file
    """

    title: str = ""
    category: str = ""
    attributes: Mapping[str, str] | None = None
    detail: str | None = None
    sizes: str | None = None
    picture: Picture | str | None = None
    skus: tuple[SkuFacts, ...] = ()
    promise_hours: int | None = None
    forbidden_because: str = ""
    words: tuple[WordRule, ...] = ()
    exempt_words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a check."""

    code: str
    outcome: CheckOutcome
    evidence: str

    def as_json(self) -> dict[str, str]:
        """Give it as it is stored."""
        return {"code": self.code, "outcome": self.outcome.value, "evidence": self.evidence}


def check_listing(facts: ListingFacts, settings: Mapping[str, Any]) -> list[Point]:
    """Judge a product by every point, in the order of the page.

    :param settings: the parameters of the listing rule (`products.rules.parameters`)
    """
    return [
        *_title_points(facts, settings),
        _absolute_words(facts),
        *_picture_points(facts.picture, settings),
        *_detail_points(facts.detail),
        _point("category", PASS if facts.category else UNKNOWN, "category", facts.category),
        _attributes(facts, settings),
        _sizes(facts),
        _prices(facts.skus),
        _promise(facts),
        _forbidden(facts),
    ]


def _point(code: str, outcome: CheckOutcome, *evidence: object) -> Point:
    return Point(code, outcome, "|".join(str(part).replace("|", "/") for part in evidence))


def _title_points(facts: ListingFacts, settings: Mapping[str, Any]) -> Iterator[Point]:
    title = facts.title
    if not title.strip():
        for code in ("title_length", "title_blanks", "title_repeats", "title_words"):
            yield _point(code, FAIL, "no_title")
        return
    yield _title_length(title, int(settings["title_bytes"]))
    blanks = wrong_blanks(title)
    shown = joined(f"{position}:{kind}" for position, kind in blanks)
    yield _point("title_blanks", FAIL if blanks else PASS, "blanks", shown)
    twice = repeats(title)
    shown = joined(f"{word}:{'+'.join(map(str, places))}" for word, places in twice)
    yield _point("title_repeats", FAIL if twice else PASS, "repeats", shown)
    yield _title_words(facts)


def _title_length(title: str, most: int) -> Point:
    length = gbk_length(title, most=most)
    if length.strange:
        shown = joined(f"{position}:{sign}" for position, sign in length.strange)
        return _point("title_length", FAIL, "strange", shown, length.bytes, most)
    if length.over_at is None:
        return _point("title_length", PASS, "fits", length.bytes, most)
    cut = title[length.over_at - 1 :]
    return _point("title_length", FAIL, "too_long", length.bytes, most, length.over_at, cut)


def _title_words(facts: ListingFacts) -> Point:
    wanted = [rule.word for rule in facts.words if not rule.is_forbidden]
    if not wanted:
        return _point("title_words", UNKNOWN, "no_word_list", facts.category)
    there, missing = key_words(facts.title, wanted)
    outcome = PASS if there else FAIL
    return _point("title_words", outcome, "words", joined(there), joined(missing))


def _absolute_words(facts: ListingFacts) -> Point:
    texts = {"title": facts.title}
    if facts.detail is not None:
        texts["detail"] = plain_text(facts.detail)
    if facts.attributes:
        texts["attributes"] = "；".join(
            f"{name}：{text}" for name, text in facts.attributes.items()
        )
    hits = find_words(texts, facts.words, exempt=facts.exempt_words)
    if not hits:
        read = joined(texts)
        return _point("absolute_words", PASS, "no_absolute", read)
    bad = any(not hit.exempt for hit in hits)
    shown = ";".join(
        f"{hit.word}:{hit.place}:{hit.position}:{_flat(hit.reason)}:{_flat(hit.exempt)}"
        for hit in hits
    )
    return _point("absolute_words", FAIL if bad else PASS, "absolute", shown)


def _flat(text: str) -> str:
    return text.replace(":", "：").replace(";", "；").replace(",", "，")


def _picture_points(picture: Picture | str | None, settings: Mapping[str, Any]) -> Iterator[Point]:
    codes = ("image_size", "image_format", "image_ground", "image_edges", "image_logo")
    if not isinstance(picture, Picture):
        why = ("not_a_picture", picture) if picture else ("no_picture",)
        for code in codes:
            is_bad = bool(picture) and code == "image_format"
            yield _point(code, FAIL if is_bad else UNKNOWN, *why)
        return
    yield from _measured_points(picture, settings)
    yield _point("image_logo", UNKNOWN, "logo")


def _measured_points(picture: Picture, settings: Mapping[str, Any]) -> Iterator[Point]:
    side, rate = int(settings["image_side"]), float(settings["white_rate"])
    large = picture.width >= side and picture.height >= side
    yield _point("image_size", PASS if large else FAIL, "size", picture.width, picture.height, side)
    is_square = picture.width == picture.height
    known = picture.format in {"JPEG", "PNG", "WEBP"} and not picture.is_animated
    yield _point(
        "image_format",
        PASS if known and is_square else FAIL,
        "format",
        picture.format,
        f"{picture.width}:{picture.height}",
        "animated" if picture.is_animated else "",
    )
    white = picture.border_white_rate >= rate
    yield _point(
        "image_ground",
        PASS if white else FAIL,
        "ground",
        picture.border_white_rate,
        rate,
        picture.white_rate,
    )
    # On a ground that is not white, every edge is "touched": nothing can be told from that.
    if not white:
        yield _point("image_edges", UNKNOWN, "edges_unclear")
    else:
        outcome = FAIL if picture.touched else PASS
        yield _point("image_edges", outcome, "edges", joined(picture.touched))


def plain_text(html: str) -> str:
    """Give the words of a detail page without its tags."""
    return unescape(_TAGS.sub(" ", html))


def _detail_points(detail: str | None) -> Iterator[Point]:
    if detail is None or not detail.strip():
        for code in ("detail_table", "detail_photos", "detail_after_sales"):
            yield _point(code, UNKNOWN, "no_detail")
        return
    text, images = plain_text(detail), len(_IMAGES.findall(detail))
    yield _found("detail_table", text, _TABLE_WORDS, images, least=2)
    yield _found("detail_photos", text, _PHOTO_WORDS, images, least=1)
    yield _found("detail_after_sales", text, _AFTER_SALES_WORDS, images, least=1)


def _found(code: str, text: str, words: Sequence[str], images: int, *, least: int) -> Point:
    there = [word for word in words if word in text]
    if len(there) >= least:
        return _point(code, PASS, "found", joined(there))
    # Words may stand inside the pictures, which nobody can read here.
    if images:
        return _point(code, UNKNOWN, "in_pictures", images, joined(words))
    return _point(code, FAIL, "not_found", joined(words))


def _attributes(facts: ListingFacts, settings: Mapping[str, Any]) -> Point:
    if not facts.attributes:
        return _point("attributes", UNKNOWN, "no_attributes")
    needed = [str(name) for name in settings["needed_attributes"]]
    missing = [name for name in needed if not str(facts.attributes.get(name, "")).strip()]
    empty = [name for name, value in facts.attributes.items() if not str(value).strip()]
    outcome = FAIL if missing or empty else PASS
    return _point(
        "attributes", outcome, "attributes", len(facts.attributes), joined(missing), joined(empty)
    )


def _sizes(facts: ListingFacts) -> Point:
    wanted = {
        sku.code: [_size(one) for one in _SIZE.findall(sku.spec)] for sku in facts.skus if sku.spec
    }
    wanted = {code: sizes for code, sizes in wanted.items() if sizes}
    if not wanted:
        return _point("size_data", UNKNOWN, "no_sizes_in_specs")
    if facts.sizes is None or not facts.sizes.strip():
        return _point("size_data", UNKNOWN, "no_size_data", len(wanted))
    there = {_size(one) for one in _SIZE.findall(facts.sizes)}
    missing = {
        code: [size for size in sizes if size not in there] for code, sizes in wanted.items()
    }
    wrong = joined(f"{_flat(code)}:{'+'.join(sizes)}" for code, sizes in missing.items() if sizes)
    return _point("size_data", FAIL if wrong else PASS, "sizes", len(wanted), wrong)


def _size(text: str) -> str:
    return re.sub(r"\s", "", text).replace("x", "×").replace("*", "×").replace("X", "×").upper()


def _prices(skus: Sequence[SkuFacts]) -> Point:
    known = [sku for sku in skus if sku.list_amount is not None and sku.floor_amount is not None]
    under = joined(
        f"{_flat(sku.code)}:{sku.list_amount}:{sku.floor_amount}"
        for sku in known
        if sku.list_amount is not None
        and sku.floor_amount is not None
        and sku.list_amount < sku.floor_amount
    )
    if under:
        return _point("price_floor", FAIL, "under_floor", under)
    if not skus or len(known) < len(skus):
        return _point("price_floor", UNKNOWN, "no_floor", len(skus) - len(known), len(skus))
    return _point("price_floor", PASS, "over_floor", len(skus))


def shown_points(points: Iterable[Mapping[str, str]], *, sees_cost: bool) -> list[dict[str, str]]:
    """Give stored points as a person may see them: under the floor, but not what the floor is."""
    shown = [dict(point) for point in points]
    for point in shown:
        kind, _bar, prices = point["evidence"].partition("|")
        if kind == "under_floor" and not sees_cost:
            cut = joined(f"{one.rpartition(':')[0]}:" for one in prices.split(","))
            point["evidence"] = f"{kind}|{cut}"
    return shown


def _promise(facts: ListingFacts) -> Point:
    if facts.promise_hours is not None:
        return _point("promise", PASS, "promise", facts.promise_hours)
    without = [sku.code for sku in facts.skus if sku.promise_hours is None]
    if facts.skus and not without:
        hours = sorted({sku.promise_hours for sku in facts.skus if sku.promise_hours is not None})
        return _point("promise", PASS, "promise", joined(hours))
    return _point("promise", FAIL, "no_promise", len(without), len(facts.skus))


def _forbidden(facts: ListingFacts) -> Point:
    outcome = FAIL if facts.forbidden_because else PASS
    return _point("forbidden", outcome, "forbidden", facts.forbidden_because)
