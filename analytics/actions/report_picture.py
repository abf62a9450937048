"""A report as a picture for a phone: drawn by Pillow with a Chinese font of this machine.

There is no browser on a server and no font in the product: where the machine has none, there is no
picture, and the report says so.
"""

import io
import re
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from analytics.wording import reports as wording
from analytics.wording.reports import Facts
from shopops.lib.business_time import SHANGHAI
from shopops.lib.fonts import chinese_font

WIDTH, EDGE = 750, 36
INK, SECOND, THIRD, LINE = "#101828", "#454f60", "#667085", "#e4e7ec"
BLUE, PALE, BACK = "#1f5fd0", "#e8effb", "#ffffff"
TONES = {"late": "#b42318", "soon": "#b54708", "us": "#1b51b5"}
UNKNOWN = "#98a2b3"
_PIECES = re.compile(r"[¥!-~]+|.", re.DOTALL)


class NoFontError(Exception):
    """This machine has no font with Chinese characters."""


def picture(
    kind: str, *, since: date, until: date, shop: str, facts: Facts, made_at: datetime
) -> bytes:
    """Draw a report as a PNG 750 pixels wide.

    :raises NoFontError: if there is no font to write it in
    """
    sheet = _Sheet()
    sheet.head(shop, wording.title_of(kind, since, until))
    for line in wording.lines_of(kind, until, facts):
        sheet.figure(line)
    sheet.bars(facts)
    sheet.rule()
    sheet.words(wording.late_words(facts), tone=_late_tone(facts))
    if facts["target"] is not None:
        sheet.words(wording.target_words(facts))
    sheet.scores(facts)
    sheet.rule()
    sheet.words(wording.findings_words(facts), is_bold=True)
    for one in wording.finding_rows(facts):
        sheet.finding(one)
    if more := wording.more_findings(facts):
        sheet.words(_("还有 %(n)d 条在异常页") % {"n": more}, color=THIRD)
    for text in wording.limits_of(facts):
        sheet.words(text, color=TONES["soon"])
    local = made_at.astimezone(SHANGHAI)
    sheet.words(_("%(at)s 做的 · ShopOps") % {"at": f"{local:%m-%d %H:%M}"}, color=THIRD, size=20)
    return sheet.png()


def _late_tone(facts: Facts) -> str:
    late = facts["late"]
    return "late" if late and late["orders"] else ""


def _font(size: int, *, is_bold: bool) -> ImageFont.FreeTypeFont:
    named = settings.REPORT_FONT
    path = chinese_font(weight="Bold" if is_bold else "Regular", named=named)
    if path is None:
        raise NoFontError
    return ImageFont.truetype(str(path), size, index=_face(path))


def _face(path: Path) -> int:
    """Give the simplified Chinese face of a collection; the first of another file."""
    for index in range(10 if path.suffix == ".ttc" else 0):
        try:
            family = ImageFont.truetype(str(path), 12, index=index).getname()[0] or ""
        except OSError:
            break
        if family.endswith(" SC"):
            return index
    return 0


class _Sheet:
    """The picture under way: everything goes below what stands there; cut off at the end."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH, 3000), BACK)
        self.draw = ImageDraw.Draw(self.image)
        self.fonts: dict[tuple[int, bool], ImageFont.FreeTypeFont] = {}
        self.y = EDGE

    def font(self, size: int, *, is_bold: bool = False) -> ImageFont.FreeTypeFont:
        """Give a font of a size, loaded once."""
        if (size, is_bold) not in self.fonts:
            self.fonts[size, is_bold] = _font(size, is_bold=is_bold)
        return self.fonts[size, is_bold]

    def put(
        self,
        x: float,
        text: str,
        size: int,
        color: str,
        *,
        is_bold: bool = False,
        to_right: bool = False,
    ) -> None:
        """Write at the present height, from `x` on or up to it."""
        anchor = "ra" if to_right else "la"
        self.draw.text(
            (x, self.y), text, font=self.font(size, is_bold=is_bold), fill=color, anchor=anchor
        )

    def head(self, shop: str, title: str) -> None:
        """Write whose report it is and of which days."""
        self.put(EDGE, shop, 24, THIRD)
        self.y += 38
        self.put(EDGE, title, 38, INK, is_bold=True)
        self.y += 66
        self.rule()

    def rule(self) -> None:
        """Draw a thin line."""
        self.draw.line((EDGE, self.y, WIDTH - EDGE, self.y), fill=LINE, width=2)
        self.y += 20

    def figure(self, line: wording.Line) -> None:
        """Write one figure with its changes."""
        color = INK if line.is_known else UNKNOWN
        self.y += 4
        self.put(EDGE, line.label, 26, SECOND)
        self.y -= 6
        self.put(WIDTH - EDGE, line.value, 34, color, is_bold=line.is_known, to_right=True)
        self.y += 46
        moved = "   ".join(f"{name} {by}" for name, _past, by in line.against if by)
        self.put(WIDTH - EDGE, moved or line.note, 20, THIRD, to_right=True)
        self.y += 38

    def bars(self, facts: Facts) -> None:
        """Draw the paid amount by day; an unknown day is an empty place."""
        texts = facts["series"]["paid_amount"]
        values = [float(text) if text is not None else None for text in texts]
        top = max((one for one in values if one is not None), default=0.0)
        if not top:
            return
        self.y += 6
        days = [date.fromisoformat(day) for day in facts["series"]["days"]]
        self.put(EDGE, _("支付金额 %(n)d 天") % {"n": len(days)}, 20, THIRD)
        self.put(WIDTH - EDGE, _("空着的是未知"), 20, THIRD, to_right=True)
        self.y += 36
        step, height = (WIDTH - 2 * EDGE) / len(values), 120
        for number, value in enumerate(values):
            left = EDGE + number * step
            if value is not None:
                up = self.y + height * (1 - value / top)
                color = BLUE if number == len(values) - 1 else "#a9c3f0"
                self.draw.rectangle((left + 2, up, left + step - 3, self.y + height), fill=color)
        self.y += height + 6
        self.put(EDGE, f"{days[0]:%m-%d}", 18, THIRD)
        self.put(WIDTH - EDGE, f"{days[-1]:%m-%d}", 18, THIRD, to_right=True)
        self.y += 38

    def words(
        self, text: str, *, tone: str = "", color: str = "", size: int = 24, is_bold: bool = False
    ) -> None:
        """Write a sentence, broken where the picture ends."""
        font = self.font(size, is_bold=is_bold)
        for row in _broken(text, font, WIDTH - 2 * EDGE):
            self.put(EDGE, row, size, TONES.get(tone) or color or INK, is_bold=is_bold)
            self.y += int(size * 1.5)
        self.y += 8

    def scores(self, facts: Facts) -> None:
        """Write the three scores side by side."""
        rows = wording.score_rows(facts)
        wide = (WIDTH - 2 * EDGE) / max(len(rows), 1)
        self.y += 4
        for number, one in enumerate(rows):
            self.put(EDGE + number * wide, one["label"], 20, THIRD)
        self.y += 30
        for number, one in enumerate(rows):
            color = INK if one["is_known"] else UNKNOWN
            self.put(EDGE + number * wide, one["value"], 28, color, is_bold=one["is_known"])
        self.y += 42
        for number, one in enumerate(rows):
            self.put(EDGE + number * wide, one["moved"], 20, THIRD)
        self.y += 42

    def finding(self, one: dict[str, object]) -> None:
        """Write one finding: a mark of how bad it is, what, and whose."""
        color = TONES[str(one["severity"])]
        self.draw.ellipse((EDGE, self.y + 10, EDGE + 14, self.y + 24), fill=color)
        self.put(EDGE + 26, str(one["tag"]), 20, color)
        indent = EDGE + 26 + self.font(20).getlength(str(one["tag"])) + 14
        text = wording.noted(one["title"], one["owner"])
        for row in _broken(text, self.font(22), WIDTH - EDGE - indent)[:2]:
            self.put(indent, row, 22, INK)
            self.y += 33
        self.y += 8

    def png(self) -> bytes:
        """Give the picture, cut off below its last word."""
        out = io.BytesIO()
        self.image.crop((0, 0, WIDTH, min(self.y + EDGE, 3000))).save(out, "PNG", optimize=True)
        return out.getvalue()


def _broken(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Break a text into rows that fit: between Chinese signs, never inside a figure or a word."""
    rows, row = [], ""
    for piece in _PIECES.findall(text):
        if row and font.getlength(row + piece) > width:
            rows.append(row.rstrip())
            row = ""
        row += piece
    return [*rows, row]
