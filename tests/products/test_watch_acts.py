"""What is watched of goods on the shelf: the week, ranks, competitors, the showcase."""

from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from products.actions import looks, shelf
from products.actions.errors import GoodsRefusedError
from products.checks.listing import mains_are_well, rivals_are_quiet
from products.choices import RankSort
from products.models import (
    CompetitorSnapshot,
    Product,
    ProductDay,
    RankSnapshot,
    ShelfSlot,
)
from shopops.checks.models import CheckResult
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.factories.listing import ProductFactory


def test_planning_places_all_main_products_and_leaves_hand_set_ones(manager, now):
    mains = [ProductFactory(is_main=True) for _number in range(5)]
    other = ProductFactory()
    shelf.plan_shelf(by=manager, now=now)
    shelf.move_slot(product_id=mains[0].pk, weekday=6, at=time(3, 30), by=manager, now=now)
    ShelfSlot.objects.create(product=other, weekday=0, at=time(1), planned_at=now)

    shelf.plan_shelf(by=manager, now=now)

    slots = {slot.product_id: slot for slot in ShelfSlot.objects.all()}
    assert set(slots) == {one.pk for one in mains}
    assert (slots[mains[0].pk].weekday, slots[mains[0].pk].at) == (6, time(3, 30))
    assert Operation.objects.filter(name="products.shelf.planned").count() == 2


def test_without_orders_the_curve_is_flat_and_says_so(shop, now):
    assert shelf.traffic(now=now).is_known is False


def test_only_a_main_product_has_a_place_in_the_week(manager, now):
    with pytest.raises(GoodsRefusedError):
        shelf.move_slot(product_id=ProductFactory().pk, weekday=1, at=time(9), by=manager, now=now)
    main = ProductFactory(is_main=True)
    with pytest.raises(GoodsRefusedError):
        shelf.move_slot(product_id=main.pk, weekday=7, at=time(9), by=manager, now=now)


def test_a_rank_beyond_what_was_looked_at_or_in_the_future_is_refused(manager, now):
    product = ProductFactory()
    good = looks.RankLook(product.pk, "枕套", RankSort.GENERAL, now, 200, 200)
    beyond = looks.RankLook(product.pk, "枕套", RankSort.GENERAL, now, 201, 200)
    future = looks.RankLook(
        product.pk, "枕套", RankSort.GENERAL, now + timedelta(seconds=1), 1, 200
    )

    for bad in (beyond, future):
        with pytest.raises(GoodsRefusedError):
            looks.record_ranks(looks=[good, bad], by=manager, now=now)
    assert not RankSnapshot.objects.exists()
    looks.record_ranks(looks=[good, good], by=manager, now=now)
    looks.record_ranks(looks=[good], by=manager, now=now)
    assert RankSnapshot.objects.count() == 1


def test_a_lost_rank_and_weak_sales_are_found_and_close_by_themselves(manager, now):
    product = ProductFactory(is_main=True)
    today = business_date(now)
    for back, place in ((3, 18), (2, 20), (1, 19), (0, None)):
        look = looks.RankLook(
            product.pk, "枕套", RankSort.GENERAL, now - timedelta(days=back), place, 200
        )
        looks.record_ranks(looks=[look], by=manager, now=now)
    for back in range(1, 12):
        pieces = 2 if back == 1 else 40
        ProductDay.objects.create(
            product=product, date=today - timedelta(days=back), paid_pieces=pieces
        )

    finding = mains_are_well(today, now).findings[0]

    assert "疑似被降权" in finding.title
    assert "前 200 名里没有" in finding.evidence
    assert "卖 2 件" in finding.evidence
    RankSnapshot.objects.filter(position=None).update(position=21)
    ProductDay.objects.filter(paid_pieces=2).update(paid_pieces=39)
    assert mains_are_well(today, now).status == CheckResult.Status.PASSED


def test_a_price_cut_of_a_competitor_is_a_finding_for_seven_days(manager, now):
    given = looks.RivalGiven("眠岛", "枕套", "62", None)
    rival = looks.add_competitor(given=given, by=manager, now=now)
    with pytest.raises(GoodsRefusedError):
        looks.add_competitor(given=given, by=manager, now=now)
    today = business_date(now)
    seen = [
        looks.RivalLook(rival.pk, today - timedelta(days=back), Decimal(price), None)
        for back, price in ((3, 100), (2, 80))
    ]
    looks.record_rivals(looks=seen, by=manager, now=now)

    assert len(rivals_are_quiet(today, now).findings) == 1
    assert rivals_are_quiet(today + timedelta(days=6), now).findings == []


def test_pasted_ranks_and_looks_keep_the_good_rows_and_name_the_bad(as_manager, manager, now):
    product = ProductFactory(item_no="610")
    rival = looks.add_competitor(
        given=looks.RivalGiven("眠岛", "枕套", "62", None), by=manager, now=now
    )
    ranks = "商品ID,关键词,名次,日期\n610.0,枕套,18,2026-09-10\n999,枕套,3,2026-09-10\n610,枕套,201,2026-09-10"
    seen = "商品ID,日期,价格,月销\n62,2026-09-10,99,1.2万\n63,2026-09-10,99,5\n62,2999-01-01,9,5"

    shown = as_manager.post(reverse("products:ranks"), {"text": ranks}).content.decode()
    as_manager.post(reverse("products:ranks"), {"text": ranks, "part": "save", "save": "1"})
    page = as_manager.post(reverse("products:competitors_paste"), {"text": seen}).content.decode()
    as_manager.post(
        reverse("products:competitors_paste"), {"text": seen, "part": "save", "save": "1"}
    )

    assert "没有商品「999」" in shown
    assert "名次 201 超过看过的个数" in shown
    assert "没有在盯的对手「63」" in page
    assert RankSnapshot.objects.get().product == product
    assert CompetitorSnapshot.objects.get(competitor=rival).monthly_sales == 12_000


def test_who_is_put_into_the_showcase_is_a_persons_word_and_a_new_version(manager, now):
    main = ProductFactory(
        is_main=True,
        status="on_shelf",
        said_by={"in_showcase": "products.item_file|2026-01-01T00:00:00+00:00"},
    )
    shelf.plan_shelf(by=manager, now=now)
    version = Product.objects.get(pk=main.pk).version

    assert shelf.fill_showcase(by=manager, now=now) == 1

    main.refresh_from_db()
    assert main.in_showcase
    assert main.said_by["in_showcase"].startswith("hand|")
    assert (main.version, main.changed_by) == (version + 1, manager)
