"""Points are never negative and add up, under any order of acts and any two who spend at once.

Real acts, real Postgres, real commits: two threads book at the same time. A control run takes the lock away.
"""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from crm.actions import point_settling, points
from crm.actions.member_errors import MemberRefusedError
from crm.actions.points import Adjustment, Spending
from crm.models import Customer, Identity, PointBalance, PointEntry
from crm.queries import points as queries
from crm.rules.points import Purse
from crm.tier_choices import SpentOn
from orders.choices import PlatformStatus, Stage
from orders.models import Order
from shopops.lib.business_time import business_date
from tests.factories.orders import BuyerFactory, OrderFactory
from tests.factories.staff import PersonFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db(transaction=True)
amounts = st.integers(1, 120)


def member(name):
    buyer = BuyerFactory.create(nick=name)
    row = Customer.objects.create(name=name, created_at=NOW)
    Identity.objects.create(buyer=buyer, customer=row, since=NOW)
    return row, buyer


def at_once(*acts):
    """Do all at the same time; give what each gave, or the error."""
    results: list[Any] = [None] * len(acts)
    start = Barrier(len(acts))

    def work(place, act):
        try:
            start.wait(20)
            results[place] = act()
        except Exception as error:  # noqa: BLE001
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=work, args=one) for one in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return results


def spending(customer, n, once, by):
    def act():
        asked = Spending(n, SpentOn.GIFT, "换赠品", once)
        return points.spend(customer_id=customer.pk, spending=asked, by=by, now=NOW)

    return act


def is_won(result):
    return isinstance(result, PointEntry)


class Member(RuleBasedStateMachine):
    """One customer whose orders succeed, are refunded and come back, who spends, and whose points expire."""

    count = 0

    @initialize()
    def begin(self):
        Member.count += 1
        self.by = PersonFactory(username=f"law{Member.count}", role_codes=["manager"])
        self.customer, self.buyer = member(f"law{Member.count}")
        self.balance, self.owed, self.acts = 0, 0, 0
        self.orders = {}

    def once(self):
        self.acts += 1
        return f"{self.customer.pk}-{self.acts}"

    def gain(self, n):
        paid = min(self.owed, n)
        self.owed, self.balance = self.owed - paid, self.balance + n - paid

    def lose(self, n):
        there = min(self.balance, n)
        self.balance, self.owed = self.balance - there, self.owed + n - there

    def settle(self):
        point_settling.settle_customers([self.customer.pk], now=NOW)

    @rule(n=amounts)
    def an_order_succeeds(self, n):
        made = OrderFactory.create(
            buyer=self.buyer,
            status=PlatformStatus.TRADE_FINISHED,
            stage=Stage.SIGNED,
            paid_amount=n,
            total_amount=n,
        )
        self.orders[made.pk] = n
        self.settle()
        self.gain(n)

    @rule(place=st.integers(0, 99), n=amounts, is_told_twice=st.booleans())
    def a_refund_comes(self, place, n, is_told_twice):
        if not self.orders:
            return
        key = sorted(self.orders)[place % len(self.orders)]
        part = min(n, self.orders[key])
        row = Order.objects.get(pk=key)
        Order.objects.filter(pk=key).update(refund_amount=row.refund_amount + part)
        self.orders[key] -= part
        if is_told_twice:
            results = at_once(self.settle, self.settle)
            assert results == [None, None]
        else:
            self.settle()
        self.lose(part)

    @rule(n=amounts)
    def points_are_spent(self, n):
        act = spending(self.customer, n, self.once(), self.by)
        if n > self.balance:
            with pytest.raises(MemberRefusedError):
                act()
        else:
            act()
            self.balance -= n

    @rule(a=amounts, b=amounts)
    def two_spend_at_once(self, a, b):
        results = at_once(
            spending(self.customer, a, self.once(), self.by),
            spending(self.customer, b, self.once(), self.by),
        )

        won = [n for n, result in zip((a, b), results, strict=True) if is_won(result)]
        refused = [n for n, result in zip((a, b), results, strict=True) if not is_won(result)]
        assert all(isinstance(one, (PointEntry, MemberRefusedError)) for one in results)
        assert sum(won) <= self.balance
        assert all(n > self.balance - sum(won) for n in refused)
        self.balance -= sum(won)

    @rule(a=amounts, b=amounts)
    def one_spends_while_a_refund_comes(self, a, b):
        if not self.orders:
            return
        key = max(self.orders)
        part = min(b, self.orders[key])
        row = Order.objects.get(pk=key)
        Order.objects.filter(pk=key).update(refund_amount=row.refund_amount + part)
        self.orders[key] -= part
        result, settled = at_once(spending(self.customer, a, self.once(), self.by), self.settle)
        assert settled is None
        assert isinstance(result, (PointEntry, MemberRefusedError))
        if is_won(result):
            self.balance -= (
                a  # Spent before the refund: what then lacks is owed. After: there was enough.
            )
        self.lose(part)

    @rule(n=st.integers(-80, 80))
    def somebody_adjusts(self, n):
        def act():
            given = Adjustment(n, "核对", self.once())
            return points.adjust(
                customer_id=self.customer.pk, adjustment=given, by=self.by, now=NOW
            )

        if n == 0 or -n > self.balance:
            with pytest.raises(MemberRefusedError):
                act()
        elif n > 0:
            act()
            self.gain(n)
        else:
            act()
            self.balance += n

    @rule()
    def all_points_expire(self):
        """All that came were given under one rule, so long after all are over."""
        later = business_date(NOW) + timedelta(days=4000)
        point_settling.expire_some(
            [self.customer.pk], on=later, now=NOW + timedelta(seconds=self.acts)
        )
        self.acts += 1
        self.balance = 0

    @invariant()
    def the_sums_hold(self):
        if not hasattr(self, "customer"):
            return
        kept = queries.purse(self.customer.pk)
        lines = PointEntry.objects.filter(customer=self.customer)

        assert (kept.balance, kept.owed) == (self.balance, self.owed)
        assert kept.balance >= 0
        assert kept.balance == sum(lines.values_list("points", flat=True))
        assert kept.owed == sum(lines.values_list("owed", flat=True))
        assert all(n >= 0 for n in lines.values_list("balance_after", flat=True))
        assert queries.prove().differences == []


def test_points_are_never_negative_and_add_up_whatever_happens():
    run_state_machine_as_test(
        Member,
        settings=settings(
            max_examples=6,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def with_points(n):
    by = PersonFactory(username="zhuguan", role_codes=["manager"])
    row, _buyer = member("抢积分")
    points.adjust(customer_id=row.pk, adjustment=Adjustment(n, "开始", "s"), by=by, now=NOW)
    return row, by


def test_of_two_who_spend_the_last_points_one_wins():
    customer, by = with_points(100)

    results = at_once(*(spending(customer, 100, f"k{n}", by) for n in range(4)))

    assert sum(is_won(one) for one in results) == 1
    assert sum(isinstance(one, MemberRefusedError) for one in results) == 3
    assert queries.purse(customer.pk).balance == 0
    assert queries.prove().differences == []


def test_without_the_locks_the_proof_finds_what_the_last_writer_lost(monkeypatch):
    """The control: were the locks not there, both would win, and it would be seen."""
    customer, by = with_points(100)
    read = Barrier(2)

    def unlocked(customer_ids):
        purses = {row.pk: Purse(row.balance, row.owed) for row in PointBalance.objects.all()}
        read.wait(20)
        return points.Book(purses)

    monkeypatch.setattr(points, "open_book", unlocked)

    results = at_once(*(spending(customer, 100, f"k{n}", by) for n in range(2)))

    assert all(is_won(one) or isinstance(one, IntegrityError) for one in results)
    assert sum(is_won(one) for one in results) == 2
    assert [one.ledger for one in queries.prove().differences] == [-100]
