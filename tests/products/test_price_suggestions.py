"""Which prices might be worth a thought: found among those of which a rule could say something."""

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.choices import ProductStatus
from products.models import Competitor, CompetitorSnapshot, QualityRecord, Sku, StockLevel
from products.queries import prices
from shopops.lib.business_time import business_date
from tests.factories.listing import ProductFactory, SkuFactory

SEASONS = ("", "夏", "2026秋冬")
SHELVES = (None, 0, 1, 9, 10, 11, 400)
SALES = (None, 0, 3, 30)
RIVALS = (None, "60.00", "99.00")


@pytest.fixture
def today(now):
    return business_date(now)


def _rival(product, amount, today):
    rival = Competitor.objects.create(product=product, shop="对门", title="同款")
    CompetitorSnapshot.objects.create(competitor=rival, date=today, price_amount=Decimal(amount))


@pytest.fixture
def goods(db, today):
    """Every mixture of season, stock, sales and rival; 90 days at 30 pieces in 270 is ten pieces."""
    for season, rival in itertools.product(SEASONS, RIVALS):
        product = ProductFactory(season=season, status=ProductStatus.ON_SHELF)
        if rival:
            _rival(product, rival, today)
        for shelf, sold in itertools.product(SHELVES, SALES):
            sku = SkuFactory(product=product, list_amount=Decimal(100), floor_amount=Decimal(50))
            if shelf is not None:
                StockLevel.objects.create(sku=sku, on_hand=shelf)
            if sold is not None:
                QualityRecord.objects.create(sku=sku, date=today, days=270, sold_pieces=sold)


def _all(_rivals, _slow_days, *, today):
    return Sku.objects.select_related("product").order_by("pk")


def test_looking_at_fewer_skus_finds_the_same(goods, today, monkeypatch):
    monkeypatch.setattr(prices, "MOST_SUGGESTIONS", 10_000)
    found = prices.price_suggestions(today=today)
    monkeypatch.setattr(prices, "_worth_a_look", _all)

    assert found == prices.price_suggestions(today=today)
    assert {one.suggestion.kind for one in found} == {"season_end", "slow", "rival"}


def test_goods_that_sell_are_not_read(goods, today):
    looked = prices._worth_a_look((), 90, today=today)

    assert not looked.filter(level__on_hand=0).exists()
    assert not looked.filter(level__isnull=True).exists()
    assert not looked.filter(
        quality__sold_pieces=30, level__on_hand=10, product__season=""
    ).exists()
    assert looked.filter(quality__sold_pieces=30, level__on_hand=11, product__season="").exists()


def test_nothing_is_called_slow_where_sales_are_old(goods, today):
    later = today + timedelta(days=prices.KNOWN_DAYS + 1)

    kinds = {one.suggestion.kind for one in prices.price_suggestions(today=later)}

    assert "slow" not in kinds


def test_it_asks_a_fixed_number_of_questions(goods, today):
    with CaptureQueriesContext(connection) as asked:
        prices.price_suggestions(today=today)

    assert len(asked) <= 9
