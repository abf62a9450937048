"""What a shop page says, from a file: a saved page, a text, a table or a workbook. Read by what is in it.

Bytes that make no sense are refused, never replaced; of a saved page only what a buyer reads is kept.
"""

import csv
import io
import re
from html.parser import HTMLParser

import python_calamine

from shopops.intake.reading import archive
from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.reading.workbook import cell_text

MOST_BYTES = 2 << 20
MOST_SIGNS = 20_000
_MOST_ROWS = 5_000
_MARKUP = re.compile(r"<\s*(!doctype|html|head|body|div|p|span|table|ul|h[1-6])\b", re.IGNORECASE)
# What stands on a line of its own, and what nobody reads.
_LINES = frozenset(
    {
        "address", "article", "aside", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3",
        "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "section", "table", "td", "th",
        "title", "tr", "ul",
    }
)  # fmt: skip
_UNREAD = frozenset({"script", "style", "noscript", "template", "svg", "head"})


def read_page(data: bytes) -> str:
    """Give the text of a page's file, a line a sentence.

    :raises FileRefusedError: if it is too large, not a text and not a workbook, or says nothing
    """
    if len(data) > MOST_BYTES:
        raise FileRefusedError("page_too_large", MOST_BYTES >> 20)
    if data.startswith(archive.OLE_MAGIC):
        raise FileRefusedError("page_old_workbook")
    text = _workbook(data) if data.startswith(archive.ZIP_MAGIC) else _text(_decoded(data))
    lines = (" ".join(line.split()) for line in text.splitlines())
    found = "\n".join(line for line in lines if line)
    if not found:
        raise FileRefusedError("page_empty")
    if len(found) > MOST_SIGNS:
        raise FileRefusedError("page_too_long", len(found), MOST_SIGNS)
    return found


def _decoded(data: bytes) -> str:
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileRefusedError("page_not_text")


def _text(text: str) -> str:
    if _MARKUP.search(text[:4096]):
        reader = _Reader()
        reader.feed(text)
        reader.close()
        return "".join(reader.parts)
    return _table(text) if text.count('"') >= 2 else text


def _table(text: str) -> str:
    """Take the quotes of a CSV away."""
    try:
        return "\n".join(" ".join(cells) for cells in csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        return text


def _workbook(data: bytes) -> str:
    archive.check_workbook(data, max_rows=_MOST_ROWS)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        shown = [
            meta.name
            for meta in book.sheets_metadata
            if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
            and meta.visible == python_calamine.SheetVisibleEnum.Visible
        ]
        rows = [row for name in shown for row in book.get_sheet_by_name(name).iter_rows()]
    except python_calamine.PasswordError as error:
        raise FileRefusedError("is_encrypted") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise FileRefusedError("broken_workbook") from error
    return "\n".join(" ".join(cell_text(cell) for cell in row) for row in rows)


class _Reader(HTMLParser):
    """Keeps the text that a buyer reads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unread: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread.append(tag)
        if tag in _LINES:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unread:
            del self._unread[self._unread.index(tag) :]
        if tag in _LINES:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.parts.append(data.replace("\n", " "))
