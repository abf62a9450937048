"""SKUs chosen for an activity from the shop's own."""

from decimal import Decimal

import pytest
from django.urls import reverse

from promotions.models import ActivityItem
from promotions.queries.activity_pick import find_skus
from tests.promotions import activity_kit as kit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(as_manager, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: kit.NOW)


def send(client, row, part, **given):
    row.refresh_from_db()
    return client.post(
        reverse("promotions:activity_pick", args=[row.pk]),
        {"part": part, "version": row.version, **given},
    )


def test_many_codes_find_their_skus_and_name_those_that_the_shop_has_not(as_manager, manager):
    row = kit.activity(manager)
    kit.sku("A-1")
    kit.sku("A-2")
    kit.sku("B-1")

    page = send(as_manager, row, "find", q="A-1，A-2\nZZ-9").content.decode()

    assert "A-1" in page
    assert "A-2" in page
    assert "B-1" not in page
    assert "1 个编码店里没有" in page
    assert "ZZ-9" in page


def test_words_find_skus_by_code_and_title(manager):
    row = kit.activity(manager)
    kit.sku("A-1", title="鹅绒 60 支")
    kit.sku("A-2", title="被套")

    assert [sku.code for sku in find_skus(row, text="鹅绒").rows] == ["A-1"]
    assert [sku.code for sku in find_skus(row, text="a-2").rows] == ["A-2"]


def test_ticked_skus_go_in_at_a_part_of_their_list_price(as_manager, manager):
    row = kit.activity(manager)
    kit.sku("A-1")
    kit.sku("A-2")

    answer = send(as_manager, row, "add", code="A-1", rate="9.5")

    assert answer.url == reverse("promotions:activity", args=[row.pk])
    item = ActivityItem.objects.get()
    assert (item.sku.code, item.price_amount) == ("A-1", Decimal("132.05"))
    assert item.outcome


def test_all_that_is_found_goes_in_at_once_as_it_is(as_manager, manager):
    row = kit.activity(manager)
    for code in ("A-1", "A-2", "B-1"):
        kit.sku(code)

    send(as_manager, row, "all", q="A-")

    items = ActivityItem.objects.order_by("sku__code")
    assert [(one.sku.code, one.price_amount) for one in items] == [("A-1", None), ("A-2", None)]


def test_nothing_ticked_is_said_and_changes_nothing(as_manager, manager):
    row = kit.activity(manager)

    answer = send(as_manager, row, "add")

    assert answer.status_code == 422
    assert "先勾选要放进活动的商品" in answer.content.decode()


def test_a_discount_over_the_list_price_is_refused_and_the_ticks_stay(as_manager, manager):
    row = kit.activity(manager)
    kit.sku("A-1")

    page = send(as_manager, row, "add", code="A-1", rate="12").content.decode()

    assert "折扣写 0.1 到 10 之间的数" in page
    assert 'value="A-1" aria-label="A-1" checked' in " ".join(page.split())
    assert not ActivityItem.objects.exists()


def test_what_was_ticked_stays_ticked_over_another_search(as_manager, manager):
    row = kit.activity(manager)
    kit.sku("A-1")
    kit.sku("B-1")

    page = send(as_manager, row, "find", q="B-1", code="A-1").content.decode()

    assert '<input type="hidden" name="code" value="A-1">' in page
    assert "还勾着 1 个" in page
