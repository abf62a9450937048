"""Pictures that come in: read by Pillow, written anew without what a camera added, kept in the vault.

What is served is what we wrote, never the bytes that came in.
"""

import io
import warnings
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from shopops.lib import vault
from shopops.lib.vault import VaultBrokenError
from shopops.lib.white import on_white

MOST_BYTES = 10 << 20
MOST_PIXELS = 40_000_000
THUMBNAIL = 120
CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


class NotAPictureError(Exception):
    """The file is no picture that we take. `str()` says why to the person who sent it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was read: its bytes as we write them, and its size."""

    content: bytes
    thumbnail: bytes
    format: str
    width: int
    height: int


def read_picture(data: bytes) -> Picture:
    """Read and rewrite a picture.

    :raises NotAPictureError: if it is none, too big, or of another format
    """
    if len(data) > MOST_BYTES:
        raise NotAPictureError(_("图片不能超过 %(n)d MB。") % {"n": MOST_BYTES >> 20})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=tuple(CONTENT_TYPES))
            if image.width * image.height > MOST_PIXELS:
                raise NotAPictureError(_("图片的像素太多，最多 4000 万。"))
            image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise NotAPictureError(_("图片的像素太多，最多 4000 万。")) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning) as error:
        raise NotAPictureError(_("这不是能打开的图片（要 JPG、PNG 或 WebP）。")) from error
    # Telephones write MPO: a JPEG with a second picture behind the first, which is dropped.
    kind = "JPEG" if image.format == "MPO" else image.format or "PNG"
    upright = ImageOps.exif_transpose(image)
    return Picture(
        _written(upright, kind), _thumbnail(upright), kind, upright.width, upright.height
    )


def _written(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "JPEG" and image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    image.save(out, kind, quality=92)
    return out.getvalue()


def _thumbnail(image: Image.Image) -> bytes:
    small = on_white(image)
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=85)
    return out.getvalue()


def keep(picture: Picture) -> str:
    """Put a picture into the vault; give what is stored of it: format, both names, size."""
    whole = vault.store(io.BytesIO(picture.content))
    try:
        small = vault.store(io.BytesIO(picture.thumbnail))
    except BaseException:
        vault.remove(whole.name)
        raise
    size = f"{picture.width}x{picture.height}"
    return "|".join([picture.format, whole.name, small.name, size])


def names(path: str) -> list[str]:
    """Give the names in the vault of a picture and its small one."""
    return path.split("|")[1:3] if path else []


def drop(path: str) -> None:
    """Take a picture out of the vault."""
    for name in names(path):
        vault.remove(name)


def served(request: HttpRequest, path: str) -> HttpResponse:
    """Give a kept picture, or its small one (`?s=small`); a browser keeps what has a name of its own.

    :raises Http404: if there is none, or it cannot be read
    """
    if not path:
        raise Http404
    is_small = request.GET.get("s") == "small"
    name = names(path)[is_small]
    if request.headers.get("If-None-Match") == f'"{name}"':
        return HttpResponseNotModified()
    try:
        content = b"".join(vault.chunks(name))
    except VaultBrokenError as error:
        raise Http404 from error
    kind = "image/jpeg" if is_small else CONTENT_TYPES[path.split("|", 1)[0]]
    response = HttpResponse(content, content_type=kind)
    response["ETag"] = f'"{name}"'
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
