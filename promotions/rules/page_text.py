"""What the shop page says of an activity, beside what was planned: lines, times and amounts."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

_DAY = r"(?:(?P<year>20\d\d)\s*[-/.年]\s*)?(?P<month>1[0-2]|0?[1-9])\s*[-/.月]\s*(?P<day>3[01]|[12]\d|0?[1-9])\s*日?"
_CLOCK = r"(?P<hour>2[0-4]|1\d|0?\d)\s*[:点]\s*(?P<minute>[0-5]\d)?(?::[0-5]\d)?\s*分?"
_MOMENT = re.compile(rf"(?<![\d.]){_DAY}(?:\s*{_CLOCK})?(?![\d.]*元)")
_AMOUNT = re.compile(r"[¥￥]\s*(\d+(?:\.\d{1,2})?)|(\d+(?:\.\d{1,2})?)\s*元")


@dataclass(frozen=True, slots=True)
class Planned:
    """What the page should say. Moments are local to the shop."""

    text: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. `kind`: start, end, amount, missing (planned, not there)."""

    kind: str
    planned: str
    seen: str


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment as a text gives it; what it leaves out is None."""

    year: int | None
    month: int
    day: int
    clock: tuple[int, int] | None

    def agrees(self, at: datetime) -> bool:
        """Tell whether it is this moment as far as it says. 24:00 and 23:59 are the midnight after."""
        if (self.month, self.day) != (at.month, at.day) or self.year not in {None, at.year}:
            return False
        return self.clock is None or self.clock == (at.hour, at.minute)

    def words(self) -> str:
        """Write it short."""
        day = (
            f"{self.month}-{self.day}"
            if self.year is None
            else f"{self.year}-{self.month}-{self.day}"
        )
        return day if self.clock is None else f"{day} {self.clock[0]:02d}:{self.clock[1]:02d}"


def differences(planned: Planned, seen: str) -> list[Difference]:
    """Name what a page's text says otherwise than was planned. Nothing pasted is no difference."""
    if not seen.strip():
        return []
    return [*_times(planned, seen), *_amounts(planned.text, seen), *_lines(planned.text, seen)]


def _times(planned: Planned, seen: str) -> list[Difference]:
    """Compare the first moment of the text with the start, the last one with the end."""
    moments = [_moment(found) for found in _MOMENT.finditer(_plain(seen))]
    wanted = (("start", planned.starts_at), ("end", planned.ends_at))
    if not moments:
        return [Difference(kind, _words(at), "") for kind, at in wanted]
    first, last = moments[0], moments[-1]
    found = []
    if not first.agrees(planned.starts_at):
        found.append(Difference("start", _words(planned.starts_at), first.words()))
    if not _ends(last, planned.ends_at):
        found.append(Difference("end", _words(planned.ends_at), last.words()))
    return found


def _ends(moment: _Moment, at: datetime) -> bool:
    """Tell whether a text's end is this one: 23:59 of a day and the midnight after are the same end."""
    if moment.agrees(at):
        return True
    if (at.hour, at.minute) == (0, 0):
        eve = at - timedelta(days=1)
        late = _Moment(moment.year, moment.month, moment.day, None).agrees(eve)
        return late and moment.clock in {None, (23, 59), (24, 0)}
    if (at.hour, at.minute) == (23, 59):
        return moment.clock == (24, 0) and _Moment(
            moment.year, moment.month, moment.day, None
        ).agrees(at)
    return False


def _moment(found: re.Match[str]) -> _Moment:
    hour, minute = found["hour"], found["minute"]
    clock = (int(hour), int(minute or 0)) if hour is not None else None
    year = int(found["year"]) if found["year"] else None
    return _Moment(year, int(found["month"]), int(found["day"]), clock)


def _words(at: datetime) -> str:
    return f"{at.month}-{at.day} {at:%H:%M}"


def _amounts(planned: str, seen: str) -> list[Difference]:
    wanted, there = _sums(planned), _sums(seen)
    return [
        *(Difference("amount", str(one), "") for one in sorted(wanted - there)),
        *(Difference("amount", "", str(one)) for one in sorted(there - wanted) if wanted),
    ]


def _sums(text: str) -> set[Decimal]:
    found = (one[1] or one[2] for one in _AMOUNT.finditer(_plain(text)))
    return {Decimal(one).quantize(Decimal("0.01")) for one in found}


def _lines(planned: str, seen: str) -> list[Difference]:
    """Compare line by line, whatever their order; lines that are only times or amounts are compared above."""
    there = {_bare(line) for line in seen.splitlines()}
    whole = _bare(seen)
    wanted = {_bare(line): line.strip() for line in planned.splitlines() if _bare(line)}
    missing = [line for bare, line in wanted.items() if bare not in there and bare not in whole]
    return [Difference("missing", line[:120], "") for line in missing]


def _bare(text: str) -> str:
    return "".join(_kept_signs(_plain(text)))


def _kept_signs(text: str) -> Iterable[str]:
    return (sign for sign in text if not sign.isspace() and sign not in "，,。.；;！!")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
