"""Merging orders into one parcel: who may, who agreed, and what comes of it."""

from decimal import Decimal

import pytest

from orders.actions import audit, holds, merging, parcels
from orders.actions.errors import StaleOrderError, UnableToMergeError
from orders.actions.merge_keys import refresh_merge_keys, ship_apart
from orders.choices import (
    AuditRuleCode,
    ConsentChannel,
    HoldKind,
    MergeRisk,
    ParcelState,
    Stage,
)
from orders.models import Hold, Order, Parcel, ParcelChange, ShipApart
from orders.queries.audit import rules_in_force
from orders.queries.mergeable import partners_of
from shopops.staff.models import Operation
from tests.factories.orders import BuyerFactory, OrderFactory
from tests.orders.parcels import OFFICE, assert_conserved, pair, placed

pytestmark = pytest.mark.django_db

CONSENT = merging.Consent(ConsentChannel.WANGWANG, "可以，一起发到公司")


def merge(*orders, by, now, **more):
    values = {"address_of": orders[0].tid, "consent": None} | more
    return merging.merge_orders(tids=[one.tid for one in orders], by=by, now=now, **values)


def test_two_orders_of_one_buyer_travel_in_one_parcel(service, now):
    first, second = pair()

    change = merge(first, second, by=service, now=now, reason="省一份邮费")

    (parcel,) = Parcel.objects.exclude(state=ParcelState.DROPPED)
    assert (parcel.order_count, parcel.piece_count, parcel.order_id) == (2, 4, first.pk)
    assert parcels.parcels_of([first, second], now=now) == {first.pk: [parcel], second.pk: [parcel]}
    assert (change.risk, change.made_by, change.reason) == (MergeRisk.LOW, service, "省一份邮费")
    assert_conserved([first, second])
    logged = Operation.objects.filter(name="orders.parcel.merged")
    assert {row.object_key: row.new["with"] for row in logged} == {
        first.tid: [second.tid],
        second.tid: [first.tid],
    }
    assert set(Order.objects.values_list("version", flat=True)) == {2}


def test_the_parcel_is_due_when_the_first_of_its_orders_is(service, now):
    first, second = pair()
    earlier = first.ship_due_at.replace(hour=9)
    Order.objects.filter(pk=second.pk).update(ship_due_at=earlier)

    merge(first, second, by=service, now=now)

    assert Parcel.objects.get(order_count=2).due_at == earlier


def test_another_address_needs_the_buyers_consent_and_keeps_it(service, now):
    buyer = BuyerFactory.create()
    first, second = placed(buyer=buyer), placed(buyer=buyer, address=OFFICE)

    with pytest.raises(UnableToMergeError, match="先问过买家"):
        merge(first, second, by=service, now=now)
    change = merge(first, second, by=service, now=now, consent=CONSENT, address_of=second.tid)

    assert (change.risk, change.consent_channel) == (MergeRisk.MIDDLE, ConsentChannel.WANGWANG)
    assert change.consent_words == "可以，一起发到公司"
    assert Parcel.objects.get(order_count=2).order == second
    logged = Operation.objects.filter(name="orders.parcel.merged").first()
    assert logged.new["address"] == second.tid


def test_blank_words_are_no_consent(service, now):
    first, second = placed(), placed()

    with pytest.raises(UnableToMergeError, match="先问过买家"):
        merge(
            first,
            second,
            by=service,
            now=now,
            consent=merging.Consent(ConsentChannel.PHONE, "  "),
        )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stage": Stage.AWAITING_PAYMENT, "paid_at": None}, "还没付款"),
        ({"has_open_refund": True}, "正在退款"),
        ({"stage": Stage.IN_WAVE}, "还没进波次"),
        ({"stage": Stage.SIGNED}, "还没进波次"),
    ],
)
def test_what_may_not_travel_with_others_is_refused_by_name(changes, words, service, now):
    first, second = pair()
    Order.objects.filter(pk=second.pk).update(**changes)

    with pytest.raises(UnableToMergeError, match=words) as refused:
        merge(first, second, by=service, now=now)

    assert second.tid in str(refused.value)
    assert not ParcelChange.objects.exists()


def test_orders_with_nothing_in_common_are_refused(service, now):
    first, second = placed(), placed(address=OFFICE)

    with pytest.raises(UnableToMergeError, match="都不一样"):
        merge(first, second, by=service, now=now, consent=CONSENT)


def test_an_order_whose_pieces_nobody_knows_is_not_merged(service, now):
    first, _second = pair()
    bare = OrderFactory.create(
        stage=Stage.APPROVED,
        buyer=first.buyer,
        receiver_district="西湖区",
        receiver_address="文三路***",
    )

    with pytest.raises(UnableToMergeError, match="宝贝报表"):
        merge(first, bare, by=service, now=now)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"state": ParcelState.IN_WAVE}, "还没进波次"), ({"waybill_no": "7812"}, "取消面单")],
)
def test_a_parcel_on_its_way_or_with_a_label_is_not_merged(changes, words, service, now):
    first, second = pair()
    (parcel,) = parcels.parcels_of([second], now=now)[second.pk]
    Parcel.objects.filter(pk=parcel.pk).update(**changes)

    with pytest.raises(UnableToMergeError, match=words):
        merge(first, second, by=service, now=now)


def test_who_merges_an_order_that_travels_with_others_must_name_them(service, now):
    first, second = pair()
    third = placed(buyer=first.buyer)
    merge(first, second, by=service, now=now)

    with pytest.raises(UnableToMergeError, match=second.tid):
        merge(first, third, by=service, now=now)
    merge(first, second, third, by=service, now=now)

    assert Parcel.objects.get(order_count=3).piece_count == 5
    assert_conserved([first, second, third])


def test_merging_twice_says_that_it_is_done(service, now):
    first, second = pair()
    merge(first, second, by=service, now=now)

    with pytest.raises(UnableToMergeError, match="已经在同一个包裹"):
        merge(first, second, by=service, now=now)


def test_a_stale_page_does_not_merge(service, now):
    first, second = pair()
    Order.objects.filter(pk=second.pk).update(version=2)

    with pytest.raises(StaleOrderError):
        merge(first, second, by=service, now=now, versions={first.tid: 1, second.tid: 1})


def test_a_middle_risk_without_consent_cannot_even_be_stored(service, now):
    from django.db import IntegrityError, transaction

    with (
        pytest.raises(IntegrityError, match="a_risky_merge_keeps_the_consent"),
        transaction.atomic(),
    ):
        ParcelChange.objects.create(kind="merge", risk="middle", before=[], after=[], made_at=now)


# --- the key by which partners meet


def test_only_orders_with_a_partner_have_a_merge_key():
    first, second = pair()
    placed(buyer=first.buyer, address=OFFICE)
    placed()
    placed(buyer=first.buyer, stage=Stage.IN_WAVE)
    placed(buyer=first.buyer, has_open_refund=True)

    refresh_merge_keys()

    keyed = dict(Order.objects.exclude(merge_key=None).values_list("pk", "merge_key"))
    assert set(keyed) == {first.pk, second.pk}
    assert len(set(keyed.values())) == 1


def test_refreshing_again_changes_nothing_and_no_version():
    first, _second = pair()

    assert (refresh_merge_keys(), refresh_merge_keys()) == (2, 0)

    first.refresh_from_db()
    assert first.version == 1


def test_the_key_goes_when_the_partner_goes():
    _first, second = pair()
    refresh_merge_keys()
    Order.objects.filter(pk=second.pk).update(stage=Stage.CANCELLED)

    refresh_merge_keys()

    assert not Order.objects.filter(stage=Stage.APPROVED, merge_key__isnull=False).exists()


def test_merged_orders_are_nobodys_candidates_but_a_third_ones(service, now):
    first, second = pair()
    refresh_merge_keys()

    merge(first, second, by=service, now=now)

    assert not Order.objects.filter(merge_key__isnull=False).exists()
    third = placed(buyer=first.buyer)
    refresh_merge_keys()
    assert partners_of([third]) == {third.pk: [first.pk, second.pk]}
    assert Order.objects.filter(merge_key__isnull=False).count() == 3


def test_orders_set_apart_stay_apart_until_a_third_one_comes(service, now):
    first, second = pair()
    refresh_merge_keys()

    ship_apart(tids=[first.tid, second.tid], reason="买家要分两个礼盒", by=service, now=now)

    assert refresh_merge_keys() == 0
    assert not Order.objects.filter(merge_key__isnull=False).exists()
    third = placed(buyer=first.buyer)
    refresh_merge_keys()
    assert partners_of([first]) == {first.pk: [third.pk]}


def test_a_merge_overrules_an_earlier_word_to_ship_apart(service, now):
    first, second = pair()
    ship_apart(tids=[first.tid, second.tid], reason="", by=service, now=now)

    merge(first, second, by=service, now=now)

    assert not ShipApart.objects.exists()


# --- audit waits for a partner


def audited(*orders, now):
    rules = rules_in_force(now=now)
    assert any(rule.code == AuditRuleCode.MERGEABLE for rule in rules.rules)
    audit.audit_orders([order.pk for order in orders], rules=rules, now=now)
    return [Order.objects.get(pk=order.pk).stage for order in orders]


@pytest.fixture
def fresh(now):
    """Two orders paid twenty minutes ago, past the cool-down, within the half hour of waiting."""
    from datetime import timedelta

    buyer = BuyerFactory.create()
    paid = {"paid_at": now - timedelta(minutes=20), "stage": Stage.AWAITING_AUDIT, "buyer": buyer}
    return placed(**paid), placed(**paid)


def test_audit_lets_partners_wait_and_a_merge_ends_it(fresh, service, now):
    assert audited(*fresh, now=now) == [Stage.HELD, Stage.HELD]

    merge(*fresh, by=service, now=now)

    assert set(Hold.objects.values_list("kind", "resolution")) == {("waiting_to_merge", "auto")}
    assert audited(*fresh, now=now) == [Stage.APPROVED, Stage.APPROVED]


def test_the_waiting_ends_by_itself_when_the_partner_is_gone(fresh, now):
    first, second = fresh
    audited(*fresh, now=now)
    Order.objects.filter(pk=second.pk).update(stage=Stage.CANCELLED)

    assert audited(first, now=now) == [Stage.APPROVED]


def test_set_apart_is_settled_and_does_not_come_back(fresh, service, now):
    audited(*fresh, now=now)

    ship_apart(tids=[one.tid for one in fresh], reason="两个收件人", by=service, now=now)

    assert Hold.objects.filter(closed_by=service, resolution="两个收件人").count() == 2
    assert audited(*fresh, now=now) == [Stage.APPROVED, Stage.APPROVED]


def test_another_hold_stays_when_the_waiting_ends(fresh, service, now):
    first, second = fresh
    audited(*fresh, now=now)
    holds.hold_order(tid=first.tid, kind=HoldKind.HAND_SET, note="", by=service, now=now)

    merge(first, second, by=service, now=now)

    first.refresh_from_db()
    assert first.stage == Stage.HELD
    assert first.holds.get(closed_at__isnull=True).kind == HoldKind.HAND_SET


def test_amounts_follow_their_order_into_the_parcel(service, now):
    first, second = pair()

    merge(first, second, by=service, now=now)

    parcel = Parcel.objects.get(order_count=2)
    assert sum(row.amount for row in parcel.lines.filter(order=second)) == Decimal("80.01")
