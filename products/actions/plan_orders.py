"""From suggestions to drafts of purchase orders: one for each supplier, and none of it twice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions import locks, purchases
from products.actions.errors import PurchaseRefusedError, StaleGoodsError
from products.models import PurchaseOrder, Sku, SupplierPrice
from products.queries.offers import newest_offers
from products.queries.plans import covered_of
from products.rules.stock import MOST_PIECES
from shopops.lib.business_time import business_date
from shopops.lib.words import listed
from shopops.staff.models import User

# One confirmation: more than a person looks through, and no more than one page of a form carries.
MOST_LINES = 500
# So many codes are named in a refusal.
NAMED = 5


@dataclass(frozen=True, slots=True)
class PlanLine:
    """How much to order of one SKU.

    `covered`: pieces in drafts and in orders since the plan, as the person saw them. What differs
    now was ordered by somebody else, or by the same click twice.
    """

    sku_id: int
    quantity: int
    covered: int


@transaction.atomic
def order_plans(*, lines: Sequence[PlanLine], by: User, now: datetime) -> list[PurchaseOrder]:
    """Write drafts of purchase orders, one for each supplier, at its newest price. All or nothing.

    Locks the plans, then the suppliers. Each draft is expected after its supplier's lead time and has
    its own line in the operation log.

    :raises PurchaseRefusedError: if there is nothing, too much, a senseless quantity, a SKU without a
        plan or without a supplier
    :raises StaleGoodsError: if somebody ordered one of them since the person looked
    """
    _refuse_quantities(lines)
    ids = [line.sku_id for line in lines]
    plans = locks.locked_plans(ids)
    if gone := [pk for pk in ids if pk not in plans]:
        words = _("%(codes)s 不在补货计划里，重新算一次再订。")
        raise PurchaseRefusedError(words % {"codes": _codes(gone)})
    _refuse_covered(lines)
    today = business_date(now)
    offers = newest_offers(ids, today=today)
    if bare := [pk for pk in ids if pk not in offers]:
        words = _("%(codes)s 没有供应商。先在供应商页记一个报价，再订。")
        raise PurchaseRefusedError(words % {"codes": _codes(bare)})
    return _drafts(lines, offers, today, by=by, now=now)


def _refuse_quantities(lines: Sequence[PlanLine]) -> None:
    if not lines:
        raise PurchaseRefusedError(_("先勾上要订的商品，数量大于 0。"))
    if len(lines) > MOST_LINES:
        words = _("一次最多订 %(n)s 个商品，先按供应商筛一下。")
        raise PurchaseRefusedError(words % {"n": MOST_LINES})
    if len({line.sku_id for line in lines}) != len(lines):
        raise PurchaseRefusedError(_("同一个编码只写一行，把数量加在一起。"))
    wrong = [line.sku_id for line in lines if not 0 < line.quantity <= MOST_PIECES]
    if wrong:
        words = _("%(codes)s 的数量要大于 0，不超过一百万。")
        raise PurchaseRefusedError(words % {"codes": _codes(wrong)})


def _refuse_covered(lines: Sequence[PlanLine]) -> None:
    covered = covered_of([line.sku_id for line in lines])
    changed = [
        line.sku_id
        for line in lines
        if (covered[line.sku_id].pieces if line.sku_id in covered else 0) != line.covered
    ]
    if not changed:
        return
    numbers = sorted({n for pk in changed if pk in covered for n in covered[pk].numbers})
    if numbers:
        words = _("%(codes)s 刚写进了采购单 %(numbers)s，没有再订一次。看一下现在的再确认。")
    else:
        words = _("%(codes)s 的采购单刚被撤掉或改了，没有订。看一下现在的再确认。")
    said = {"codes": _codes(changed), "numbers": listed(numbers[:NAMED])}
    raise StaleGoodsError(words=words % said)


def _codes(sku_ids: Collection[int]) -> str:
    rows = Sku.objects.filter(pk__in=sku_ids).order_by("code").values_list("code", flat=True)
    named = list(rows[:NAMED])
    if len(sku_ids) <= NAMED:
        return listed(named)
    return _("%(codes)s 等 %(n)s 个") % {"codes": listed(named), "n": len(sku_ids)}


def _drafts(
    lines: Sequence[PlanLine],
    offers: Mapping[int, SupplierPrice],
    today: date,
    *,
    by: User,
    now: datetime,
) -> list[PurchaseOrder]:
    by_supplier: dict[int, list[purchases.Line]] = {}
    for line in sorted(lines, key=lambda one: one.sku_id):
        offer = offers[line.sku_id]
        ordered = purchases.Line(line.sku_id, line.quantity, offer.amount)
        by_supplier.setdefault(offer.supplier_id, []).append(ordered)
    suppliers = locks.locked_suppliers(by_supplier)
    return [
        purchases.create_purchase(
            supplier_id=pk,
            lines=by_supplier[pk],
            expected_on=today + timedelta(days=supplier.lead_days),
            note=_("按补货建议"),
            by=by,
            now=now,
        )
        for pk, supplier in suppliers.items()
    ]
