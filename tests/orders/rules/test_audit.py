"""Audit rules, each at its bounds, and the words that keyword rules hear."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from orders.choices import AuditRuleCode, HoldKind, KeywordAct, KeywordPlace, PlatformStatus
from orders.rules.audit import AuditFacts, AuditLine, AuditRule, audit_order, may_run
from orders.rules.audit_parameters import ParameterError, checked
from orders.rules.keywords import KeywordRule, matches
from shopops.lib.business_time import SHANGHAI

NOON = datetime(2026, 9, 17, 12, 0, tzinfo=SHANGHAI)
PLAIN = AuditFacts(
    tid="1",
    status=PlatformStatus.WAIT_SELLER_SEND_GOODS,
    paid_at=NOON,
    total_amount=Decimal("150.00"),
    paid_amount=Decimal("150.00"),
    piece_count=2,
    kind_count=1,
    flag=0,
    is_presale=False,
    promised_date=None,
    has_open_refund=False,
    buyer_message="",
    seller_memo="",
    receiver_name="张**",
    receiver_phone="*******5552",
    receiver_province="浙江省",
    receiver_city="杭州市",
    receiver_address="文一西路 ***",
    lines=(AuditLine("MY-1", "枕套", 2, Decimal("150.00")),),
)
SF = KeywordRule(("顺丰",), ("不要顺丰",), KeywordPlace.BOTH, KeywordAct.COURIER, "顺丰速运")
HURRY = KeywordRule(("加急", "尽快"), (), KeywordPlace.MESSAGE, KeywordAct.URGENT)
THANKS = KeywordRule(("谢谢",), (), KeywordPlace.MESSAGE, KeywordAct.PASS)
CHANGE = KeywordRule(("改地址",), (), KeywordPlace.BOTH, KeywordAct.HOLD, HoldKind.ADDRESS_CHANGED)
PILLOW = KeywordRule(("送抱枕",), (), KeywordPlace.MEMO, KeywordAct.GIFT, "PILLOW")
KEYWORDS = (SF, HURRY, CHANGE, PILLOW, THANKS)


def verdict(*codes, now=NOON + timedelta(hours=1), keywords=KEYWORDS, parameters=None, **facts):
    rules = [AuditRule(code, (parameters or {}).get(code, {})) for code in codes]
    return audit_order(replace(PLAIN, **facts), rules=rules, keywords=keywords, now=now)


def kinds(found):
    return [need.kind for need in found.needs]


def test_an_order_against_which_nothing_stands_passes():
    found = verdict(AuditRuleCode.BUYER_MESSAGE, AuditRuleCode.MEMO, AuditRuleCode.UNKNOWN_CODE)

    assert found.passes


@pytest.mark.parametrize(
    ("minute", "held"),
    [(0, True), (9, True), (10, False)],
    ids=["at once", "just before", "at the end"],
)
def test_an_order_cools_down_for_ten_minutes(minute, held):
    rule = {AuditRuleCode.COOL_DOWN: {"minutes": 10}}

    found = verdict(AuditRuleCode.COOL_DOWN, now=NOON + timedelta(minutes=minute), parameters=rule)

    assert kinds(found) == ([HoldKind.COOL_DOWN] if held else [])
    if held:
        assert found.needs[0].due_at == NOON + timedelta(minutes=10)
        assert found.needs[0].reason == "cool_down|12:10"


@pytest.mark.parametrize(
    ("code", "parameters", "facts", "kind"),
    [
        ("max_amount", {"amount": "150.00"}, {}, None),
        ("max_amount", {"amount": "149.99"}, {}, HoldKind.AMOUNT_TOO_LARGE),
        ("max_pieces", {"count": 2}, {}, None),
        ("max_pieces", {"count": 1}, {}, HoldKind.TOO_MANY_PIECES),
        ("max_kinds", {"count": 1}, {}, None),
        ("max_kinds", {"count": 1}, {"kind_count": 2}, HoldKind.TOO_MANY_PIECES),
        ("excluded_skus", {"codes": ["MY-2"]}, {}, None),
        ("excluded_skus", {"codes": ["MY-2", "MY-1"]}, {}, HoldKind.EXCLUDED_SKU),
        ("unknown_code", {}, {"lines": (AuditLine("", "枕套", 1, None),)}, HoldKind.UNKNOWN_CODE),
        ("receiver_complete", {}, {}, None),
        ("receiver_complete", {}, {"receiver_phone": " "}, HoldKind.ADDRESS_INCOMPLETE),
        ("region_served", {"provinces": ["西藏"]}, {}, None),
        ("region_served", {"provinces": ["浙江"]}, {}, HoldKind.REGION_NOT_SERVED),
        ("black_list", {}, {"black_list_reason": "恶意退款"}, HoldKind.BLACK_LIST),
        ("flags", {"acts": {"1": "hold"}}, {"flag": 1}, HoldKind.MEMO_INSTRUCTION),
        ("flags", {"acts": {"1": "hold"}}, {"flag": 2}, None),
        ("mergeable", {"wait_minutes": 60}, {"mergeable": ("2",)}, None),
        ("mergeable", {"wait_minutes": 61}, {"mergeable": ("2",)}, HoldKind.WAITING_TO_MERGE),
        (
            "presale_not_due",
            {"days_ahead": 1},
            {"is_presale": True, "promised_date": date(2026, 9, 18)},
            None,
        ),
        (
            "presale_not_due",
            {"days_ahead": 0},
            {"is_presale": True, "promised_date": date(2026, 9, 18)},
            HoldKind.PRESALE_NOT_DUE,
        ),
        (
            "unpaid_balance",
            {},
            {"is_presale": True, "paid_amount": Decimal("20.00")},
            HoldKind.UNPAID_BALANCE,
        ),
        ("unpaid_balance", {}, {"is_presale": True}, None),
    ],
)
def test_each_rule_holds_beyond_its_bound_and_not_at_it(code, parameters, facts, kind):
    rule = AuditRuleCode(code)

    found = verdict(rule, parameters={rule: parameters}, **facts)

    assert kinds(found) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"has_open_refund": True}, HoldKind.REFUND_OPEN),
        ({"status": PlatformStatus.PAID_FORBID_CONSIGN}, HoldKind.PLATFORM_FORBIDS),
    ],
)
def test_a_refund_and_the_platforms_no_need_no_rule(facts, kind):
    assert kinds(verdict(**facts)) == [kind]


@pytest.mark.parametrize(
    ("message", "kind", "urgent", "courier"),
    [
        ("谢谢老板", None, False, ""),
        ("麻烦尽快发货", None, True, ""),
        ("发顺丰", None, False, "顺丰速运"),
        ("不要顺丰", HoldKind.BUYER_MESSAGE, False, ""),
        ("改地址到上海", HoldKind.ADDRESS_CHANGED, False, ""),
        ("尽快，另外改地址", HoldKind.ADDRESS_CHANGED, True, ""),
        ("要带发票", HoldKind.BUYER_MESSAGE, False, ""),
    ],
)
def test_a_message_is_answered_by_a_keyword_rule_or_waits_for_a_person(
    message, kind, urgent, courier
):
    found = verdict(AuditRuleCode.BUYER_MESSAGE, buyer_message=message)

    assert kinds(found) == ([kind] if kind else [])
    assert (found.is_urgent, found.courier) == (urgent, courier)


def test_a_hold_by_keyword_says_the_word_and_the_sentence():
    found = verdict(AuditRuleCode.BUYER_MESSAGE, buyer_message="改地址到上海")

    assert found.needs[0].reason == "buyer_message|改地址|改地址到上海"


@pytest.mark.parametrize(
    ("memo", "unmatched", "kind", "gifts"),
    [
        ("送抱枕一个", True, None, ("PILLOW",)),
        ("老客户，小心包装", True, HoldKind.MEMO_INSTRUCTION, ()),
        ("老客户，小心包装", False, None, ()),
    ],
)
def test_a_memo_that_no_rule_knows_waits_if_the_shop_wants_it_so(memo, unmatched, kind, gifts):
    rule = {AuditRuleCode.MEMO: {"hold_unmatched": unmatched}}

    found = verdict(AuditRuleCode.MEMO, parameters=rule, seller_memo=memo)

    assert (kinds(found), found.gifts) == ([kind] if kind else [], gifts)


def test_words_are_found_in_full_width_and_in_capitals():
    rule = KeywordRule(("SF",), (), KeywordPlace.BOTH, KeywordAct.COURIER, "顺丰速运")

    assert matches([rule], message="请发ｓｆ", memo="")
    assert not matches([rule], message="请发申通", memo="")


def test_the_same_cause_has_the_same_mark_and_another_message_another():
    first = verdict(AuditRuleCode.BUYER_MESSAGE, buyer_message="要带发票").needs[0].cause
    again = verdict(AuditRuleCode.BUYER_MESSAGE, buyer_message="要带发票").needs[0].cause
    other = verdict(AuditRuleCode.BUYER_MESSAGE, buyer_message="要带购物袋").needs[0].cause

    assert first == again != other


@pytest.mark.parametrize(
    ("hours", "clock", "works"),
    [
        (("08:00", "23:00"), "07:59", False),
        (("08:00", "23:00"), "08:00", True),
        (("08:00", "23:00"), "23:00", False),
        (("22:00", "06:00"), "23:30", True),
        (("22:00", "06:00"), "12:00", False),
    ],
)
def test_automatic_audit_keeps_its_hours(hours, clock, works):
    rule = AuditRule(AuditRuleCode.ACTIVE_HOURS, {"from": hours[0], "to": hours[1]})
    now = datetime.fromisoformat(f"2026-09-17T{clock}").replace(tzinfo=SHANGHAI)

    assert may_run([rule], now=now) is works


def test_without_hours_nothing_is_audited_by_itself():
    assert not may_run([], now=NOON)


@pytest.mark.parametrize(
    ("code", "values"),
    [
        (AuditRuleCode.COOL_DOWN, {"minutes": 0}),
        (AuditRuleCode.COOL_DOWN, {"minutes": "soon"}),
        (AuditRuleCode.MAX_AMOUNT, {"amount": "-1"}),
        (AuditRuleCode.EXCLUDED_SKUS, {"codes": ["  "]}),
        (AuditRuleCode.ACTIVE_HOURS, {"from": "25:00", "to": "08:00"}),
        (AuditRuleCode.FLAGS, {"acts": {"9": "hold"}}),
    ],
)
def test_senseless_parameters_are_refused(code, values):
    with pytest.raises(ParameterError):
        checked(code, values)
