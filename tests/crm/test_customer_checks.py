"""The daily run of value and the daily checks of customers."""

from datetime import date, datetime, timedelta

import pytest

from crm.actions import follow, recompute, valuing
from crm.checks.customers import customers_are_right, value_is_of_yesterday
from crm.models import CustomerStat, RfmRun, StaleCustomer
from shopops.lib.business_time import SHANGHAI
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline
from tests.factories.orders import BuyerFactory, OrderFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 18)
NOW = datetime(2026, 9, 18, 7, 30, tzinfo=SHANGHAI)


def shop():
    OrderFactory()
    follow.mark_everybody()
    recompute.recompute_all_marked(now=NOW)


def test_the_check_of_value_fails_until_yesterday_was_worked_out():
    assert value_is_of_yesterday(DAY, NOW).status == "passed"
    shop()
    assert value_is_of_yesterday(DAY, NOW).status == "failed"

    run = request_run(
        kind=valuing.KIND, key=DAY.isoformat(), business_date=DAY, now=NOW, ring=False
    )
    perform_inline(run)

    assert RfmRun.objects.get().as_of == DAY - timedelta(days=1)
    assert value_is_of_yesterday(DAY, NOW).status == "passed"


def test_the_check_of_figures_finds_a_wrong_one_and_a_mark_that_waits():
    shop()
    assert customers_are_right(DAY, NOW).status == "passed"

    CustomerStat.objects.update(paid_fen=1)
    waiting = BuyerFactory()
    StaleCustomer.objects.create(buyer=waiting, marked_at=NOW - timedelta(hours=2))

    found = customers_are_right(DAY, NOW)
    assert found.status == "failed"
    assert len(found.findings) == 2
