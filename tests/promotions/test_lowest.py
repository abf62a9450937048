from datetime import date, timedelta
from decimal import Decimal

import pytest

from products.actions.prices import NewPrice, change_price
from products.choices import PriceKind
from promotions.actions.lowest import DAYS, KIND, request_lowest
from promotions.choices import ActivityState, BenefitKind
from promotions.models import Benefit, PriceRuleRow, SkuLowest
from promotions.queries.lowest import kept_lowest, lowest_prices
from shopops.lib.business_time import at_local, business_date
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.factories.goods import SkuFactory
from tests.factories.orders import NOON
from tests.factories.promotions import (
    ActivityFactory,
    ActivityItemFactory,
    BenefitFactory,
    BenefitSkuFactory,
)

pytestmark = pytest.mark.django_db

TODAY = business_date(NOON)


def sku(price="100.00", **facts):
    return SkuFactory.create(list_amount=Decimal(price), **facts)


def lowest_of(one, day=TODAY, **kwargs):
    return lowest_prices([one.pk], [day], now=NOON, **kwargs).get((one.pk, day))


def test_the_lowest_price_names_its_pieces_beside_the_price_of_one():
    mine = sku()
    BenefitFactory.create(
        kind=BenefitKind.MULTI_RATE, parameters={"pieces": 3, "rate": "0.9"}, code="M3"
    )

    found = lowest_of(mine)

    assert (found.amount, found.quantity) == (Decimal("90.00"), 3)
    assert (found.one_piece, found.list_amount) == (Decimal("100.00"), Decimal("100.00"))
    assert found.codes == ("M3",)
    assert found.steps[-1].running_cents == 27_000


def test_two_benefits_of_one_day_that_never_meet_are_not_added_up():
    mine = sku()
    noon = at_local(TODAY, NOON.time())
    BenefitFactory.create(
        starts_at=noon - timedelta(hours=4), ends_at=noon, parameters={"off": "5"}
    )
    BenefitFactory.create(
        starts_at=noon,
        ends_at=noon + timedelta(hours=4),
        kind=BenefitKind.OFFICIAL,
        parameters={"rate": "0.12"},
    )

    found = lowest_of(mine)

    # 100.00 is not over 100: 12.00 stays as it is.
    assert found.amount == Decimal("88.00")
    assert found.at == noon


def test_an_activity_sets_the_list_price_while_it_runs_only():
    item = ActivityItemFactory.create(sku=sku(), price_amount=Decimal("80.00"))

    assert lowest_of(item.sku).amount == Decimal("80.00")
    after = business_date(item.activity.ends_at) + timedelta(days=1)
    assert lowest_of(item.sku, after).amount == Decimal("100.00")


@pytest.mark.parametrize("state", [ActivityState.IDEA, ActivityState.CANCELLED])
def test_an_activity_that_is_no_more_than_an_idea_counts_only_when_asked_for(state):
    activity = ActivityFactory.create(state=state)
    item = ActivityItemFactory.create(activity=activity, sku=sku(), price_amount=Decimal("80.00"))
    BenefitFactory.create(activity=activity)

    assert lowest_of(item.sku).amount == Decimal("100.00")
    assert lowest_of(item.sku, with_activity=activity.pk).amount == Decimal("75.00")


def test_an_activity_can_be_left_out():
    activity = ActivityFactory.create()
    item = ActivityItemFactory.create(activity=activity, sku=sku(), price_amount=Decimal("80.00"))
    BenefitFactory.create(activity=activity)

    assert lowest_of(item.sku, without_activity=activity.pk).amount == Decimal("100.00")


def test_a_benefit_counts_for_its_own_skus_with_their_own_figures():
    mine, other = sku(), sku()
    benefit = BenefitFactory.create(is_shop_wide=False)
    BenefitSkuFactory.create(benefit=benefit, sku=mine, amount=Decimal("12.34"))

    assert lowest_of(mine).amount == Decimal("87.66")
    assert lowest_of(other).amount == Decimal("100.00")


def test_what_is_off_or_for_members_or_unreadable_is_not_in_the_public_lowest_price():
    mine = sku()
    BenefitFactory.create(is_on=False)
    BenefitFactory.create(audience="member")
    BenefitFactory.create(parameters={"off": "many"})
    Benefit.objects.create(
        kind=BenefitKind.GIFT,
        code="G1",
        name="赠品",
        is_shop_wide=True,
        starts_at=NOON - timedelta(days=1),
        ends_at=NOON + timedelta(days=1),
        changed_at=NOON,
    )

    assert lowest_of(mine).amount == Decimal("100.00")


def test_a_sku_without_a_list_price_has_no_lowest_price():
    assert lowest_of(SkuFactory.create()) is None


def test_the_number_of_queries_does_not_grow_with_skus_and_days(django_assert_num_queries):
    skus = [sku(str(100 + n)).pk for n in range(60)]
    BenefitFactory.create()
    for count, days in ((1, 1), (60, 30)):
        with django_assert_num_queries(5):
            lowest_prices(skus[:count], [TODAY + timedelta(days=n) for n in range(days)], now=NOON)


def test_many_skus_at_once_come_out_as_each_alone():
    skus = [sku(f"{37 + n * 3}.{n:02d}") for n in range(50)]
    BenefitFactory.create(
        kind=BenefitKind.COUPON, parameters={"threshold": "199", "off": "20", "scope": "shop"}
    )
    BenefitFactory.create(kind=BenefitKind.OFFICIAL, parameters={"rate": "0.12"})
    together = lowest_prices([one.pk for one in skus], [TODAY], now=NOON)

    for one in skus:
        assert together[one.pk, TODAY] == lowest_of(one)


def run_it(now=NOON):
    done = perform_inline(request_lowest(now=now), clock=lambda: now)
    assert done.state == "done", done.error
    return done


def test_the_run_keeps_the_days_ahead_and_writes_only_what_changed():
    mine = sku()
    BenefitFactory.create(ends_at=NOON + timedelta(days=5))

    first, again = run_it(), run_it()

    assert (first.result, again.result) == (
        {"skus": 1, "changed": DAYS},
        {"skus": 1, "changed": 0},
    )
    kept = kept_lowest([mine.code], [TODAY, TODAY + timedelta(days=10)])
    assert kept[mine.code, TODAY].amount == Decimal("95.00")
    assert kept[mine.code, TODAY + timedelta(days=10)].amount == Decimal("100.00")


def test_what_is_kept_is_what_is_worked_out_afresh():
    mine = sku("139.90")
    BenefitFactory.create(kind=BenefitKind.SECOND_HALF, parameters={}, ends_at=NOON)
    BenefitFactory.create(
        kind=BenefitKind.CROSS, parameters={"per": "300", "off": "50"}, starts_at=NOON
    )
    run_it()
    days = [TODAY + timedelta(days=n) for n in range(DAYS)]

    fresh = lowest_prices([mine.pk], days, now=NOON)

    for row in SkuLowest.objects.all():
        price = fresh[mine.pk, row.date]
        assert (row.lowest_amount, row.quantity) == (price.amount, price.quantity)
        assert (row.one_piece_amount, row.list_amount) == (price.one_piece, price.list_amount)


def test_a_sku_that_is_no_longer_sold_loses_its_kept_prices():
    mine, other = sku(), sku()
    run_it()
    mine.is_on = False
    mine.save()
    run_it()

    assert set(SkuLowest.objects.values_list("sku_id", flat=True)) == {other.pk}
    other.list_amount = None
    other.save()
    run_it()

    assert not SkuLowest.objects.exists()


def test_days_long_over_are_thrown_away():
    mine = sku()
    SkuLowest.objects.create(
        sku=mine,
        date=date(2025, 1, 1),
        made_at=NOON,
        list_amount=1,
        one_piece_amount=1,
        lowest_amount=1,
    )

    run_it()

    assert not SkuLowest.objects.filter(date__year=2025).exists()


def test_a_changed_price_of_goods_asks_for_the_lowest_prices_anew(manager):
    mine = sku()
    wanted = NewPrice(mine.pk, PriceKind.LIST, Decimal("90.00"), "换季")

    change_price(wanted=wanted, by=manager, now=NOON)

    assert Run.objects.filter(kind=KIND).count() == 1


def test_a_new_database_begins_with_the_rows_and_those_unread_are_off():
    off = set(PriceRuleRow.objects.filter(is_on=False, mark="G").values_list("code", flat=True))

    assert {"IT6", "CR7", "F5", "PP3"} <= off
    assert PriceRuleRow.objects.filter(code="SH1").count() == 2
