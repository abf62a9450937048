"""Customers for programs: the same right, the same masks, the same refusals as on the pages."""

from datetime import date, datetime

import pytest

from crm.actions import follow, recompute, rfm
from crm.models import Customer, Tag
from shopops.lib.business_time import SHANGHAI
from tests.clients import browser_of
from tests.factories.orders import BuyerFactory, OrderFactory
from tests.factories.staff import PersonFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 5, tzinfo=SHANGHAI)


def one():
    OrderFactory(buyer=BuyerFactory(key="青禾小铺", nick="青禾小铺"))
    follow.mark_everybody()
    recompute.recompute_all_marked(now=NOW)
    return Customer.objects.get()


def put(client, customer, name):
    return client.post(
        f"/api/customers/{customer}/tags/", {"name": name}, content_type="application/json"
    )


def test_a_customer_is_listed_with_figures(as_manager):
    customer = one()

    answer = as_manager.get("/api/customers/?q=青禾小").json()

    (row,) = answer["customers"]
    assert (row["id"], row["name"], row["net_amount"]) == (customer.pk, "青禾小铺", "150.00")
    assert answer["after"] is None


def test_who_may_not_see_contacts_gets_masked_names(shop):
    one()
    promoter = browser_of(PersonFactory(username="tuiguang", name="推广", role_codes=["promotion"]))

    (row,) = promoter.get("/api/customers/").json()["customers"]

    assert "青禾小铺" not in row["name"]


def test_a_tag_is_put_and_a_tag_that_is_off_is_refused(as_manager):
    customer = one()

    assert put(as_manager, customer.pk, "老板").json() == {"tags": ["老板"]}
    Tag.objects.update(is_on=False)

    assert put(as_manager, customer.pk, "老板").status_code == 409
    assert put(as_manager, 0, "老板").status_code == 404


def test_the_value_of_yesterday_is_told(as_manager):
    one()
    rfm.keep_rfm(as_of=date(2026, 9, 17), now=NOW)

    answer = as_manager.get("/api/customers/value/").json()

    assert (answer["as_of"], answer["buyers"]) == ("2026-09-17", 1)
    assert answer["segments"][0]["net_amount"] == "150.00"
