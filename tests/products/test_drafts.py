"""Codes that orders name become draft SKUs."""

from datetime import UTC, datetime

import pytest

from orders.actions.draft_codes import KIND, codes_after
from products.models import Product, Sku
from shopops.work.actions import request_run
from shopops.work.engine import perform_inline
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


def drafts():
    """Do the work of the run in this process."""
    run = request_run(kind=KIND, key="all", now=NOW, again=True)
    return perform_inline(run, clock=lambda: NOW).result


def line(code, **values):
    return OrderLineFactory(order=OrderFactory(), sku_code=code, **values)


def test_a_code_in_three_lines_is_one_draft_of_the_product_whose_number_stands_there():
    product = Product.objects.create(item_no="969105067992", changed_at=NOW)
    for _ in range(3):
        line("A-1", item_no="969105067992", title="羽绒服", spec="颜色:黑")
    line("")

    done = drafts()

    sku = Sku.objects.get()
    assert done == {"drafts": 1}
    assert (sku.code, sku.is_draft, sku.product, sku.title) == ("A-1", True, product, "羽绒服")
    assert drafts() == {"drafts": 0}


def test_a_code_that_specs_share_is_known_and_makes_no_draft():
    Sku.objects.create(code="4214#黑色;M", merchant_code="4214", changed_at=NOW)
    line("4214")

    assert drafts() == {"drafts": 0}


def test_codes_are_gone_through_in_order_whatever_the_step():
    for code in ("b", "a", "c", "a"):
        line(code)

    assert codes_after("", limit=2) == ["a", "b"]
    assert codes_after("b", limit=2) == ["c"]
