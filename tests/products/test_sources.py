"""The rule of which source is believed, as Python and as SQL; pages ask as often for one row as for many."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from products.models import Product, ProductDay, Sku, StockLevel
from products.queries.catalogue_list import TABS, Filters, product_page
from products.rules.sources import Policy, Said, verdict, verdict_sql

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)
SAID = (
    None,
    "hand",
    "orders",
    "products.cost_table",
    "products.item_file",
    "products.sku_template",
)


@pytest.mark.parametrize("field", ["spec", "status"])
def test_the_rule_and_its_sql_agree(field):
    wrong = []
    for policy, said, stored, brought, hours in product(
        Policy, SAID, ("", "a"), ("", "a", "b"), (-1, 0, 1)
    ):
        said_at = NOW + timedelta(hours=hours)
        expression = verdict_sql(
            field, policy=policy, stored="o.value", brought="u.value", is_text=True,
            source="products.sku_template",
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {expression} FROM (SELECT %(stored)s::text AS value,"
                " jsonb_strip_nulls(jsonb_build_object(%(field)s::text, %(said)s::text)) AS said_by) o,"
                " (SELECT %(brought)s::text AS value) u",
                {
                    "at": NOW, "stored": stored, "brought": brought, "field": field,
                    "said": f"{said}|{said_at.isoformat()}" if said else None,
                },
            )  # fmt: skip
            (by_sql,) = cursor.fetchone()
        by_rule = verdict(
            field, policy=policy, stored=stored, brought=brought,
            said=Said(said, said_at) if said else None, source="products.sku_template", at=NOW,
        )  # fmt: skip
        if by_sql != by_rule:
            wrong.append((policy, said, stored, brought, hours, by_sql, by_rule))

    assert wrong == []


def make(number):
    one = Product.objects.create(
        item_no=str(600_000_000_000 + number),
        title=f"四件套 {number}",
        status="on_shelf",
        changed_at=NOW,
    )
    sku = Sku.objects.create(
        code=f"K{number}", product=one, list_amount=100, cost_amount=60 + number, changed_at=NOW
    )
    StockLevel.objects.create(sku=sku, on_hand=30, allocated=2)
    for n in range(1, 5):
        ProductDay.objects.create(product=one, date=NOW.date() - timedelta(days=n), paid_pieces=n)
    return one


def test_a_list_of_forty_asks_as_often_as_a_list_of_two(as_manager):
    for number in range(2):
        make(number)
    as_manager.get(reverse("products:list"))
    with CaptureQueriesContext(connection) as few:
        as_manager.get(reverse("products:list"))
    for number in range(2, 40):
        make(number)

    with CaptureQueriesContext(connection) as many:
        page = as_manager.get(reverse("products:list")).content.decode()

    assert len(many) == len(few)
    assert page.count("so-ptitle") == 40


def test_a_row_says_stock_cover_margin_and_sales():
    make(0)

    (row,) = product_page(tab=TABS["all"], filters=Filters(), today=NOW.date()).rows

    assert (row.stock, row.daily_pieces, row.cover_days) == (28, Decimal("2.5"), Decimal("11.2"))
    assert (row.margin_rate, row.trend[-4:]) == (Decimal("0.4"), [4, 3, 2, 1])


def test_pages_by_key_hold_every_product_once(monkeypatch):
    monkeypatch.setattr("products.queries.catalogue_list.PAGE", 3)
    made = [make(number).pk for number in range(8)]
    seen, after = [], None
    while True:
        page = product_page(tab=TABS["all"], filters=Filters(), today=NOW.date(), after=after)
        seen += [row.id for row in page.rows]
        if page.after is None:
            break
        after = page.after

    back = product_page(tab=TABS["all"], filters=Filters(), today=NOW.date(), before=page.before)

    assert seen == made[::-1]
    assert [row.id for row in back.rows] == made[::-1][3:6]


@pytest.mark.parametrize(
    ("text", "found"), [("K3", 1), ("四件套", 5), ("600000000002", 1), ("套 4", 1), ("没有", 0)]
)
def test_search_finds_by_code_title_and_number(text, found):
    for number in range(5):
        make(number)

    page = product_page(tab=TABS["all"], filters=Filters(q=text), today=NOW.date())

    assert len(page.rows) == found


def test_the_tab_of_dear_products_and_the_one_of_empty_shelves_leave_the_others_out():
    fine, dear, empty = make(0), make(45), make(2)
    StockLevel.objects.filter(sku__product=empty).update(on_hand=2)

    def rows(tab):
        return [
            row.id for row in product_page(tab=TABS[tab], filters=Filters(), today=NOW.date()).rows
        ]

    assert (rows("dear"), rows("out")) == ([dear.pk], [empty.pk])
    assert fine.pk in rows("on_shelf")
