"""What people change of a product or a SKU. A field that a person set belongs to no file any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from products.actions.catalogue_locks import locked_product, locked_sku
from products.actions.errors import GoodsRefusedError
from products.actions.forbidden import refuse_forbidden
from products.choices import ProductStatus
from products.models import Product, Sku
from products.rules.sources import DEFAULTED, HAND
from shopops.staff import operations
from shopops.staff.models import User

PRODUCT_FIELDS = (
    "title", "item_code", "category", "brand", "season", "status", "role", "is_main",
    "in_showcase", "promise_hours",
)  # fmt: skip
SKU_FIELDS = (
    "title", "spec", "barcode", "bin_code", "weight_grams", "pack_size", "promise_hours",
    "is_on", "product_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edited[Row: (Product, Sku)]:
    """What an edit did: the row, and which fields really changed."""

    row: Row
    changed: tuple[str, ...]


@transaction.atomic
def edit_product(
    *,
    product_id: int,
    values: Mapping[str, Any],
    by: User,
    now: datetime,
    version: int | None = None,
) -> Edited[Product]:
    """Change fields of a product. Locks the product.

    :raises Product.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises UnableToListError: if it is to be listed and is forbidden
    """
    product = locked_product(product_id, version=version)
    return Edited(product, tuple(apply_to_product(product, values, by=by, now=now)))


def apply_to_product(
    product: Product, values: Mapping[str, Any], *, by: User, now: datetime
) -> dict[str, tuple[Any, Any]]:
    """Change fields of a locked product, with a line in the log; give what changed.

    :raises UnableToListError: if it is to be listed and is forbidden
    """
    if values.get("status") == ProductStatus.ON_SHELF != product.status:
        refuse_forbidden(product)
    if product.status == "draft" and values.get("status", "draft") == "draft":
        # Somebody has looked at it: what it is on the platform is not known by that.
        values = {key: value for key, value in values.items() if key != "status"}
    changed = _apply(product, values, PRODUCT_FIELDS, by=by, now=now)
    if changed:
        _record("products.product.edited", "product", product, changed, by=by, now=now)
    return changed


@transaction.atomic
def edit_sku(
    *,
    sku_id: int,
    values: Mapping[str, Any],
    by: User,
    now: datetime,
    version: int | None = None,
) -> Edited[Sku]:
    """Change fields of a SKU; a draft is one no longer. Locks the SKU.

    :raises Sku.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises GoodsRefusedError: if another SKU has the barcode
    """
    sku = locked_sku(sku_id, version=version)
    _check_barcode(sku, values)
    changed = _apply(sku, values, SKU_FIELDS, by=by, now=now)
    if changed or sku.is_draft:
        sku.is_draft = False
        _save(sku, "is_draft")
        _record("products.sku.edited", "sku", sku, changed, by=by, now=now)
    return Edited(sku, tuple(changed))


def _check_barcode(sku: Sku, values: Mapping[str, Any]) -> None:
    barcode = values.get("barcode", "")
    other = Sku.objects.filter(barcode=barcode).exclude(pk=sku.pk).first() if barcode else None
    if other is not None:
        raise GoodsRefusedError(
            _("条码 %(barcode)s 已经是 %(code)s 的。") % {"barcode": barcode, "code": other.code},
            field="barcode",
        )


def _apply(
    row: Product | Sku,
    values: Mapping[str, Any],
    fields: tuple[str, ...],
    *,
    by: User,
    now: datetime,
) -> dict[str, tuple[Any, Any]]:
    """Set what differs, and write it down as a person's; the row is saved."""
    changed = {
        name: (getattr(row, name), values[name])
        for name in fields
        if name in values and getattr(row, name) != values[name]
    }
    if not changed:
        return {}
    for name, (_old, new) in changed.items():
        setattr(row, name, new)
    said_by_hand(row, *changed, now=now)
    row.version += 1
    row.changed_at, row.changed_by = now, by
    _save(row, *changed, "said_by", "version", "changed_at", "changed_by")
    return changed


def _save(row: Product | Sku, *fields: str) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=list(fields))
    except IntegrityError as error:  # the same barcode, given to two SKUs at one moment
        raise GoodsRefusedError(_("有人刚刚把同一个号给了别的，请再看一下。")) from error


def said_by_hand(row: Product | Sku, *fields: str, now: datetime) -> None:
    """Write down that a person said these fields. Does not save; `said_by` is to be saved."""
    said = dict(row.said_by)
    for name in fields:
        said.pop(name, None)
        if name in DEFAULTED:
            said[name] = f"{HAND}|{now.isoformat()}"
    row.said_by = said


def _record(
    name: str,
    kind: str,
    row: Product | Sku,
    changed: Mapping[str, tuple[Any, Any]],
    *,
    by: User,
    now: datetime,
) -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type=kind,
        object_key=str(row.pk),
        old={field: plain(old) for field, (old, _new) in changed.items()},
        new={field: plain(new) for field, (_old, new) in changed.items()},
    )


def plain(value: object) -> object:
    """Write a value as the operation log keeps it."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, datetime) else value
