"""What stands in the database after files came in."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from orders.actions.importing import steps
from orders.models import Buyer, DirtyDay, Order, OrderContact, OrderLine, Refund, Shipment
from shopops.intake.models import RowChange
from tests.orders.importing.harness import (
    NOW,
    KilledError,
    Run,
    bring,
    dicts,
    state,
    undo,
)
from tests.orders.importing.headers import ITEM, ITEM_2024, ORDER, REFUND_2026

pytestmark = pytest.mark.django_db
LATER, EARLIER = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
SENT = {"订单状态": "卖家已发货，等待买家确认", "物流单号 ": "YT1", "物流公司": "圆通速递"}


def order(tid="1", **changes):
    return ORDER | {"订单编号": tid, "买家会员名": f"买家{tid}"} | changes


def item(tid="1", **changes):
    return ITEM | {"订单编号": tid} | changes


def new_item(oid="11", tid="1", **changes):
    blank = dict.fromkeys(ITEM_2024)
    return blank | {
        "子订单编号": oid, "主订单编号": tid, "商品标题": "锅", "商品价格": "239.00", "购买数量": "1",
        "订单状态": "买家已付款，等待卖家发货", "商家编码": "PAN", "买家应付货款": "201.12",
        "买家实付金额": "201.12", "订单创建时间": "2017-07-08 00:42:32",
        "订单付款时间": "2017-07-08 00:42:39", "退款状态": "没有申请退款",
    } | changes  # fmt: skip


def refund(no="9", tid="1", **changes):
    blank = dict.fromkeys(REFUND_2026)
    return blank | {
        "退款编号": no, "订单编号": tid, "退款总额": "201.12", "退款申请时间": "2017-07-08 08:00:00",
        "退款状态": "买家已经申请退款，等待卖家同意", "售后类型": "仅退款",
    } | changes  # fmt: skip


def the_order(tid="1"):
    return Order.objects.get(tid=tid)


def test_a_new_order_awaits_audit_with_its_buyer_and_days_marked():
    _, preview, counts = bring(dicts([order()]))

    stored = the_order()
    assert (counts.created, counts.updated, counts.unchanged) == (1, 0, 0)
    assert (preview.created, preview.sums["总金额"]) == (1, "201.12")
    assert (stored.stage, stored.paid_amount) == ("awaiting_audit", Decimal("201.12"))
    assert stored.created_date == date(2017, 7, 8)
    assert stored.buyer.key == "买家1"
    assert stored.buyer.first_order_at == stored.created_at
    assert set(DirtyDay.objects.values_list("basis", "date")) == {
        ("created", date(2017, 7, 8)), ("paid", date(2017, 7, 8)),
    }  # fmt: skip
    assert OrderContact.objects.get(order=stored).phone_index


def test_the_same_file_twice_changes_nothing():
    bring(dicts([order(), order("2")]))
    before = state()

    _, preview, counts = bring(dicts([order(), order("2")]))

    assert (preview.created, preview.updated, preview.unchanged) == (0, 0, 2)
    assert (counts.created, counts.updated, counts.unchanged) == (0, 0, 2)
    assert state() == before
    assert not RowChange.objects.exists()
    assert set(Order.objects.values_list("version", flat=True)) == {1}


def test_a_newer_file_wins_and_remembers_what_was():
    bring(dicts([order(订单备注="等通知")]))

    batch, preview, counts = bring(dicts([order(订单备注="可发", **SENT)]), exported_at=LATER)

    stored = the_order()
    assert (counts.created, counts.updated) == (0, 1)
    assert (stored.stage, stored.seller_memo, stored.version) == ("handed_over", "可发", 2)
    assert Shipment.objects.get().waybill_no == "YT1"
    change = RowChange.objects.get(batch=batch, table="orders_order")
    assert change.before["seller_memo"] == "等通知"
    columns = {one["column"]: one for one in preview.sample[0]["changes"]}
    assert columns["status"]["old"] == "WAIT_SELLER_SEND_GOODS"


def test_an_older_file_only_moves_a_status_onward():
    bring(dicts([order(订单备注="新")]))

    bring(dicts([order(订单备注="旧", **SENT)]), exported_at=EARLIER)

    stored = the_order()
    assert (stored.status, stored.stage) == ("WAIT_BUYER_CONFIRM_GOODS", "handed_over")
    assert (stored.seller_memo, stored.exported_at) == ("新", NOW)


def test_a_status_never_goes_back_even_by_a_newer_file():
    bring(dicts([order(**SENT)]))

    bring(dicts([order()]), exported_at=LATER)

    assert the_order().status == "WAIT_BUYER_CONFIRM_GOODS"
    assert the_order().stage == "handed_over"


@pytest.mark.parametrize(
    "stage", ["approved", "in_wave", "picked", "checked", "held", "handed_over"]
)
def test_our_own_steps_are_not_undone_by_a_file(stage):
    bring(dicts([order()]))
    Order.objects.update(stage=stage)

    bring(dicts([order(订单备注="x")]), exported_at=LATER)

    assert the_order().stage == stage


def test_a_memo_made_by_hand_stays():
    bring(dicts([order()]))
    Order.objects.update(seller_memo="我写的", is_memo_by_hand=True)

    bring(dicts([order(订单备注="文件写的")]), exported_at=LATER)

    assert the_order().seller_memo == "我写的"


def test_a_memo_wiped_on_the_platform_is_wiped_here():
    bring(dicts([order(订单备注="等通知")]))

    bring(dicts([order(订单备注=None)]), exported_at=LATER)

    assert the_order().seller_memo == ""


def test_a_column_that_a_newer_file_lacks_says_nothing():
    bring(dicts([order(订单备注="等通知")]))
    without = {
        name: value
        for name, value in order(**SENT).items()
        if name not in ("订单备注", "收货地址 ")
    }

    bring(dicts([without]), exported_at=LATER)

    stored = the_order()
    assert (stored.seller_memo, stored.receiver_province) == ("等通知", "广东省")


def test_of_a_doubled_order_the_last_row_counts():
    _, preview, counts = bring(dicts([order(订单备注="a"), order(订单备注="b")]))

    assert (counts.created, preview.facts["doubled_rows"]) == (1, 1)
    assert the_order().seller_memo == "b"


def test_paid_net_of_refunds_is_found_per_file():
    net = {"买家实际支付金额": "101.12", "退款金额": "100.00", "订单状态": "交易成功"}

    _, preview, _ = bring(dicts([order(**net), order("2")]))

    assert preview.facts["paid_is_net"] is True
    assert (the_order().paid_amount, the_order().refund_amount) == (Decimal("201.12"), Decimal(100))
    _, preview, _ = bring(
        dicts([order("3", **net), order("4", **{**net, "买家实际支付金额": "201.12"})])
    )
    assert preview.facts["paid_is_net"] is False
    assert the_order("3").paid_amount == Decimal("101.12")


def test_an_unpaid_order_paid_nothing():
    bring(
        dicts(
            [
                order(
                    订单状态="等待买家付款", **{"订单付款时间 ": None, "买家实际支付金额": "201.12"}
                )
            ]
        )
    )

    stored = the_order()
    assert (stored.stage, stored.paid_amount, stored.due_reason) == (
        "awaiting_payment",
        0,
        "unpaid",
    )


def test_a_changed_house_number_replaces_the_sealed_contact():
    bring(dicts([order()]))
    moved = order(**{"收货地址 ": "广东省 广州市 越秀区 测试街道示例路2号1栋101室(510180)"})

    _, _, counts = bring(dicts([moved]))

    assert counts.updated == 1
    assert "示例路2号" in bytes(OrderContact.objects.get().sealed).decode()


def test_both_files_in_either_order_end_the_same():
    lists, items = dicts([order(), order("2")]), dicts([item(), item("2"), item("2")])
    bring(lists)
    bring(items)
    straight = state(without=["exported_at"])
    for batch_model in (OrderLine, Shipment, OrderContact, Order, Buyer):
        batch_model.objects.all().delete()

    _, preview, _ = bring(items)
    assert preview.facts["orders_without_list"] == 2
    assert set(Order.objects.values_list("stage", flat=True)) == {"awaiting_payment"}
    bring(lists)

    assert state(without=["exported_at"]) == straight
    assert [line.line_key for line in OrderLine.objects.order_by("line_key")] == [
        "1-1",
        "2-1",
        "2-2",
    ]
    assert set(Order.objects.values_list("stage", flat=True)) == {"awaiting_audit"}


def test_an_item_file_with_times_makes_orders_that_can_be_worked_on():
    bring(dicts([new_item(), new_item("12", 买家应付货款="10.00", 买家实付金额="10.00")]))

    stored = the_order()
    assert (stored.stage, stored.paid_amount) == ("awaiting_audit", Decimal("211.12"))
    assert (stored.piece_count, stored.kind_count, stored.list_hash) == (2, 2, None)
    assert stored.version == 1


def test_lines_move_their_order_onward_when_all_agree():
    bring(dicts([order(宝贝总数量="2")]))
    bring(dicts([new_item("11", 订单状态="卖家已发货，等待买家确认"), new_item("12")]))
    assert the_order().status == "WAIT_SELLER_SEND_GOODS"

    bring(dicts([new_item("12", 订单状态="卖家已发货，等待买家确认")]), exported_at=LATER)

    assert the_order().status == "WAIT_BUYER_CONFIRM_GOODS"
    assert the_order().stage == "handed_over"


def test_a_refund_asked_for_on_a_line_is_open_until_the_refund_file_ends_it():
    bring(dicts([order()]))
    bring(dicts([new_item(退款状态="买家已经申请退款，等待卖家同意")]))
    assert the_order().has_open_refund

    bring(dicts([refund(退款状态="退款关闭")]), exported_at=LATER)

    assert not the_order().has_open_refund


def test_a_refund_before_its_order_waits_for_it():
    bring(dicts([refund()]))
    assert Refund.objects.get().order is None

    bring(dicts([order()]))

    assert Refund.objects.get().order == the_order()
    assert the_order().has_open_refund


def test_an_order_paid_back_whole_before_it_left_is_closed_at_once():
    bring(dicts([order()]))

    bring(dicts([refund(退款状态="退款成功", 退款完结时间="2017-07-08 09:00:00")]))

    stored = the_order()
    assert (stored.status, stored.stage) == ("TRADE_CLOSED", "cancelled")
    assert (stored.refund_amount, stored.has_open_refund) == (Decimal("201.12"), False)
    assert stored.ship_due_at is None


def test_an_ended_refund_does_not_open_again():
    bring(dicts([refund(退款状态="退款成功")]))

    bring(dicts([refund()]), exported_at=EARLIER)
    bring(dicts([refund()]), exported_at=LATER)

    assert Refund.objects.get().status == "SUCCESS"


def test_undo_takes_new_rows_away_and_changed_ones_back():
    bring(dicts([order(订单备注="a"), order("2")]))
    bring(dicts([item(), item("2")]))
    before = state()

    batches = [
        bring(dicts([order(订单备注="b", **SENT), order("2"), order("3")]), exported_at=LATER)[0],
        bring(dicts([new_item("31", "3"), new_item("41", "4")]), exported_at=LATER)[0],
        bring(dicts([refund(), refund("10", "2", 退款状态="退款成功")]), exported_at=LATER)[0],
    ]
    assert state() != before
    for batch in reversed(batches):
        undo(batch)

    assert state() == before
    assert not RowChange.objects.exists()


def test_undo_keeps_what_somebody_worked_on():
    batch, *_ = bring(dicts([order(), order("2")]))
    Order.objects.filter(tid="1").update(stage="approved", version=2)

    counts = undo(batch)

    assert counts.created == 1
    assert list(Order.objects.values_list("tid", flat=True)) == ["1"]


def test_undo_of_an_older_batch_leaves_a_newer_change_alone():
    bring(dicts([order()]))
    older, *_ = bring(dicts([order(订单备注="b")]), exported_at=LATER)
    bring(dicts([order(订单备注="c")]), exported_at=LATER + timedelta(hours=1))

    counts = undo(older)

    assert (counts.updated, counts.unchanged) == (0, 1)
    assert the_order().seller_memo == "c"


def test_a_killed_merge_goes_on_where_it_stopped(monkeypatch):
    monkeypatch.setattr(steps, "CHUNK_ROWS", 2)
    rows = dicts([order(str(n)) for n in range(1, 8)])
    run = Run(die_after=2)
    steps_of = _as_real_steps(monkeypatch)

    with pytest.raises(KilledError):
        bring(rows, run=run)
    half = Order.objects.count()
    run.die_after = None
    counts = steps_of(run)

    assert 0 < half < 7
    assert Order.objects.count() == 7
    assert (counts.created, counts.unchanged) == (7, 0)


def _as_real_steps(monkeypatch):
    """Let the steps believe that no transaction is open, as in the worker; finish with the same batch."""
    from orders.actions.importing import order_list
    from shopops.intake.models import Batch

    class Outside:
        in_atomic_block = False

        def __getattr__(self, name):
            return getattr(connection, name)

    monkeypatch.setattr(steps, "connection", Outside())

    def again(run):
        batch = Batch.objects.latest("pk")
        return order_list.merge(batch, f"intake_stage_{batch.pk}", run, NOW)

    return again


def test_a_first_big_file_leaves_all_indexes_and_keys_standing(monkeypatch):
    monkeypatch.setattr(steps, "HEAP_FIRST_ROWS", 1)
    names = "SELECT indexdef FROM pg_indexes WHERE tablename ~ '^orders_' ORDER BY 1"
    keys = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid::regclass::text ~ '^orders_' ORDER BY 1"  # noqa: E501
    with connection.cursor() as cursor:
        before = [cursor.execute(one).fetchall() for one in (names, keys)]

    bring(dicts([order(**SENT), order("2")]))
    bring(dicts([item(), item("2")]))

    with connection.cursor() as cursor:
        standing = [cursor.execute(one).fetchall() for one in (names, keys)]
    # Postgres writes the casts of a partial index another way once it was read back.
    casts = re.compile(r"::[a-z ]+(\[\])?|[()]")
    plain = [[casts.sub("", str(row)) for row in rows] for rows in standing]
    assert plain == [[casts.sub("", str(row)) for row in rows] for rows in before]
    assert (Order.objects.count(), OrderLine.objects.count(), Shipment.objects.count()) == (2, 2, 1)
