"""The list of products: found whatever the case, sorted, changed many at once, written into a file."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.actions import bulk, exports
from products.actions.catalogue import edit_product
from products.actions.errors import UnableToListError
from products.actions.figures import write_figures
from products.actions.violations import ViolationGiven, record_violation
from products.models import Product, ProductDay, ProductFigures, Sku, StockLevel
from products.queries.catalogue_list import TABS, Filters, product_page
from products.queries.catalogue_sort import SORTS, Edge
from shopops.staff.models import Operation
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.clients import browser_of
from tests.factories.goods import ProductFactory
from tests.factories.staff import PersonFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


def make(number, *, stock=None, sold=None, price=100, cost=None, **values):
    one = ProductFactory(title=f"四件套 {number}", item_code=f"Style-{number}", **values)
    sku = Sku.objects.create(
        code=f"Ab-{number}", product=one, list_amount=price, cost_amount=cost, changed_at=NOW
    )
    if stock is not None:
        StockLevel.objects.create(sku=sku, on_hand=stock, may_be_negative=stock < 0)
    if sold is not None:
        ProductDay.objects.create(
            product=one, date=NOW.date() - timedelta(days=1), paid_pieces=sold
        )
    return one


def ids(sort="", **edges):
    return product_page(
        tab=TABS["all"], filters=Filters(), today=NOW.date(), sort=SORTS.get(sort), **edges
    )


@pytest.mark.parametrize("text", ["ab-1", "AB-1", "style-1", "sTyLe", "PILLOW", "pillow case"])
def test_capitals_and_small_letters_find_the_same(text):
    make(1)
    Product.objects.update(title="Pillow Case 枕套")
    make(2)
    Product.objects.filter(item_code="Style-2").update(item_code="Z")

    page = product_page(tab=TABS["all"], filters=Filters(q=text), today=NOW.date())

    assert [row.title for row in page.rows] == ["Pillow Case 枕套"]


def test_the_figures_that_one_sorts_by_are_those_that_the_rows_show():
    make(1, stock=30, sold=7, price=100, cost=40)
    make(2, stock=-3, sold=2, price=100, cost=150)
    make(3, sold=4)
    make(4, stock=9, cost=50, price=0)
    make(5)

    assert write_figures(now=NOW) == 5

    for row in ids().rows:
        kept = ProductFigures.objects.get(product=row.id)
        shown = sum(n or 0 for n in row.trend) if any(row.trend) else None
        assert (kept.stock, kept.sold, kept.margin_rate) == (row.stock, shown, row.margin_rate)
        assert kept.cover_days == (row.cover_days and row.cover_days.quantize(Decimal("0.0001")))
    assert write_figures(now=NOW) == 0


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("stock", [3, 2, 1, 5, 4]),
        ("-stock", [1, 2, 3, 5, 4]),
        ("cover", [3, 2, 1, 5, 4]),
        ("-sales", [2, 1, 3, 5, 4]),
        ("margin", [2, 1, 3, 5, 4]),
    ],
)
def test_what_is_unknown_comes_last_and_every_page_there_and_back_is_the_same(
    sort, order, monkeypatch
):
    monkeypatch.setattr("products.queries.catalogue_list.PAGE", 2)
    make(1, stock=30, sold=2, cost=40)
    make(2, stock=20, sold=3, cost=90)
    make(3, stock=1, sold=1, cost=10)
    make(4)
    make(5)
    write_figures(now=NOW)

    first = ids(sort)
    second = ids(sort, after=Edge.parse(str(first.after)))
    third = ids(sort, after=Edge.parse(str(second.after)))
    back = ids(sort, before=Edge.parse(str(third.before)))

    pages = [[int(row.title[-1]) for row in page.rows] for page in (first, second, third)]
    assert [n for page in pages for n in page] == order
    assert (first.before, third.after) == (None, None)
    assert [int(row.title[-1]) for row in back.rows] == pages[1]


@pytest.mark.parametrize("text", ["", "x", "1_x", "1_NaN", "1_Infinity", "9" * 20, "1_1e99", "²"])
def test_an_edge_that_nobody_wrote_is_the_first_page(text):
    assert Edge.parse(text) is None


def test_sorting_by_margin_is_for_those_who_see_costs(as_manager, as_service):
    make(1, cost=40)

    assert "毛利率从低到高" in as_manager.get("/products/?sort=margin").content.decode()
    page = as_service.get("/products/?sort=margin").content.decode()

    assert "毛利率" not in page


def test_tab_filter_and_columns_stay_when_the_list_is_sorted(as_manager):
    make(1, is_main=True)

    page = as_manager.get("/products/?tab=main&q=四件").content.decode()

    assert f"?tab=main&amp;q={quote('四件')}&amp;sort=cover" in page


def test_a_sorted_list_asks_as_often_for_forty_as_for_two(as_manager):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert as_manager.get("/products/?sort=cover").status_code == 200
        return len(queries)

    for number in range(2):
        make(number, stock=number, sold=1)
    write_figures(now=NOW)
    asked()
    few = asked()
    for number in range(2, 40):
        make(number, stock=number, sold=1)

    assert asked() == few


@pytest.fixture
def as_editor(shop):
    return browser_of(PersonFactory(username="bianji", name="小编", role_codes=["editor"]))


# --- many at once ---


def send(client, *products, act, **more):
    sent = {"act": act, "tid": [one.pk for one in products], **more}
    sent |= {f"version_{one.pk}": one.version for one in products}
    return client.post("/products/bulk/", sent)


def said(response):
    return [str(one) for one in get_messages(response.wsgi_request)]


def test_many_become_main_at_once_each_with_its_line_in_the_log(as_manager, manager):
    one, two, already = make(1), make(2), make(3, is_main=True)

    response = send(as_manager, one, two, already, act="main")

    assert said(response) == ["改好了 2 个商品。", "1 个本来就是这样。"]
    assert Product.objects.filter(is_main=True).count() == 3
    logged = Operation.objects.filter(name="products.product.edited")
    assert {row.object_key for row in logged} == {str(one.pk), str(two.pk)}
    assert logged[0].actor == manager
    assert (logged[0].old, logged[0].new) == ({"is_main": False}, {"is_main": True})


def test_what_a_colleague_changed_meanwhile_is_left_alone_and_named(as_manager, manager):
    one, two = make(1), make(2)
    edit_product(product_id=two.pk, values={"brand": "甲"}, by=manager, now=NOW)

    response = send(as_manager, one, two, act="role", **{"role-role": "profit"})

    assert said(response) == [
        "改好了 1 个商品。",
        "1 个在你打开之后被同事改过，没有动，看一下再改：四件套 2",
    ]
    assert dict(Product.objects.values_list("pk", "role")) == {one.pk: "profit", two.pk: ""}


def test_what_is_forbidden_is_not_listed_among_many_and_the_others_are(as_manager, manager):
    one, bad = make(1, status="off_shelf"), make(2)
    given = ViolationGiven("虚假宣传", NOW, product_id=bad.pk, forbids_listing=True)
    record_violation(given=given, by=manager, now=NOW)
    bad.refresh_from_db()

    response = send(as_manager, one, bad, act="status", **{"status-status": "on_shelf"})

    assert said(response) == [
        "改好了 1 个商品。",
        "四件套 2: 「虚假宣传」还没有结案，这个商品禁止上架。先在违规页结案。",
    ]
    bad.refresh_from_db()
    assert bad.status == "forbidden"


def test_the_form_of_a_product_does_not_list_what_is_forbidden_either(manager):
    bad = make(2)
    given = ViolationGiven("虚假宣传", NOW, product_id=bad.pk, forbids_listing=True)
    record_violation(given=given, by=manager, now=NOW)

    with pytest.raises(UnableToListError):
        edit_product(product_id=bad.pk, values={"status": "on_shelf"}, by=manager, now=NOW)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"act": "main"}, "先在左边勾选商品。"),
        ({"act": "role", "tid": "1", "version_1": "1"}, "没有选要改成什么，一个都没有动。"),
        (
            {"act": "status", "tid": "1", "version_1": "1", "status-status": "forbidden"},
            "没有选要改成什么，一个都没有动。",
        ),
        ({"act": "main", "tid": "99", "version_99": "1"}, "1 个已经不在了。"),
    ],
)
def test_a_change_of_nothing_or_to_nothing_says_so(sent, words, as_manager):
    make(1)

    assert said(as_manager.post("/products/bulk/", sent)) == [words]
    assert not Operation.objects.filter(name="products.product.edited").exists()


def test_who_may_not_edit_has_no_boxes_and_no_act(as_service):
    one = make(1)

    page = as_service.get("/products/").content.decode()

    assert 'name="tid"' not in page
    assert send(as_service, one, act="main").status_code == 403
    assert not Product.objects.get().is_main


def test_many_fields_are_not_for_many_products(manager):
    with pytest.raises(Exception, match="only main"):
        bulk.edit_products(versions={1: 1}, values={"title": "x"}, by=manager, now=NOW)


# --- the file ---


def exported(client, address="/products/export/"):
    assert client.post(address).status_code == 302
    run = Run.objects.get(kind=exports.KIND)
    assert perform_inline(run).state == "done"
    answer = client.get(f"/products/export/{run.pk}/")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:
        close()
    exports.export_path(run.pk).unlink()
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.values)


def test_the_list_goes_into_a_workbook_as_it_is_narrowed_and_sorted(as_manager):
    make(1, stock=30, sold=7, cost=40)
    make(2, stock=1, sold=1, cost=140)
    make(3, is_main=True, brand="别的")
    Product.objects.exclude(brand="别的").update(brand="甲")
    write_figures(now=NOW)

    head, *rows = exported(as_manager, "/products/export/?brand=甲&sort=stock")

    assert head[-2:] == exports.COST_HEADERS
    assert [(row[1], row[9]) for row in rows] == [("Style-2", "1"), ("Style-1", "30")]
    assert [row[-1] for row in rows] == ["是", "否"]
    assert Operation.objects.filter(name="products.list.exported").count() == 1


def test_who_sees_no_costs_gets_a_file_without_them(as_editor):
    make(1, cost=40)

    head, row = exported(as_editor)

    assert "毛利率" not in head
    assert len(row) == len(exports.HEADERS)


def test_a_file_is_for_who_asked_for_it(as_manager, as_editor):
    as_editor.post("/products/export/")
    run = Run.objects.get(kind=exports.KIND)
    perform_inline(run)

    assert as_manager.get(f"/products/export/{run.pk}/").status_code == 404
    exports.export_path(run.pk).unlink()
