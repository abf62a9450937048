"""At the packing table: what counts, what is refused, and that each refusal says what to do."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.actions import holds
from orders.actions.warehouse import checking, scanning, table, waves
from orders.actions.warehouse.goods import StandardFacts, save_standard
from orders.actions.warehouse.locks import WarehouseRefusedError
from orders.choices import HoldKind, ParcelState, PlatformStatus, ScanOutcome, Stage, WaveState
from orders.models import Order, PackingTick, Parcel, Scan
from shopops.staff.models import Operation
from tests.factories.goods import SkuFactory
from tests.factories.staff import PersonFactory
from tests.factories.warehouse import (
    FITTED,
    PILLOW,
    TOWEL,
    approved_order,
    barcode_of,
    build,
    checked,
    on_table,
    parcel_of,
    picked,
    scan_all,
    stock_the_shelves,
    wave_of,
)
from tests.times import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shelves(db):
    stock_the_shelves()


@pytest.fixture
def colleague(shop):
    return PersonFactory(username="xiaofang", name="小方", role_codes=["warehouse"])


def scan(code, parcel, by):
    return scanning.scan(code=code, parcel_id=parcel.pk if parcel else None, by=by, now=NOW)


def counted(parcel):
    return dict(parcel.lines.values_list("sku_code", "checked_quantity"))


def test_a_right_piece_counts_by_barcode_and_by_code(warehouse):
    parcel = on_table(approved_order((FITTED, 1), (PILLOW, 2)), by=warehouse)

    first = scan(barcode_of(FITTED), parcel, warehouse)
    second = scan(PILLOW, parcel, warehouse)
    third = scan(f" {barcode_of(PILLOW)}\n", parcel, warehouse)

    assert (first.outcome, first.title) == (ScanOutcome.PIECE, "对：床笠 水洗棉 白 1.8m 1/1")
    assert second.detail == "接着扫，还差 1 件"
    assert third.outcome == ScanOutcome.COMPLETE
    assert counted(parcel) == {FITTED: 1, PILLOW: 2}


def test_a_wrong_piece_is_refused_with_its_bin_and_counts_nothing(warehouse):
    parcel = on_table(approved_order((FITTED, 1)), by=warehouse)

    answer = scan(barcode_of(TOWEL), parcel, warehouse)

    assert (answer.outcome, answer.title) == (ScanOutcome.WRONG, "多一件：不在这单里")
    assert "放回货位 C-02-3" in answer.detail
    assert counted(parcel) == {FITTED: 0}


def test_a_surplus_piece_is_refused(warehouse):
    parcel = on_table(approved_order((FITTED, 1)), by=warehouse)
    scan(FITTED, parcel, warehouse)

    answer = scan(FITTED, parcel, warehouse)

    assert (answer.outcome, answer.title) == (
        ScanOutcome.SURPLUS,
        "多一件：床笠 水洗棉 白 1.8m 已经 1/1",
    )
    assert counted(parcel) == {FITTED: 1}


@pytest.mark.parametrize("code", ["9999999999999", "P99999999", "乱七八糟"])
def test_an_unknown_barcode_is_said_to_be_unknown(code, warehouse):
    parcel = on_table(approved_order((FITTED, 1)), by=warehouse)

    assert scan(code, parcel, warehouse).outcome == ScanOutcome.UNKNOWN
    assert scan(code, None, warehouse).outcome == ScanOutcome.UNKNOWN
    assert counted(parcel) == {FITTED: 0}


def test_every_scan_is_kept_with_its_outcome_refused_ones_too(warehouse):
    parcel = on_table(approved_order((FITTED, 1)), by=warehouse)
    for code in (barcode_of(TOWEL), "nonsense", FITTED, FITTED):
        scan(code, parcel, warehouse)

    kept = Scan.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(kept) == ["parcel", "wrong", "unknown", "complete", "surplus"]
    assert set(Scan.objects.values_list("by", flat=True)) == {warehouse.pk}


def test_a_parcel_is_found_by_number_waybill_and_order_number(warehouse):
    order = approved_order((FITTED, 1))
    parcel = picked(order, by=warehouse)
    Parcel.objects.filter(pk=parcel.pk).update(waybill_no="YT7548220133691")

    for code in (parcel.number, "yt7548220133691", order.tid):
        assert scan(code, None, warehouse).parcel_id == parcel.pk


def test_a_piece_before_its_parcel_asks_for_the_label(warehouse):
    answer = scan(barcode_of(FITTED), None, warehouse)

    assert (answer.outcome, answer.title) == (ScanOutcome.REFUSED, "先扫面单")


def test_a_checked_parcel_scanned_again_names_who_checked_it(warehouse):
    parcel = checked(approved_order((FITTED, 1)), by=warehouse)

    answer = scan(parcel.number, None, warehouse)

    assert (answer.outcome, answer.title) == (ScanOutcome.REFUSED, "这个包裹已经验过")
    assert "赵大力 15:18" in answer.detail


def test_a_colleagues_parcel_is_refused_by_name_and_may_be_taken_over(warehouse, colleague):
    parcel = on_table(approved_order((FITTED, 1), (PILLOW, 1)), by=warehouse)
    scan(FITTED, parcel, warehouse)

    answer = scan(parcel.number, None, colleague)
    assert (answer.title, answer.blocked_id) == ("赵大力 正在验这个包裹", parcel.pk)

    scanning.take_over(parcel_id=parcel.pk, by=colleague, now=NOW)
    assert counted(parcel)[FITTED] == 1
    row = Operation.objects.get(name="orders.parcel.taken_over")
    assert (row.actor, row.old, row.new) == (colleague, {"person": "赵大力"}, {"person": "小方"})
    lost = scan(PILLOW, parcel, warehouse)
    assert (lost.outcome, lost.title) == (ScanOutcome.REFUSED, "这个包裹被 小方 接手了")
    assert counted(parcel)[PILLOW] == 0


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"has_open_refund": True}, "买家正在退款"),
        ({"stage": Stage.CANCELLED, "status": PlatformStatus.TRADE_CLOSED}, "已取消"),
        ({"status": PlatformStatus.PAID_FORBID_CONSIGN}, "平台不让发"),
    ],
)
def test_what_happens_to_the_order_meanwhile_stops_the_next_scan_and_the_end(
    facts, words, warehouse
):
    order = approved_order((FITTED, 1), (PILLOW, 1))
    parcel = on_table(order, by=warehouse)
    scan(FITTED, parcel, warehouse)
    Order.objects.filter(pk=order.pk).update(**facts)

    answer = scan(PILLOW, parcel, warehouse)

    assert answer.outcome == ScanOutcome.REFUSED
    assert words in answer.title
    assert "放回货位" in answer.detail
    assert counted(parcel)[PILLOW] == 0
    parcel.lines.update(checked_quantity=1)
    with pytest.raises(WarehouseRefusedError, match=words):
        checking.finish_check(parcel_id=parcel.pk, accepts_weight=False, by=warehouse, now=NOW)
    assert Order.objects.get(pk=order.pk).stage == facts.get("stage", Stage.PICKED)


def test_an_order_held_meanwhile_names_the_hold(warehouse, service):
    order = approved_order((FITTED, 1))
    parcel = on_table(order, by=warehouse)
    kind = HoldKind.ADDRESS_CHANGED
    holds.hold_order(tid=order.tid, kind=kind, note="", by=service, now=NOW)

    answer = scan(FITTED, parcel, warehouse)

    assert "「改了地址」挂起" in answer.title
    assert Order.objects.get(pk=order.pk).stage == Stage.HELD


def test_parcels_before_and_after_the_table_are_refused_in_words(warehouse):
    planned = approved_order((FITTED, 1))
    build(limit=1)
    in_wave = parcel_of(planned)
    assert scan(in_wave.number, None, warehouse).title == "还没拣完"

    waves.take_out_of_wave(parcel_id=in_wave.pk, reason="x", by=warehouse, now=NOW)
    assert scan(in_wave.number, None, warehouse).title == "还没进波次"

    Parcel.objects.filter(pk=in_wave.pk).update(state=ParcelState.DROPPED)
    assert scan(in_wave.number, None, warehouse).title == "这个包裹作废了"

    Parcel.objects.filter(pk=in_wave.pk).update(state=ParcelState.HANDED_OVER, handed_over_at=NOW)
    assert scan(in_wave.number, None, warehouse).title == "这个包裹已经交接"


def test_another_label_in_the_midst_is_refused_and_before_the_first_piece_changes_the_parcel(
    warehouse,
):
    first, second = approved_order((FITTED, 2)), approved_order((FITTED, 2))
    build()
    one, other = on_table(first, by=warehouse), parcel_of(second)

    assert scan(other.number, one, warehouse).parcel_id == other.pk
    assert Parcel.objects.get(pk=one.pk).locked_by is None
    scan(FITTED, other, warehouse)
    answer = scan(one.number, other, warehouse)
    assert (answer.outcome, answer.parcel_id) == (ScanOutcome.REFUSED, other.pk)


def test_the_last_scan_can_be_taken_back_and_no_more_than_were_made(warehouse):
    parcel = on_table(approved_order((FITTED, 2)), by=warehouse)
    scan(FITTED, parcel, warehouse)
    scan(FITTED, parcel, warehouse)

    answer = scanning.undo_last_scan(parcel_id=parcel.pk, by=warehouse, now=NOW)
    assert "现在 1/2" in answer.detail
    scanning.undo_last_scan(parcel_id=parcel.pk, by=warehouse, now=NOW)

    assert counted(parcel) == {FITTED: 0}
    assert Scan.objects.filter(undone_at=NOW).count() == 2
    with pytest.raises(WarehouseRefusedError, match="没有可以退的"):
        scanning.undo_last_scan(parcel_id=parcel.pk, by=warehouse, now=NOW)


def test_pieces_without_any_code_are_counted_by_hand_and_only_those(warehouse):
    parcel = on_table(approved_order((FITTED, 1), ("", 1)), by=warehouse)
    bare, coded = parcel.lines.get(sku_code=""), parcel.lines.get(sku_code=FITTED)

    by_hand = {"parcel_id": parcel.pk, "by": warehouse, "now": NOW}
    assert scanning.count_by_hand(line_id=bare.pk, **by_hand).is_good
    assert not scanning.count_by_hand(line_id=coded.pk, **by_hand).is_good

    assert counted(parcel) == {FITTED: 0, "": 1}


# --- closing a parcel


def standard(manager, *, overrule_reason="", **facts):
    return save_standard(
        facts=StandardFacts(
            **{
                "sku_code": FITTED,
                "steps": ["无纺布袋 大号", "6 号飞机盒"],
                "cards": ["洗涤说明卡 1 张"],
                "second_check_steps": [],
                "needs_second_check": False,
                "second_check_reason": "",
                "material_grams": 80,
                **facts,
            }
        ),
        version=None,
        by=manager,
        now=NOW,
        overrule_reason=overrule_reason,
    )


def test_a_card_that_asks_for_praise_lies_in_a_parcel_only_with_a_reason(manager, warehouse):
    cards = {"cards": ["五星好评返现 3 元卡"], "steps": []}
    with pytest.raises(WarehouseRefusedError, match="反不正当竞争法"):
        standard(manager, **cards)
    with pytest.raises(WarehouseRefusedError):
        standard(warehouse, overrule_reason="店长同意了", **cards)

    row = standard(manager, overrule_reason="卡片上写的是不参加返现", **cards)

    assert row.cards == ["五星好评返现 3 元卡"]
    logged = Operation.objects.get(name="crm.words.overruled")
    assert (logged.object_key, logged.reason) == (FITTED, "卡片上写的是不参加返现")


def finish(parcel, by, *, accepts_weight=False):
    return checking.finish_check(parcel_id=parcel.pk, accepts_weight=accepts_weight, by=by, now=NOW)


def tick_all(parcel, by, *steps):
    for step in steps or ("无纺布袋 大号", "6 号飞机盒", "洗涤说明卡 1 张"):
        checking.tick(parcel_id=parcel.pk, step=step, is_done=True, by=by, now=NOW)


def test_a_parcel_closes_only_with_all_pieces_and_all_ticks(warehouse, manager):
    standard(manager)
    order = approved_order((FITTED, 1))
    parcel = on_table(order, by=warehouse)

    with pytest.raises(WarehouseRefusedError, match="还差 1 件"):
        finish(parcel, warehouse)
    scan_all(parcel, by=warehouse)
    with pytest.raises(WarehouseRefusedError, match="3 项没勾"):
        finish(parcel, warehouse)
    tick_all(parcel, warehouse)
    finish(parcel, warehouse)

    parcel.refresh_from_db()
    assert (parcel.state, parcel.checked_by, parcel.locked_by) == ("checked", warehouse, None)
    assert Order.objects.get(pk=order.pk).stage == Stage.CHECKED
    assert PackingTick.objects.filter(ticked_by=warehouse).count() == 3
    assert wave_of(order).state == WaveState.DONE


def test_a_step_that_the_standard_does_not_know_cannot_be_ticked(warehouse, manager):
    standard(manager)
    parcel = on_table(approved_order((FITTED, 1)), by=warehouse)

    with pytest.raises(WarehouseRefusedError, match="刚改过"):
        tick_all(parcel, warehouse, "别的")


def test_a_second_check_is_another_persons(warehouse, colleague, manager):
    standard(
        manager,
        needs_second_check=True,
        second_check_reason="近 30 天 1.9% 投诉",
        second_check_steps=["摊开四角"],
    )
    order = approved_order((FITTED, 1))
    parcel = on_table(order, by=warehouse)
    scan_all(parcel, by=warehouse)
    tick_all(parcel, warehouse)

    finish(parcel, warehouse)
    assert Order.objects.get(pk=order.pk).stage == Stage.PICKED
    assert scan(parcel.number, None, warehouse).title == "要另一个人复核"

    assert scan(parcel.number, None, colleague).title.startswith("二次质检")
    with pytest.raises(WarehouseRefusedError, match="摊开四角"):
        finish(parcel, colleague)
    tick_all(parcel, colleague, "摊开四角")
    finish(parcel, colleague)
    parcel.refresh_from_db()
    assert (parcel.checked_by, parcel.second_checked_by) == (warehouse, colleague)
    assert Order.objects.get(pk=order.pk).stage == Stage.CHECKED


def test_who_finds_a_fault_at_the_second_check_sends_it_back(warehouse, colleague, manager):
    standard(manager, needs_second_check=True, second_check_reason="x", steps=[], cards=[])
    parcel = on_table(approved_order((FITTED, 1)), by=warehouse)
    scan_all(parcel, by=warehouse)
    finish(parcel, warehouse)
    scan(parcel.number, None, colleague)

    checking.send_back_to_first_check(parcel_id=parcel.pk, reason="抽丝", by=colleague, now=NOW)

    parcel.refresh_from_db()
    assert (parcel.checked_at, parcel.skip_reason) == (None, "复核退回：抽丝")
    assert counted(parcel) == {FITTED: 0}


def test_a_wrong_weight_must_be_looked_at(warehouse, manager):
    standard(manager, steps=[], cards=[])
    parcel = on_table(approved_order((FITTED, 1)), by=warehouse)
    scan_all(parcel, by=warehouse)
    checking.write_weight(parcel_id=parcel.pk, grams=600, by=warehouse, now=NOW)

    with pytest.raises(WarehouseRefusedError, match="重量差 380 克"):
        finish(parcel, warehouse)
    finish(parcel, warehouse, accepts_weight=True)

    assert Parcel.objects.get(pk=parcel.pk).weighed_grams == 600


def test_a_skipped_parcel_keeps_its_reason_until_it_is_scanned_again(warehouse):
    parcel = on_table(approved_order((FITTED, 2)), by=warehouse)
    scan(FITTED, parcel, warehouse)

    with pytest.raises(WarehouseRefusedError, match="为什么跳过"):
        checking.put_aside(parcel_id=parcel.pk, reason="", by=warehouse, now=NOW)
    checking.put_aside(parcel_id=parcel.pk, reason="小方在找", by=warehouse, now=NOW)

    parcel.refresh_from_db()
    assert (parcel.skip_reason, parcel.locked_by, counted(parcel)) == (
        "小方在找",
        None,
        {FITTED: 0},
    )
    scan(parcel.number, None, warehouse)
    assert Parcel.objects.get(pk=parcel.pk).skip_reason == ""


def test_a_checked_parcel_whose_order_was_held_is_checked_anew(warehouse, service):
    from orders.actions import shipping

    order = approved_order((FITTED, 1))
    parcel = checked(order, by=warehouse)
    hold = holds.hold_order(tid=order.tid, kind=HoldKind.HAND_SET, note="", by=service, now=NOW)
    holds.close_hold(tid=order.tid, hold_id=hold.pk, resolution="x", by=service, now=NOW)

    shipping.approve_order(tid=order.tid, by=service, now=NOW)

    parcel.refresh_from_db()
    assert (parcel.state, counted(parcel)) == (ParcelState.PICKED, {FITTED: 0})
    assert Order.objects.get(pk=order.pk).stage == Stage.PICKED


def test_a_scan_asks_few_questions(warehouse, django_assert_max_num_queries):
    parcel = on_table(approved_order((FITTED, 3), (PILLOW, 2)), by=warehouse)

    with django_assert_max_num_queries(14):
        assert scan(barcode_of(FITTED), parcel, warehouse).is_good


def test_what_decides_over_a_parcel_is_read_by_keys_however_many_orders_there_are(warehouse):
    order = approved_order((FITTED, 1))
    build()
    parcel = parcel_of(order)

    with CaptureQueriesContext(connection) as asked:
        table.orders_of(parcel)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + asked.captured_queries[-1]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())

    # A condition with a sub-query in an OR is asked of every order; a join begins at the parcel.
    assert "SubPlan" not in plan


def test_pieces_of_specs_that_share_a_code_are_told_apart_by_their_barcodes(warehouse):
    for spec, barcode in (("黑色;M", "6900000000011"), ("黑色;L", "6900000000012")):
        SkuFactory(
            code=f"4214#{spec}", merchant_code="4214", spec=spec, barcode=barcode, bin_code="A-9"
        )
    order = approved_order(("4214", 1), ("4214", 1))
    for line, size in zip(order.lines.order_by("pk"), "ML", strict=True):
        line.spec = f"颜色:黑色;尺码:{size}"
        line.save()
    parcel = on_table(order, by=warehouse)

    right = scan("6900000000012", parcel, warehouse)
    blind = scan("4214", parcel, warehouse)

    assert right.is_good
    assert list(parcel.lines.order_by("pk").values_list("checked_quantity", flat=True)) == [0, 1]
    assert (blind.outcome, blind.title) == (ScanOutcome.REFUSED, "4214 是几个规格共用的编码")
