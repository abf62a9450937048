"""What a campaign brought, against figures worked out another way, by hand from rows in plain Python."""

import math
from datetime import timedelta
from decimal import Decimal

import pytest
from scipy.stats import norm, t

from crm.actions import opt_outs
from crm.actions.campaigns import ArmValues
from crm.choices import MemberState
from crm.metrics.campaign import GroupSums, extra_profit, lift, outcome
from crm.models import Campaign
from crm.queries.campaigns import result_of
from orders.models import Order, OrderLine
from tests.factories import campaigns as made
from tests.factories.goods import SkuFactory
from tests.factories.orders import OrderFactory, OrderLineFactory


def newcombe(x1, n1, x2, n2):
    """Newcombe's hybrid score interval, written down from the paper (method 10)."""
    z = norm.ppf(0.975)

    def wilson(x, n):
        p, mid = x / n, x / n + z * z / (2 * n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (mid - half) / (1 + z * z / n), (mid + half) / (1 + z * z / n)

    p1, p2 = x1 / n1, x2 / n2
    (l1, u1), (l2, u2) = wilson(x1, n1), wilson(x2, n2)
    low = p1 - p2 - math.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    return p1 - p2, low, p1 - p2 + math.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)


def welch(ones, others):
    """Difference of means with Welch's interval, from the values themselves."""

    def of(values):
        mean = sum(values) / len(values)
        return mean, sum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values)

    (m1, e1), (m2, e2) = of(ones), of(others)
    freedom = (e1 + e2) ** 2 / (e1**2 / (len(ones) - 1) + e2**2 / (len(others) - 1))
    return m1 - m2, t.ppf(0.975, freedom) * math.sqrt(e1 + e2)


def by_hand(campaign):
    """Work a campaign's groups out order by order: buyers, and profit per person, in yuan."""
    since = campaign.started_at
    until = since + timedelta(days=campaign.window_days)
    costs = {"A1": Decimal(60), "A2": Decimal(20)}
    groups = {}
    for member in (
        campaign.members.exclude(state=MemberState.HELD_OUT, arm=None)
        .exclude(arm=None)
        .union(campaign.members.filter(state=MemberState.HELD_OUT))
    ):
        profit, bought = Decimal(0), False
        for identity in member.customer.identities.all():
            for order in Order.objects.filter(buyer_id=identity.buyer_id):
                if not order.paid_at or not since <= order.paid_at < until:
                    continue
                bought = True
                lines = OrderLine.objects.filter(order=order)
                if any(line.sku_code not in costs for line in lines) or not lines:
                    continue
                profit += order.paid_amount - order.refund_amount
                if order.refund_amount < order.paid_amount:
                    profit -= sum(costs[line.sku_code] * line.quantity for line in lines)
        groups.setdefault(member.arm_id, []).append((bought, float(profit)))
    return groups


@pytest.fixture
def ended(manager, rule, now):
    """A campaign of two arms over 300 people whose window is over, with purchases of all kinds."""
    SkuFactory(code="A1", cost_amount=Decimal(60))
    SkuFactory(code="A2", cost_amount=Decimal(20))
    SkuFactory(code="??", cost_amount=None)
    start = now - timedelta(days=20)
    people = [made.customer(f"买家{number}", at=start) for number in range(300)]
    arms = [
        ArmValues("A", "{name}，秋季新品到店"),
        ArmValues(
            "B", "{name}，老客满减", benefit="满 199 减 20", benefit_amount=Decimal(20), weight=2
        ),
    ]
    row = made.approved(manager, now=start, arms=arms)
    Campaign.objects.filter(pk=row.pk).update(started_at=start, state="done", ended_at=start)
    row.members.filter(state="ready").update(state="sent", claimed_at=start, settled_at=start)
    for number, person in enumerate(people):
        member = row.members.get(customer=person)
        is_in = number % 29 == 0 or (member.arm_id and number % 7 == 0)
        if not is_in:
            continue
        order = OrderFactory(
            buyer=person.identities.get().buyer,
            paid_at=start + timedelta(hours=number),
            paid_amount=Decimal(100 + number),
            refund_amount=Decimal(
                100 + number if number % 4 == 1 else 10 if number % 4 == 2 else 0
            ),
        )
        code = "??" if number % 11 == 5 else ("A1", "A2")[number % 2]
        OrderLineFactory(order=order, sku_code=code, quantity=1 + number % 2)
        OrderLineFactory(order=order, sku_code="A2" if code != "??" else "A1")
    row.refresh_from_db()
    return row


def test_lift_interval_and_profit_equal_an_independent_computation(ended, now):
    result, groups = result_of(ended, now=now), by_hand(ended)
    held = groups[None]

    assert result.held_out.people == 60
    assert result.whole.orders_without_cost + result.held_out.orders_without_cost > 0
    for one in result.arms:
        mine = groups[one.arm.pk]
        buyers, others = sum(b for b, _p in mine), sum(b for b, _p in held)
        expected = newcombe(buyers, len(mine), others, len(held))
        assert one.outcome is not None
        assert (one.sums.people, one.sums.buyers) == (len(mine), buyers)
        assert (one.outcome.lift.value, one.outcome.lift.low, one.outcome.lift.high) == (
            pytest.approx(expected, abs=1e-9)
        )
        value, half = welch([p for _b, p in mine], [p for _b, p in held])
        messages = len(mine) * 0.045
        profit = one.outcome.extra_profit
        assert profit.value / 100 == pytest.approx(value * len(mine) - messages, abs=0.01)
        assert (profit.high - profit.low) / 200 == pytest.approx(half * len(mine), abs=0.01)


def test_orders_outside_the_window_count_for_nobody(ended, now):
    before = result_of(ended, now=now)
    member = (
        ended.members.exclude(arm=None)
        .filter(customer__identities__buyer__orders__isnull=True)
        .first()
    )
    buyer = member.customer.identities.get().buyer
    for paid_at in (
        ended.started_at - timedelta(seconds=1),
        ended.started_at + timedelta(days=ended.window_days),
    ):
        OrderFactory(buyer=buyer, paid_at=paid_at)

    assert result_of(ended, now=now).whole.buyers == before.whole.buyers
    OrderFactory(buyer=buyer, paid_at=ended.started_at)
    assert result_of(ended, now=now).whole.buyers == before.whole.buyers + 1


def test_who_was_drawn_and_not_reached_still_counts(ended, now):
    before = result_of(ended, now=now).whole
    ended.members.filter(state="sent").update(state="left_out", reason="no_consent")

    after = result_of(ended, now=now).whole

    assert (after.people, after.buyers, after.reached) == (before.people, before.buyers, 0)


def test_nothing_is_said_before_the_window_is_over_nor_without_anybody_held_out(ended, now):
    early = result_of(ended, now=ended.started_at + timedelta(days=7, seconds=-1))
    ended.members.filter(state="held_out").delete()
    alone = result_of(ended, now=now)

    assert (early.why_not, early.outcome) == ("early", None)
    assert (alone.why_not, alone.outcome) == ("no_holdout", None)


def test_refusals_of_the_campaign_are_counted_by_arm(ended, now, manager):
    member = ended.members.exclude(arm=None).first()
    at = ended.started_at + timedelta(days=1)
    opt_outs.opt_out(
        customer_id=member.customer_id,
        channel="sms",
        words="R",
        source="x",
        at=at,
        by=manager,
        now=now,
    )

    result = result_of(ended, now=now)

    assert {one.arm.pk: one.sums.opt_outs for one in result.arms}[member.arm_id] == 1
    assert result.whole.opt_outs == 1


def test_groups_of_nobody_and_of_one_say_nothing():
    assert lift(GroupSums(0), GroupSums(10)) is None
    assert extra_profit(GroupSums(1), GroupSums(10), cost_fen=0) is None
    assert outcome(GroupSums(5), GroupSums(0), message_fen=0, benefit_fen=0) is None


@pytest.mark.parametrize(
    ("group", "verdict"),
    [
        (GroupSums(1000, buyers=200, orders=200, profit_fen=900_000, profit_squares=5e9), "use"),
        (GroupSums(1000, buyers=200, orders=200, profit_fen=-100_000, profit_squares=5e9), "harm"),
        (
            GroupSums(1000, buyers=200, orders=200, profit_fen=110_000, profit_squares=5e10),
            "buyers",
        ),
        (GroupSums(1000, buyers=105, orders=105, profit_fen=110_000, profit_squares=5e10), "open"),
    ],
)
def test_the_verdict_follows_the_intervals(group, verdict):
    held_out = GroupSums(1000, buyers=100, orders=100, profit_fen=100_000, profit_squares=5e9)

    found = outcome(group, held_out, message_fen=0, benefit_fen=0)

    assert found.verdict == verdict
