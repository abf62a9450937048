"""Which parcels are picked together, in which order, and what stops one."""

from datetime import timedelta

import pytest

from orders.choices import PlatformStatus, Stage, WaveShape
from orders.rules.packing import Pieces, expected_grams, weigh
from orders.rules.praise_words import asks_for_praise
from orders.rules.stops import OrderFacts, StopCode, stop_of
from orders.rules.waves import Candidate, bin_key, plan_waves, shape_of
from tests.times import NOW

TODAY = NOW.replace(hour=19, minute=0)


def candidate(number, **facts):
    return Candidate(
        **{
            "parcel_id": number,
            "carrier": "中通快递",
            "due_at": TODAY,
            "is_urgent": False,
            "pieces": 1,
            "kinds": 1,
            **facts,
        }
    )


@pytest.mark.parametrize(
    ("pieces", "kinds", "shape"),
    [
        (1, 1, WaveShape.SINGLE),
        (2, 1, WaveShape.SAME_SKU),
        (2, 2, WaveShape.MIXED),
        (0, 0, WaveShape.SINGLE),
    ],
)
def test_a_parcel_has_the_shape_of_its_pieces(pieces, kinds, shape):
    assert shape_of(pieces=pieces, kinds=kinds) == shape


def test_carriers_shapes_and_days_do_not_mix():
    rows = [
        candidate(1),
        candidate(2, carrier="申通快递"),
        candidate(3, pieces=2),
        candidate(4, due_at=TODAY + timedelta(days=1)),
    ]

    waves = plan_waves(rows, most=50, now=NOW)

    assert sorted(wave.parcel_ids for wave in waves) == [(1,), (2,), (3,), (4,)]


def test_what_is_late_goes_with_today_the_earliest_first_and_urgent_before_the_rest():
    rows = [
        candidate(1),
        candidate(2, is_urgent=True),
        candidate(3, due_at=TODAY - timedelta(days=2)),
        candidate(4),
    ]

    (wave,) = plan_waves(rows, most=50, now=NOW)

    assert wave.parcel_ids == (3, 2, 1, 4)
    assert wave.due_at == TODAY - timedelta(days=2)


def test_no_wave_holds_more_than_was_said_and_none_is_lost():
    waves = plan_waves([candidate(number) for number in range(1, 8)], most=3, now=NOW)

    assert [len(wave.parcel_ids) for wave in waves] == [3, 3, 1]
    assert sorted(pk for wave in waves for pk in wave.parcel_ids) == list(range(1, 8))
    with pytest.raises(ValueError, match="at least one"):
        plan_waves([], most=0, now=NOW)


def test_bins_sort_as_one_walks_and_what_has_none_comes_last():
    bins = ["A-10-1", "", "B-01-1", "A-2-10", "A-2-9", "a-02-3"]

    assert sorted(bins, key=bin_key) == ["a-02-3", "A-2-9", "A-2-10", "A-10-1", "B-01-1", ""]


def facts(**changes):
    return OrderFacts(
        **{
            "tid": "1",
            "stage": Stage.IN_WAVE,
            "status": PlatformStatus.WAIT_SELLER_SEND_GOODS,
            "has_open_refund": False,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"has_open_refund": True}, StopCode.REFUND_OPEN),
        ({"stage": Stage.HELD}, StopCode.HELD),
        ({"stage": Stage.HELD, "has_open_refund": True}, StopCode.REFUND_OPEN),
        ({"stage": Stage.CANCELLED, "status": PlatformStatus.TRADE_CLOSED}, StopCode.CANCELLED),
        ({"stage": Stage.HANDED_OVER, "status": PlatformStatus.WAIT_BUYER_CONFIRM_GOODS}, None),
        ({"stage": Stage.HANDED_OVER, "has_open_refund": True}, StopCode.REFUND_OPEN),
        ({"stage": Stage.PICKED_UP}, StopCode.LEFT),
        ({"status": PlatformStatus.PAID_FORBID_CONSIGN}, StopCode.FORBIDDEN),
        ({"stage": Stage.AWAITING_AUDIT}, StopCode.NOT_AUDITED),
    ],
)
def test_what_happens_to_an_order_stops_its_parcel(changes, code):
    stop = stop_of([facts(**changes)])

    assert (stop and stop.code) == code


def test_the_gravest_of_merged_orders_is_named():
    stop = stop_of([facts(stage=Stage.HELD), facts(tid="2", stage=Stage.CANCELLED)])

    assert (stop.tid, stop.code) == ("2", StopCode.CANCELLED)


def test_a_gap_that_is_what_is_not_scanned_yet_is_explained():
    pieces = [Pieces("床笠", 900, 1, 1), Pieces("枕套", 180, 2, 1), Pieces("洗护袋", 80, 1, 0)]

    weighing = weigh(1160, pieces, material_grams=80)

    assert weighing.expected == 1420
    assert (weighing.gap, weighing.missing) == (260, (("枕套", 180), ("洗护袋", 80)))
    assert weighing.is_explained
    assert not weighing.is_right


def test_a_gap_with_everything_scanned_is_not_explained_and_an_unknown_weight_is_no_zero():
    pieces = [Pieces("床笠", 900, 1, 1)]

    assert not weigh(700, pieces, material_grams=80).is_explained
    assert weigh(980 + 50, pieces, material_grams=80).is_right
    assert not weigh(980 + 51, pieces, material_grams=80).is_right
    assert expected_grams([Pieces("?", None, 1, 0)], material_grams=80) is None


@pytest.mark.parametrize(
    "text",
    [
        "好评返现卡 1 张",
        "五星好评送 3 元红包",
        "晒图有礼",
        "好 评 返 2 元",
        "求好评",
        "加微信领好评奖",
    ],
)
def test_a_card_that_asks_for_praise_is_found(text):
    assert asks_for_praise(text)


@pytest.mark.parametrize(
    "text", ["洗涤说明卡 1 张", "不许放好评返现卡", "售后卡：有问题先找客服", "退货卡"]
)
def test_other_cards_and_a_ban_on_such_cards_pass(text):
    assert not asks_for_praise(text)
