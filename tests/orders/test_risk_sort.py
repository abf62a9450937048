"""Money at risk by order, stored so that lists can be sorted by it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from orders.actions.counts import refresh_risks
from orders.choices import Stage
from orders.models import OrderRisk
from orders.queries.by_risk import queue_by_risk
from orders.queries.queues import QUEUES, Filters
from orders.queries.risk import RiskBook
from shopops.lib.paging import encode_key
from tests.factories.orders import OrderFactory

pytestmark = pytest.mark.django_db

PLATFORM = "tmall"


def near_limit(now, *, paid, due_in, **fields):
    due = now + due_in
    return OrderFactory.create(
        paid_at=now - timedelta(hours=47),
        paid_amount=Decimal(paid),
        ship_due_at=due,
        platform_due_at=due,
        **fields,
    )


def stored():
    return dict(OrderRisk.objects.values_list("order_id", "amount"))


def test_each_open_order_near_its_limit_is_stored_with_what_its_row_shows(now):
    late = near_limit(now, paid="300.00", due_in=-timedelta(hours=1))
    soon = near_limit(now, paid="80.00", due_in=timedelta(hours=1))
    near_limit(now, paid="500.00", due_in=timedelta(days=5))
    near_limit(now, paid="900.00", due_in=-timedelta(hours=1), stage=Stage.HANDED_OVER)

    refresh_risks(platform=PLATFORM, now=now)

    book = RiskBook(platform=PLATFORM)
    assert stored() == {
        late.pk: book.risk(late, now=now).now_amount,
        soon.pk: book.risk(soon, now=now).next_amount,
    }
    assert stored()[late.pk] > 0


def test_only_what_changed_is_written_and_what_left_goes(now):
    late = near_limit(now, paid="300.00", due_in=-timedelta(hours=1))
    leaving = near_limit(now, paid="100.00", due_in=-timedelta(hours=1))
    assert refresh_risks(platform=PLATFORM, now=now) == 2
    assert refresh_risks(platform=PLATFORM, now=now) == 0

    leaving.stage = Stage.HANDED_OVER
    leaving.save(update_fields=["stage"])

    assert refresh_risks(platform=PLATFORM, now=now) == 1
    assert list(stored()) == [late.pk]


def page_tids(now, **kwargs):
    kwargs.setdefault("filters", Filters())
    page = queue_by_risk(queue=QUEUES["past_due"], now=now, **kwargs)
    return [row.order.tid for row in page.rows], page


def test_a_list_goes_from_the_dearest_down_and_back_again(now):
    orders = [
        near_limit(now, paid=paid, due_in=-timedelta(hours=hours))
        for paid, hours in (("120.00", 1), ("900.00", 2), ("500.00", 3), ("500.00", 4))
    ]
    refresh_risks(platform=PLATFORM, now=now)
    wanted = [orders[1].tid, orders[3].tid, orders[2].tid, orders[0].tid]

    first, page = page_tids(now, size=2)
    second, last = page_tids(now, size=2, after=page.after)
    again, _page = page_tids(now, size=2, before=last.before)

    assert first + second == wanted
    assert again == first
    assert last.after is None


def test_what_left_meanwhile_is_not_listed_though_its_amount_is_still_stored(now):
    left = near_limit(now, paid="300.00", due_in=-timedelta(hours=1))
    refresh_risks(platform=PLATFORM, now=now)
    left.stage = Stage.HANDED_OVER
    left.save(update_fields=["stage"])

    assert page_tids(now)[0] == []


def test_filters_narrow_the_sorted_list_too(now):
    near_limit(now, paid="300.00", due_in=-timedelta(hours=1), receiver_province="浙江省")
    wanted = near_limit(now, paid="80.00", due_in=-timedelta(hours=1), receiver_province="广东省")
    refresh_risks(platform=PLATFORM, now=now)

    assert page_tids(now, filters=Filters(province="广东省"))[0] == [wanted.tid]


@pytest.mark.parametrize("key", ["nonsense", encode_key((Decimal("NaN"), 1))])
def test_a_damaged_key_is_refused(key, now):
    with pytest.raises(ValueError, match="page key"):
        page_tids(now, after=key)


def test_the_page_offers_the_sort_shows_it_as_a_chip_and_survives_a_damaged_key(as_service):
    late = near_limit(timezone.now(), paid="300.00", due_in=-timedelta(hours=1))
    refresh_risks(platform=PLATFORM, now=timezone.now())
    plain = as_service.get("/orders/past_due/").content.decode()
    sorted_page = as_service.get("/orders/past_due/?sort=risk&after=broken").content.decode()

    assert "?sort=risk" in plain
    assert "预计赔付多的在前" in sorted_page
    assert late.tid in sorted_page
    assert 'aria-sort="descending"' in sorted_page
    assert "?sort=risk" not in as_service.get("/orders/handed_over/").content.decode()
