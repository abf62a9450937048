"""Tools that the shop pays for: what they cost, when they renew, who uses them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from products.actions.errors import StaleGoodsError
from promotions.actions import subscriptions
from promotions.actions.refusals import PartnerRefusedError
from promotions.checks.partners import (
    tools_are_decided,
)
from promotions.models import Subscription
from promotions.queries import partners as queries
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation


def tool(manager, now, *, users=(), **values):
    given = {
        "name": "打单助手",
        "cost_amount": Decimal("100.00"),
        "cycle": "quarterly",
        "renews_on": business_date(now) + timedelta(days=30),
        "notice_days": 7,
        **values,
    }
    return subscriptions.add_subscription(values=given, users=users, by=manager, now=now)


def test_tools_add_up_to_a_month_and_a_year_without_the_cancelled(manager, now):
    tool(manager, now, users=[manager])
    tool(manager, now, name="机器人", cycle="yearly", cost_amount=Decimal("1999.00"))
    gone = tool(manager, now, name="旧的", cycle="monthly", cost_amount=Decimal("500.00"))
    subscriptions.cancel_subscription(
        subscription_id=gone.pk, reason="没人用", version=1, by=manager, now=now
    )

    found = queries.subscriptions(today=business_date(now))

    # 100 / 3 = 33.33 and 1999 / 12 = 166.58; 400 and 1999 a year.
    assert (found.monthly, found.yearly) == (Decimal("199.91"), Decimal("2399.00"))


def test_a_tool_nobody_uses_is_found(manager, now):
    tool(manager, now)

    findings = tools_are_decided(business_date(now), now).findings

    assert [one.owner_role for one in findings] == ["manager"]
    assert "没有人用" in findings[0].title


def test_a_tool_whose_users_all_left_is_used_by_nobody(manager, service, now):
    tool(manager, now, users=[service])
    service.is_active = False
    service.save()

    assert "没有人用" in tools_are_decided(business_date(now), now).findings[0].title


@pytest.mark.parametrize(("days", "severity"), [(8, None), (7, "soon"), (0, "soon"), (-1, "late")])
def test_a_renewal_is_found_from_the_first_day_of_its_notice(days, severity, manager, now):
    renews = business_date(now) + timedelta(days=days)
    tool(manager, now, users=[manager], renews_on=renews)

    findings = tools_are_decided(business_date(now), now).findings

    assert [one.severity for one in findings] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("cycle", "renews", "later"),
    [
        ("monthly", date(2027, 1, 31), date(2027, 2, 28)),
        ("quarterly", date(2026, 11, 30), date(2027, 2, 28)),
        ("yearly", date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_a_renewed_tool_renews_a_cycle_later(cycle, renews, later, manager, now):
    row = tool(manager, now, cycle=cycle, renews_on=renews)

    done = subscriptions.renew_subscription(subscription_id=row.pk, version=1, by=manager, now=now)

    assert done.renews_on == later


def test_renewing_twice_with_one_click_is_refused(manager, now):
    row = tool(manager, now)
    subscriptions.renew_subscription(subscription_id=row.pk, version=1, by=manager, now=now)

    with pytest.raises(StaleGoodsError):
        subscriptions.renew_subscription(subscription_id=row.pk, version=1, by=manager, now=now)


def test_a_cancelled_tool_is_not_renewed(manager, now):
    row = tool(manager, now)
    with pytest.raises(PartnerRefusedError, match="为什么停"):
        subscriptions.cancel_subscription(
            subscription_id=row.pk, reason=" ", version=1, by=manager, now=now
        )
    subscriptions.cancel_subscription(
        subscription_id=row.pk, reason="不用了", version=1, by=manager, now=now
    )

    with pytest.raises(PartnerRefusedError, match="不能续"):
        subscriptions.renew_subscription(subscription_id=row.pk, version=2, by=manager, now=now)


def test_who_uses_a_tool_stands_in_the_log(manager, service, now):
    row = tool(manager, now)
    values = {"name": row.name}

    subscriptions.edit_subscription(
        subscription_id=row.pk, values=values, users=[service], version=1, by=manager, now=now
    )

    last = Operation.objects.filter(name="promotions.subscription.edited").get()
    assert last.new == {"users": service.name}
    assert Subscription.objects.get().version == 2
