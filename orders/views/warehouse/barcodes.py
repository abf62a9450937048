"""Code 128 as SVG of plain rectangles: no styles, so the content policy lets it through."""

from functools import lru_cache

from barcode.codex import Code128
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

QUIET = 10  # modules of white on each side that a scanner needs


def modules_of(text: str) -> str:
    """Give the bars and gaps of a text, "1" for black.

    :raises ValueError: if Code 128 cannot say it
    """
    if not text or not all(" " <= sign <= "~" for sign in text):
        raise ValueError("not printable ASCII")
    return str(Code128(text).build()[0])


@lru_cache(maxsize=2048)
def barcode_svg(text: str) -> SafeString:
    """Draw a barcode; nothing for what cannot be one."""
    try:
        modules = modules_of(text)
    except ValueError:
        return SafeString("")
    width = len(modules) + 2 * QUIET
    bars = format_html_join(
        "", '<rect x="{}" width="{}" height="40"/>', [(QUIET + x, n) for x, n in _bars(modules)]
    )
    return format_html(
        '<svg class="bc" viewBox="0 0 {} 40" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        width,
        text,
        bars,
    )


def _bars(modules: str) -> list[tuple[int, int]]:
    """Give the black bars as (place, width)."""
    bars: list[tuple[int, int]] = []
    place = 0
    for run in modules.replace("01", "0 1").replace("10", "1 0").split(" "):
        if run.startswith("1"):
            bars.append((place, len(run)))
        place += len(run)
    return bars
