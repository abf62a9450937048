"""Price protection of orders: labels and events noted on the page, shown on orders, counted in claims."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from promotions.models import PriceRuleRow, ProtectionLabel
from promotions.queries.protection import protected_claims
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.factories.goods import SkuFactory
from tests.factories.orders import NOON, OrderFactory, OrderLineFactory
from tests.factories.promotions import BenefitFactory

pytestmark = pytest.mark.django_db

PAGE = "/promotions/protection/"


def paid(days_ago, tid, now=NOON):
    order = OrderFactory.create(tid=tid, paid_at=now - timedelta(days=days_ago))
    OrderLineFactory.create(order=order, sku_code="MY-A", paid_amount=Decimal("150.00"))
    return order


def claims():
    found = protected_claims({"MY-A": Decimal("100.00")}, now=NOON)
    return {one.tid: one for one in found.rows}


def event(client, **more):
    since, until = NOON - timedelta(days=40), NOON - timedelta(days=30)
    fields = {
        "part": "event", "name": "双11 价保", "since": f"{since:%Y-%m-%dT%H:%M}",
        "until": f"{until:%Y-%m-%dT%H:%M}", "days": "35", "counted": "paid", "source": "公告",
        "is_read": "on",
    }  # fmt: skip
    return client.post(PAGE, fields | more, follow=True)


def test_labels_shorten_and_lengthen_what_is_assumed(as_manager):
    paid(10, "4332746283359679001")
    paid(10, "4332746283359679002")
    paid(25, "4332746283359679003")
    text = '4332746283359679001 7天价保\n\t="4332746283359679003",30天价保'

    page = as_manager.post(PAGE, {"part": "labels", "labels": text}, follow=True)

    assert "2 个订单，2 个有变化" in page.content.decode()
    found = claims()
    assert set(found) == {"4332746283359679002", "4332746283359679003"}
    assert found["4332746283359679003"].held.is_confirmed is True
    assert found["4332746283359679002"].held.is_confirmed is False
    assert Operation.objects.get(name="promotions.protection.labels_noted").new == {"orders": 2}


def test_a_label_noted_again_replaces_the_first(as_manager):
    for label in ("7天价保", "15天价保"):
        as_manager.post(PAGE, {"part": "labels", "labels": f"4332746283359679001 {label}"})

    assert ProtectionLabel.objects.get().label == "15天价保"


@pytest.mark.parametrize(
    "text", ["4332746283359679001", "没有号 7天价保", "4332746283359679001 包邮"]
)
def test_what_is_no_label_is_refused_and_not_lost(as_manager, text):
    answer = as_manager.post(PAGE, {"part": "labels", "labels": text})

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not ProtectionLabel.objects.exists()


def test_an_events_promise_is_a_dated_row_that_claims_count(as_manager):
    paid(35, "4332746283359679001")
    assert claims() == {}

    page = event(as_manager).content.decode()

    row = PriceRuleRow.objects.get(name="双11 价保")
    assert "付款起 35 天" in page
    assert (row.code, row.mark, row.parameters) == ("PP4", "R", {"days": 35})
    assert claims()["4332746283359679001"].held.name == "双11 价保"
    assert Operation.objects.filter(name="promotions.protection.event_added").exists()


def test_days_after_the_event_count_from_its_end(as_manager):
    paid(35, "4332746283359679001")

    event(as_manager, counted="event", days="30")

    assert claims()["4332746283359679001"].ends_on == (NOON - timedelta(days=30)).date() + (
        timedelta(days=30)
    )


def test_an_event_that_ends_before_it_starts_is_refused(as_manager):
    answer = event(as_manager, until=f"{NOON - timedelta(days=50):%Y-%m-%dT%H:%M}")

    assert answer.status_code == 422
    assert not PriceRuleRow.objects.filter(code="PP4").exists()


def test_who_may_only_look_cannot_note_anything(as_service):
    assert as_service.get(PAGE).status_code == 200
    assert as_service.post(PAGE, {"part": "labels", "labels": "1 7天价保"}).status_code == 403


def test_the_order_says_until_when_it_is_protected(as_manager, as_service):
    now = timezone.now()
    order = paid(3, "4332746283359679001", now)
    paid(60, "4332746283359679002", now)
    url = reverse("orders:order", args=[order.tid])

    before = as_service.get(url).content.decode()
    as_manager.post(PAGE, {"part": "labels", "labels": f"{order.tid} 15天价保"})
    after = as_service.get(url).content.decode()
    over = as_service.get(reverse("orders:order", args=["4332746283359679002"])).content.decode()

    assert "没有核实" in before
    assert f"价保到 {business_date(now) + timedelta(days=16):%m-%d}？" in before
    assert "订单上写着15天价保" in after
    assert "价保到" not in over


def test_a_benefit_of_the_whole_shop_tells_what_could_be_claimed_when_asked(as_manager):
    now = timezone.now()
    SkuFactory.create(code="MY-A", list_amount=Decimal("139.00"))
    order = paid(2, "4332746283359679001", now=now)
    benefit = BenefitFactory.create(
        starts_at=now, ends_at=now + timedelta(days=9), parameters={"off": "30.00"}
    )
    here = reverse("promotions:benefit", kwargs={"benefit_id": benefit.pk})

    assert "?claims=1" in as_manager.get(here).content.decode()
    page = as_manager.get(here, {"claims": "1"}).content.decode()
    assert order.tid in page
    assert "¥41.00" in page
