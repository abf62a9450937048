"""`ship_due TID --json` names what an order waits for, whatever the hold."""

import json

import pytest
from django.core.management import call_command

from orders.actions import holds
from orders.choices import HoldKind
from tests.factories.orders import OrderFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", HoldKind)
def test_the_command_names_the_one_thing_that_an_order_waits_for(kind, service, now, capsys):
    order = OrderFactory.create()
    holds.hold_order(tid=order.tid, kind=kind, note="", by=service, now=now)

    call_command("ship_due", order.tid, "--json", "--now", now.isoformat())

    answer = json.loads(capsys.readouterr().out)
    assert (answer["stage"], answer["blocked_by"]) == ("held", [kind.value])
