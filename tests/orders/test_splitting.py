"""Splitting a parcel, and taking merges and splits back."""

import pytest

from orders import registry
from orders.actions import merging, parcels
from orders.actions.errors import StaleOrderError, UnableToSplitError, UnableToUndoError
from orders.actions.parcel_layout import layout_now
from orders.actions.parcel_undo import take_out_order, undo_change
from orders.actions.splitting import (
    SplitOf,
    Take,
    split_by_stock,
    split_by_weight,
    split_order,
)
from orders.choices import ParcelState, Stage, WaveShape, WaveState
from orders.models import HandOverSheet, Order, PackingTick, Parcel, ParcelLine, Wave
from products.models import Sku
from shopops.staff.models import Operation
from tests.orders.parcels import assert_conserved, pair, placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return placed(((3, "100.00"), (2, "33.33")))


@pytest.fixture
def split(order, service, now):
    return SplitOf(tid=order.tid, by=service, now=now, reason="一箱装不下")


def line(order, position=1):
    return order.lines.get(position=position).pk


def in_wave(parcel, now, *, state=WaveState.OPEN):
    wave = Wave.objects.create(
        created_at=now,
        date=now.date(),
        position=1,
        shape=WaveShape.MIXED,
        state=state,
        parcel_count=1,
        piece_count=parcel.piece_count,
    )
    Parcel.objects.filter(pk=parcel.pk).update(wave=wave, state=ParcelState.IN_WAVE)
    Order.objects.filter(pk=parcel.order_id).update(stage=Stage.IN_WAVE)
    return wave


def merged(first, second, *, by, now):
    return merging.merge_orders(
        tids=[first.tid, second.tid], address_of=first.tid, consent=None, by=by, now=now
    )


def test_pieces_taken_out_by_hand_get_a_parcel_of_their_own(order, split, now):
    split_order(
        split, parts=[[Take(1, line(order)), Take(2, line(order, 2))], [Take(1, line(order))]]
    )

    found = parcels.parcels_of([order], now=now)[order.pk]
    assert [one.piece_count for one in found] == [1, 3, 1]
    assert_conserved([order])
    logged = Operation.objects.get(name="orders.parcel.split")
    assert (logged.object_key, logged.reason) == (order.tid, "一箱装不下")
    assert logged.new["parcels"] == [one.number for one in found]


@pytest.mark.parametrize(
    ("takes", "words"),
    [
        (lambda order: [Take(4, line(order))], "只剩 3 件"),
        (lambda order: [Take(2, line(order)), Take(2, line(order))], "只剩 1 件"),
        (lambda order: [Take(-1, line(order))], "拆不出 -1 件"),
        (lambda order: [Take(0, line(order))], "拆出几件"),
        (lambda order: [Take(3, line(order)), Take(2, line(order, 2))], "至少要留一件"),
        (lambda order: [Take(1, line(placed()))], "不在这个包裹里"),
    ],
)
def test_pieces_that_are_not_there_cannot_be_taken_out(takes, words, order, split):
    with pytest.raises(UnableToSplitError, match=words):
        split_order(split, parts=[takes(order)])

    assert not ParcelLine.objects.exists()


def test_a_stale_page_does_not_split(order, service, now):
    Order.objects.filter(pk=order.pk).update(version=5)

    with pytest.raises(StaleOrderError):
        split_order(
            SplitOf(tid=order.tid, by=service, now=now, version=1), parts=[[Take(1, line(order))]]
        )


def test_a_second_split_has_to_name_the_parcel(order, split, service, now):
    change = split_order(split, parts=[[Take(2, line(order))]])

    with pytest.raises(UnableToSplitError, match="2 个包裹"):
        split_order(split, parts=[[Take(1, line(order))]])
    second = SplitOf(tid=order.tid, by=service, now=now, parcel_id=change.after[1]["parcel"])
    split_order(second, parts=[[Take(1, line(order))]])

    assert_conserved([order])
    assert len(parcels.parcels_of([order], now=now)[order.pk]) == 3


def test_by_weight_no_parcel_is_too_heavy(order, split, now):
    for code, grams in (("SKU-1", 700), ("SKU-2", 300)):
        Sku.objects.create(code=code, weight_grams=grams, changed_at=now)

    split_by_weight(split, most_grams=1000)

    found = parcels.parcels_of([order], now=now)[order.pk]
    weights = [
        sum(700 * one.quantity if one.sku_code == "SKU-1" else 300 * one.quantity for one in rows)
        for rows in (list(parcel.lines.all()) for parcel in found)
    ]
    assert weights == [1000, 1000, 700]
    assert_conserved([order])


def test_by_weight_is_refused_by_the_name_of_what_has_no_weight(split, now):
    Sku.objects.create(code="SKU-1", weight_grams=700, changed_at=now)

    with pytest.raises(UnableToSplitError, match="SKU-2 还没有重量"):
        split_by_weight(split, most_grams=1000)


@pytest.mark.parametrize(("most", "words"), [(5000, "不用拆"), (100, "一件就有")])
def test_by_weight_is_refused_where_it_does_nothing_or_cannot(most, words, split, now):
    for code in ("SKU-1", "SKU-2"):
        Sku.objects.create(code=code, weight_grams=700, changed_at=now)

    with pytest.raises(UnableToSplitError, match=words):
        split_by_weight(split, most_grams=most)


@pytest.fixture
def stock(monkeypatch):
    kept = {}
    monkeypatch.setattr(
        registry, "_stock", [lambda codes, _orders: {c: kept.get(c, 0) for c in codes}]
    )
    return kept


def test_without_stock_figures_the_answer_says_so(split):
    with pytest.raises(UnableToSplitError, match="没有库存数据"):
        split_by_stock(split)


def test_by_stock_what_is_short_waits_in_another_parcel(order, split, stock, now):
    stock |= {"SKU-1": 2, "SKU-2": 5}

    split_by_stock(split)

    first, second = parcels.parcels_of([order], now=now)[order.pk]
    assert list(first.lines.values_list("sku_code", "quantity").order_by("pk")) == [
        ("SKU-1", 2),
        ("SKU-2", 2),
    ]
    assert list(second.lines.values_list("sku_code", "quantity")) == [("SKU-1", 1)]


@pytest.mark.parametrize(
    ("at_hand", "words"), [({"SKU-1": 9, "SKU-2": 9}, "不用拆"), ({}, "一件现货都没有")]
)
def test_by_stock_is_refused_where_it_helps_nobody(at_hand, words, split, stock):
    stock |= at_hand

    with pytest.raises(UnableToSplitError, match=words):
        split_by_stock(split)


# --- undo


def test_undo_lays_every_piece_and_fen_back(order, split, service, now):
    (parcel,) = parcels.parcels_of([order], now=now)[order.pk]
    before = layout_now([parcel])
    change = split_order(split, parts=[[Take(1, line(order))]])

    undo_change(change_id=change.pk, by=service, now=now)

    (left,) = parcels.parcels_of([order], now=now)[order.pk]
    assert (left.pk, layout_now([left])) == (parcel.pk, before)
    assert Operation.objects.get(name="orders.parcel.undone").object_key == order.tid
    with pytest.raises(UnableToUndoError, match="已经撤销过"):
        undo_change(change_id=change.pk, by=service, now=now)


def test_a_merge_undone_gives_each_order_its_own_parcel_back(service, now):
    first, second = pair()
    change = merged(first, second, by=service, now=now)

    undo_change(change_id=change.pk, by=service, now=now)

    found = parcels.parcels_of([first, second], now=now)
    assert found[first.pk] != found[second.pk]
    assert_conserved([first, second])


def test_the_last_change_is_undone_first(service, now):
    first, second = pair()
    merge = merged(first, second, by=service, now=now)
    split = split_order(
        SplitOf(tid=second.tid, by=service, now=now), parts=[[Take(1, line(second))]]
    )

    with pytest.raises(UnableToUndoError, match=f"第 {split.pk} 号"):
        undo_change(change_id=merge.pk, by=service, now=now)
    undo_change(change_id=split.pk, by=service, now=now)
    undo_change(change_id=merge.pk, by=service, now=now)

    assert_conserved([first, second])
    assert set(Parcel.objects.values_list("order_count", "state")) == {
        (1, ParcelState.PLANNED),
        (1, ParcelState.DROPPED),
    }


def test_undo_takes_the_parcel_out_of_a_wave_nobody_picks_yet(service, now):
    first, second = pair()
    change = merged(first, second, by=service, now=now)
    wave = in_wave(Parcel.objects.get(order_count=2), now)

    undo_change(change_id=change.pk, by=service, now=now)

    wave.refresh_from_db()
    assert (wave.state, wave.parcel_count, wave.piece_count) == (WaveState.CANCELLED, 0, 0)
    assert wave.ended_at == now
    assert not Parcel.objects.filter(wave__isnull=False).exists()
    first.refresh_from_db()
    assert first.stage == Stage.APPROVED


@pytest.mark.parametrize("state", [WaveState.PICKING, WaveState.PICKED])
def test_undo_ends_when_picking_begins(state, service, now):
    first, second = pair()
    change = merged(first, second, by=service, now=now)
    in_wave(Parcel.objects.get(order_count=2), now, state=state)

    with pytest.raises(UnableToUndoError, match="已经开始拣货"):
        undo_change(change_id=change.pk, by=service, now=now)


def test_undo_is_refused_when_the_label_is_made_out(service, now):
    first, second = pair()
    change = merged(first, second, by=service, now=now)
    Parcel.objects.filter(order_count=2).update(waybill_no="7812")

    with pytest.raises(UnableToUndoError, match="取消面单"):
        undo_change(change_id=change.pk, by=service, now=now)


def test_undo_is_refused_when_the_pieces_are_others_now(service, now):
    first, second = pair()
    change = merged(first, second, by=service, now=now)
    ParcelLine.objects.filter(order=second).first().delete()

    with pytest.raises(UnableToUndoError, match="后来变过"):
        undo_change(change_id=change.pk, by=service, now=now)


# --- one order out of a shared parcel


def test_an_order_taken_out_has_its_own_parcel_and_the_rest_is_checked_again(service, now):
    first, second = pair()
    merged(first, second, by=service, now=now)
    Parcel.objects.filter(order_count=2).update(state=ParcelState.CHECKED)
    ParcelLine.objects.filter(order=first).update(checked_quantity=1)
    sheet = HandOverSheet.objects.create(carrier="中通快递", created_at=now)
    parcel = Parcel.objects.get(order_count=2)
    Parcel.objects.filter(pk=parcel.pk).update(sheet=sheet, weighed_grams=900)
    PackingTick.objects.create(parcel=parcel, step="商标朝外", ticked_at=now, ticked_by=service)

    take_out_order(tid=second.tid, by=service, now=now, reason="买家要退这一单")

    found = parcels.parcels_of([first, second], now=now)
    assert (found[first.pk][0].state, found[second.pk][0].state) == (
        ParcelState.PICKED,
        ParcelState.PLANNED,
    )
    assert not ParcelLine.objects.filter(checked_quantity__gt=0).exists()
    assert not PackingTick.objects.exists()
    assert Parcel.objects.filter(sheet=None, weighed_grams=None).count() == Parcel.objects.count()
    assert_conserved([first, second])


def test_pieces_of_a_closed_order_go_back_on_the_shelf(service, now):
    first, second = pair()
    merged(first, second, by=service, now=now)
    Order.objects.filter(pk=second.pk).update(stage=Stage.CANCELLED)

    take_out_order(tid=second.tid, by=service, now=now)

    assert not ParcelLine.objects.filter(order=second).exists()
    assert Parcel.objects.exclude(state=ParcelState.DROPPED).get().piece_count == 1


def test_an_order_that_travels_alone_has_nothing_to_be_taken_out_of(order, service, now):
    parcels.parcels_of([order], now=now)

    with pytest.raises(UnableToSplitError, match="没有和别的单"):
        take_out_order(tid=order.tid, by=service, now=now)
