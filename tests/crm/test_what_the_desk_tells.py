"""What reviews and follow-ups tell bonus sheets, lists of keepers and a customer's own page."""

from datetime import timedelta

import pytest

from crm.actions import following_up
from crm.models import Customer, FollowTask, Identity, Keeping, Review
from crm.queries.timeline import timeline
from crm.service_registry import last_touches, reviews_of
from shopops.lib.business_time import business_date
from tests.factories.orders import BuyerFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db
TODAY = business_date(NOW)


def customer():
    row = Customer.objects.create(name="甲", created_at=NOW)
    buyer = BuyerFactory.create(nick="甲")
    Identity.objects.create(buyer=buyer, customer=row, since=NOW)
    return row, buyer


def review(key, rating="bad", **columns):
    return Review.objects.create(
        key=key, rating=rating, rated_at=NOW, first_seen_at=NOW, content="开线了", **columns
    )


def test_without_any_review_of_the_span_the_sheet_asks_elsewhere(service):
    review("1", agent=service)

    assert reviews_of(service.pk, TODAY + timedelta(days=1), TODAY + timedelta(days=2)) is None


def test_a_sheet_names_the_agents_reviews_and_none_that_was_taken_back(service, manager):
    bad, neutral = review("1", agent=service), review("2", "neutral", agent=service)
    review("3", "good", agent=service)
    review("4", agent=manager)
    review("5", agent=service, taken_back_at=NOW)

    found = reviews_of(service.pk, TODAY, TODAY)

    assert [(one.ref, one.date) for one in found.bad] == [(str(bad.pk), TODAY)]
    assert [one.url for one in found.neutral] == [f"/service/reviews/{neutral.pk}/"]


def test_the_newest_touch_of_a_customer_is_told_and_stands_on_their_line(service):
    row, buyer = customer()
    review("1", buyer=buyer)
    task = FollowTask.objects.create(customer=row, kind="care", opened_at=NOW, due_on=TODAY)
    for hours in (1, 3):
        following_up.touch(
            task_id=task.pk,
            said=following_up.Touch("no_answer"),
            version=None,
            by=service,
            now=NOW + timedelta(hours=hours),
        )

    touch = last_touches([row.pk])[row.pk]
    kinds = [one.kind for one in timeline(customer_id=row.pk, buyer_ids=[buyer.pk])]

    assert (touch.at, touch.by) == (NOW + timedelta(hours=3), service.name)
    assert last_touches([row.pk + 1]) == {}
    assert sorted(kinds) == ["review", "touch", "touch"]


def test_who_is_given_a_customer_is_noted_until_another_is(service, manager):
    row, _buyer = customer()
    for at, agent in enumerate((service, service, manager)):
        following_up.assign_customers(
            customer_ids=[row.pk],
            agent_id=agent.pk,
            why="转凉",
            by=manager,
            now=NOW + timedelta(days=at),
        )

    kept = list(Keeping.objects.order_by("pk").values_list("agent", "since_at", "until_at"))

    assert kept == [
        (service.pk, NOW, NOW + timedelta(days=2)),
        (manager.pk, NOW + timedelta(days=2), None),
    ]
