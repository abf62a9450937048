"""Queues: who stands in them, in which order, page by page."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.actions.counts import refresh_queue_counts
from orders.choices import HoldKind, Stage
from orders.models import Hold, Order, QueueCount
from orders.queries.held import held_by_due, held_figures
from orders.queries.queues import QUEUES, Filters, queue_page
from orders.queries.risk import late_money, recent_late_money
from tests.factories.orders import OrderFactory

pytestmark = pytest.mark.django_db


def tids(code, now, **kwargs):
    page = queue_page(queue=QUEUES[code], now=now, **kwargs)
    return [row.order.tid for row in page.rows]


def test_past_due_holds_what_should_have_left_and_nothing_else(now):
    late = OrderFactory.create(ship_due_at=now - timedelta(minutes=1))
    OrderFactory.create(ship_due_at=now)  # due this very moment is not late
    OrderFactory.create(ship_due_at=now - timedelta(days=1), stage=Stage.HANDED_OVER)

    assert tids("past_due", now) == [late.tid]


def test_due_today_ends_at_midnight_in_shanghai(now):
    due = OrderFactory.create(ship_due_at=now)
    OrderFactory.create(ship_due_at=now - timedelta(seconds=1))
    midnight = now.replace(hour=0, minute=0) + timedelta(days=1)
    OrderFactory.create(ship_due_at=midnight)
    last = OrderFactory.create(ship_due_at=midnight - timedelta(seconds=1))

    assert tids("due_today", now) == [due.tid, last.tid]


@pytest.mark.parametrize(
    ("code", "stage"),
    [
        ("awaiting_audit", Stage.AWAITING_AUDIT),
        ("held", Stage.HELD),
        ("approved", Stage.APPROVED),
    ],
)
def test_a_stage_queue_holds_its_stage_only(code, stage, now):
    orders = {one: OrderFactory.create(stage=one) for one in Stage if one != "awaiting_payment"}

    assert tids(code, now) == [orders[stage].tid]


def test_not_picked_up_holds_our_own_hand_overs_longest_waiting_first(now):
    OrderFactory.create(stage=Stage.HANDED_OVER)  # only the platform's file calls it shipped
    OrderFactory.create(stage=Stage.PICKED_UP, handed_over_at=now)
    later = OrderFactory.create(stage=Stage.HANDED_OVER, handed_over_at=now)
    first = OrderFactory.create(
        stage=Stage.HANDED_OVER, handed_over_at=now - timedelta(hours=2), ship_due_at=None
    )

    page = queue_page(queue=QUEUES["handed_over"], now=now, size=1)

    assert tids("handed_over", now) == [first.tid, later.tid]
    assert tids("handed_over", now, after=page.after) == [later.tid]


def test_refund_open_leaves_out_orders_without_one(now):
    OrderFactory.create()
    refunding = OrderFactory.create(has_open_refund=True)

    assert tids("refund_open", now) == [refunding.tid]


def test_all_shows_the_newest_first_unpaid_ones_too(now):
    old = OrderFactory.create()
    unpaid = OrderFactory.create(
        paid_at=None,
        stage=Stage.AWAITING_PAYMENT,
        created_at=now + timedelta(days=1),
        paid_amount=0,
    )

    assert tids("all", now) == [unpaid.tid, old.tid]


@pytest.mark.parametrize("code", ["awaiting_audit", "all"])
def test_pages_follow_each_other_without_gap_or_repeat_and_lead_back(code, now):
    for minute in (0, 0, 0, 1, 2, 2, 3):  # equal due times, too
        OrderFactory.create(ship_due_at=now + timedelta(minutes=minute))
    queue = QUEUES[code]
    whole = tids(code, now)

    first = queue_page(queue=queue, now=now, size=3)
    second = queue_page(queue=queue, now=now, size=3, after=first.after or "")
    third = queue_page(queue=queue, now=now, size=3, after=second.after or "")
    back = queue_page(queue=queue, now=now, size=3, before=third.before or "")

    seen = [row.order.tid for page in (first, second, third) for row in page.rows]
    assert seen == whole
    assert [row.order.tid for row in back.rows] == [row.order.tid for row in second.rows]
    assert (first.before, third.after) == (None, None)


def test_a_page_costs_two_queries_at_any_size(now):
    for _n in range(3):
        OrderFactory.create(stage=Stage.HELD)
    with CaptureQueriesContext(connection) as few:
        queue_page(queue=QUEUES["held"], now=now)
    for _n in range(30):
        OrderFactory.create(stage=Stage.HELD)

    with CaptureQueriesContext(connection) as many:
        queue_page(queue=QUEUES["held"], now=now)

    assert len(few) == len(many) == 2


def test_filters_narrow_by_hold_kind_province_and_urgency(now, service):
    wanted = OrderFactory.create(stage=Stage.HELD, receiver_province="西藏自治区", is_urgent=True)
    OrderFactory.create(stage=Stage.HELD, is_urgent=True)
    Hold.objects.create(
        order=wanted,
        kind=HoldKind.REGION_NOT_SERVED,
        owner_role="service",
        opened_at=now,
        due_at=now,
        opened_by=service,
    )

    for filters in (
        Filters(hold_kind=HoldKind.REGION_NOT_SERVED),
        Filters(province="西藏自治区"),
        Filters(province="西藏自治区", urgent=True),
        Filters(order_ids=(wanted.pk,)),
    ):
        assert tids("held", now, filters=filters) == [wanted.tid]


def test_counts_and_money_at_risk_are_stored_for_the_tabs(now, shop):
    OrderFactory.create(
        platform_due_at=now - timedelta(hours=1), ship_due_at=now - timedelta(hours=9)
    )
    OrderFactory.create()

    refresh_queue_counts(platform="tmall", now=now)

    rows = {row.code: (row.count, str(row.money_at_risk)) for row in QueueCount.objects.all()}
    assert rows["past_due"] == (1, "7.50")
    assert rows["awaiting_audit"] == (2, "7.50")
    assert rows["all"][0] == 2


def test_what_lateness_costs_is_kept_with_the_counts_and_worked_out_anew_when_it_is_old(now, shop):
    hours = {-30: -31, -2: -3, 1: -1, 3: 2, 26: 20}
    for limit, due in hours.items():
        OrderFactory.create(
            platform_due_at=now + timedelta(hours=limit), ship_due_at=now + timedelta(hours=due)
        )
    refresh_queue_counts(platform="tmall", now=now)
    counted = late_money(platform="tmall", now=now)
    Order.objects.update(stage=Stage.HANDED_OVER)  # nobody counted since

    kept = recent_late_money(platform="tmall", now=now + timedelta(minutes=2))
    anew = recent_late_money(platform="tmall", now=now + timedelta(minutes=4))

    assert [(one.code, one.count, one.amount) for one in kept.bands] == [
        (one.code, one.count, one.amount) for one in counted.bands
    ]
    assert (kept.now_amount, kept.midnight_amount) == (counted.now_amount, counted.midnight_amount)
    assert kept.past_shop_count == counted.past_shop_count == 3
    assert kept.now_amount > 0
    assert kept.rules == counted.rules
    assert (anew.now_amount, anew.past_shop_count) == (Decimal(0), 0)


def test_the_first_limit_of_today_is_read_from_the_orders_as_they_are(now, shop):
    late = now - timedelta(hours=1)
    for limit in (now + timedelta(hours=3), now + timedelta(hours=2), late):
        OrderFactory.create(platform_due_at=limit, ship_due_at=late)
    refresh_queue_counts(platform="tmall", now=now)

    bands = {one.code: one for one in recent_late_money(platform="tmall", now=now).bands}

    assert bands["today"].earliest_at == now + timedelta(hours=2)


# --- held orders by what falls due next ---


def held_until(*hours, now, **kwargs):
    order = OrderFactory.create(stage=Stage.HELD)
    for hour, kind in zip(hours, HoldKind, strict=False):
        Hold.objects.create(
            order=order,
            kind=kind,
            owner_role="service",
            opened_at=now,
            due_at=now + timedelta(hours=hour),
            **kwargs,
        )
    return order


def by_due(now, **kwargs):
    return held_by_due(filters=Filters(**kwargs))


def test_held_orders_stand_by_their_first_hold_to_fall_due(now):
    later, sooner = held_until(3, 9, now=now), held_until(8, 1, now=now)
    gone = held_until(0, now=now)
    Order.objects.filter(pk=gone.pk).update(stage=Stage.CANCELLED)
    Hold.objects.filter(due_at=now + timedelta(hours=3)).update(order=later)

    rows = by_due(now).rows

    assert [row.order.tid for row in rows] == [sooner.tid, later.tid]
    assert [len(row.holds) for row in rows] == [2, 2]


def test_what_is_asked_of_holds_counts_for_the_order_of_the_list(now, service):
    mine = held_until(1, 5, now=now)
    other = held_until(1, 3, now=now)
    Hold.objects.exclude(due_at=now + timedelta(hours=1)).update(owner=service)

    rows = by_due(now, hold_owner_id=service.pk).rows

    assert [row.order.tid for row in rows] == [other.tid, mine.tid]


def test_pages_by_hold_due_follow_each_other_and_lead_back(now):
    orders = [held_until(hour, now=now) for hour in (2, 1, 2, 2, 3)]
    wanted = [orders[n].tid for n in (1, 0, 2, 3, 4)]
    pages, after = [], ""
    while True:
        page = held_by_due(filters=Filters(), after=after, size=2)
        pages.append([row.order.tid for row in page.rows])
        if page.after is None:
            break
        after = page.after

    back = held_by_due(filters=Filters(), before=page.before or "", size=2)

    assert [tid for page in pages for tid in page] == wanted
    assert [row.order.tid for row in back.rows] == wanted[2:4]


def test_the_figures_of_the_desk_leave_out_what_only_waits_for_a_time(now, service):
    held_until(-1, now=now, owner=service)
    soon = held_until(0.5, now=now)
    timed = held_until(0.5, now=now)
    Hold.objects.filter(order=timed).update(kind=HoldKind.COOL_DOWN)
    Hold.objects.filter(order=soon).update(kind=HoldKind.HAND_SET)
    held_until(5, now=now)

    found = held_figures(person_id=service.pk, roles=["service"], now=now)

    assert (found.overdue, found.soon, found.free, found.mine) == (1, 1, 2, 1)


def test_orders_with_many_holds_fill_a_page_all_the_same(now):
    many = held_until(*range(1, 12), now=now)
    others = [held_until(20 + n, now=now) for n in range(3)]

    page = held_by_due(filters=Filters(), size=2)

    assert [row.order.tid for row in page.rows] == [many.tid, others[0].tid]
    rest = held_by_due(filters=Filters(), size=2, after=page.after or "")
    assert [row.order.tid for row in rest.rows] == [one.tid for one in others[1:]]


@pytest.mark.parametrize("count", [2, 30])
def test_held_orders_by_due_cost_the_same_number_of_statements(now, count):
    for hour in range(count):
        held_until(hour, hour + 1, now=now)

    with CaptureQueriesContext(connection) as queries:
        held_by_due(filters=Filters())

    assert len(queries) == 4
