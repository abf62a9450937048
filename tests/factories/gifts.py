"""Gift rules for tests: one piece with every order of these days, unless told otherwise."""

from datetime import timedelta
from typing import Any

from products.models import Product, Sku
from promotions.models import GiftRule, GiftRuleProduct, GiftRuleSku
from tests.times import NOW

GIFT = "ZP-DAI"


def gift_rule(*goods: Sku | Product, **values: Any) -> GiftRule:
    """Have a gift rule for these goods, for all where none are named."""
    sku, _made = Sku.objects.get_or_create(code=GIFT, defaults={"title": "布袋", "changed_at": NOW})
    rule = GiftRule.objects.create(
        **{
            "gift_sku": sku,
            "name": "送布袋",
            "starts_at": NOW - timedelta(days=3),
            "ends_at": NOW + timedelta(days=3),
            "changed_at": NOW,
            "is_shop_wide": not goods,
            **values,
        }
    )
    for one in goods:
        if isinstance(one, Product):
            GiftRuleProduct.objects.create(rule=rule, product=one)
        else:
            GiftRuleSku.objects.create(rule=rule, sku=one)
    return rule
