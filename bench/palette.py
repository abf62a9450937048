"""A picture of a page in 256 colours: a third of the bytes, and one sees no difference."""

import base64
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLOURS, FREQUENT = 256, 128
ENOUGH = 24  # from so many pixels on a colour is seen
PIXELS = """async (data) => {
  const picture = await createImageBitmap(await (await fetch(data)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const bytes = context.getImageData(0, 0, picture.width, picture.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [picture.width, picture.height, btoa(text)];
}"""


def with_palette(page: Any, png: bytes) -> bytes:  # noqa: ANN401
    """Write a PNG anew with its most frequent and its most distant colours.

    The browser of `page` reads the picture, in a blank page of its own: none of our libraries does.
    """
    blank = page.context.browser.new_page()
    data = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    width, height, text = blank.evaluate(PIXELS, data)
    blank.close()
    pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, 4)[:, :3]
    packed = pixels.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    colours, place, count = np.unique(packed, return_inverse=True, return_counts=True)
    kept = _chosen(colours, count)
    index = _nearest(colours, kept)[place].reshape(height, width)
    lines = np.concatenate([np.zeros((height, 1), np.uint8), index], axis=1)
    size = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", size),
        (b"PLTE", _split(kept).astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _split(colours: NDArray[np.uint32]) -> NDArray[np.int64]:
    return np.stack([(colours >> shift) & 255 for shift in (16, 8, 0)], axis=1).astype(np.int64)


def _chosen(colours: NDArray[np.uint32], count: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Take what is frequent, then again and again what is least like the rest: a few red words."""
    order = np.argsort(count)[::-1]
    kept = list(order[:FREQUENT])
    points = _split(colours)
    gap = ((points[:, None, :] - points[kept][None, :, :]) ** 2).sum(axis=2).min(axis=1)
    while len(kept) < min(COLOURS, len(colours)):
        kept.append(int(np.argmax(gap * np.minimum(count, ENOUGH))))
        gap = np.minimum(gap, ((points - points[kept[-1]]) ** 2).sum(axis=1))
    return colours[kept]


def _nearest(colours: NDArray[np.uint32], kept: NDArray[np.uint32]) -> NDArray[np.uint8]:
    apart = _split(colours)[:, None, :] - _split(kept)[None, :, :]
    return (apart**2).sum(axis=2).argmin(axis=1).astype(np.uint8)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
