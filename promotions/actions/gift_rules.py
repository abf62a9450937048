"""What people do with gift rules: write one, change it, switch it."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from products.models import Product, Sku
from promotions.actions import gift_locks
from promotions.actions.check import request_live_checks
from promotions.actions.gift_errors import GiftRefusedError
from promotions.choices import GiftShortage
from promotions.models import Activity, GiftRule, GiftRuleProduct, GiftRuleSku
from promotions.queries.gifts import as_terms, codes_for
from promotions.rules.activities import is_far
from promotions.rules.gifts import GiftTerms
from shopops.staff import operations
from shopops.staff.models import User

MOST = 1_000_000
_PLAIN = (
    "name", "note", "starts_at", "ends_at", "pieces", "every_pieces", "most_times", "first_orders",
    "quota", "is_shop_wide", "is_once_per_buyer", "is_on", "from_amount", "when_out",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GiftValues:
    """A gift rule as a person enters it. `goods`: merchant codes or product numbers that count."""

    name: str
    gift_code: str
    starts_at: datetime
    ends_at: datetime
    activity_id: int | None = None
    pieces: int = 1
    goods: tuple[str, ...] = ()
    from_amount: Decimal | None = None
    every_pieces: int | None = None
    most_times: int | None = None
    first_orders: int | None = None
    quota: int | None = None
    is_once_per_buyer: bool = False
    is_on: bool = True
    when_out: GiftShortage = GiftShortage.SKIP
    note: str = ""

    @property
    def is_shop_wide(self) -> bool:
        """Say whether whatever is bought counts."""
        return not self.goods


@dataclass(frozen=True, slots=True)
class _Found:
    gift: Sku
    sku_ids: tuple[int, ...]
    product_ids: tuple[int, ...]


@transaction.atomic
def create_rule(*, values: GiftValues, by: User, now: datetime) -> GiftRule:
    """Write a gift rule; it gives with the next audit of orders paid in its time.

    :raises GiftRefusedError: if a code is unknown, or the values contradict each other
    """
    found = _resolved(values)
    rule = GiftRule(changed_at=now, changed_by=by, gift_sku=found.gift)
    _fill(rule, values)
    rule.save()
    _set_goods(rule, found)
    _record("rule_added", rule, by, now, new=_as_json(values))
    return rule


@transaction.atomic
def change_rule(
    *, rule_id: int, values: GiftValues, version: int, by: User, now: datetime
) -> GiftRule:
    """Change a gift rule. What was given stays given. Locks the rule.

    :raises GiftRule.DoesNotExist: if there is none
    :raises StaleGiftError: if a colleague changed it since `version`
    :raises GiftRefusedError: if a code is unknown, the values contradict each other, or less would be
        allowed than was given already
    """
    rule = gift_locks.locked_gift_rule(rule_id=rule_id, version=version)
    found = _resolved(values)
    _refuse_less(rule, values)
    if rule.used_orders and rule.gift_sku_id != found.gift.pk:
        raise GiftRefusedError(
            _("这条规则已经送出过，不能换赠品；停掉它，另写一条。"), field="gift_code"
        )
    old = _as_json(values_of(rule))
    rule.gift_sku, rule.changed_at, rule.changed_by = found.gift, now, by
    _fill(rule, values)
    rule.version += 1
    rule.save(
        update_fields=[*_PLAIN, "activity", "gift_sku", "changed_at", "changed_by", "version"]
    )
    _set_goods(rule, found)
    _record("rule_changed", rule, by, now, old=old, new=_as_json(values))
    return rule


@transaction.atomic
def switch_rule(*, rule_id: int, on: bool, version: int, by: User, now: datetime) -> GiftRule:
    """Switch a gift rule on or off. Locks the rule.

    :raises GiftRule.DoesNotExist: if there is none
    :raises StaleGiftError: if a colleague changed it since `version`
    """
    rule = gift_locks.locked_gift_rule(rule_id=rule_id, version=version)
    if rule.is_on == on:
        return rule
    rule.is_on, rule.changed_at, rule.changed_by = on, now, by
    rule.version += 1
    rule.save(update_fields=["is_on", "changed_at", "changed_by", "version"])
    _record("rule_on" if on else "rule_off", rule, by, now)
    return rule


def values_of(rule: GiftRule) -> GiftValues:
    """Give a stored rule as a person would enter it. Two queries."""
    goods = (
        *rule.skus.order_by("sku__code").values_list("sku__code", flat=True),
        *rule.products.order_by("product__item_no").values_list("product__item_no", flat=True),
    )
    return GiftValues(
        name=rule.name,
        gift_code=rule.gift_sku.code,
        starts_at=rule.starts_at,
        ends_at=rule.ends_at,
        activity_id=rule.activity_id,
        pieces=rule.pieces,
        goods=goods,
        from_amount=rule.from_amount,
        every_pieces=rule.every_pieces,
        most_times=rule.most_times,
        first_orders=rule.first_orders,
        quota=rule.quota,
        is_once_per_buyer=rule.is_once_per_buyer,
        is_on=rule.is_on,
        when_out=GiftShortage(rule.when_out),
        note=rule.note,
    )


def tried(values: GiftValues) -> GiftTerms:
    """Give what a person entered as a rule that can be tried before it is stored.

    :raises GiftRefusedError: as `create_rule` does
    """
    found = _resolved(values)
    rule = GiftRule(gift_sku=found.gift)
    _fill(rule, values)
    codes = codes_for(sku_ids=found.sku_ids, product_ids=found.product_ids)
    return as_terms(rule, codes)


# --- checks -------------------------------------------------------------------------------------


def _resolved(values: GiftValues) -> _Found:
    gift = Sku.objects.filter(code=values.gift_code).first()
    if gift is None:
        raise GiftRefusedError(
            _("没有商家编码「%(code)s」。") % {"code": values.gift_code}, field="gift_code"
        )
    if is_far(values.starts_at, values.ends_at):
        raise GiftRefusedError(_("年份不对，写 2000 到 2100 年之间的时间"), field="starts_at")
    if values.ends_at <= values.starts_at:
        raise GiftRefusedError(_("结束要晚于开始。"), field="ends_at")
    _refuse_activity(values)
    _refuse_numbers(values)
    skus = dict(Sku.objects.filter(code__in=values.goods).values_list("code", "pk"))
    products = dict(Product.objects.filter(item_no__in=values.goods).values_list("item_no", "pk"))
    unknown = next((one for one in values.goods if one not in skus and one not in products), None)
    if unknown is not None:
        words = _("「%(code)s」既不是商家编码，也不是商品ID。") % {"code": unknown}
        raise GiftRefusedError(words, field="goods")
    named = {pk for code, pk in products.items() if code not in skus}
    return _Found(gift, tuple(sorted(skus.values())), tuple(sorted(named)))


def _refuse_activity(values: GiftValues) -> None:
    if values.activity_id is None:
        return
    activity = Activity.objects.filter(pk=values.activity_id).first()
    if activity is None:
        raise GiftRefusedError(_("这个活动已经不在了。"), field="activity")
    if values.starts_at < activity.starts_at or values.ends_at > activity.ends_at:
        raise GiftRefusedError(_("赠品的时间要在活动的时间里。"), field="starts_at")


def _refuse_numbers(values: GiftValues) -> None:
    """Refuse what can be no number of something, each at its own field."""
    for field in ("pieces", "every_pieces", "most_times", "first_orders", "quota", "from_amount"):
        number = getattr(values, field)
        if number is not None and number <= 0:
            raise GiftRefusedError(_("要大于 0；不限就留空。"), field=field)
        if number is not None and number > MOST:
            raise GiftRefusedError(_("超过一百万，多半是打错了。"), field=field)
    if values.most_times is not None and values.every_pieces is None:
        raise GiftRefusedError(_("先写每几件送一份，再写最多几份。"), field="most_times")
    if values.quota is not None and values.quota < values.pieces:
        raise GiftRefusedError(_("名额比一份还少，一单也送不出。"), field="quota")


def _refuse_less(rule: GiftRule, values: GiftValues) -> None:
    if values.quota is not None and values.quota < rule.used_pieces:
        words = _("已经送了 %(n)s 件，名额不能更少。") % {"n": rule.used_pieces}
        raise GiftRefusedError(words, field="quota")
    if values.first_orders is not None and values.first_orders < rule.used_orders:
        words = _("已经送了 %(n)s 单，不能更少。") % {"n": rule.used_orders}
        raise GiftRefusedError(words, field="first_orders")


# --- writing ------------------------------------------------------------------------------------


def _fill(rule: GiftRule, values: GiftValues) -> None:
    for name in _PLAIN:
        setattr(rule, name, getattr(values, name))
    rule.activity_id = values.activity_id


def _set_goods(rule: GiftRule, found: _Found) -> None:
    _keep_only(rule, found.sku_ids, found.product_ids)
    GiftRuleSku.objects.bulk_create(
        [GiftRuleSku(rule=rule, sku_id=pk) for pk in found.sku_ids], ignore_conflicts=True
    )
    GiftRuleProduct.objects.bulk_create(
        [GiftRuleProduct(rule=rule, product_id=pk) for pk in found.product_ids],
        ignore_conflicts=True,
    )


def _keep_only(rule: GiftRule, sku_ids: Collection[int], product_ids: Collection[int]) -> None:
    rule.skus.exclude(sku__in=list(sku_ids)).delete()
    rule.products.exclude(product__in=list(product_ids)).delete()


def _as_json(values: GiftValues) -> dict[str, Any]:
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, Decimal)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in asdict(values).items()
        if value not in (None, "", ())
    }


def _record(
    what: str,
    rule: GiftRule,
    by: User,
    now: datetime,
    *,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    """Log it, and have live activities checked again: what comes along costs them margin."""
    request_live_checks(now=now)
    operations.record(
        name=f"promotions.gift.{what}",
        by=by,
        now=now,
        object_type="gift_rule",
        object_key=str(rule.pk),
        old=old,
        new=new,
    )
