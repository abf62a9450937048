"""The file against a malicious review as a PDF, and as a ZIP with its pictures."""

import io
import zipfile
from functools import cache
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, Spacer

from crm.actions.reviews.malice import when_words
from crm.models import MaliceFile, MaliceProof
from shopops.lib import vault

FONT = "STSong-Light"
_WIDTH, _HEIGHT = 160 * mm, 200 * mm
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp")


@cache
def _ready() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def _text(words: str, size: float = 10) -> Paragraph:
    style = ParagraphStyle(
        f"so-{size}",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.45,
        wordWrap="CJK",
        spaceAfter=4,
    )
    return Paragraph(escape(words).replace("\n", "<br/>"), style)


def as_pdf(row: MaliceFile) -> bytes:
    """Write the file: claim, review, order, then the evidence in the order in which it happened."""
    _ready()
    review = row.review
    parts: list[Flowable] = [
        _text(_("恶意评价证据"), 16),
        _text(_("为什么：%(claim)s") % {"claim": row.claim}),
        _text(
            _("评价：%(rating)s · %(at)s · %(nick)s · 商品 %(item)s · %(spec)s")
            % {
                "rating": review.get_rating_display(),
                "at": when_words(review.rated_at),
                "nick": review.nick,
                "item": review.item_no,
                "spec": review.spec,
            }
        ),
        _text(review.content),
    ]
    if review.append:
        parts.append(_text(_("追评：%(words)s") % {"words": review.append}))
    if review.order:
        parts.append(_text(_("订单：%(tid)s") % {"tid": review.order.tid}))
    parts.append(Spacer(0, 4 * mm))
    for number, proof in enumerate(_proofs(row), start=1):
        parts += _proof(number, proof)
    stream = io.BytesIO()
    SimpleDocTemplate(
        stream, pagesize=A4, title=_("恶意评价证据"), author="ShopOps", lang="zh-CN"
    ).build(parts)
    return stream.getvalue()


def _proof(number: int, proof: MaliceProof) -> list[Flowable]:
    head = f"{number}. {proof.get_kind_display()} · {when_words(proof.happened_at)}"
    parts: list[Flowable] = [_text(head, 11)]
    if proof.words:
        parts.append(_text(proof.words))
    if proof.path:
        parts.append(
            _text(
                _("文件：%(name)s（SHA-256 %(sha)s）") % {"name": proof.name, "sha": proof.sha256},
                8,
            )
        )
        if proof.content_type in _SHOWN and (picture := _picture(proof)):
            parts.append(picture)
    return parts


def _picture(proof: MaliceProof) -> Flowable | None:
    data = io.BytesIO(b"".join(vault.chunks(proof.path)))
    try:
        width, height = ImageReader(data).getSize()
    except Exception:  # noqa: BLE001 - what no reader opens is named with its hash and lies in the ZIP
        return None
    scale = min(_WIDTH / width, _HEIGHT / height, 1)
    data.seek(0)
    return Image(data, width * scale, height * scale)


def as_zip(row: MaliceFile) -> bytes:
    """Pack the PDF and each file of the evidence."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{_('证据')}.pdf", as_pdf(row))
        for number, proof in enumerate(_proofs(row), start=1):
            if proof.path:
                archive.writestr(f"{number:02d}-{proof.name}", b"".join(vault.chunks(proof.path)))
    return stream.getvalue()


def _proofs(row: MaliceFile) -> list[MaliceProof]:
    return list(row.proofs.order_by("happened_at", "pk"))
