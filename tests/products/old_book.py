"""A workbook as the platform still writes it: BIFF8 in a compound file, every cell a text.

No kept library writes .xls, so this writes the few records that a plain sheet needs.
"""

import struct
from collections.abc import Sequence

SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def old_book(rows: Sequence[Sequence[str]], *, sheet: str = "Sheet1") -> bytes:
    """Give a .xls with one sheet of text cells."""
    return _compound(_workbook(rows, sheet))


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _workbook(rows: Sequence[Sequence[str]], sheet: str) -> bytes:
    def begin(kind: int) -> bytes:
        return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 1996, 0x41, 6))

    name = sheet.encode("utf-16-le")
    code_page = _record(0x0042, struct.pack("<H", 1200))

    def globals_(place: int) -> bytes:
        bound = struct.pack("<IBBBB", place, 0, 0, len(sheet), 1) + name
        return begin(0x0005) + code_page + _record(0x0085, bound) + _record(0x000A)

    body = begin(0x0010)
    body += _record(
        0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(len(row) for row in rows), 0)
    )
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            if text:
                cell = struct.pack("<HHHHB", number, place, 0, len(text), 1)
                body += _record(0x0204, cell + text.encode("utf-16-le"))
    return globals_(len(globals_(0))) + body + _record(0x000A)


def _compound(stream: bytes) -> bytes:
    """Put one stream, large enough to need no mini-stream, into a compound file."""
    stream += b"\0" * (max(4096, -(-len(stream) // SECTOR) * SECTOR) - len(stream))
    sectors = len(stream) // SECTOR
    fat_sectors = 1
    while fat_sectors * (SECTOR // 4) < sectors + 1 + fat_sectors:
        fat_sectors += 1
    chain = [n + 1 for n in range(sectors - 1)] + [_END, _END] + [_FAT] * fat_sectors
    chain += [_FREE] * (fat_sectors * (SECTOR // 4) - len(chain))
    first_fat = sectors + 1
    places = [first_fat + n for n in range(fat_sectors)]
    head = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 16
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, fat_sectors, sectors, 0, 4096, _END, 0, _END, 0)
    head += b"".join(struct.pack("<I", one) for one in [*places, *[_FREE] * (109 - len(places))])
    entries = _entry("Root Entry", 5, _END, 0, child=1) + _entry("Workbook", 2, 0, len(stream))
    directory = entries.ljust(SECTOR, b"\0")
    fat = b"".join(struct.pack("<I", one) for one in chain)
    return head + stream + directory + fat


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )
