"""What the page of a customer says of their habits, and what it advises."""

from datetime import timedelta
from decimal import Decimal

import pytest

from crm.models import CustomerStat, ProductPair
from crm.queries.customer_habits import habits
from crm.rules.habits import size_of
from tests.factories import campaigns as made
from tests.factories.goods import ProductFactory, SkuFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("spec", "size"),
    [("颜色分类：米灰；尺码：1.5m床", "1.5m床"), ("尺寸:34×76cm;颜色:白", "34×76cm"), ("白色", "")],
)
def test_a_size_is_read_from_the_words_of_a_line(spec, size):
    assert size_of(spec) == size


def pair(first, then, lift):
    return ProductPair.objects.create(
        kind="sequence", first=first, then=then, first_title=first, then_title=f"标题{then}",
        first_count=9, then_count=9, both_count=5, total=99, support=0.05, confidence=0.5, lift=lift,
    )  # fmt: skip


@pytest.fixture
def person():
    row = made.customer(
        "常客",
        paid_days=3,
        first_paid_date=NOW.date() - timedelta(days=60),
        last_paid_date=NOW.date(),
    )
    SkuFactory(code="SJT-1", product=ProductFactory(category="四件套"))
    buyer = row.identities.get().buyer
    for days, city in ((60, "杭州市"), (20, "杭州市"), (0, "宁波市")):
        order = OrderFactory(
            buyer=buyer,
            paid_at=NOW - timedelta(days=days),
            receiver_province="浙江省",
            receiver_city=city,
        )
        OrderLineFactory(
            order=order,
            sku_code="SJT-1",
            item_no="T1",
            spec="颜色分类：白；尺码：1.5m床",
            quantity=2,
            list_price_amount=Decimal(100),
            paid_amount=Decimal(170 if days else 200),
        )
    return row


def test_interval_category_size_region_and_what_was_taken_off_come_from_the_orders(person):
    stat = CustomerStat.objects.get(pk=person.pk)
    found = habits(person.pk, [person.identities.get().pk], stat)

    assert found.interval == 30
    assert found.categories == [("四件套", 6)]
    assert found.sizes == [("1.5m床", 6)]
    assert found.regions == [("浙江省 杭州市", 2), ("浙江省 宁波市", 1)]
    assert (found.cheaper_orders, found.cheaper) == (2, Decimal(60))


def test_only_what_lifts_and_is_not_had_yet_is_advised(person, as_manager):
    pair("T1", "T2", 3.0)
    pair("T1", "T3", 1.1)
    pair("T9", "T4", 5.0)

    page = as_manager.get(f"/customers/{person.pk}/").content.decode()

    assert "可以推荐" in page
    assert "标题T2" in page
    assert "标题T3" not in page
    assert "标题T4" not in page
