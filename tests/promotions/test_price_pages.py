from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from promotions.checks.prices import nothing_falls_below_its_floor
from promotions.choices import BenefitKind
from promotions.models import SkuLowest
from promotions.queries.protection import protected_claims
from shopops.lib.business_time import business_date
from tests.factories.goods import SkuFactory
from tests.factories.orders import NOON, OrderFactory, OrderLineFactory
from tests.factories.promotions import BenefitFactory
from tests.promotions import activity_kit as kit

pytestmark = pytest.mark.django_db


def sku(price="139.00", **facts):
    return SkuFactory.create(list_amount=Decimal(price), **facts)


def holds(**facts):
    now = timezone.now()
    return BenefitFactory.create(
        starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=9), **facts
    )


def proof_of(one):
    return reverse("promotions:price_of", kwargs={"sku_id": one.pk})


def test_the_proof_shows_the_sum_line_by_line_and_its_rules(as_manager):
    mine = sku(floor_amount=Decimal("120.00"))
    holds(name="开学立减", parameters={"off": "10.00"})
    holds(name="三件九折", kind=BenefitKind.MULTI_RATE, parameters={"pieces": 3, "rate": "0.9"})

    page = as_manager.get(proof_of(mine)).content.decode()

    assert "为什么是 ¥115.10" in page
    for words in ("开学立减", "三件九折", "SH2", "IT2", "低于底价", "¥345.30"):
        assert words in page


def test_another_piece_count_and_another_buyer_can_be_looked_at(as_manager):
    mine = sku()
    holds(name="会员减", parameters={"off": "9.00"}, audience="member")

    public = as_manager.get(proof_of(mine), {"pieces": 2}).content.decode()
    member = as_manager.get(proof_of(mine), {"who": "member"}).content.decode()

    assert "为什么是 ¥139.00" in public
    assert "没有计入" in public
    assert "为什么是 ¥130.00" in member


def test_a_sku_without_a_list_price_says_so(as_manager):
    page = as_manager.get(proof_of(SkuFactory.create()))

    assert "so-state" in page.content.decode()


def test_cost_and_margin_are_for_those_who_may_see_cost(as_service, as_manager):
    mine = sku(cost_amount=Decimal("61.88"))
    here = reverse("promotions:prices")

    assert "61.88" in as_manager.get(here).content.decode()
    assert "61.88" not in as_service.get(here).content.decode()
    assert "61.88" not in as_service.get(here, {"view": "cost"}).content.decode()
    assert "毛利率" not in as_service.get(proof_of(mine)).content.decode()


def kept(one, amount, day):
    SkuLowest.objects.create(
        sku=one,
        date=day,
        made_at=NOON,
        list_amount=one.list_amount,
        one_piece_amount=amount,
        lowest_amount=amount,
    )


def test_the_list_finds_what_falls_below_its_floor_on_any_day_ahead(as_manager):
    low, good = sku(floor_amount=Decimal("100.00")), sku(floor_amount=Decimal("100.00"))
    today = business_date(timezone.now())
    kept(low, Decimal("120.00"), today)
    kept(low, Decimal("99.99"), today + timedelta(days=9))
    kept(good, Decimal("100.00"), today)

    page = as_manager.get(reverse("promotions:prices"), {"view": "floor"}).content.decode()

    assert low.code in page
    assert good.code not in page


def test_the_list_asks_no_more_for_forty_skus_than_for_two(as_manager):
    today = business_date(timezone.now())

    def asked():
        with CaptureQueriesContext(
            connection,
        ) as found:
            as_manager.get(reverse("promotions:prices"))
        return len(found)

    for _one in range(2):
        kept(sku(), Decimal("99.00"), today)
    asked()  # what a process reads once
    few = asked()
    for _one in range(38):
        kept(sku(), Decimal("99.00"), today)

    assert asked() == few


def test_a_basket_of_several_skus_is_shared_to_the_cent(as_manager):
    first, second = sku("69.99"), sku("80.05")
    holds(kind=BenefitKind.COUPON, parameters={"threshold": "149", "off": "20"})
    here = reverse("promotions:price_basket")

    page = as_manager.get(here, {"basket": f"{first.code}\n{second.code} × 1"})

    assert page.status_code == 200
    assert "一共 ¥130.04" in page.content.decode()


@pytest.mark.parametrize(
    "query", [{"basket": "NO-1 2"}, {"basket": "MY-A 0"}, {"basket": "MY-A 1", "at": "soon"}]
)
def test_a_basket_that_cannot_be_says_why(as_manager, query):
    sku(code="MY-A")

    page = as_manager.get(reverse("promotions:price_basket"), query)

    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()


def paid_line(days_ago, **facts):
    order = OrderFactory.create(paid_at=NOON - timedelta(days=days_ago))
    return OrderLineFactory.create(order=order, sku_code="MY-A", **facts)


def test_before_a_cut_the_orders_still_protected_are_summed():
    dear = paid_line(18, paid_amount=Decimal("150.00"))
    paid_line(20, paid_amount=Decimal("150.00"))  # over
    paid_line(2, paid_amount=Decimal("99.00"))  # paid less
    paid_line(2, paid_amount=Decimal("150.00"), refund_amount=Decimal("150.00"))
    two = paid_line(1, quantity=2, paid_amount=Decimal("210.00"))

    claims = protected_claims({"MY-A": Decimal("100.00")}, now=NOON)

    assert [(one.line_key, one.amount) for one in claims.rows] == [
        (dear.line_key, Decimal("50.00")),
        (two.line_key, Decimal("10.00")),
    ]
    assert (claims.amount, claims.protected_count) == (Decimal("60.00"), 3)
    assert (claims.days, claims.is_confirmed) == (19, False)


def test_the_proof_of_an_activitys_item_counts_that_activity_before_it_is_signed_up(
    as_manager, manager
):
    mine = kit.sku()
    activity = kit.activity(manager)
    kit.put(activity, kit.line(price="98.00"), by=manager)
    facts = {"day": "2026-09-22", "activity": activity.pk}

    alone = as_manager.get(proof_of(mine), {"day": "2026-09-22"}).content.decode()
    planned = as_manager.get(proof_of(mine), facts).content.decode()

    assert "为什么是 ¥139.00" in alone
    assert "为什么是 ¥98.00" in planned
    assert "按活动「中秋预热」照计划进行来算" in planned
    assert f'name="activity" value="{activity.pk}"' in planned


def test_floors_are_for_those_who_may_see_cost(as_service, as_manager):
    mine = sku(floor_amount=Decimal("120.55"))
    holds(parameters={"off": "30.00"})
    SkuLowest.objects.create(
        sku=mine,
        date=business_date(timezone.now()),
        made_at=NOON,
        list_amount=Decimal("139.00"),
        one_piece_amount=Decimal("109.00"),
        lowest_amount=Decimal("109.00"),
    )

    for page in (proof_of(mine), reverse("promotions:prices")):
        assert "120.55" in as_manager.get(page).content.decode()
        shown = as_service.get(page).content.decode()
        assert "低于底价" in shown
        assert "120.55" not in shown
        assert "11.55" not in shown
    today = business_date(timezone.now())
    outcome = nothing_falls_below_its_floor(today, timezone.now())
    assert "109.00" in outcome.findings[0].evidence
    assert "120.55" not in outcome.findings[0].evidence


def test_another_day_keeps_the_kind_of_buyer_that_one_looks_at(as_manager):
    mine = sku()
    holds(name="会员减", parameters={"off": "9.00"}, audience="member")

    page = as_manager.get(proof_of(mine), {"who": "member"}).content.decode()

    assert '<input type="hidden" name="who" value="member">' in page


def test_the_list_is_a_file_too_without_costs_for_who_may_not_see_them(as_service, as_manager):
    mine = sku(cost_amount=Decimal("61.88"))
    kept(mine, "115.10", business_date(timezone.now()))
    here = reverse("promotions:prices_export", kwargs={"form": "csv"})

    full, plain = (
        b"".join(client.get(here).streaming_content).decode() for client in (as_manager, as_service)
    )

    assert "115.10" in full
    assert "115.10" in plain
    assert "61.88" in full
    assert "61.88" not in plain
