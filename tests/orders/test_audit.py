"""Automatic audit: what passes, what is held, what ends by itself, and what people have settled."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.actions import audit, holds
from orders.actions.errors import UnableToApproveError
from orders.actions.shipping import force_approve_order
from orders.choices import (
    AuditRuleCode,
    BuyerAnswer,
    HoldKind,
    KeywordAct,
    KeywordPlace,
    Stage,
    ToldChannel,
)
from orders.models import AuditRuleRow, BlackListEntry, Carrier, Hold, KeywordRow, Order
from orders.queries.audit import rules_in_force
from shopops.staff.models import Operation
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_start_rules(db):
    AuditRuleRow.objects.all().delete()
    KeywordRow.objects.all().delete()


def rule(code, now, **parameters):
    return AuditRuleRow.objects.create(
        code=code, parameters=parameters, valid_from=now.date(), changed_at=now
    )


def run_audit(now):
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    return audit.audit_orders(ids, rules=rules_in_force(now=now), now=now)


def test_an_order_against_which_nothing_stands_is_approved_and_logged(now):
    order = OrderFactory.create()

    tally = run_audit(now)

    order.refresh_from_db()
    assert (order.stage, order.approved_at, order.version) == (Stage.APPROVED, now, 2)
    assert (tally.seen, tally.approved, tally.held) == (1, 1, 0)
    log = Operation.objects.get(name="orders.order.approved")
    assert (log.object_key, log.actor, log.new["by"]) == (order.tid, None, "rules")


def test_what_a_rule_holds_waits_with_its_reason(now):
    rule(AuditRuleCode.MAX_AMOUNT, now, amount="100.00")
    order = OrderFactory.create(paid_amount=Decimal("150.00"))

    run_audit(now)

    order.refresh_from_db()
    hold = order.holds.get()
    assert order.stage == Stage.HELD
    assert (hold.kind, hold.reason) == ("amount_too_large", "max_amount|150.00|100.00")
    assert (hold.is_hand_set, hold.owner_role) == (False, "service_lead")


def test_a_second_audit_changes_nothing(now):
    rule(AuditRuleCode.MAX_AMOUNT, now, amount="100.00")
    order = OrderFactory.create()
    run_audit(now)
    before = Order.objects.values().get(), Hold.objects.values().get()

    tally = run_audit(now)

    assert (Order.objects.values().get(), Hold.objects.values().get()) == before
    assert (tally.approved, tally.held) == (0, 0)
    assert Operation.objects.filter(object_key=order.tid).count() == 1


def test_a_cool_down_ends_by_itself_and_the_order_passes(now):
    rule(AuditRuleCode.COOL_DOWN, now, minutes=10)
    order = OrderFactory.create(paid_at=now)
    run_audit(now)
    assert order.holds.get().kind == HoldKind.COOL_DOWN

    tally = run_audit(now + timedelta(minutes=10))

    order.refresh_from_db()
    hold = order.holds.get()
    assert order.stage == Stage.APPROVED
    assert (hold.closed_at, hold.closed_by) == (now + timedelta(minutes=10), None)
    assert (tally.approved, tally.released) == (1, 1)


def test_what_a_person_settled_does_not_come_back(now, service):
    rule(AuditRuleCode.BUYER_MESSAGE, now)
    order = OrderFactory.create(buyer_message="要带发票")
    run_audit(now)
    holds.close_hold(
        tid=order.tid, hold_id=order.holds.get().pk, resolution="已开", by=service, now=now
    )

    run_audit(now)

    order.refresh_from_db()
    assert order.stage == Stage.APPROVED


def test_another_message_is_another_cause(now, service):
    rule(AuditRuleCode.BUYER_MESSAGE, now)
    order = OrderFactory.create(buyer_message="要带发票")
    run_audit(now)
    holds.close_hold(
        tid=order.tid, hold_id=order.holds.get().pk, resolution="已开", by=service, now=now
    )
    Order.objects.update(buyer_message="改地址到上海")

    run_audit(now)

    assert order.holds.filter(closed_at__isnull=True).count() == 1


def test_a_hold_set_by_hand_never_ends_by_itself(now, service):
    order = OrderFactory.create()
    holds.hold_order(tid=order.tid, kind=HoldKind.COOL_DOWN, note="等经理", by=service, now=now)

    run_audit(now)

    order.refresh_from_db()
    assert order.stage == Stage.HELD


def test_an_order_with_an_open_refund_is_held_until_it_ends(now):
    order = OrderFactory.create(has_open_refund=True)
    run_audit(now)
    assert order.holds.get().kind == HoldKind.REFUND_OPEN
    Order.objects.update(has_open_refund=False)

    run_audit(now)

    order.refresh_from_db()
    assert order.stage == Stage.APPROVED


def test_keywords_mark_urgent_and_the_courier_wanted(now):
    rule(AuditRuleCode.BUYER_MESSAGE, now)
    for act, words, value in (("urgent", ["尽快"], ""), ("courier", ["顺丰"], "顺丰速运")):
        KeywordRow.objects.create(
            words=words,
            place=KeywordPlace.BOTH,
            act=KeywordAct(act),
            value=value,
            valid_from=now.date(),
            changed_at=now,
        )
    Carrier.objects.create(name="顺丰速运", code="SF")
    order = OrderFactory.create(buyer_message="尽快，发顺丰")

    run_audit(now)

    order.refresh_from_db()
    assert (order.stage, order.is_urgent, order.requested_courier) == (
        Stage.APPROVED,
        True,
        "顺丰速运",
    )


def test_two_orders_of_one_buyer_and_receiver_wait_to_be_merged(now):
    rule(AuditRuleCode.MERGEABLE, now, wait_minutes=600)
    buyer = BuyerFactory.create()
    pair = [OrderFactory.create(buyer=buyer, receiver_address="文一西路 ***") for _ in range(2)]
    other = OrderFactory.create(buyer=buyer, receiver_address="龙井路 ***")

    run_audit(now)

    assert Hold.objects.filter(kind=HoldKind.WAITING_TO_MERGE).count() == 2
    assert {hold.order_id for hold in Hold.objects.all()} == {one.pk for one in pair}
    other.refresh_from_db()
    assert other.stage == Stage.APPROVED


def test_a_buyer_on_the_black_list_waits_for_the_lead(now):
    rule(AuditRuleCode.BLACK_LIST, now)
    order = OrderFactory.create()
    BlackListEntry.objects.create(buyer=order.buyer, reason="恶意退款", added_at=now)

    run_audit(now)

    hold = order.holds.get()
    assert (hold.kind, hold.reason) == ("black_list", "black_list|恶意退款")


def test_a_rule_that_is_off_or_of_tomorrow_does_not_count(now):
    off = rule(AuditRuleCode.MAX_AMOUNT, now, amount="1.00")
    AuditRuleRow.objects.filter(pk=off.pk).update(is_on=False)
    later = rule(AuditRuleCode.MAX_AMOUNT, now, amount="1.00")
    AuditRuleRow.objects.filter(pk=later.pk).update(valid_from=now.date() + timedelta(days=1))
    order = OrderFactory.create()

    run_audit(now)

    order.refresh_from_db()
    assert order.stage == Stage.APPROVED


@pytest.mark.parametrize("count", [3, 40])
def test_the_number_of_statements_does_not_grow_with_the_orders(now, count):
    rule(AuditRuleCode.MAX_AMOUNT, now, amount="100.00")
    for n in range(count):
        order = OrderFactory.create(paid_amount=Decimal("150.00" if n % 2 else "50.00"))
        OrderLineFactory.create(order=order)
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    rules = rules_in_force(now=now)

    with CaptureQueriesContext(connection) as queries:
        audit.audit_orders(ids, rules=rules, now=now)

    assert (
        len(queries) <= 21
    )  # three learn that no stock is kept, two that no gift rule is in force


def test_the_run_goes_through_all_and_says_what_it_did(now, service):
    rule(AuditRuleCode.MAX_AMOUNT, now, amount="100.00")
    OrderFactory.create_batch(3, paid_amount=Decimal("50.00"))
    OrderFactory.create(paid_amount=Decimal("150.00"))
    run = audit.request_audit_now(by=service, now=now)

    perform_inline(run)

    result = Run.objects.get(pk=run.pk).result
    assert (result["seen"], result["approved"], result["held"]) == (4, 3, 1)
    assert result["kinds"] == {"amount_too_large": 1}


def test_automatic_audit_is_asked_for_in_its_hours_only(now):
    audit.request_audit(now)
    assert not Run.objects.filter(kind=audit.KIND).exists()
    hours = rule(AuditRuleCode.ACTIVE_HOURS, now, **{"from": "08:00", "to": "15:00"})
    audit.request_audit(now)  # it is 15:18
    assert not Run.objects.filter(kind=audit.KIND).exists()
    AuditRuleRow.objects.filter(pk=hours.pk).update(parameters={"from": "08:00", "to": "16:00"})

    audit.request_audit(now)

    assert Run.objects.filter(kind=audit.KIND, key=audit.BY_CLOCK).count() == 1


# --- forced approval ---


def test_a_forced_approval_ends_the_holds_and_keeps_the_reason(now, service):
    order = OrderFactory.create()
    holds.hold_order(tid=order.tid, kind=HoldKind.AMOUNT_TOO_LARGE, note="", by=service, now=now)

    force_approve_order(tid=order.tid, reason="老板同意", by=service, now=now)

    order.refresh_from_db()
    hold = order.holds.get()
    assert (order.stage, hold.closed_by, hold.resolution) == (Stage.APPROVED, service, "老板同意")
    log = Operation.objects.get(name="orders.order.force_approved")
    assert (log.reason, log.old["holds"]) == ("老板同意", ["amount_too_large"])


def test_a_forced_approval_needs_a_reason(now, service):
    order = OrderFactory.create()

    with pytest.raises(UnableToApproveError, match="理由"):
        force_approve_order(tid=order.tid, reason=" ", by=service, now=now)


def test_nobody_forces_an_order_under_refund(now, service):
    order = OrderFactory.create(has_open_refund=True)

    with pytest.raises(UnableToApproveError, match="正在退款"):
        force_approve_order(tid=order.tid, reason="老板同意", by=service, now=now)


def test_nobody_forces_an_order_whose_buyer_was_not_told(now, service):
    order = OrderFactory.create()
    hold = holds.hold_order(tid=order.tid, kind=HoldKind.STOCK_SHORT, note="", by=service, now=now)
    with pytest.raises(UnableToApproveError, match="先告诉买家"):
        force_approve_order(tid=order.tid, reason="老板同意", by=service, now=now)
    told = holds.Told(ToldChannel.PHONE, "周五到货", BuyerAnswer.WAIT)
    holds.tell_buyer(tid=order.tid, hold_id=hold.pk, told=told, by=service, now=now)

    force_approve_order(tid=order.tid, reason="老板同意", by=service, now=now)

    order.refresh_from_db()
    assert order.stage == Stage.APPROVED


def test_nobody_settles_an_open_refund_by_ending_its_hold(now, service):
    order = OrderFactory.create(has_open_refund=True)
    run_audit(now)
    holds.close_hold(
        tid=order.tid, hold_id=order.holds.get().pk, resolution="没事", by=service, now=now
    )

    run_audit(now)

    order.refresh_from_db()
    assert order.stage == Stage.HELD
    assert order.holds.get(closed_at__isnull=True).kind == HoldKind.REFUND_OPEN


def test_a_settled_memo_does_not_hide_the_flag_of_the_same_kind(now, service):
    rule(AuditRuleCode.MEMO, now, hold_unmatched=True)
    order = OrderFactory.create(seller_memo="小心包装", flag=1)
    run_audit(now)
    holds.close_hold(
        tid=order.tid, hold_id=order.holds.get().pk, resolution="知道了", by=service, now=now
    )
    rule(AuditRuleCode.FLAGS, now, acts={"1": "hold"})

    run_audit(now)

    assert order.holds.get(closed_at__isnull=True).reason == "flags|1"


def test_the_log_says_in_words_why_an_order_was_held(now):
    rule(AuditRuleCode.MAX_AMOUNT, now, amount="100.00")
    OrderFactory.create(paid_amount=Decimal("150.00"))

    run_audit(now)

    assert Operation.objects.get(name="orders.order.held").reason == "实付 ¥150.00，超过 ¥100.00"


def test_a_run_that_begins_again_goes_on_behind_its_last_step(now, service, monkeypatch):
    monkeypatch.setattr(audit, "STEP_ORDERS", 2)
    orders = OrderFactory.create_batch(5)
    run = audit.request_audit_now(by=service, now=now)
    Run.objects.filter(pk=run.pk).update(cursor={"after": orders[1].pk, "seen": 2, "total": 5})

    perform_inline(run)

    assert Run.objects.get(pk=run.pk).result["seen"] == 5
    assert Order.objects.filter(stage=Stage.APPROVED).count() == 3
