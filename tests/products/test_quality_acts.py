"""Quality per SKU from real orders and refunds, and the second check that follows."""

from datetime import timedelta

import pytest
from django.urls import reverse

from orders.actions.second_check import switch_second_checks
from orders.choices import RefundStatus
from orders.models import Buyer, PackingStandard, Refund
from orders.rules.faults import fault_of
from products.actions.quality import record_quality
from products.models import QualityRecord
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.factories.listing import SkuFactory
from tests.factories.orders import OrderFactory, OrderLineFactory


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("质量问题", "quality"),
        ("颜色/款式与描述不符", "quality"),
        ("少件/漏发", "wrong"),
        ("包装/商品破损", "damaged"),
        ("7天无理由退换货", ""),
        ("尺寸拍错/不合适", ""),
        ("", ""),
    ],
)
def test_a_reason_names_the_fault_it_speaks_of(reason, fault):
    assert fault_of(reason) == fault


def sell(code, now, *, count, buyer=None):
    day = now - timedelta(days=5)
    for _number in range(count):
        order = OrderFactory(paid_at=day, paid_date=business_date(day), buyer=buyer)
        OrderLineFactory(order=order, sku_code=code)
        yield order


def bring_back(order, now, reason="质量问题", code="A", number="1", status=RefundStatus.SUCCESS):
    return Refund.objects.create(
        order=order,
        tid=order.tid,
        refund_no=f"R{order.pk}{number}",
        status=status,
        reason=reason,
        sku_code=code,
        finished_at=now - timedelta(days=2),
    )


@pytest.fixture
def lines(shop, now):
    """Forty pieces sold of SKU A, each to a buyer of its own."""
    SkuFactory(code="A")
    return list(sell("A", now, count=40))


def test_counts_tell_pieces_and_people_apart(lines, now):
    buyer = lines[0].buyer or Buyer.objects.create(nick="棉花糖")
    for place in (0, 1):
        lines[place].buyer = buyer
        lines[place].save(update_fields=["buyer"])
        bring_back(lines[place], now)
    bring_back(lines[2], now, reason="7天无理由退换货")
    bring_back(lines[3], now, reason="包装/商品破损", code="")
    bring_back(lines[4], now, status=RefundStatus.CLOSED)

    done = record_quality(day=business_date(now), now=now)

    record = QualityRecord.objects.get()
    assert done.skus == 1
    assert (record.sold_pieces, record.returned) == (40, 4)
    assert (record.quality_returned, record.damaged) == (2, 1)
    assert record.reasons["质量问题"] == 2
    assert record.complaining_people == 2


def test_a_day_worked_out_twice_has_one_record(lines, now):
    record_quality(day=business_date(now), now=now)
    bring_back(lines[0], now)
    record_quality(day=business_date(now), now=now)

    assert QualityRecord.objects.get().quality_returned == 1


def test_packing_looks_twice_over_the_threshold_and_stops_below_it(lines, now):
    PackingStandard.objects.create(sku_code="", steps=["无纺布袋"], changed_at=now)
    refunds = [bring_back(one, now) for one in lines[:3]]

    record_quality(day=business_date(now), now=now)

    standard = PackingStandard.objects.get(sku_code="A")
    assert standard.needs_second_check
    assert standard.steps == ["无纺布袋"]
    assert standard.second_check_reason.startswith("quality|3|40|3|")
    assert Operation.objects.get(name="orders.packing.second_check_on").object_key == "A"
    Refund.objects.filter(pk__in=[one.pk for one in refunds]).update(reason="不想要了")
    record_quality(day=business_date(now), now=now)
    record_quality(day=business_date(now), now=now)
    assert not PackingStandard.objects.get(pk=standard.pk).needs_second_check
    assert Operation.objects.filter(name="orders.packing.second_check_off").count() == 1


def test_one_buyer_who_brings_three_back_switches_nothing(lines, now):
    for number in range(3):
        bring_back(lines[0], now, number=str(number))

    assert record_quality(day=business_date(now), now=now).switched == 0


def test_a_second_check_that_a_person_set_stays(shop, now):
    PackingStandard.objects.create(
        sku_code="A", needs_second_check=True, second_check_reason="易碎", changed_at=now
    )

    assert switch_second_checks({"A": ""}, now) == 0
    assert switch_second_checks({"A": "quality|3|40|3|0.075|0.03"}, now) == 0

    assert PackingStandard.objects.get().second_check_reason == "易碎"


def test_the_quality_page_shows_people_beside_the_rate(lines, now, as_manager):
    for one in lines[:3]:
        bring_back(one, now)
    record_quality(day=business_date(now), now=now)

    page = as_manager.get(reverse("products:quality")).content.decode()

    assert "7.5%" in page
    assert "几位买家" in page
    assert as_manager.get(reverse("products_api:quality")).json()[0]["complaining_people"] == 3
    sku = QualityRecord.objects.get().sku_id
    detail = as_manager.get(reverse("products:sku_quality", kwargs={"sku_id": sku}))
    assert "打开了二检" in detail.content.decode()
