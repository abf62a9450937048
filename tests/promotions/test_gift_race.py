"""Workers that approve orders at once and race for the last gifts; and what happens without the locks.

Three things stand between the last gift and two orders: the rule's row lock, the constraint on what the
rule has given, and, for the piece itself, the level's row lock. The control runs take them away.
"""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection

from orders.actions import audit
from orders.choices import Stage
from orders.models import AuditRuleRow, GiftLine, KeywordRow, Order
from orders.queries.audit import rules_in_force
from products.models import Allocation, StockLevel
from promotions.actions import gift_locks
from promotions.choices import GrantState
from promotions.models import GiftGrant, GiftRule
from tests.factories.gifts import GIFT, gift_rule
from tests.factories.goods import stocked
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db(transaction=True)

QUOTA = "no_more_gifts_are_given_than_there_are"
WORKERS = 4
DONE, STOPPED = "done", "stopped by the constraint"


@pytest.fixture(autouse=True)
def no_start_rules(db):
    AuditRuleRow.objects.all().delete()
    KeywordRow.objects.all().delete()


def orders_for(workers, each=1, **values):
    made = []
    for _ in range(workers * each):
        order = OrderFactory.create(**values)
        OrderLineFactory.create(order=order, sku_code="A")
        made.append(order.pk)
    return [made[at::workers] for at in range(workers)]


def race(batches):
    """Let each worker audit its orders at once; say how each fared."""
    fared: list[str] = []
    start = Barrier(len(batches))
    connection.close()  # the pool holds eight

    def work(ids):
        try:
            start.wait(20)
            audit.audit_orders(ids, rules=rules_in_force(now=NOW), now=NOW)
            fared.append(DONE)
        except IntegrityError as error:
            fared.append(STOPPED if QUOTA in str(error) else str(error))
        finally:
            connection.close()

    threads = [Thread(target=work, args=(ids,)) for ids in batches]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return sorted(fared)


@pytest.fixture
def without_lock(monkeypatch):
    """Read rules without locking them, and let nobody write before everybody has read."""
    read = Barrier(WORKERS)

    def unlocked(rule_ids):
        rows = list(GiftRule.objects.filter(pk__in=rule_ids).select_related("gift_sku"))
        read.wait(20)
        return rows

    monkeypatch.setattr(gift_locks, "locked_gift_rules", unlocked)


def given():
    return GiftGrant.objects.filter(state=GrantState.GIVEN).count()


def test_of_workers_that_race_exactly_the_quota_is_given_and_every_order_passes():
    gift_rule(quota=5)

    assert race(orders_for(WORKERS, each=3)) == [DONE] * WORKERS

    rule = GiftRule.objects.get()
    assert (rule.used_pieces, rule.used_orders, given(), GiftLine.objects.count()) == (5, 5, 5, 5)
    assert GiftLine.objects.values("order").distinct().count() == 5
    assert set(Order.objects.values_list("stage", flat=True)) == {Stage.APPROVED}


def test_the_last_piece_on_the_shelf_goes_to_one_order_and_the_others_leave_without():
    stocked(GIFT, 1)
    gift_rule(quota=100)

    assert race(orders_for(WORKERS)) == [DONE] * WORKERS

    level = StockLevel.objects.get()
    assert (level.on_hand, level.allocated, Allocation.objects.count()) == (1, 1, 1)
    assert (given(), GiftLine.objects.count()) == (1, 1)
    assert set(Order.objects.values_list("stage", flat=True)) == {Stage.APPROVED}


def test_two_rules_that_give_the_same_last_piece_give_it_once():
    stocked(GIFT, 1)
    gift_rule(name="甲")
    gift_rule(name="乙")

    assert race(orders_for(WORKERS)) == [DONE] * WORKERS

    assert (given(), StockLevel.objects.get().allocated) == (1, 1)


def test_one_buyer_gets_one_whoever_approves_the_orders():
    gift_rule(is_once_per_buyer=True)

    assert race(orders_for(WORKERS, buyer=BuyerFactory.create())) == [DONE] * WORKERS

    assert (given(), GiftLine.objects.count()) == (1, 1)


def test_the_same_order_in_two_audits_gets_one():
    gift_rule()
    ((only,),) = orders_for(1)

    race([[only]] * WORKERS)

    assert (given(), GiftLine.objects.count()) == (1, 1)


def test_without_the_lock_the_constraint_stops_all_but_one(without_lock):
    gift_rule(quota=1)

    assert race(orders_for(WORKERS)) == [DONE] + [STOPPED] * (WORKERS - 1)

    assert (given(), GiftLine.objects.count()) == (1, 1)


def test_without_lock_and_constraint_the_last_one_is_given_to_everybody(without_lock):
    gift_rule(quota=1)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE promotions_giftrule DROP CONSTRAINT {QUOTA}")
    try:
        fared = race(orders_for(WORKERS))
        rule = GiftRule.objects.get()
        count = given()
    finally:
        GiftRule.objects.update(used_pieces=0)
        with connection.cursor() as cursor:
            cursor.execute(
                f"ALTER TABLE promotions_giftrule ADD CONSTRAINT {QUOTA}"
                " CHECK (quota IS NULL OR used_pieces <= quota)"
            )

    assert fared == [DONE] * WORKERS
    assert (rule.quota, rule.used_pieces, count) == (1, WORKERS, WORKERS)
