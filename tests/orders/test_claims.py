"""Taking the next holds: who gets which, and that two people never get the same one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from orders.actions import claims, holds
from orders.actions.claims import claim_holds
from orders.actions.gone_holds import end_gone_holds
from orders.choices import HoldKind, Stage
from orders.models import Hold
from shopops.staff.models import Operation
from tests.factories.orders import OrderFactory
from tests.factories.staff import PersonFactory
from tests.times import NOW

CLIENTS, QUEUE = 8, 10_000


def held(kind, by, now, **kwargs):
    order = OrderFactory.create()
    return holds.hold_order(tid=order.tid, kind=kind, note="", by=by, now=now, **kwargs)


@pytest.mark.django_db
def test_the_next_holds_of_my_roles_become_mine_due_first(service, warehouse, now):
    later = held(HoldKind.BUYER_MESSAGE, service, now, due_at=now + timedelta(hours=3))
    sooner = held(HoldKind.HAND_SET, service, now, due_at=now + timedelta(hours=1))
    last = held(HoldKind.HAND_SET, service, now, due_at=now + timedelta(hours=9))
    held(HoldKind.STOCK_SHORT, service, now, due_at=now + timedelta(minutes=1))  # the warehouse's
    held(
        HoldKind.COOL_DOWN, service, now, due_at=now + timedelta(minutes=1)
    )  # nobody has anything to do
    taken = held(HoldKind.HAND_SET, service, now, due_at=now + timedelta(minutes=1))
    holds.pass_hold_on(
        tid=taken.order.tid, hold_id=taken.pk, to=warehouse, note="", by=service, now=now
    )

    claimed = claim_holds(role_codes=["service"], limit=2, by=service, now=now)

    assert [hold.pk for hold in claimed] == [sooner.pk, later.pk]
    assert set(Hold.objects.filter(owner=service)) == {sooner, later}
    last.refresh_from_db()
    assert last.owner is None
    logs = Operation.objects.filter(name="orders.hold.claimed").order_by("pk")
    assert [log.object_key for log in logs] == [sooner.order.tid, later.order.tid]


@pytest.mark.django_db
def test_holds_of_orders_that_left_are_nobodys_work(service, now):
    hold = held(HoldKind.HAND_SET, service, now)
    type(hold.order).objects.update(stage=Stage.HANDED_OVER)

    assert claim_holds(role_codes=["service"], limit=5, by=service, now=now) == []


@pytest.mark.django_db
def test_nobody_takes_more_than_a_person_can_work_off(service, now):
    fill(claims.MOST_CLAIMED + 10)

    claimed = claim_holds(role_codes=["service"], limit=9999, by=service, now=now)

    assert len(claimed) == claims.MOST_CLAIMED


def fill(count):
    """Make held orders with a hold each, inside Postgres."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_order (tid, status, stage, paid_at, version, piece_count, kind_count,"
            " flag, has_open_refund, is_presale, is_urgent, is_time_rough, is_memo_by_hand,"
            " goods_amount, postage_amount, total_amount, paid_amount, refund_amount, due_reason,"
            " buyer_nick, title, receiver_name, receiver_phone, receiver_province, receiver_city,"
            " receiver_district, receiver_address, buyer_message, seller_memo, close_reason,"
            " shipping_text)"
            " SELECT 'c' || n, 'WAIT_SELLER_SEND_GOODS', 'held', %s, 1, 1, 1, 0, false, false, false,"
            " false, false, 1, 0, 1, 1, 0, '', '', '', '', '', '', '', '', '', '', '', '', ''"
            " FROM generate_series(1, %s) n",
            [NOW, count],
        )
        cursor.execute(
            "INSERT INTO orders_hold (order_id, kind, owner_role, note, is_hand_set, must_tell_buyer,"
            " opened_at, due_at, told_channel, told_words, buyer_answer, resolution)"
            " SELECT id, 'hand_set', 'service', '', true, false, %s, %s + id %% 500 * interval '1 s',"
            " '', '', '', '' FROM orders_order WHERE tid LIKE 'c%%'",
            [NOW, NOW],
        )


def claim_side_by_side(people, rounds):
    """Let each person claim `rounds` times, at once with the others; give how often each hold went."""
    start = Barrier(len(people))

    def client(person):
        mine = []
        try:
            start.wait(timeout=30)
            for _round in range(rounds):
                mine += claim(person)
        finally:
            connection.close()
        return mine

    connection.close()  # the pool has one for each client, and none to spare
    with ThreadPoolExecutor(len(people)) as pool:
        lists = list(pool.map(client, people))
    return Counter(pk for mine in lists for pk in mine)


def claim(person):
    most = claims.MOST_CLAIMED
    return [hold.pk for hold in claim_holds(role_codes=["service"], limit=most, by=person, now=NOW)]


@pytest.fixture
def people():
    return [PersonFactory.create(username=f"desk{n}", name=f"客服{n}") for n in range(CLIENTS)]


@pytest.mark.django_db(transaction=True)
def test_eight_clients_take_each_of_ten_thousand_holds_exactly_once(people):
    fill(QUEUE)

    went = claim_side_by_side(people, rounds=QUEUE // claims.MOST_CLAIMED)

    assert len(went) == QUEUE
    assert set(went.values()) == {1}
    owners = Hold.objects.values_list("owner_id", flat=True)
    assert set(owners) <= {person.pk for person in people}
    assert Operation.objects.filter(name="orders.hold.claimed").count() == QUEUE


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_same_clients_take_holds_twice(people, monkeypatch):
    fill(QUEUE)
    monkeypatch.setattr(claims, "_locked", lambda free: free)

    went = Counter()
    for _try in range(20):  # the first shows them, unless one core serves the clients in turn
        went += claim_side_by_side(people, rounds=1)
        if max(went.values()) > 1:
            break

    assert max(went.values()) > 1


@pytest.mark.django_db
def test_holds_of_orders_that_left_end_by_themselves_unless_the_buyer_was_to_be_told(service, now):
    gone, untold, here = (
        held(kind, service, now)
        for kind in (HoldKind.HAND_SET, HoldKind.STOCK_SHORT, HoldKind.HAND_SET)
    )
    for hold in (gone, untold):
        type(hold.order).objects.filter(pk=hold.order_id).update(stage=Stage.CANCELLED)

    assert end_gone_holds(now) == 1
    assert end_gone_holds(now) == 0

    assert set(Hold.objects.filter(closed_at__isnull=True)) == {untold, here}
    log = Operation.objects.get(name="orders.hold.closed")
    assert (log.object_key, log.actor) == (gone.order.tid, None)
