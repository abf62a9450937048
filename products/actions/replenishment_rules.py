"""Changing how the shop replenishes: an edit ends nothing, a newer row counts from today on."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions import locks
from products.actions.errors import StaleGoodsError, StockRefusedError
from products.models import ReplenishmentRule
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

LEAST_HISTORY = 84


@dataclass(frozen=True, slots=True)
class RuleValues:
    """How the shop replenishes, as a person enters it."""

    service_percent: Decimal
    main_service_percent: Decimal
    review_days: int
    lead_days: int
    history_days: int


@transaction.atomic
def set_replenishment_rule(
    *, values: RuleValues, version: int, by: User, now: datetime
) -> ReplenishmentRule:
    """Set the rules from today on; the next plans follow them.

    :raises StockRefusedError: if a figure makes no sense, or main products would run out more often
    :raises StaleGoodsError: if a colleague changed them since `version`
    """
    _refuse_nonsense(values)
    last = locks.locked_replenishment_rule()
    if (last.version if last else 0) != version:
        raise StaleGoodsError(words=_("补货规则刚被同事改过，看一下现在的再改。"))
    today = business_date(now)
    old = asdict(values_of(last)) if last else {}
    row = last if last and last.valid_from >= today else ReplenishmentRule(valid_from=today)
    for name, value in asdict(values).items():
        setattr(row, name, value)
    row.version, row.changed_at, row.changed_by = version + 1, now, by
    row.save()
    operations.record(
        name="products.replenishment_rule.set",
        by=by,
        now=now,
        object_type="replenishment_rule",
        object_key=today.isoformat(),
        old=_plain(old),
        new=_plain(asdict(values)),
    )
    return row


def _refuse_nonsense(values: RuleValues) -> None:
    for percent in (values.service_percent, values.main_service_percent):
        if not 50 < percent < 100:
            raise StockRefusedError(_("服务水平要在 50% 和 100% 之间。"))
    if values.main_service_percent < values.service_percent:
        raise StockRefusedError(_("主推款的服务水平不能比其他商品低。"))
    if values.review_days < 1 or values.lead_days < 0:
        raise StockRefusedError(_("几天下一次单至少写 1，交期不能是负数。"))
    if values.history_days < LEAST_HISTORY:
        words = _("销量至少看 %(n)s 天，不然没法回测。")
        raise StockRefusedError(words % {"n": LEAST_HISTORY})


def _plain(values: dict[str, object]) -> dict[str, object]:
    return {name: str(one) if isinstance(one, Decimal) else one for name, one in values.items()}


def values_of(row: ReplenishmentRule) -> RuleValues:
    """Give the values of a stored row."""
    return RuleValues(
        service_percent=Decimal(row.service_percent),
        main_service_percent=Decimal(row.main_service_percent),
        review_days=row.review_days,
        lead_days=row.lead_days,
        history_days=row.history_days,
    )
