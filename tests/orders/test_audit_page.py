"""The audit page: who may change rules, how a rule is tried, saved and taken away."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from orders.actions import audit, audit_rules, audit_trial
from orders.actions.audit_rules import AuditRefusedError
from orders.choices import AuditRuleCode, HoldKind
from orders.models import AuditRuleRow, BlackListEntry, KeywordRow
from orders.queries.audit import rules_in_force
from orders.queries.order_page import order_detail
from shopops.staff.models import Operation
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.factories.orders import BuyerFactory, OrderFactory

pytestmark = pytest.mark.django_db

URL = reverse("orders:audit")


@pytest.fixture
def amount_rule(now):
    AuditRuleRow.objects.all().delete()
    KeywordRow.objects.all().delete()
    return AuditRuleRow.objects.create(
        code=AuditRuleCode.MAX_AMOUNT,
        parameters={"amount": "2000.00"},
        valid_from=now.date() - timedelta(days=9),
        changed_at=now,
    )


def sent(row, **values):
    return {"part": "rule", "row": row.pk, "version": row.version, "is_on": "on", **values}


def test_a_manager_sees_the_rules_in_words(as_manager, amount_rule):
    page = as_manager.get(URL).content.decode()

    assert "实付超过 ¥2000.00 的要人审" in page
    assert "现在不自动审单" in page


def test_an_edit_ends_the_old_row_and_begins_another(as_manager, amount_rule, manager):
    answer = as_manager.post(URL, sent(amount_rule, amount="500"))

    assert answer.status_code == 302
    amount_rule.refresh_from_db()
    new = AuditRuleRow.objects.get(valid_to__isnull=True)
    assert amount_rule.valid_to == new.valid_from - timedelta(days=1)
    assert (new.parameters, new.changed_by, new.version) == ({"amount": "500.00"}, manager, 2)
    log = Operation.objects.get(name="orders.audit.rule_changed")
    assert log.old["parameters"] == {"amount": "2000.00"}
    assert log.new["parameters"] == {"amount": "500.00"}


def test_a_second_edit_of_one_day_changes_the_same_row(amount_rule, manager, now):
    first = audit_rules.change_rule(
        row_id=amount_rule.pk,
        parameters={"amount": "500"},
        is_on=True,
        version=1,
        by=manager,
        now=now,
    )

    second = audit_rules.change_rule(
        row_id=first.pk, parameters={"amount": "600"}, is_on=True, version=2, by=manager, now=now
    )

    assert second.pk == first.pk
    assert AuditRuleRow.objects.count() == 2


def test_a_colleagues_edit_is_not_overwritten(amount_rule, manager, now):
    with pytest.raises(AuditRefusedError, match="同事"):
        audit_rules.change_rule(
            row_id=amount_rule.pk,
            parameters={"amount": "500"},
            is_on=True,
            version=7,
            by=manager,
            now=now,
        )


def test_a_senseless_value_is_said_at_its_field_and_nothing_is_saved(as_manager, amount_rule):
    answer = as_manager.post(URL, sent(amount_rule, amount="-3"))

    assert answer.status_code == 422
    assert "so-field__e" in answer.content.decode()
    assert AuditRuleRow.objects.get().parameters == {"amount": "2000.00"}


def test_a_trial_says_how_many_orders_a_rule_would_have_held_and_saves_nothing(
    as_manager, amount_rule, now, monkeypatch
):
    monkeypatch.setattr("orders.views.audit.timezone.now", lambda: now)
    for amount in ("150.00", "700.00", "800.00"):
        OrderFactory.create(paid_amount=Decimal(amount))
    OrderFactory.create(paid_at=now - timedelta(days=60), paid_amount=Decimal("900.00"))
    held = OrderFactory.create(paid_amount=Decimal("900.00"))

    answer = as_manager.post(URL, sent(amount_rule, amount="700", **{"try": "1"}))

    run = Run.objects.get(kind=audit_trial.KIND)
    perform_inline(run)
    page = as_manager.get(answer["Location"]).content.decode()
    assert "4 单里，它会挂起 2 单" in page
    assert held.tid in page
    assert AuditRuleRow.objects.get().parameters == {"amount": "2000.00"}
    held.refresh_from_db()
    assert (held.stage, held.version) == ("awaiting_audit", 1)


def test_a_rule_is_added_with_its_values_only(as_manager, amount_rule):
    page = as_manager.get(URL, {"new": "excluded_skus"}).content.decode()
    assert "商家编码，一行一个" in page
    assert AuditRuleRow.objects.count() == 1
    empty = {"part": "add_rule", "code": "excluded_skus", "is_on": "on", "codes": " "}
    assert as_manager.post(URL, empty).status_code == 422

    as_manager.post(URL, empty | {"codes": "MY-1\nMY-2，MY-1"})

    row = AuditRuleRow.objects.get(code="excluded_skus")
    assert (row.parameters, row.position) == ({"codes": ["MY-1", "MY-2"]}, 10)


def test_a_rule_that_is_taken_away_no_longer_judges(as_manager, amount_rule, now):
    as_manager.post(
        URL, {"part": "end_rule", "row": amount_rule.pk, "version": amount_rule.version}
    )

    assert not rules_in_force(now=now + timedelta(days=3650)).rules


def test_keywords_are_added_and_taken_away(as_manager, amount_rule):
    form = {"part": "add_keyword", "words": "顺丰\nSF", "place": "both", "act": "courier"}
    as_manager.post(URL, form)
    assert not KeywordRow.objects.exists()  # which courier?

    as_manager.post(URL, form | {"value": "顺丰速运"})
    row = KeywordRow.objects.get()
    assert (row.words, row.value) == (["顺丰", "SF"], "顺丰速运")
    as_manager.post(URL, {"part": "end_keyword", "row": row.pk})

    row.refresh_from_db()
    assert not row.is_on


def test_a_buyer_is_listed_once_and_taken_off(as_manager, amount_rule, manager, now):
    buyer = BuyerFactory.create(nick="麦穗家")
    audit_rules.black_list(nick="麦穗家", reason="恶意退款", by=manager, now=now)
    with pytest.raises(AuditRefusedError, match="已经在黑名单"):
        audit_rules.black_list(nick="麦穗家", reason="又来", by=manager, now=now)

    as_manager.post(URL, {"part": "take_off", "row": BlackListEntry.objects.get().pk})

    assert not buyer.black_list.filter(removed_at__isnull=True).exists()


def test_service_may_audit_now_but_not_change_rules(as_service, amount_rule):
    assert as_service.post(URL, {"part": "now"}).status_code == 302
    assert Run.objects.filter(kind=audit.KIND, key=audit.BY_HAND).exists()

    answer = as_service.post(URL, sent(amount_rule, amount="1"))

    assert answer.status_code == 403
    assert AuditRuleRow.objects.get().parameters == {"amount": "2000.00"}


def test_a_trial_pages_through_days_and_leaves_nobody_out(amount_rule, manager, now, monkeypatch):
    monkeypatch.setattr("orders.actions.audit_trial._STEP_ORDERS", 2)
    for days in (1, 3, 1, 2, 1, 3, 31):  # not in the order of their ids
        OrderFactory.create(paid_at=now - timedelta(days=days), paid_amount=Decimal("900.00"))
    run = audit_trial.request_trial(
        code=AuditRuleCode.MAX_AMOUNT, parameters={"amount": "700"}, by=manager, now=now
    )

    perform_inline(run)

    result = Run.objects.get(pk=run.pk).result
    assert (result["orders"], result["held"]) == (6, 6)


@pytest.fixture
def two_rules(amount_rule, now):
    AuditRuleRow.objects.filter(pk=amount_rule.pk).update(position=10)
    pieces = AuditRuleRow.objects.create(
        code=AuditRuleCode.MAX_PIECES,
        parameters={"count": 1},
        position=10,
        valid_from=now.date() - timedelta(days=9),
        changed_at=now,
    )
    return AuditRuleRow.objects.get(pk=amount_rule.pk), pieces


def first_reason(order):
    return order_detail(tid=order.tid).open_holds[0].kind


def test_the_upper_rule_gives_the_reason_that_an_order_names_first(two_rules, as_manager, now):
    _amount, pieces = two_rules
    before = OrderFactory.create(paid_amount=Decimal("2500.00"), piece_count=3)
    audit.audit_orders([before.pk], rules=rules_in_force(now=now), now=now)

    answer = as_manager.post(
        URL, {"part": "move_rule", "row": pieces.pk, "version": pieces.version, "up": "1"}
    )

    after = OrderFactory.create(paid_amount=Decimal("2500.00"), piece_count=3)
    audit.audit_orders([after.pk], rules=rules_in_force(now=now), now=now)
    assert answer.status_code == 302
    assert first_reason(before) == "amount_too_large"
    assert first_reason(after) == "too_many_pieces"
    log = Operation.objects.get(name="orders.audit.rule_moved")
    assert (log.object_key, log.old, log.new) == ("max_pieces", {"place": 2}, {"place": 1})


def test_the_last_rule_moves_no_further_down(two_rules, manager, now):
    _amount, pieces = two_rules

    with pytest.raises(AuditRefusedError, match="最下面"):
        audit_rules.move_rule(row_id=pieces.pk, up=False, version=1, by=manager, now=now)


def test_a_rule_that_a_colleague_moved_is_not_moved_again(two_rules, manager, now):
    amount, _pieces = two_rules
    audit_rules.move_rule(row_id=amount.pk, up=False, version=1, by=manager, now=now)

    with pytest.raises(AuditRefusedError, match="同事"):
        audit_rules.move_rule(row_id=amount.pk, up=False, version=1, by=manager, now=now)


def test_every_kind_of_hold_is_shown_with_owner_clock_told_and_ending(as_manager):
    page = as_manager.get(URL)

    kinds = {kind["label"]: kind for kind in page.context["hold_kinds"]}
    assert set(kinds) == {kind.label for kind in HoldKind}
    assert all(kind["owner"] and kind["due"] and kind["ending"] for kind in kinds.values())
    assert all(kind["owner"] not in {"service", "manager"} for kind in kinds.values())  # in words
    short = kinds[HoldKind.STOCK_SHORT.label]
    assert (short["owner"], short["must_tell"]) == ("仓库主管", True)
    assert kinds[HoldKind.COOL_DOWN.label]["ending"] == "到时间自动结束"
