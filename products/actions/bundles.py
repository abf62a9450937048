"""Bundles: a SKU made of pieces of others. No bundle in a bundle, none in itself."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from products import registry
from products.actions import allocation
from products.actions.catalogue_locks import locked_skus
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.actions.locks import locked_levels
from products.choices import AllocationState, PurchaseState
from products.models import Allocation, BundlePart, PurchaseOrder, Sku, StockLevel
from products.rules.stock import Wanted
from shopops.staff import operations
from shopops.staff.models import User

MOST_PARTS, MOST_PIECES = 50, 10_000


@transaction.atomic
def set_bundle(
    *,
    sku_id: int,
    parts: Mapping[str, int],
    by: User,
    now: datetime,
    version: int | None = None,
) -> Sku:
    """Make a SKU a bundle of `parts` (code to pieces); without parts it is none any more.

    Locks the SKU and its parts, in the order of their keys, so that no two people nest bundles, then the
    levels of all, so that nothing is received onto it meanwhile. Open orders that hold the parts of before
    let them go and take the new ones, in the order of payment; one that cannot have them goes without,
    as after any shortage.

    :raises Sku.DoesNotExist: if there is no such SKU
    :raises StaleGoodsError: if it changed since `version`
    :raises GoodsRefusedError: if a part is unknown, the bundle itself, or a bundle; in words
    """
    found = dict(Sku.objects.filter(code__in=parts).values_list("code", "pk"))
    rows = locked_skus([sku_id, *found.values()])
    if sku_id not in rows:
        raise Sku.DoesNotExist
    bundle = rows[sku_id]
    if version is not None and bundle.version != version:
        raise StaleGoodsError(bundle.code, seen=version, current=bundle.version)
    before = _parts(bundle)
    touched = sorted({part.part_id for part in before} | set(found.values()))
    locked_levels([sku_id, *touched])
    _check(bundle, parts, found)
    old = {part.part.code: part.quantity for part in before}
    if old == dict(parts):
        return bundle
    waiting = _waiting_lines(bundle, touched)
    bundle.parts.all().delete()
    BundlePart.objects.bulk_create(
        BundlePart(bundle=bundle, part_id=found[code], quantity=pieces)
        for code, pieces in parts.items()
    )
    if waiting:
        allocation.release(line_keys=[line.line_key for line in waiting], now=now)
        allocation.allocate(waiting, now=now)
    bundle.version += 1
    bundle.changed_at, bundle.changed_by = now, by
    bundle.save(update_fields=["version", "changed_at", "changed_by"])
    operations.record(
        name="products.sku.bundle_set",
        by=by,
        now=now,
        object_type="sku",
        object_key=str(bundle.pk),
        old={"parts": old},
        new={"parts": dict(parts)},
    )
    return bundle


def _waiting_lines(bundle: Sku, part_ids: Collection[int]) -> list[Wanted]:
    """Give the lines of open orders that hold pieces for this bundle. Under the levels' locks."""
    rows = Allocation.objects.filter(sku__in=part_ids, state=AllocationState.HELD)
    held = dict(rows.values_list("line_key", "tid"))
    lines = registry.open_lines(sorted(set(held.values()))) if held else []
    return [line for line in lines if line.sku_code == bundle.code and line.line_key in held]


def _parts(bundle: Sku) -> list[BundlePart]:
    return list(bundle.parts.select_related("part").order_by("part__code"))


def _check(bundle: Sku, parts: Mapping[str, int], found: Mapping[str, int]) -> None:
    if len(parts) > MOST_PARTS:
        raise GoodsRefusedError(_("一个套装最多 %(n)d 种。") % {"n": MOST_PARTS}, field="parts")
    for code, pieces in parts.items():
        if code == bundle.code:
            raise GoodsRefusedError(
                _("套装不能包含它自己（%(code)s）。") % {"code": code}, field="parts"
            )
        if code not in found:
            raise GoodsRefusedError(
                _("没有编码是 %(code)s 的 SKU。") % {"code": code}, field="parts"
            )
        if not 1 <= pieces <= MOST_PIECES:
            raise GoodsRefusedError(
                _("%(code)s 的件数应当在 1 到 %(n)d 之间。") % {"code": code, "n": MOST_PIECES},
                field="parts",
            )
    nested = (
        BundlePart.objects.filter(bundle_id__in=found.values()).select_related("bundle").first()
    )
    if nested is not None:
        raise GoodsRefusedError(
            _("%(code)s 本身是套装，套装里不能再放套装：请直接列出它的单品。")
            % {"code": nested.bundle.code},
            field="parts",
        )
    if parts:
        _check_can_be_one(bundle)


def _check_can_be_one(bundle: Sku) -> None:
    inside = BundlePart.objects.filter(part=bundle).select_related("bundle").first()
    if inside is not None:
        raise GoodsRefusedError(
            _("%(code)s 是套装 %(bundle)s 的一部分，不能再变成套装。")
            % {"code": bundle.code, "bundle": inside.bundle.code},
            field="parts",
        )
    level = StockLevel.objects.filter(sku=bundle).first()
    if level is not None and (level.on_hand or level.allocated):
        raise GoodsRefusedError(
            _("%(code)s 自己有库存 %(n)d 件，先把库存调到单品上，再设成套装。")
            % {"code": bundle.code, "n": level.on_hand},
            field="parts",
        )
    ended = [PurchaseState.ARRIVED, PurchaseState.CANCELLED]
    coming = PurchaseOrder.objects.filter(lines__sku=bundle).exclude(state__in=ended)
    if number := coming.order_by("pk").values_list("number", flat=True).first():
        raise GoodsRefusedError(
            _("%(code)s 在采购单 %(number)s 里还没到齐，先结束那张采购单，再设成套装。")
            % {"code": bundle.code, "number": number},
            field="parts",
        )
