"""Prices that come with a file, or are taken over from one: in the history, looked at by activities."""

from datetime import timedelta
from decimal import Decimal

import pytest

from products import registry
from products.actions.conflicts import decide_conflicts
from products.actions.prices import NewPrice, change_price
from products.choices import PriceKind
from products.models import CatalogueConflict, PriceChange, Product, Sku
from products.queries.watch import watched
from tests.factories.staff import PersonFactory
from tests.products.harness import NOW, bring, take_back
from tests.products.test_files import cost, costs_of, product_row, shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rechecked(monkeypatch):
    seen = []

    def check(sku_ids, now):
        seen.append(list(sku_ids))
        return {sku_id: ["聚划算低于报名价"] for sku_id in sku_ids}

    monkeypatch.setattr(registry, "_rechecks", [check])
    return seen


def later(hours):
    return NOW + timedelta(hours=hours)


def test_a_price_that_a_file_changes_stands_in_the_history_with_its_objections(rechecked):
    bring(shop(product_row("612480000001", "A", price=100)), "a.xlsx")
    Sku.objects.update(floor_amount=Decimal(90))
    assert not PriceChange.objects.exists()

    batch = bring(shop(product_row("612480000001", "A", price=80)), "b.xlsx", written_at=later(1))

    change = PriceChange.objects.get()
    assert (change.old_amount, change.new_amount, change.batch_id) == (100, 80, batch.pk)
    assert change.objections == ["below_floor|80.00|90.00", "聚划算低于报名价"]
    assert rechecked == [[change.sku_id]]


def test_undoing_the_file_takes_its_prices_out_of_the_history(rechecked):
    bring(shop(product_row("612480000001", "A", price=100)), "a.xlsx")
    batch = bring(shop(product_row("612480000001", "A", price=80)), "b.xlsx", written_at=later(1))

    take_back(batch)

    assert Sku.objects.get().list_amount == 100
    assert not PriceChange.objects.exists()
    assert len(rechecked) == 2


def test_the_same_file_again_writes_no_history():
    content = shop(product_row("612480000001", "A", price=100))
    bring(content, "a.xlsx")
    bring(shop(product_row("612480000001", "A", price=80)), "b.xlsx", written_at=later(1))

    bring(shop(product_row("612480000001", "A", price=80.0)), "c.xlsx", written_at=later(2))

    assert PriceChange.objects.count() == 1


def test_a_price_on_the_platform_is_not_the_plan_that_it_is_held_against(manager):
    bring(shop(product_row("612480000001", "A", price=100)), "a.xlsx")
    Product.objects.update(is_main=True, status="on_shelf")
    wanted = NewPrice(Sku.objects.get().pk, PriceKind.LIST, Decimal(120), "换季")
    change_price(wanted=wanted, by=manager, now=NOW)
    Sku.objects.update(list_amount=Decimal(110), said_by={})
    PriceChange.objects.create(
        sku=Sku.objects.get(), batch_id=1, asked_at=later(2), old_amount=120, new_amount=110,
        kind="list", state="applied", reason="b.xlsx",
    )  # fmt: skip

    (row,) = watched(now_date=NOW.date())

    assert [(one.planned, one.now) for one in row.off_prices] == [(Decimal(120), Decimal(110))]


def asked(price):
    """Let the shop's own table and the platform disagree about a list price."""
    bring(cost(costs_of("A", price=100.0)), "cost.xlsx")
    Sku.objects.update(floor_amount=Decimal(90))
    bring(shop(product_row("612480000001", "A", price=price)), "shop.xlsx", written_at=later(1))
    return CatalogueConflict.objects.get(field="list_amount", decided_at=None)


def test_a_price_taken_over_from_a_file_stands_in_the_history(rechecked, manager):
    conflict = asked(95)

    decide_conflicts(ids=[conflict.pk], takes_theirs=True, by=manager, now=NOW)

    change = PriceChange.objects.get()
    assert (change.new_amount, change.asked_by) == (95, manager)
    assert Sku.objects.get().list_amount == 95
    assert rechecked == [[change.sku_id]]


def test_only_who_approves_prices_takes_one_below_the_floor_over_from_a_file(manager):
    conflict, editor = asked(80), PersonFactory(role_codes=["editor"])

    by_editor = decide_conflicts(ids=[conflict.pk], takes_theirs=True, by=editor, now=NOW)

    assert (by_editor.done, Sku.objects.get().list_amount) == (0, 100)
    assert "要能批价的人来定" in by_editor.refused[0]
    assert decide_conflicts(ids=[conflict.pk], takes_theirs=True, by=manager, now=NOW).done == 1
    assert PriceChange.objects.get().decided_by == manager
