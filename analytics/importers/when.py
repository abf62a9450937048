"""When a row is of: a day, an hour of it, and in whose time."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from shopops.intake.cells import BadCellError
from shopops.intake.reading.above import is_ours

_ONE = r"(20\d{2})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?"
_MOMENT = re.compile(
    rf"{_ONE}(?:[ T]+(\d{{1,2}})(?:时|点)?(?::(\d{{2}})(?::(\d{{2}})(?:\.\d+)?)?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2}|(?:UTC|GMT).*)?"
)
_SPAN = re.compile(r"\s*(?:至|到|~|～|—|--|_| - |(?<=\d{8})-(?=\d{8}))\s*")
_HOUR = re.compile(r"(\d{1,2})(?:时|点)?(?::\d{2}(?::\d{2})?)?(?:\s*[-~～至]\s*\d{1,2}.*)?")


@dataclass(frozen=True, slots=True)
class When:
    """A day, and the hour that the text names; None: it names none."""

    day: date
    hour: int | None


def when_of(text: str) -> When:
    """Read `2026-06-18`, `20260618`, `2026年6月18日`, `2026-06-18 13:00`; a sum over days is refused."""
    ends = [part for part in _SPAN.split(text.strip()) if part]
    moments = [_moment(part) for part in ends[:2]]
    if not moments or len(ends) > 2:
        raise BadCellError("不是日期，应当像 2026-06-18")
    if len(moments) == 2 and moments[0].day != moments[1].day:
        count = (moments[1].day - moments[0].day).days + 1
        raise BadCellError(f"这一行是 {count} 天的合计，分不到每一天，请在导出时选“分天”")
    return moments[0]


def _moment(text: str) -> When:
    found = _MOMENT.fullmatch(unicodedata.normalize("NFKC", text).strip().removeprefix("'"))
    if not found:
        raise BadCellError("不是日期，应当像 2026-06-18")
    year, month, day, hour, _minute, _second, zone = found.groups()
    if zone and not is_ours(zone):
        raise BadCellError(f"时间是 {zone} 的，不是北京时间，请按北京时间重新导出")
    try:
        on = date(int(year), int(month), int(day))
    except ValueError:
        raise BadCellError("没有这个日期或时刻") from None
    if hour is not None and int(hour) > 23:
        raise BadCellError("没有这个日期或时刻")
    return When(on, None if hour is None else int(hour))


def hour_of(text: str) -> int:
    """Read `13`, `13时`, `13:00`, `13:00-13:59`."""
    found = _HOUR.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found or int(found.group(1)) > 23:
        raise BadCellError("不是小时，应当在 0 到 23 之间")
    return int(found.group(1))
