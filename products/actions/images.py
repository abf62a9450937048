"""A product's main image: read by Pillow, written anew without what a camera added, kept in the vault.

What is served is what we wrote, never the bytes that came in.
"""

import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from products.actions.catalogue_locks import locked_product
from products.actions.errors import GoodsRefusedError
from products.models import Product
from products.rules.pictures import on_white
from shopops.lib import vault
from shopops.staff import operations
from shopops.staff.models import User

MOST_BYTES = 10 << 20
MOST_PIXELS = 40_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
THUMBNAIL = 120


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

    :raises GoodsRefusedError: if it is none, too big, or of another format
    """
    if len(data) > MOST_BYTES:
        raise GoodsRefusedError(
            _("图片不能超过 %(n)d MB。") % {"n": MOST_BYTES >> 20}, field="image"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
            if image.width * image.height > MOST_PIXELS:
                raise GoodsRefusedError(_("图片的像素太多，最多 4000 万。"), field="image")
            image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise GoodsRefusedError(_("图片的像素太多，最多 4000 万。"), field="image") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning) as error:
        raise GoodsRefusedError(
            _("这不是能打开的图片（要 JPG、PNG 或 WebP）。"), field="image"
        ) from error
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


def set_image(
    *, product_id: int, file: BinaryIO, by: User, now: datetime, version: int | None = None
) -> Product:
    """Give a product its main image, in place of the one before. Locks the product.

    :raises Product.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises GoodsRefusedError: if the file is no picture
    """
    picture = read_picture(file.read(MOST_BYTES + 1))
    stored = vault.store(io.BytesIO(picture.content))
    thumbnail = vault.store(io.BytesIO(picture.thumbnail))
    try:
        with transaction.atomic():
            product = locked_product(product_id, version=version)
            old = product.image_path
            # Format, both names, size: what a page and a listing check need without opening it.
            product.image_path = "|".join(
                [picture.format, stored.name, thumbnail.name, f"{picture.width}x{picture.height}"]
            )
            product.version += 1
            product.changed_at, product.changed_by = now, by
            product.save(update_fields=["image_path", "version", "changed_at", "changed_by"])
            operations.record(
                name="products.product.image_set",
                by=by,
                now=now,
                object_type="product",
                object_key=str(product.pk),
                new={"size": f"{picture.width} × {picture.height}"},
            )
    except BaseException:
        vault.remove(stored.name)
        vault.remove(thumbnail.name)
        raise
    for name in image_names(old):
        vault.remove(name)
    return product


def image_names(path: str) -> list[str]:
    """Give the names in the vault of an image and its thumbnail."""
    return path.split("|")[1:3] if path else []


def image_bytes(product: Product, *, is_small: bool) -> tuple[bytes, str]:
    """Give an image's bytes and content type.

    :raises LookupError: if the product has none
    """
    if not product.image_path:
        raise LookupError
    kind, whole, small, *_size = product.image_path.split("|")
    if is_small:
        return b"".join(vault.chunks(small)), "image/jpeg"
    return b"".join(vault.chunks(whole)), CONTENT_TYPES[kind]
