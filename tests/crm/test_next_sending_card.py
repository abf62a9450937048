"""The card of what to send next time: what it says of a campaign that is over, and the draft it makes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.actions.campaigns import ArmValues
from crm.models import Campaign
from tests.clients import browser_of
from tests.factories import campaigns as made
from tests.factories.goods import SkuFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.staff import PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rule")]
ARMS = [
    ArmValues("A", "{name}，换季新品到店"),
    ArmValues("B", "{name}，老客{benefit}", benefit="满 199 减 20", benefit_amount=Decimal(20)),
]


def over(manager, *, buyers, people=240, holdout_percent=25):
    """Make a campaign that is over; of each group every so-many-th person bought (`buyers` by arm, None held out)."""
    SkuFactory(code="A1", cost_amount=Decimal(60))
    start = timezone.now() - timedelta(days=20)
    for number in range(people):
        made.customer(f"买家{number}", at=start)
    row = made.approved(manager, now=start, arms=ARMS, holdout_percent=holdout_percent)
    Campaign.objects.filter(pk=row.pk).update(started_at=start, state="done", ended_at=start)
    row.members.filter(state="ready").update(state="sent", claimed_at=start, settled_at=start)
    names = {arm.pk: arm.name for arm in row.arms.all()}
    seen: dict[str, int] = {}
    for member in row.members.order_by("pk"):
        group = names.get(member.arm_id or 0, "")
        seen[group] = seen.get(group, 0) + 1
        if seen[group] % buyers[group]:
            continue
        order = OrderFactory(
            buyer=member.customer.identities.get().buyer,
            paid_at=start + timedelta(days=1),
            paid_amount=Decimal(200),
            refund_amount=Decimal(0),
        )
        OrderLineFactory(order=order, sku_code="A1", quantity=1)
    row.refresh_from_db()
    return row


def card(client, row):
    page = client.get(f"/crm/campaigns/{row.pk}/").content.decode()
    assert "下一次怎么发" in page
    return page[page.index('aria-labelledby="h-n"') :]


def test_the_draft_takes_along_what_gained_and_leaves_what_did_not(as_manager, manager):
    row = over(manager, buyers={"": 30, "A": 2, "B": 30})

    text = card(as_manager, row)
    response = as_manager.post(f"/crm/campaigns/{row.pk}/act/next/")

    draft = Campaign.objects.exclude(pk=row.pk).get()
    assert "区间全在 0 右边" in text
    assert "97.5%" in text
    assert response.url == f"/crm/campaigns/{draft.pk}/edit/"
    assert [arm.name for arm in draft.arms.all()] == ["A"]
    assert (draft.state, draft.holdout_percent) == ("draft", 25)


def test_an_open_answer_says_how_many_people_it_takes_and_makes_no_draft(as_manager, manager):
    row = over(manager, buyers={"": 12, "A": 10, "B": 10})

    text = card(as_manager, row)
    response = as_manager.post(f"/crm/campaigns/{row.pk}/act/next/", follow=True)

    assert "人才看得清" in text
    assert "这个人群只有 240 人" in text
    assert "照这样存草稿" not in text
    assert "说不出下一次怎么发" in response.content.decode()
    assert Campaign.objects.count() == 1


def test_without_people_held_out_the_card_says_so(as_manager, manager):
    row = over(manager, buyers={"": 2, "A": 2, "B": 2}, people=12, holdout_percent=0)

    assert "这次没有留出" in card(as_manager, row)


def test_whoever_may_not_see_costs_reads_of_buyers_and_of_no_profit(manager):
    row = over(manager, buyers={"": 30, "A": 2, "B": 30})
    writer = browser_of(PersonFactory.create(role_codes=["promotion"]))

    text = card(writer, row)

    assert "多买" in text
    assert "多赚" not in text
