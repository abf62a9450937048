"""What people answered, from a paste or a file of the SMS provider: who, words, when. Pure.

Columns in any order, by name: 手机号 (手机, mobile, phone) or 旺旺 (会员名, nick), 内容 (回复, words), 时间 (time).
Without a head the columns are who, words, time.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shopops.lib.business_time import parse_instant

MOST_ROWS = 20_000
_WHO = {"手机号", "手机", "号码", "mobile", "phone", "旺旺", "会员名", "昵称", "nick", "who"}
_WORDS = {"内容", "回复", "回复内容", "短信内容", "words", "content", "text"}
_TIME = {"时间", "回复时间", "time", "at"}
_PHONE = re.compile(r"(?:\+?86)?(1\d{10})")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `phone` or `nick` is given, the other is empty."""

    line: int
    words: str
    phone: str = ""
    nick: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReplyError:
    """A line that cannot be read. `code`: no_who, no_words, bad_time, too_many."""

    line: int
    code: str
    value: str


def read_replies(text: str) -> tuple[list[Reply], list[ReplyError]]:
    """Read answers; a line that cannot be read is an error and stops no other."""
    lines = text.replace("\ufeff", "").splitlines()
    delimiter = "\t" if any("\t" in line for line in lines) else ","
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))
    places, first = _places(rows)
    replies: list[Reply] = []
    errors: list[ReplyError] = []
    for number, row in enumerate(rows[first:], start=first + 1):
        if not any(cell.strip() for cell in row):
            continue
        if len(replies) >= MOST_ROWS:
            errors.append(ReplyError(number, "too_many", str(MOST_ROWS)))
            break
        found = _reply(number, row, places)
        (replies if isinstance(found, Reply) else errors).append(found)  # type: ignore[arg-type]
    return replies, errors


def _places(rows: Sequence[Sequence[str]]) -> tuple[tuple[int, int, int], int]:
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    who, words, time = (
        next((place for place, name in enumerate(head) if name in names), -1)
        for names in (_WHO, _WORDS, _TIME)
    )
    return ((who, words, time), 1) if who >= 0 and words >= 0 else ((0, 1, 2), 0)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip().strip("'") if 0 <= place < len(row) else ""


def _reply(number: int, row: Sequence[str], places: tuple[int, int, int]) -> Reply | ReplyError:
    who, words, time = (_cell(row, place) for place in places)
    if not who:
        return ReplyError(number, "no_who", "")
    if not words:
        return ReplyError(number, "no_words", who[:40])
    try:
        at = parse_instant(time.replace("/", "-")) if time else None
    except ValueError:
        return ReplyError(number, "bad_time", time[:40])
    phone = _PHONE.fullmatch(who.replace(" ", "").replace("-", ""))
    if phone:
        return Reply(number, words[:100], phone=phone[1], at=at)
    return Reply(number, words[:100], nick=who[:80], at=at)
