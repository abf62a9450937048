"""Changing how the shop handles stock: an edit ends nothing, a newer row counts from today on."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions import locks
from products.actions.errors import StaleGoodsError, StockRefusedError
from products.choices import AllocateAt
from products.models import Sku, StockLevel, StockRule
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class RuleValues:
    """The shop's rules of stock as a person enters them."""

    allocate_at: AllocateAt
    threshold: int
    main_threshold: int
    cover_days: int
    main_cover_days: int
    sales_days: int
    unsent_days: int
    holds_unknown: bool
    returns_at_refund: bool


@transaction.atomic
def set_rule(*, values: RuleValues, version: int, by: User, now: datetime) -> StockRule:
    """Set the shop's rules from today on.

    :raises StockRefusedError: if main products would be watched less closely than others
    :raises StaleGoodsError: if a colleague changed them since `version`
    """
    if values.main_threshold < values.threshold or values.main_cover_days < values.cover_days:
        raise StockRefusedError(_("主推款的要求不能比其他商品松。"))
    last = locks.locked_rule()
    if (last.version if last else 0) != version:
        raise StaleGoodsError(words=_("库存规则刚被同事改过，看一下现在的再改。"))
    today = business_date(now)
    row = last if last and last.valid_from >= today else StockRule(valid_from=today)
    old = values_of(last) if last else None
    for name, value in asdict(values).items():
        setattr(row, name, value)
    row.version, row.changed_at, row.changed_by = version + 1, now, by
    row.save()
    operations.record(
        name="products.stock_rule.set",
        by=by,
        now=now,
        object_type="stock_rule",
        object_key=today.isoformat(),
        old=asdict(old) if old else {},
        new=asdict(values),
    )
    return row


def values_of(row: StockRule) -> RuleValues:
    """Give the values of a stored row."""
    return RuleValues(
        allocate_at=AllocateAt(row.allocate_at),
        threshold=row.threshold,
        main_threshold=row.main_threshold,
        cover_days=row.cover_days,
        main_cover_days=row.main_cover_days,
        sales_days=row.sales_days,
        unsent_days=row.unsent_days,
        holds_unknown=row.holds_unknown,
        returns_at_refund=row.returns_at_refund,
    )


@transaction.atomic
def set_limits(
    *,
    sku_id: int,
    threshold: int | None,
    cover_days: int | None,
    safety: int,
    by: User,
    now: datetime,
) -> StockLevel:
    """Set below which pieces or days a SKU is short; None: as the shop's rules say. Locks the level.

    :raises StockRefusedError: if the SKU's stock is not kept
    """
    level = locks.locked_levels([sku_id]).get(sku_id)
    if level is None:
        raise StockRefusedError(_("这个编码还没有记库存，先入库或盘点。"))
    old = {"threshold": level.threshold, "cover_days": level.cover_days, "safety": level.safety}
    level.threshold, level.cover_days, level.safety = threshold, cover_days, safety
    level.save(update_fields=["threshold", "cover_days", "safety"])
    operations.record(
        name="products.stock.limits_set",
        by=by,
        now=now,
        object_type="sku",
        object_key=Sku.objects.values_list("code", flat=True).get(pk=sku_id),
        old=old,
        new={"threshold": threshold, "cover_days": cover_days, "safety": safety},
    )
    return level
