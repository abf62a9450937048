"""What can be measured of a main picture: size, shape, format, white ground, what touches its edges.

Whether a logo or a water mark is in it cannot be told by these measures, and nobody claims it.
"""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from shopops.lib.white import on_white

# Larger than any product picture; a picture is not unpacked before its size is known.
MOST_PIXELS = 60_000_000
_MEASURED_SIDE = 400
# A side is touched where more than so much of its outermost strip is not white.
_TOUCHED = 0.02
SIDES = ("top", "right", "bottom", "left")


class NotAPictureError(Exception):
    """The file is no picture that can be opened. `str()` is a code: empty, broken, huge."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What was measured. Rates are 0 to 1: of the border ring, and of the whole."""

    width: int
    height: int
    format: str
    border_white_rate: float
    white_rate: float
    touched: tuple[str, ...]
    is_animated: bool


def measure(data: bytes, *, white_level: int) -> Picture:
    """Measure a picture file. White is where red, green and blue all reach `white_level` of 255.

    :raises NotAPictureError: if it is none, is cut off, or is too large to unpack
    """
    if not data:
        raise NotAPictureError("empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as image:
                return _measured(image, white_level)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise NotAPictureError("huge") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise NotAPictureError("broken") from error


def _measured(image: Image.Image, white_level: int) -> Picture:
    if image.width * image.height > MOST_PIXELS:
        raise NotAPictureError("huge")
    # MPO is the JPEG of telephones: the picture behind the first one is no animation.
    kind = "JPEG" if image.format == "MPO" else image.format or ""
    is_animated = image.format != "MPO" and getattr(image, "n_frames", 1) > 1
    upright = ImageOps.exif_transpose(image)
    width, height = upright.size
    small = upright.copy()
    small.thumbnail((_MEASURED_SIDE, _MEASURED_SIDE))
    white = _white(on_white(small), white_level)
    ring = max(1, min(white.shape) // 40)
    inner = np.zeros_like(white)
    inner[ring:-ring, ring:-ring] = True
    border = white[~inner]
    return Picture(
        width=width,
        height=height,
        format=kind,
        border_white_rate=round(float(border.mean()), 4),
        white_rate=round(float(white.mean()), 4),
        touched=_touched(white),
        is_animated=is_animated,
    )


def _white(image: Image.Image, level: int) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    pixels = np.asarray(image)
    return (pixels >= level).all(axis=2)


def _touched(white: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> tuple[str, ...]:
    strips = (white[0], white[:, -1], white[-1], white[:, 0])
    return tuple(
        side for side, strip in zip(SIDES, strips, strict=True) if 1 - strip.mean() > _TOUCHED
    )
