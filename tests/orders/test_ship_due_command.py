"""`ship_due TID --json` names what an order waits for, whatever the hold."""

import json

import pytest
from django.core.management import call_command

from orders.actions import holds, merging
from orders.choices import HoldKind, PlatformStatus, Stage
from tests.factories.orders import OrderFactory
from tests.orders.parcels import pair

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", HoldKind)
def test_the_command_names_the_one_thing_that_an_order_waits_for(kind, service, now, capsys):
    order = OrderFactory.create()
    holds.hold_order(tid=order.tid, kind=kind, note="", by=service, now=now)

    call_command("ship_due", order.tid, "--json", "--now", now.isoformat())

    answer = json.loads(capsys.readouterr().out)
    assert (answer["stage"], answer["blocked_by"]) == ("held", [kind.value])
    assert answer["waits_for"] == kind.value
    assert str(kind.label) in answer["why"]


def answer_for(order, now, capsys):
    call_command("ship_due", order.tid, "--json", "--now", now.isoformat())
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("facts", "waits", "words"),
    [
        ({"stage": Stage.AWAITING_AUDIT}, "audit", "审单"),
        ({"stage": Stage.APPROVED}, "wave", "排波次"),
        ({"stage": Stage.PICKED}, "check", "验货"),
        ({"stage": Stage.CHECKED}, "hand_over", "交接"),
        ({"stage": Stage.APPROVED, "has_open_refund": True}, "refund_open", "退款"),
        ({"status": PlatformStatus.PAID_FORBID_CONSIGN}, "platform_forbids", "平台"),
        ({"stage": Stage.SIGNED}, None, "已交接"),
    ],
)
def test_without_a_hold_the_next_step_is_named(facts, waits, words, now, capsys):
    answer = answer_for(OrderFactory.create(**facts), now, capsys)

    assert answer["waits_for"] == waits
    assert words in answer["why"]


def test_a_refund_that_holds_too_is_one_thing(service, now, capsys):
    order = OrderFactory.create(has_open_refund=True)
    holds.hold_order(tid=order.tid, kind=HoldKind.REFUND_OPEN, note="", by=service, now=now)

    answer = answer_for(order, now, capsys)

    assert (answer["waits_for"], answer["blocked_by"]) == ("refund_open", ["refund_open"])


def test_an_order_whose_parcel_waits_for_another_order_names_it(service, now, capsys):
    first, second = pair()
    merging.merge_orders(
        tids=[first.tid, second.tid], address_of=first.tid, consent=None, by=service, now=now
    )
    holds.hold_order(tid=second.tid, kind=HoldKind.HAND_SET, note="", by=service, now=now)

    answer = answer_for(first, now, capsys)

    assert answer["waits_for"] == "partner"
    assert second.tid in answer["why"]
