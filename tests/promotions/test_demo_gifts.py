"""The demo's activities give something along, once, with their own goods."""

import pytest

from promotions.demo import gifts
from promotions.models import GiftRule
from tests.promotions import activity_kit as kit

pytestmark = pytest.mark.django_db


def test_the_demos_losing_activity_gives_a_gift_with_its_goods_once(manager):
    kit.sku("ZP-XYD")
    kit.sku()
    row = kit.activity(manager, name="清仓秒杀")
    kit.put(row, kit.line(), by=manager)

    gifts.give_along(by=manager, now=kit.NOW)
    gifts.give_along(by=manager, now=kit.NOW)

    rule = GiftRule.objects.get()
    assert (rule.activity, rule.gift_sku.code) == (row, "ZP-XYD")
    assert [one.sku.code for one in rule.skus.all()] == ["MY-ZT60-BL"]


def test_an_activity_gives_nothing_that_is_not_on_the_demos_shelf(manager):
    kit.activity(manager, name="清仓秒杀")

    gifts.give_along(by=manager, now=kit.NOW)

    assert not GiftRule.objects.exists()
