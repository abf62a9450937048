"""A line that only a basket brings below its floor: the check counts it, with the sum line by line."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from promotions.actions.benefits import BenefitGiven, create_benefit
from promotions.actions.check import check_activity
from promotions.choices import BenefitKind
from tests.promotions import activity_kit as kit

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(manager):
    """A pillow case at 98.00 with a floor of 90.00, and a coupon of 20 from 199 that two do not reach."""
    kit.sku(floor_amount=Decimal("90.00"))
    kit.sku("B-1", list_amount=Decimal("101.00"), floor_amount=None)
    create_benefit(
        given=BenefitGiven(
            kind=BenefitKind.COUPON, name="满 199 减 20", starts_at=kit.STARTS, ends_at=kit.ENDS,
            parameters={"threshold": "199", "off": "20", "limit": 1, "scope": "shop"},
        ),
        by=manager, now=kit.NOW,
    )  # fmt: skip
    row = kit.activity(manager)
    kit.put(row, kit.line(), by=manager)
    return row


def point(check, code):
    return next(one for one in check.points if one["code"] == code)


def test_a_basket_below_the_floor_fails_where_the_line_alone_passes(row):
    check = check_activity(activity_id=row.pk, by=None, now=kit.NOW)

    assert point(check, "floor")["outcome"] == "pass"
    found = point(check, "basket")
    # 98.00 and 101.00 make 199.00: 20.00 × 98 / 199 = 9.85 comes off.
    assert found["outcome"] == "fail"
    assert found["evidence"].startswith(
        "basket_floor|88.15|MY-ZT60-BL × 1，B-1 × 1|2026-09-22T00:00+08:00|90.00|1.85"
    )


def test_the_command_gives_the_basket_line_by_line(row):
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("price_check", str(row.pk), "--json", "--now", kit.NOW.isoformat(), stdout=out)

    (basket,) = json.loads(out.getvalue())["baskets"]
    assert (basket["sku"], basket["amount"], basket["total"]) == ("MY-ZT60-BL", "88.15", "179.00")
    assert [line["pay"] for line in basket["lines"]] == ["88.15", "90.85"]
    assert [step["running"] for step in basket["steps"] if step["level"] != "unused"][
        -1
    ] == "179.00"


def test_the_page_leads_to_the_sum_with_the_activity_counted(row, as_manager, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: kit.NOW)
    check_activity(activity_id=row.pk, by=None, now=kit.NOW)

    page = as_manager.get(reverse("promotions:activity", args=[row.pk]))
    (item,) = page.context["items"]
    proof = as_manager.get(item["basket"]["url"]).content.decode()

    assert "低于底价" in page.content.decode()
    assert "88.15" in proof
    assert "179.00" in proof
