"""What stands above the header: period, item, terminal; and the time zone that a header names itself."""

import re
import unicodedata
from collections.abc import Sequence

from analytics.importers.when import when_of
from shopops.intake.cells import BadCellError
from shopops.intake.reading.above import plain_text, refuse_other_zone

# Facts with a meaning to the merge.
DAY, UNTIL, ITEM, DEVICE = "stat_day", "stat_until", "stat_item", "stat_device"

_DATE = r"20\d{2}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?"
_PERIOD = re.compile(
    rf"(?:统计日期|统计时间|统计周期|日期|时间范围)\s*:?\s*({_DATE})(?:\s*(?:至|到|~|—|--|_|-)\s*({_DATE}))?"
)
_ITEM = re.compile(r"(?:商品ID|商品id|宝贝ID|宝贝id|商品编号)\s*:\s*'?(\d{6,20})")
_DEVICE = re.compile(r"终端(?:类型)?\s*:\s*(\S+)")
_ZONE_IN_HEAD = re.compile(r"\((?:[^()]*?)(UTC[^()]*|GMT[^()]*|[^()]*时间|[^()]*时区)\)")
_DEVICES = {
    "全部": "all", "全部终端": "all", "所有终端": "all", "所有": "all", "汇总": "all",
    "PC": "pc", "PC端": "pc", "电脑": "pc", "电脑端": "pc",
    "无线": "wireless", "无线端": "wireless", "手机": "wireless", "手机端": "wireless", "移动端": "wireless",
}  # fmt: skip


def device_of(text: str) -> str | None:
    """Give our name of a terminal; None if it is not one that we know."""
    return _DEVICES.get(unicodedata.normalize("NFKC", text).strip().upper())


def plain_head(head: str) -> str:
    """Give a header without what it says of the time zone, in half-width signs."""
    return _ZONE_IN_HEAD.sub("", unicodedata.normalize("NFKC", head)).strip()


def check_headers(headers: Sequence[str]) -> None:
    """Refuse a file whose header names another time zone.

    :raises FileRefusedError: if it does
    """
    for head in headers:
        found = _ZONE_IN_HEAD.search(unicodedata.normalize("NFKC", head))
        if found:
            refuse_other_zone(found.group(1))


def read_preamble(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Give the days, the item and the terminal that the lines above the header name.

    Zone and shop are read from those of every kind (`shopops.intake.reading.above`).
    """
    text = plain_text(rows)
    facts: dict[str, str] = {}
    if period := _PERIOD.search(text):
        facts |= _period(period.group(1), period.group(2))
    if item := _ITEM.search(text):
        facts[ITEM] = item.group(1)
    if (device := _DEVICE.search(text)) and (known := device_of(device.group(1))):
        facts[DEVICE] = known
    return facts


_NAMED_DAYS = re.compile(r"(20\d{2}-\d{2}-\d{2})(?:[_~至-]+(20\d{2}-\d{2}-\d{2}))?")
_NAMED_ITEM = re.compile(r"(?<!\d)(\d{9,15})(?!\d)")


def read_name(name: str) -> dict[str, str]:
    """Give what the file's own name says: its days, an item, a terminal. What stands in the file counts first."""
    facts: dict[str, str] = {}
    if days := _NAMED_DAYS.search(name):
        facts |= _period(days.group(1), days.group(2))
    rest = _NAMED_DAYS.sub("", name)
    if (item := _NAMED_ITEM.search(rest)) and not item.group(1).startswith("20"):
        facts[ITEM] = item.group(1)
    if "无线" in name:
        facts[DEVICE] = "wireless"
    elif "PC" in name.upper():
        facts[DEVICE] = "pc"
    return facts


def _period(first: str, last: str | None) -> dict[str, str]:
    try:
        since = when_of(first).day
        until = when_of(last).day if last else since
    except BadCellError:
        return {}
    return {DAY: since.isoformat(), UNTIL: until.isoformat()}
