"""Money at risk by order, stored so that lists can be sorted by it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from orders.actions.counts import refresh_risks
from orders.choices import Stage
from orders.models import OrderRisk
from orders.queries.risk import RiskBook
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
