"""What an evidence file is, by its content and never by its name. Pure."""

import re
import unicodedata
from dataclasses import dataclass

LARGEST_BYTES = 10 << 20
_NAME_CHARS = 80
_FTYP_AT, _BRAND_END = 4, 12


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that may be kept as evidence."""

    content_type: str
    ending: str


JPEG, PNG = FileType("image/jpeg", "jpg"), FileType("image/png", "png")
GIF, WEBP = FileType("image/gif", "gif"), FileType("image/webp", "webp")
PDF, MP4, MOV = (
    FileType("application/pdf", "pdf"),
    FileType("video/mp4", "mp4"),
    FileType("video/quicktime", "mov"),
)
HEIC = FileType("image/heic", "heic")
_BEGINNINGS: tuple[tuple[bytes, FileType], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
)
_BRANDS: dict[bytes, FileType] = {
    b"heic": HEIC,
    b"heix": HEIC,
    b"mif1": HEIC,
    b"qt  ": MOV,
    b"isom": MP4,
    b"iso2": MP4,
    b"iso5": MP4,
    b"mp41": MP4,
    b"mp42": MP4,
    b"avc1": MP4,
    b"M4V ": MP4,
}


def sniff(head: bytes) -> FileType | None:
    """Say what a file is by its first bytes; None for what may not be kept: pages, scripts, archives."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[_FTYP_AT : _FTYP_AT + 4] == b"ftyp":
        return _BRANDS.get(head[8:_BRAND_END])
    return None


def tidy_name(name: str, kind: FileType) -> str:
    """Give a file name without path and control signs, with the ending of what the file really is."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    plain = "".join(sign for sign in plain if sign.isprintable())
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", plain.strip()).strip(". ") or "evidence"
    return f"{stem[:_NAME_CHARS]}.{kind.ending}"
