"""What a file's name tells: when the platform wrote it. Never which kind it is. Pure."""

import re
from datetime import datetime, timedelta

from shopops.lib.business_time import SHANGHAI

# ExportOrderList201809011818.csv; newer names carry the seconds too, 商品报表_20260901_101500.csv a sign.
_STAMP = re.compile(r"(?<!\d)(20\d{6})_?(\d{6}|\d{4})(?!\d)")
_OLDEST = datetime(2003, 5, 10, tzinfo=SHANGHAI)  # Taobao opened
_AHEAD = timedelta(days=1)


def clean_name(name: str) -> str:
    """Give a name to show: the last part of a path, without control characters, 255 at most."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(char for char in last if char.isprintable()).strip()
    return shown[-255:] or "?"


def exported_at_of(name: str, *, fallback: datetime, now: datetime) -> datetime:
    """Tell when a file was exported: the stamp in its name if plausible, else `fallback`."""
    for stamp in map("".join, _STAMP.findall(name)):
        form = "%Y%m%d%H%M%S" if len(stamp) == 14 else "%Y%m%d%H%M"
        try:
            at = datetime.strptime(stamp, form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
        if _OLDEST <= at <= now + _AHEAD:
            return at
    return min(fallback, now)
