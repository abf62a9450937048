"""What stands above the header of any file: in whose time its days are, and of which shop it is. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.spec import FACT_SHOP_NAME

_SHOP = re.compile(r"(?:店铺名称|店铺名|店铺)\s*:\s*([^\s:,;|]{2,60})")
_ZONE = re.compile(r"(?:时区|统计时区|时间口径)\s*:\s*([^\s,;|]+)")
_BARE_ZONE = re.compile(r"\b(?:UTC|GMT)\s*(?:[+-]\s*\d{1,2}(?::?\d{2})?)?", re.IGNORECASE)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?")
_OURS = ("北京", "上海", "东八", "东8", "中国", "ASIA/SHANGHAI", "PRC")


def is_ours(zone: str) -> bool:
    """Say whether a time zone, as a file states it, is Shanghai's."""
    plain = unicodedata.normalize("NFKC", zone).strip().upper()
    if any(word in plain for word in _OURS):
        return True
    found = _OFFSET.search(plain)
    if found is None:
        return False
    sign, hours, minutes = found.groups()
    return sign == "+" and int(hours) == 8 and int(minutes or 0) == 0


def refuse_other_zone(zone: str) -> None:
    """Refuse a file whose days are not Shanghai's.

    :raises FileRefusedError: if they are not
    """
    if not is_ours(zone):
        raise FileRefusedError("other_time_zone", zone.strip())


def plain_text(rows: Sequence[Sequence[str]]) -> str:
    """Give the lines above a header as text: cells joined by a colon, in half-width signs."""
    text = "\n".join(":".join(cell for cell in row if cell) for row in rows)
    return re.sub(r"[ \t]*:+[ \t]*", ":", unicodedata.normalize("NFKC", text))


def read_above(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Give the shop that the lines above a header name; what every kind of file is asked.

    :raises FileRefusedError: if they state another time zone than Shanghai's
    """
    text = plain_text(rows)
    zone = _ZONE.search(text) or _BARE_ZONE.search(text)
    if zone:
        refuse_other_zone(zone.group(zone.lastindex or 0))
    shop = _SHOP.search(text)
    return {FACT_SHOP_NAME: shop.group(1)} if shop else {}
