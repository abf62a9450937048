"""Conflicts between sources, decided by a person."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions.catalogue import plain, said_by_hand
from products.actions.catalogue_locks import locked_conflicts, locked_products, locked_skus
from products.actions.prices import take_price
from products.choices import PriceKind
from products.models import CatalogueConflict, Product, Sku
from products.wording.catalogue import SECRET
from shopops.staff import operations
from shopops.staff.models import User

_PRICES = {"list_amount": PriceKind.LIST, "cost_amount": PriceKind.COST}


@dataclass(slots=True)
class Decided:
    """How many were decided, how many a colleague had decided already, and which could not be taken."""

    done: int
    gone: int
    refused: list[str]


@transaction.atomic
def decide_conflicts(*, ids: Sequence[int], takes_theirs: bool, by: User, now: datetime) -> Decided:
    """Decide several conflicts the same way. Locks products, SKUs, then the conflicts.

    What was decided before is left alone. Nothing a person may not see is told in the log.
    """
    wanted = list(CatalogueConflict.objects.filter(pk__in=ids).values("product_id", "sku_id"))
    products = locked_products(row["product_id"] for row in wanted if row["product_id"])
    skus = locked_skus(row["sku_id"] for row in wanted if row["sku_id"])
    conflicts = locked_conflicts(ids)
    outcome = Decided(0, len(set(ids)) - len(conflicts), [])
    for conflict in conflicts:
        row = _row(conflict, products, skus)
        refusal = (
            _take(row, conflict, by=by, now=now) if takes_theirs else _keep(row, conflict, now)
        )
        if refusal:
            outcome.refused.append(refusal)
            continue
        conflict.decided_at, conflict.decided_by = now, by
        conflict.takes_theirs = takes_theirs
        conflict.save(update_fields=["decided_at", "decided_by", "takes_theirs"])
        _record(conflict, by=by, now=now)
        outcome.done += 1
    return outcome


def _row(
    conflict: CatalogueConflict, products: dict[int, Product], skus: dict[int, Sku]
) -> Product | Sku:
    if conflict.sku_id is not None:
        return skus[conflict.sku_id]
    assert conflict.product_id is not None  # noqa: S101
    return products[conflict.product_id]


def _keep(row: Product | Sku, conflict: CatalogueConflict, now: datetime) -> str:
    """What stands is a person's word from now on."""
    said_by_hand(row, conflict.field, now=now)
    row.save(update_fields=["said_by"])
    return ""


def _take(row: Product | Sku, conflict: CatalogueConflict, *, by: User, now: datetime) -> str:
    """Write the file's value; give why not, in words, where it cannot be."""
    value = _value(row, conflict)
    if conflict.field == "barcode":
        other = Sku.objects.filter(barcode=value).exclude(pk=row.pk).first()
        if other is not None:
            return _("条码 %(barcode)s 已经是 %(code)s 的。") % {
                "barcode": value,
                "code": other.code,
            }
    if conflict.field == "product_id" and not Product.objects.filter(pk=value).exists():
        return _("对方说的商品已经不在了。")
    kind = _PRICES.get(conflict.field)
    if kind is not None and isinstance(row, Sku):
        reason = _("采用了文件里的值")
        reasons = take_price(row, kind=kind, amount=value, reason=reason, by=by, now=now)
        if reasons:
            return _("%(code)s 的新价低于底价或和成本有冲突，要能批价的人来定。") % {
                "code": row.code
            }
    setattr(row, conflict.field, value)
    said_by_hand(row, conflict.field, now=now)
    row.version += 1
    row.changed_at, row.changed_by = now, by
    fields = [conflict.field, "said_by", "version", "changed_at", "changed_by"]
    row.save(update_fields=fields)
    return ""


def _value(row: Product | Sku, conflict: CatalogueConflict) -> Any:  # noqa: ANN401
    """Read the file's value, kept as text, as the field holds it."""
    text, field = conflict.theirs, conflict.field
    if field.endswith("_amount"):
        return Decimal(text)
    if field in ("product_id", "shelf_quantity"):
        return int(text)
    if field in ("is_on", "in_showcase"):
        return text in ("true", "True")
    if field == "attributes":
        return json.loads(text)
    if field == "listed_at":
        return datetime.fromisoformat(text)
    return text


def _record(conflict: CatalogueConflict, *, by: User, now: datetime) -> None:
    is_sku = conflict.sku_id is not None
    is_secret = conflict.field in SECRET
    shown = {"field": conflict.field, "source": conflict.source}
    values = {} if is_secret else {conflict.field: plain(conflict.ours)}
    chosen = conflict.theirs if conflict.takes_theirs else conflict.ours
    operations.record(
        name="products.conflict.decided",
        by=by,
        now=now,
        object_type="sku" if is_sku else "product",
        object_key=str(conflict.sku_id if is_sku else conflict.product_id),
        old=values,
        new=shown | ({} if is_secret else {conflict.field: chosen}),
    )
