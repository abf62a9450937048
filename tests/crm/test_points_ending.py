"""Points that end soon are listed, told to their owner, and missed by a check while nobody tells."""

from datetime import timedelta

import pytest
from django.urls import reverse

from crm.actions import occasions, point_settling, points
from crm.actions.occasions import OccasionValues
from crm.actions.points import Adjustment, Spending
from crm.checks.members import points_end_told
from crm.models import Occasion
from crm.queries import occasions as due_queries
from crm.queries import points as queries
from crm.tier_choices import OccasionKind, SpentOn
from shopops.lib.business_time import business_date
from tests.factories import campaigns as made
from tests.times import NOW

pytestmark = pytest.mark.django_db


def give(customer, n, by, once, *, now):
    return points.adjust(
        customer_id=customer.pk, adjustment=Adjustment(n, "开始", once), by=by, now=now
    )


@pytest.fixture
def two_lots(manager):
    """One customer with 100 points of 30 days ago and 40 of today; the last day of the first."""
    customer = made.customer("林小鹿")
    first = give(customer, 100, manager, "a", now=NOW - timedelta(days=30)).expires_on
    give(customer, 40, manager, "b", now=NOW)
    return customer, first


def test_who_has_points_that_end_is_listed_with_the_day_and_what_is_left(two_lots, manager):
    customer, last = two_lots
    spending = Spending(70, SpentOn.GIFT, "换赠品", "c")
    points.spend(customer_id=customer.pk, spending=spending, by=manager, now=NOW)

    found = queries.ending(last - timedelta(days=3), last)

    assert [(one.customer, one.last_day, one.points) for one in found] == [(customer, last, 30)]
    assert queries.ending_totals(last, last + timedelta(days=30)) == (1, 70)
    assert queries.ending(last + timedelta(days=1), last + timedelta(days=29)) == []


def test_what_is_listed_is_what_expires(two_lots):
    customer, last = two_lots
    listed = queries.ending(last, last)

    point_settling.expire_all(on=last + timedelta(days=1), now=NOW)

    assert [one.points for one in listed] == [100]
    assert queries.purse(customer.pk).balance == 40
    assert queries.ending(last, last) == []


def test_an_occasion_tells_them_days_before(two_lots, manager):
    customer, last = two_lots
    values = OccasionValues(
        OccasionKind.POINTS_END, "积分快到期", "换券换赠品都行", "platform", days_before=14
    )
    occasions.add_occasion(values=values, by=manager, now=NOW)

    due = due_queries.due(last - timedelta(days=14))

    assert [(one.happens_on, list(one.customers)) for one in due] == [(last, [customer])]
    assert not any(one.customers for one in due_queries.due(last - timedelta(days=13)))


def test_the_check_speaks_up_while_nobody_tells(two_lots, manager):
    _customer, last = two_lots
    Occasion.objects.all().delete()
    day = last - timedelta(days=5)

    found = points_end_told(day, NOW).findings
    assert "1 人的 100 分" in str(found[0].title)

    values = OccasionValues(OccasionKind.POINTS_END, "积分快到期", "换券", "platform")
    occasions.add_occasion(values=values, by=manager, now=NOW)
    assert not points_end_told(day, NOW).findings


def test_the_pages_show_the_list_and_the_next_last_day(two_lots, as_manager, manager):
    customer, _last = two_lots
    today = business_date(NOW)
    listed = as_manager.get(f"{reverse('crm:points')}?show=ending")
    page = as_manager.get(reverse("crm:customer", args=[customer.pk]))

    assert listed.status_code == 200
    assert page.context["points"]["balance"] == 140
    assert page.context["points"]["next"].points == 100
    assert today < page.context["points"]["next"].last_day
