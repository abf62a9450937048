"""Where a font with Chinese characters lies on this machine, for pictures drawn on the server."""

import os
from functools import cache
from pathlib import Path

# `REPORT_FONT` names another one. Debian, Fedora and Arch, then macOS.
_PLACES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-{weight}.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-{weight}.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-{weight}.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
)


@cache
def chinese_font(*, weight: str = "Regular", named: str = "") -> Path | None:
    """Give the file of a font, None if this machine has none. `weight`: Regular or Bold.

    :param named: a file that is taken before all others
    """
    places = (named, *(place.format(weight=weight) for place in _PLACES))
    return next((Path(one) for one in places if one and os.access(one, os.R_OK)), None)
