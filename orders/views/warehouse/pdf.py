"""The warehouse's papers as PDF, with Chinese text and barcodes.

STSong-Light is one of the fonts that PDF readers bring along for Chinese: nothing is embedded, so a
list of five hundred parcels stays small.
"""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from orders.views.warehouse.papers import HandPaper, PickPaper, SlipPaper
from shopops.lib.words import clauses, listed

FONT = "STSong-Light"
LABEL = (100 * mm, 150 * mm)
INK = colors.black
LINE = colors.Color(0.6, 0.6, 0.6)


@cache
def _ready() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def _style(size: float, *, lead: float = 1.3) -> ParagraphStyle:
    return ParagraphStyle(
        f"so-{size}", fontName=FONT, fontSize=size, leading=size * lead, wordWrap="CJK"
    )


def _text(words: str, size: float = 9) -> Paragraph:
    return Paragraph(escape(words), _style(size))


def _barcode(text: str, *, height: float, module: float) -> Flowable:
    """Draw a barcode, or its text where Code 128 cannot say it."""
    if not text or not all(" " <= sign <= "~" for sign in text):
        return _text(text or "—")
    code: Flowable = Code128(
        text, barHeight=height, barWidth=module, humanReadable=True, fontSize=7, quiet=True
    )
    return code


def _document(
    parts: Sequence[Flowable], *, size: tuple[float, float], margin: float, title: str
) -> bytes:
    stream = BytesIO()
    document = SimpleDocTemplate(
        stream,
        pagesize=size,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin + 4 * mm,
        title=title,
        author="ShopOps",
        lang="zh-CN",
    )
    document.build(list(parts), onFirstPage=_page_number(size), onLaterPages=_page_number(size))
    return stream.getvalue()


def _page_number(size: tuple[float, float]) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, document: Any) -> None:  # noqa: ANN401
        canvas.setFont(FONT, 7)
        words = _("第 %(n)s 页") % {"n": document.page}
        canvas.drawCentredString(size[0] / 2, 3.5 * mm, words)

    return draw


def _table(
    head: Sequence[str], rows: Sequence[list[Any]], widths: Sequence[float], size: float = 9
) -> Table:
    cells: list[list[Any]] = [[_text(one, size - 1) for one in head], *rows]
    table = Table(cells, colWidths=list(widths), repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ]
        )
    )
    return table


def _head(title: str, facts: Sequence[str], code: str, *, width: float) -> Table:
    left = [_text(title, 15), Spacer(0, 2 * mm), *(_text(" · ".join(facts), 9),)]
    right = _barcode(code, height=11 * mm, module=0.33 * mm) if code else _text("")
    return Table([[left, right]], colWidths=[width - 62 * mm, 62 * mm])


def pick_pdf(paper: PickPaper) -> bytes:
    """Write a pick list on A4."""
    _ready()
    width = A4[0] - 24 * mm
    rows = [
        [
            _text(line.bin_code, 12),
            [_text(line.name, 10), _text(line.sku_code, 8)],
            _barcode(line.barcode, height=8 * mm, module=0.26 * mm),
            _text(str(line.quantity), 14),
            _text(line.slots or "□", 9),
        ]
        for line in paper.lines
    ]
    widths = [24 * mm, 60 * mm, 54 * mm, 14 * mm, width - 152 * mm]
    head = [
        _("货位"),
        _("商品"),
        _("条码"),
        _("件数"),
        _("格位×件") if _has_slots(paper) else _("拿了"),
    ]
    parts: list[Flowable] = [
        _head(paper.title, paper.facts, paper.number, width=width),
        Spacer(0, 4 * mm),
        _table(head, rows, widths),
    ]
    if paper.stopped:
        stopped = clauses(paper.stopped)
        parts += [
            Spacer(0, 4 * mm),
            _text(_("不要拣（退款或挂起）：%(what)s") % {"what": stopped}, 9),
        ]
    return _document(parts, size=A4, margin=12 * mm, title=paper.title)


def _has_slots(paper: PickPaper) -> bool:
    return any(line.slots for line in paper.lines)


def slips_pdf(papers: Sequence[SlipPaper], *, on_label: bool) -> bytes:
    """Write packing slips, one a page: A4, or labels of 100 by 150 mm."""
    _ready()
    size, margin = (LABEL, 5 * mm) if on_label else (A4, 15 * mm)
    width = size[0] - 2 * margin
    parts: list[Flowable] = []
    for number, paper in enumerate(papers):
        if number:
            parts.append(PageBreak())
        parts += _slip(paper, width=width, on_label=on_label)
    title = _("装箱单")
    return _document(parts or [_text(_("没有包裹"))], size=size, margin=margin, title=title)


def _slip(paper: SlipPaper, *, width: float, on_label: bool) -> list[Flowable]:
    size = 8.5 if on_label else 11
    module = 0.33 * mm if on_label else 0.42 * mm
    facts = [paper.wave, paper.carrier, paper.waybill_no, _("应出 %(at)s") % {"at": paper.due}]
    rows = [
        [
            [_text(line.name, size), _text(line.sku_code, size - 2)],
            _text(line.bin_code or "—", size),
            _text(f"×{line.quantity}", size + 3),
        ]
        for line in paper.lines
    ]
    widths = [width - (20 + 14) * mm, 20 * mm, 14 * mm]
    parts: list[Flowable] = [
        _text(paper.shop, size + 3),
        Spacer(0, 2 * mm),
        _barcode(paper.number, height=13 * mm, module=module),
        Spacer(0, 4 * mm),
        _text(" · ".join(one for one in facts if one), size),
        _text(" · ".join(one for one in (paper.receiver, paper.place) if one), size),
        _text(_("订单 %(tids)s") % {"tids": listed(paper.orders)}, size - 1),
        *(_text(_("留言：%(words)s") % {"words": words}, size) for words in paper.messages),
        Spacer(0, 2 * mm),
        _table([_("商品"), _("货位"), _("件数")], rows, widths, size),
        Spacer(0, 2 * mm),
        _text(_("共 %(n)s 件") % {"n": paper.pieces}, size + 2),
    ]
    return parts


def hand_pdf(paper: HandPaper) -> bytes:
    """Write a hand-over list on A4, with the place to sign."""
    _ready()
    width = A4[0] - 24 * mm
    rows = [
        [
            _text(str(line.position)),
            _barcode(line.waybill_no, height=8 * mm, module=0.24 * mm),
            [_text(line.number), _text(line.orders, 7)],
            _text(line.place),
            _text(str(line.pieces)),
        ]
        for line in paper.lines
    ]
    widths = [10 * mm, 66 * mm, 62 * mm, 30 * mm, width - 168 * mm]
    signed = _("取件人 %(who)s，时间 %(at)s") % {
        "who": paper.signed_by or "________________",
        "at": paper.signed_at or "________________",
    }
    parts = [
        _head(paper.title, [paper.shop, *paper.facts], "", width=width),
        Spacer(0, 4 * mm),
        _table([_("序"), _("运单号"), _("包裹 / 订单"), _("省份"), _("件")], rows, widths),
        Spacer(0, 8 * mm),
        KeepTogether([_text(signed, 12)]),
    ]
    return _document(parts, size=A4, margin=12 * mm, title=paper.title)
