"""One change for many products: main or not, a role, on or off the shelf."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from products.actions.catalogue import apply_to_product
from products.actions.catalogue_locks import locked_products
from products.actions.errors import GoodsRefusedError
from products.models import Product
from shopops.staff.models import User

MOST = 500
BULK_FIELDS = frozenset({"is_main", "role", "status"})


@dataclass(slots=True)
class BulkDone:
    """What became of the products: those changed, those that had it so, those kept, and why."""

    changed: list[Product] = field(default_factory=list)
    same: list[Product] = field(default_factory=list)
    stale: list[Product] = field(default_factory=list)
    refused: list[tuple[Product, str]] = field(default_factory=list)
    gone: int = 0


@transaction.atomic
def edit_products(
    *, versions: Mapping[int, int], values: Mapping[str, Any], by: User, now: datetime
) -> BulkDone:
    """Change the same fields of products, each with its own line in the log. Locks them by key.

    :param versions: the version of each product that the person saw; one that was changed since is left alone
    :raises GoodsRefusedError: if a field may not be changed so
    """
    if not set(values) <= BULK_FIELDS or not values:
        raise GoodsRefusedError("only main, role and status change for many at once")
    rows = locked_products(versions)
    done = BulkDone(gone=len(versions) - len(rows))
    for product_id in sorted(rows):
        product = rows[product_id]
        if product.version != versions[product_id]:
            done.stale.append(product)
            continue
        try:
            changed = apply_to_product(product, values, by=by, now=now)
        except GoodsRefusedError as refusal:
            done.refused.append((product, refusal.message))
            continue
        (done.changed if changed else done.same).append(product)
    return done
