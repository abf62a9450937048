"""A product's main image: read by Pillow, written anew without what a camera added, kept in the vault.

What is served is what we wrote, never the bytes that came in.
"""

from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from products.actions.catalogue_locks import locked_product
from products.actions.errors import GoodsRefusedError
from products.models import Product
from shopops.lib import pictures, vault
from shopops.lib.pictures import CONTENT_TYPES, MOST_BYTES, Picture
from shopops.staff import operations
from shopops.staff.models import User

__all__ = ["CONTENT_TYPES", "image_bytes", "image_names", "read_picture", "set_image"]


def read_picture(data: bytes) -> Picture:
    """Read and rewrite a picture.

    :raises GoodsRefusedError: if it is none, too big, or of another format
    """
    try:
        return pictures.read_picture(data)
    except pictures.NotAPictureError as error:
        raise GoodsRefusedError(str(error), field="image") from error


def set_image(
    *, product_id: int, file: BinaryIO, by: User, now: datetime, version: int | None = None
) -> Product:
    """Give a product its main image, in place of the one before. Locks the product.

    :raises Product.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises GoodsRefusedError: if the file is no picture
    """
    picture = read_picture(file.read(MOST_BYTES + 1))
    # Format, both names, size: what a page and a listing check need without opening it.
    path = pictures.keep(picture)
    try:
        with transaction.atomic():
            product = locked_product(product_id, version=version)
            old = product.image_path
            product.image_path = path
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
        pictures.drop(path)
        raise
    pictures.drop(old)
    return product


def image_names(path: str) -> list[str]:
    """Give the names in the vault of an image and its thumbnail."""
    return pictures.names(path)


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
