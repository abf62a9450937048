"""Codes that orders name become draft SKUs."""

from datetime import UTC, datetime

import pytest

from orders.actions.draft_codes import codes_after, perform_drafts
from products.models import Product, Sku
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


class Run:
    """A run whose steps are nothing but the caller's transaction."""

    now = NOW

    def step(self):
        from contextlib import nullcontext

        return nullcontext()


def line(code, **values):
    return OrderLineFactory(order=OrderFactory(), sku_code=code, **values)


def test_a_code_in_three_lines_is_one_draft_of_the_product_whose_number_stands_there():
    product = Product.objects.create(item_no="969105067992", changed_at=NOW)
    for _ in range(3):
        line("A-1", item_no="969105067992", title="羽绒服", spec="颜色:黑")
    line("")

    done = perform_drafts(Run())

    sku = Sku.objects.get()
    assert done == {"drafts": 1}
    assert (sku.code, sku.is_draft, sku.product, sku.title) == ("A-1", True, product, "羽绒服")
    assert perform_drafts(Run()) == {"drafts": 0}


def test_a_code_that_specs_share_is_known_and_makes_no_draft():
    Sku.objects.create(code="4214#黑色;M", merchant_code="4214", changed_at=NOW)
    line("4214")

    assert perform_drafts(Run()) == {"drafts": 0}


def test_codes_are_gone_through_in_order_whatever_the_step():
    for code in ("b", "a", "c", "a"):
        line(code)

    assert codes_after("", limit=2) == ["a", "b"]
    assert codes_after("b", limit=2) == ["c"]
