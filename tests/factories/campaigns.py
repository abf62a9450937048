"""Customers with figures, consent and phone, segments and campaigns for tests; set-based where many."""

import json
from datetime import timedelta

from crm.actions import campaigns, preparing
from crm.actions.campaigns import ArmValues, CampaignValues
from crm.actions.segments import save_segment
from crm.models import (
    Campaign,
    Consent,
    Customer,
    CustomerStat,
    Identity,
    MessageRule,
    Segment,
)
from orders.models import Buyer, OrderContact
from shopops.lib.sealing import blind_index, seal
from tests.factories.orders import OrderFactory
from tests.times import NOW

EVERYBODY = {"fact": "paid_orders", "op": "least", "a": 1}


def customer(name, *, consents=("sms",), phone="", at=NOW, tags=(), **stat):
    """Make one person with one member name; figures as given."""
    buyer = Buyer.objects.create(key=name, nick=name)
    person = Customer.objects.create(
        created_at=at,
        name=name,
        birth_month=stat.pop("birth_month", None),
        birth_day=stat.pop("birth_day", None),
        agent=stat.pop("agent", None),
    )
    Identity.objects.create(buyer=buyer, customer=person, since=at)
    figures = {
        "orders": 1,
        "paid_orders": 1,
        "paid_days": 1,
        "pieces": 1,
        "paid_fen": 15_000,
        "first_paid_date": at.date() - timedelta(days=40),
        "last_paid_date": at.date() - timedelta(days=40),
        "province": "浙江省",
    }
    CustomerStat.objects.create(customer=person, **{**figures, **stat})
    for channel in consents:
        Consent.objects.create(
            customer=person, channel=channel, given_at=at - timedelta(days=60), proof="会员页勾选"
        )
    if phone:
        give_phone(person, phone, at=at)
    return person


def give_phone(person, phone, *, at=NOW):
    """Let an order of 40 days ago tell the person's phone."""
    buyer = Buyer.objects.get(identity__customer=person)
    paid_at = at - timedelta(days=40)
    order = OrderFactory(buyer=buyer, paid_at=paid_at, stage="done", status="TRADE_FINISHED")
    OrderContact.objects.create(
        order=order,
        sealed=seal(json.dumps({"name": "", "phone": phone, "address": ""}).encode()),
        phone_index=blind_index(phone),
    )
    return order


def rule(**values):
    """Write the rules of messages, by default never quiet."""
    usual = {"quiet_from": 0, "quiet_to": 0, "signature": "棉语家纺", "price_amount": "0.0450"}
    return MessageRule.objects.create(
        valid_from=NOW.date() - timedelta(days=400), **{**usual, **values}
    )


def segment(by, *, conditions=EVERYBODY, name="老客", now=NOW) -> Segment:
    return save_segment(segment_id=None, name=name, conditions=conditions, by=by, now=now)


def campaign(by, *, now=NOW, arms=None, seg=None, **values) -> Campaign:
    """Make a draft of a campaign by the test back-end."""
    usual = {
        "name": "秋季唤回",
        "segment_id": (seg or segment(by, now=now)).pk,
        "channel": "sms",
        "backend": "test",
        "starts_at": now,
        "holdout_percent": 20,
        "window_days": 7,
        "arms": arms or [ArmValues("A", "{name}，秋季新品到店，老客先看")],
    }
    return campaigns.save_campaign(
        campaign_id=None, values=CampaignValues(**{**usual, **values}), by=by, now=now
    )


def drawn(by, *, now=NOW, **values) -> Campaign:
    """Make a campaign whose people are drawn."""
    row = campaign(by, now=now, **values)
    row = campaigns.request_draw(campaign_id=row.pk, version=row.version, by=by, now=now)
    preparing.draw_people(campaign_id=row.pk, now=now)
    row.refresh_from_db()
    return row


def approved(by, *, now=NOW, **values) -> Campaign:
    """Make a campaign that may go."""
    row = drawn(by, now=now, **values)
    return campaigns.approve(campaign_id=row.pk, version=row.version, by=by, now=now)
