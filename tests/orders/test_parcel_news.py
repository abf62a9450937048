"""Files change orders whose parcels stand in the house already: nothing wrong leaves, nothing is lost."""

from datetime import timedelta
from decimal import Decimal
from typing import cast

import pytest

from orders.actions import merging, parcel_news, parcels, shipping
from orders.actions.parcel_undo import take_out_order
from orders.actions.splitting import SplitOf, Take, split_order
from orders.choices import HoldKind, ParcelState, PlatformStatus, Stage, WaveShape, WaveState
from orders.models import Hold, Order, Parcel, ParcelLine, Wave
from orders.queries.parcels import Waits, parcels_waiting
from shopops.staff.models import Operation
from shopops.work.context import RunContext
from shopops.work.models import Run as StoredRun
from tests.factories.orders import OrderLineFactory
from tests.orders.importing.harness import Run, bring, dicts
from tests.orders.importing.test_merging import item, order
from tests.orders.parcels import assert_conserved, pair, pieces, placed, wanted_pieces

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged(service, now):
    first, second = pair()
    merging.merge_orders(
        tids=[first.tid, second.tid], address_of=first.tid, consent=None, by=service, now=now
    )
    return first, second


def follow(now):
    run = Run(now=now)
    return parcel_news.perform_following(cast(RunContext, run))


def picking(parcel, now):
    wave = Wave.objects.create(
        created_at=now,
        date=now.date(),
        position=1,
        shape=WaveShape.MIXED,
        state=WaveState.PICKING,
        parcel_count=1,
        piece_count=parcel.piece_count,
    )
    Parcel.objects.filter(pk=parcel.pk).update(wave=wave, state=ParcelState.IN_WAVE)
    return wave


def shared():
    return Parcel.objects.get(order_count=2)


def test_a_closed_order_leaves_the_parcel_and_the_other_goes_on(merged, now):
    first, second = merged
    Order.objects.filter(pk=second.pk).update(stage=Stage.CANCELLED)

    assert follow(now) == {"changed": 1}

    (parcel,) = Parcel.objects.exclude(state=ParcelState.DROPPED)
    assert (parcel.order, parcel.order_count, parcel.piece_count) == (first, 1, 1)
    assert not ParcelLine.objects.filter(order=second).exists()
    logged = Operation.objects.filter(name="orders.parcel.followed")
    assert {row.object_key for row in logged} == {first.tid, second.tid}
    assert follow(now) == {"changed": 0}


def test_an_order_with_an_open_refund_waits_in_a_parcel_of_its_own(merged, now):
    first, second = merged
    Order.objects.filter(pk=second.pk).update(has_open_refund=True)

    follow(now)

    assert_conserved([first, second])
    found = parcels.parcels_of([first, second], now=now)
    assert found[first.pk] != found[second.pk]
    assert set(parcels_waiting([one.pk for ones in found.values() for one in ones])) == {
        found[second.pk][0].pk
    }


def test_a_label_with_the_address_of_an_order_that_left_the_parcel_is_void(merged, service, now):
    first, second = merged
    parcel = shared()
    picking(parcel, now)
    Parcel.objects.filter(pk=parcel.pk).update(
        order=first, waybill_no="78123456789012", carrier="中通快递"
    )
    Order.objects.update(stage=Stage.IN_WAVE)
    Order.objects.filter(pk=first.pk).update(has_open_refund=True)

    take_out_order(tid=first.tid, by=service, now=now, reason="买家要退款")

    parcel.refresh_from_db()
    second.refresh_from_db()
    assert (parcel.order_id, parcel.waybill_no) == (second.pk, "")
    hold = second.holds.get()
    assert (hold.kind, second.stage) == ("label_failed", Stage.HELD)
    assert first.tid in hold.note


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"stage": Stage.CANCELLED}, Waits.CLOSED), ({"has_open_refund": True}, Waits.REFUND)],
)
def test_a_parcel_that_is_being_picked_stays_as_it_is_and_says_for_which_order_it_waits(
    changes, why, merged, now
):
    _first, second = merged
    parcel = shared()
    picking(parcel, now)
    Order.objects.filter(pk=second.pk).update(**changes)

    assert follow(now) == {"changed": 0}

    assert shared().piece_count == 4
    waiting = parcels_waiting([parcel.pk])[parcel.pk]
    assert (waiting.tid, waiting.why) == (second.tid, why)


def test_a_merged_parcel_waits_until_all_its_orders_have_passed(merged, now):
    first, second = merged
    assert parcels_waiting([shared().pk]) == {}

    Order.objects.filter(pk=first.pk).update(stage=Stage.AWAITING_AUDIT)

    waiting = parcels_waiting([shared().pk])[shared().pk]
    assert (waiting.tid, waiting.why) == (first.tid, Waits.AUDIT)
    assert waiting.tid != second.tid


def test_a_line_that_grew_and_one_that_came_go_into_the_parcel(now):
    one = placed(((2, "20.00"),))
    (parcel,) = parcels.parcels_of([one], now=now)[one.pk]
    one.lines.update(quantity=3)
    OrderLineFactory.create(
        order=one, position=2, quantity=2, paid_amount=Decimal("30.00"), sku_code="SKU-9"
    )
    Order.objects.filter(pk=one.pk).update(paid_amount=Decimal("50.00"))
    one.refresh_from_db()

    follow(now)

    parcel.refresh_from_db()
    assert (parcel.piece_count, parcel.kind_count) == (5, 2)
    assert_conserved([one])


def test_a_closed_line_leaves_the_newest_parcel_first(service, now):
    one = placed(((3, "30.00"), (1, "10.00")))
    line = one.lines.get(position=1)
    split_order(SplitOf(tid=one.tid, by=service, now=now), parts=[[Take(2, line.pk)]])
    one.lines.filter(position=1).update(quantity=1)

    follow(now)

    (parcel,) = parcels.parcels_of([one], now=now)[one.pk]
    assert parcel.piece_count == 2
    assert pieces([one]) == wanted_pieces([one])
    assert Parcel.objects.filter(state=ParcelState.DROPPED).count() == 1


def test_another_amount_is_divided_anew(now):
    one = placed(((1, "10.00"), (1, "20.00")))
    parcels.parcels_of([one], now=now)
    Order.objects.filter(pk=one.pk).update(paid_amount=Decimal("33.01"))
    one.refresh_from_db()

    follow(now)

    assert_conserved([one])


def test_a_piece_that_went_while_it_was_picked_holds_the_order_once_with_the_reason(service, now):
    one = placed(((2, "20.00"),))
    (parcel,) = parcels.parcels_of([one], now=now)[one.pk]
    picking(parcel, now)
    Order.objects.filter(pk=one.pk).update(stage=Stage.IN_WAVE)
    one.lines.update(quantity=1)

    follow(now)

    hold = Hold.objects.get()
    assert (hold.kind, hold.reason, hold.is_hand_set) == (
        HoldKind.HAND_SET,
        "pieces_gone|SKU-1 x 1",
        True,
    )
    one.refresh_from_db()
    assert one.stage == Stage.HELD
    hold.closed_at, hold.closed_by = now, service
    hold.save()
    follow(now + timedelta(hours=1))
    assert Hold.objects.count() == 1


def test_an_order_that_passes_again_catches_up_with_its_parcel(service, now):
    one = placed()
    (parcel,) = parcels.parcels_of([one], now=now)[one.pk]
    picking(parcel, now)
    Parcel.objects.filter(pk=parcel.pk).update(state=ParcelState.PICKED)
    Order.objects.filter(pk=one.pk).update(stage=Stage.AWAITING_AUDIT)

    shipping.approve_order(tid=one.tid, by=service, now=now)

    one.refresh_from_db()
    assert one.stage == Stage.PICKED


def test_what_the_platform_calls_shipped_leaves_the_parcel_nobody_took_up(merged, now):
    first, second = merged
    Order.objects.filter(pk=second.pk).update(stage=Stage.HANDED_OVER)

    follow(now)

    assert Parcel.objects.exclude(state=ParcelState.DROPPED).get().order == first
    assert Order.objects.get(pk=second.pk).stage == Stage.HANDED_OVER


def test_a_parcel_in_its_wave_goes_on_although_somebody_clicked_shipped(now):
    one = placed()
    (parcel,) = parcels.parcels_of([one], now=now)[one.pk]
    wave = picking(parcel, now)
    Wave.objects.filter(pk=wave.pk).update(state=WaveState.OPEN)
    Order.objects.filter(pk=one.pk).update(stage=Stage.HANDED_OVER)

    assert follow(now) == {"changed": 0}

    assert parcels_waiting([parcel.pk]) == {}
    parcels.follow_parcels([one.pk], now=now)
    assert Order.objects.get(pk=one.pk).stage == Stage.HANDED_OVER


def test_what_has_left_is_never_touched(service, now):
    one = placed()
    parcels.parcels_of([one], now=now)
    Parcel.objects.update(state=ParcelState.HANDED_OVER)
    Order.objects.update(stage=Stage.CANCELLED)

    assert follow(now) == {"changed": 0}


def test_an_import_that_closes_an_order_asks_for_it_and_the_parcel_is_emptied(now):
    bring(dicts([order()]))
    bring(dicts([item()]))
    one = Order.objects.get(tid="1")
    Order.objects.filter(pk=one.pk).update(stage=Stage.APPROVED)
    parcels.parcels_of([one], now=now)
    later = now.replace(year=2027)

    bring(dicts([order(订单状态="交易关闭")]), exported_at=later)

    assert StoredRun.objects.filter(kind=parcel_news.KIND).exists()
    one.refresh_from_db()
    assert (one.status, one.stage) == (PlatformStatus.TRADE_CLOSED, Stage.CANCELLED)
    follow(now)
    assert set(Parcel.objects.values_list("state", flat=True)) == {ParcelState.DROPPED}
