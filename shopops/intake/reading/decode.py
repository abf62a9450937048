"""Strict decoding of a stream: nothing is ever replaced, a wrong byte ends the attempt."""

import codecs
from collections.abc import Iterable, Iterator

# GB18030-2000 put these 18 characters (and ḿ) into the private area, and Python still does; since
# GB18030-2022 they have code points of their own.
PRIVATE_TO_PUBLIC = {
    0xE78D: 0xFE10,
    0xE78E: 0xFE12,
    0xE78F: 0xFE11,
    0xE790: 0xFE13,
    0xE791: 0xFE14,
    0xE792: 0xFE15,
    0xE793: 0xFE16,
    0xE794: 0xFE17,
    0xE795: 0xFE18,
    0xE796: 0xFE19,
    0xE7C7: 0x1E3F,
    0xE81E: 0x9FB4,
    0xE826: 0x9FB5,
    0xE82B: 0x9FB6,
    0xE82C: 0x9FB7,
    0xE832: 0x9FB8,
    0xE843: 0x9FB9,
    0xE854: 0x9FBA,
    0xE864: 0x9FBB,
}
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class WrongEncodingError(Exception):
    """The stream is not in the encoding tried. Bytes are counted from 0, lines from 1."""

    def __init__(self, encoding: str, offset: int, line: int) -> None:
        self.encoding, self.offset, self.line = encoding, offset, line
        super().__init__(f"{encoding} fails at byte {offset}, line {line}")


def is_utf16(head: bytes) -> bool:
    """Say whether a file begins with a UTF-16 mark."""
    return head.startswith(_UTF16_MARKS)


def to_utf8(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Give the text as UTF-8 bytes, without a byte order mark, line ends as they are.

    :raises WrongEncodingError: at the first byte that `encoding` does not know
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    seen, lines, cr_only = 0, 1, None
    for piece, is_last in _mark_last(pieces):
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(piece, final=is_last)
            out = text.encode()
        except UnicodeDecodeError as error:
            offset = max(seen - pending + error.start, 0)
            line = lines + error.object[: error.start].count(b"\n")
            raise WrongEncodingError(encoding, offset, line) from error
        except UnicodeEncodeError as error:
            raise WrongEncodingError(encoding, seen, lines) from error
        seen += len(piece)
        if b"\xee" in out:
            out = text.translate(PRIVATE_TO_PUBLIC).encode()
        if cr_only is None and out:
            # Line ends of old Macintosh programs.
            cr_only = b"\n" not in out and b"\r" in out[:-1]
        if cr_only:
            out = out.replace(b"\r", b"\n")
        lines += out.count(b"\n")
        if out:
            yield out


def _mark_last(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    previous: bytes | None = None
    for piece in pieces:
        if previous is not None:
            yield previous, False
        previous = piece
    yield previous or b"", True


def is_utf8_so_far(head: bytes) -> bool:
    """Say whether the head of a file can be UTF-8; if not, no need to try it on the whole."""
    try:
        codecs.getincrementaldecoder("utf-8-sig")("strict").decode(head, final=False)
    except UnicodeDecodeError:
        return False
    return True
