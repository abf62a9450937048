import subprocess
import sys

import pytest

from orders.choices import (
    HOLD_DEFAULTS,
    LEFT_STAGES,
    OPEN_STAGES,
    STAGE_TRANSITIONS,
    STATUS_RANK,
    Flag,
    HoldKind,
    PlatformStatus,
    RefundStatus,
    RefundType,
    Stage,
)
from orders.rules import (
    UnknownTextError,
    flag_number,
    platform_status,
    refund_status,
    refund_type,
)
from orders.rules.platform_texts import (
    FLAG_BY_TEXT,
    REFUND_STATUS_BY_KEY,
    REFUND_TYPE_BY_KEY,
    STATUS_BY_KEY,
)
from orders.rules.stages import (
    UnableToMoveError,
    can_ship,
    require_move,
    stage_after_platform,
    stage_from_platform,
)


@pytest.mark.parametrize(
    ("text", "is_paid", "status"),
    [
        ("未创建支付宝交易", False, "TRADE_NO_CREATE_PAY"),
        ("等待买家付款", False, "WAIT_BUYER_PAY"),
        ("买家已付款，等待卖家发货", True, "WAIT_SELLER_SEND_GOODS"),
        ("买家已付款,等待卖家发货", True, "WAIT_SELLER_SEND_GOODS"),
        (" 买家已付款｜｜｜等待卖家发货 ", True, "WAIT_SELLER_SEND_GOODS"),
        ("卖家部分发货", True, "SELLER_CONSIGNED_PART"),
        ("卖家已发货，等待买家确认", True, "WAIT_BUYER_CONFIRM_GOODS"),
        ("买家已签收 (货到付款)", False, "TRADE_BUYER_SIGNED"),
        ("交易成功", True, "TRADE_FINISHED"),
        ("交易关闭", True, "TRADE_CLOSED"),
        ("交易关闭", False, "TRADE_CLOSED_BY_TAOBAO"),
        ("TRADE_CLOSED_BY_TAOBAO", True, "TRADE_CLOSED_BY_TAOBAO"),
        ("PAID_FORBID_CONSIGN", True, "PAID_FORBID_CONSIGN"),
    ],
)
def test_a_status_text_is_known_in_all_its_forms(text, is_paid, status):
    assert platform_status(text, is_paid=is_paid) == status


@pytest.mark.parametrize("text", ["", "已发货", "买家已付款", "交易成功了", "TRADE"])
def test_an_unknown_status_text_is_refused_not_guessed(text):
    with pytest.raises(UnknownTextError) as refused:
        platform_status(text, is_paid=True)

    assert refused.value.text == text


def test_refund_texts_and_types_are_known():
    assert refund_status("买家已经申请退款,等待卖家同意") == "WAIT_SELLER_AGREE"
    assert refund_status("卖家已发货，等待卖家和买家确认收货") == "EXCHANGE_SENT"
    assert refund_status("无退款申请") == "NO_REFUND"
    assert refund_type("退货退款") == "return_and_refund"
    for lookup in (refund_status, refund_type, flag_number):
        with pytest.raises(UnknownTextError):
            lookup("别的")


@pytest.mark.parametrize(("text", "number"), [("红", 1), ("红旗", 1), ("紫色", 5), ("灰旗", 0)])
def test_a_flag_word_gives_the_platforms_number(text, number):
    assert flag_number(text) == number


def test_every_text_leads_to_a_choice_and_every_status_has_a_rank():
    assert set(STATUS_BY_KEY.values()) == set(PlatformStatus.values)
    assert set(REFUND_STATUS_BY_KEY.values()) == set(RefundStatus.values)
    assert set(REFUND_TYPE_BY_KEY.values()) == set(RefundType.values)
    assert set(FLAG_BY_TEXT.values()) == set(Flag.values)
    assert set(STATUS_RANK) == set(PlatformStatus.values)


def test_every_hold_kind_has_a_default_and_shortage_and_lateness_must_be_told():
    assert set(HOLD_DEFAULTS) == set(HoldKind)
    assert HOLD_DEFAULTS[HoldKind.STOCK_SHORT].must_tell
    assert HOLD_DEFAULTS[HoldKind.STOCK_SHORT].self_releases
    assert HOLD_DEFAULTS[HoldKind.LATE_SHIPPING].must_tell
    assert not HOLD_DEFAULTS[HoldKind.HAND_SET].self_releases


@pytest.mark.parametrize(
    ("status", "is_paid", "is_consigned", "has_waybill", "stage"),
    [
        ("TRADE_NO_CREATE_PAY", False, False, False, Stage.AWAITING_PAYMENT),
        ("WAIT_BUYER_PAY", False, False, False, Stage.AWAITING_PAYMENT),
        ("WAIT_SELLER_SEND_GOODS", True, False, False, Stage.AWAITING_AUDIT),
        ("WAIT_SELLER_SEND_GOODS", True, False, True, Stage.AWAITING_AUDIT),  # label made early
        ("WAIT_SELLER_SEND_GOODS", True, True, True, Stage.HANDED_OVER),
        ("PAID_FORBID_CONSIGN", True, False, False, Stage.AWAITING_AUDIT),
        ("SELLER_CONSIGNED_PART", True, True, True, Stage.AWAITING_AUDIT),
        ("WAIT_BUYER_CONFIRM_GOODS", True, True, True, Stage.HANDED_OVER),
        ("TRADE_BUYER_SIGNED", False, True, True, Stage.SIGNED),
        ("TRADE_FINISHED", True, True, True, Stage.SIGNED),
        ("TRADE_CLOSED", True, True, True, Stage.CANCELLED),
        ("TRADE_CLOSED_BY_TAOBAO", False, False, False, Stage.CANCELLED),
    ],
)
def test_a_fresh_import_derives_the_stage(status, is_paid, is_consigned, has_waybill, stage):
    derived = stage_from_platform(
        status, is_paid=is_paid, is_consigned=is_consigned, has_waybill=has_waybill
    )

    assert derived == stage


@pytest.mark.parametrize(
    ("stage", "derived", "after"),
    [
        (Stage.AWAITING_PAYMENT, Stage.AWAITING_AUDIT, Stage.AWAITING_AUDIT),
        (Stage.HELD, Stage.AWAITING_AUDIT, Stage.HELD),
        (Stage.CHECKED, Stage.AWAITING_AUDIT, Stage.CHECKED),
        (Stage.HELD, Stage.HANDED_OVER, Stage.HANDED_OVER),
        (Stage.PICKED_UP, Stage.HANDED_OVER, Stage.PICKED_UP),
        (Stage.PICKED_UP, Stage.SIGNED, Stage.SIGNED),
        (Stage.CHECKED, Stage.CANCELLED, Stage.CANCELLED),
        (Stage.CANCELLED, Stage.HANDED_OVER, Stage.CANCELLED),
        (Stage.SIGNED, Stage.SIGNED, Stage.SIGNED),
    ],
)
def test_a_file_never_moves_our_own_steps_back(stage, derived, after):
    assert stage_after_platform(stage, derived) == after


def test_the_transition_table_knows_every_stage_and_only_undo_brings_a_parcel_back():
    assert set(STAGE_TRANSITIONS) == set(Stage)
    assert STAGE_TRANSITIONS[Stage.CANCELLED] == frozenset()
    for stage, following in STAGE_TRANSITIONS.items():
        assert stage not in following
        if stage in LEFT_STAGES:
            back = following & set(OPEN_STAGES)
            assert back == ({Stage.APPROVED} if stage == Stage.HANDED_OVER else set())
        if stage in OPEN_STAGES:
            assert {Stage.HANDED_OVER, Stage.CANCELLED} <= following
        if stage != Stage.AWAITING_PAYMENT:
            assert Stage.AWAITING_PAYMENT not in following


def test_a_move_outside_the_table_is_refused():
    require_move(Stage.APPROVED, Stage.HANDED_OVER)

    with pytest.raises(UnableToMoveError):
        require_move(Stage.SIGNED, Stage.AWAITING_AUDIT)


@pytest.mark.parametrize(
    ("status", "has_open_refund", "allowed"),
    [
        ("WAIT_SELLER_SEND_GOODS", False, True),
        ("SELLER_CONSIGNED_PART", False, True),
        ("WAIT_SELLER_SEND_GOODS", True, False),
        ("PAID_FORBID_CONSIGN", False, False),
        ("TRADE_CLOSED", False, False),
        ("TRADE_CLOSED_BY_TAOBAO", False, False),
        ("WAIT_BUYER_PAY", False, False),
    ],
)
def test_closed_forbidden_and_refunding_orders_never_ship(status, has_open_refund, allowed):
    assert can_ship(status, has_open_refund=has_open_refund) is allowed


def test_the_rules_import_without_django():
    code = "import sys, orders.rules; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
