"""Pages and API of replenishment: what they show, what they ask for, what they refuse."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from products.actions import plan_export, replenish
from products.checks.stock import goods_are_ordered_in_time
from products.models import PurchaseOrder, ReplenishmentPlan, ReplenishmentRule
from products.queries.plans import Filters, plan_page
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.clients import browser_of
from tests.factories.goods import ProductFactory, SkuFactory, SupplierFactory
from tests.factories.staff import PersonFactory
from tests.products.harness import sheets
from tests.products.plans import planned

pytestmark = pytest.mark.django_db

HERE = "/replenishment/"
ORDER = "/replenishment/order/"


def said(response):
    return [str(one) for one in get_messages(response.wsgi_request)][-1:]


def codes(client, **filters):
    """Give which of A to E a list shows."""
    page = client.get(HERE, filters).content.decode()
    return [code for code in "ABCDE" if f">Q-{code}<" in page]


@pytest.fixture
def present():
    """Pages look at the real clock."""
    return timezone.now()


@pytest.fixture
def as_lead(shop):
    """Somebody who buys and may not see costs."""
    return browser_of(PersonFactory(role_codes=["warehouse_lead"]))


def test_before_the_first_run_the_page_says_how_plans_come_about(as_manager):
    page = as_manager.get(HERE).content.decode()

    assert "还没有算过补货" in page
    assert "重新算" in page


def test_tabs_part_what_is_due_today_this_week_and_the_rest(as_manager, present):
    supplier = SupplierFactory.create()
    planned("Q-A", present, days=-3, supplier=supplier)
    planned("Q-B", present, days=0, supplier=supplier)
    planned("Q-C", present, days=6, supplier=supplier)
    planned("Q-D", present, days=7)
    planned("Q-E", present, days=None, quantity=0, free=None)

    assert codes(as_manager) == ["A", "B"]
    assert codes(as_manager, tab="week") == ["A", "B", "C"]
    assert codes(as_manager, tab="all") == list("ABCDE")
    assert codes(as_manager, tab="bare") == ["D", "E"]
    assert codes(as_manager, tab="unknown") == ["E"]
    assert codes(as_manager, tab="all", supplier=supplier.pk) == ["A", "B", "C"]
    assert "晚了 3 天" in as_manager.get(HERE).content.decode()


def test_a_search_finds_part_of_a_code_or_title_in_any_case(as_manager, present):
    planned("Q-A", present)
    sku = planned("Q-B", present)
    sku.product = ProductFactory.create(title="Linen 亚麻枕套")
    sku.save(update_fields=["product"])

    assert codes(as_manager, q="q-a") == ["A"]
    assert codes(as_manager, q="linen") == ["B"]
    assert codes(as_manager, q="没有") == []


def test_pages_follow_the_last_order_date_and_leave_nothing_out(present):
    today = business_date(present)
    days = [None, 3, -1, 3, None, 0, 3]
    made = [planned(f"S{n}", present, days=day).pk for n, day in enumerate(days)]

    seen, after = [], ""
    while True:
        page = plan_page(filters=Filters(tab="all"), today=today, after=after, size=2)
        seen += [row.sku_id for row in page.rows]
        after = page.after
        if not after:
            break

    assert seen == [made[n] for n in (2, 5, 1, 3, 6, 0, 4)]


@pytest.mark.parametrize("key", ["x", "2026-13-01_5", "_", "2026-01-01"])
def test_a_key_that_no_page_gave_leads_to_the_first_page(key, as_manager, present):
    planned("Q-A", present)

    assert as_manager.get(HERE, {"after": key}).status_code == 302
    assert as_manager.get("/api/replenishment/", {"after": key}).status_code == 400


def test_the_list_asks_no_more_for_forty_skus_than_for_two(as_manager, present):
    supplier = SupplierFactory.create()

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert as_manager.get(HERE, {"tab": "all"}).status_code == 200
        return len(queries)

    planned("Q-1", present, supplier=supplier)
    planned("Q-2", present, supplier=supplier)
    as_manager.get(HERE)
    few = asked()
    for number in range(3, 41):
        planned(f"Q-{number}", present, supplier=supplier)

    assert asked() == few


def test_a_sku_shows_its_back_test_week_by_week(as_manager, present):
    sku = planned("Q-A", present, supplier=SupplierFactory.create())

    page = as_manager.get(f"{HERE}{sku.pk}/").content.decode()

    assert "比照搬上周少错 57%" in page
    assert "偏少 0.4 件/周" in page
    for figure in ("10.5", "-1.5", "-4", "+1.5", "+3"):
        assert f">{figure}</td>" in page
    assert 'data-chart="c-test-data"' in page


def test_a_sku_with_a_short_history_and_one_without_a_plan_say_so(as_manager, present):
    young = planned(
        "Q-A", present, error=None, naive_error=None, bias=None, back_test=[], model="mean"
    )
    none = SkuFactory.create(code="Q-B")

    assert "历史太短，没有回测" in as_manager.get(f"{HERE}{young.pk}/").content.decode()
    assert "还没有这个商品的补货计划" in as_manager.get(f"{HERE}{none.pk}/").content.decode()


def test_the_page_of_a_sku_leads_to_its_plan(as_manager, present):
    sku = planned("Q-A", present)

    for name in ("sku", "ledger"):
        page = as_manager.get(reverse(f"products:{name}", args=[sku.pk])).content.decode()
        assert f"{HERE}{sku.pk}/" in page


def test_a_new_run_is_asked_for_by_who_may(as_manager, as_warehouse):
    assert as_warehouse.post(HERE, {"part": "run"}).status_code == 403
    done = as_manager.post(HERE, {"part": "run"})

    assert said(done) == ["开始重新算，进度在这一页。"]
    assert Run.objects.get(kind=replenish.KIND).created_by.username == "dianzhang"
    assert "so-prog" in as_manager.get(HERE).content.decode()


# --- ordering -----------------------------------------------------------------------------------


def test_chosen_rows_are_looked_at_by_supplier_and_confirmed_once(as_manager, present):
    near, far = SupplierFactory.create(name="近"), SupplierFactory.create(name="远")
    one, two = planned("Q-A", present, supplier=near), planned("Q-B", present, supplier=far)
    planned("Q-C", present, supplier=far)

    look = as_manager.post(ORDER, {"sku": [one.pk, two.pk], f"quantity-{one.pk}": "12"})
    page = look.content.decode()
    assert "写成 2 张采购草稿" in page
    assert f'name="quantity-{one.pk}" value="12"' in " ".join(page.split())
    assert "118.80" in page
    sent = {
        "part": "confirm",
        f"covered-{one.pk}": 0,
        f"quantity-{one.pk}": "12",
        f"covered-{two.pk}": 0,
        f"quantity-{two.pk}": "40",
    }
    done = as_manager.post(ORDER, sent)
    again = as_manager.post(ORDER, sent)

    assert done.url == "/purchases/"
    assert again.status_code == 409
    assert "没有再订一次" in again.content.decode()
    pieces = PurchaseOrder.objects.order_by("pk").values_list("supplier__name", "lines__quantity")
    assert list(pieces) == [("近", 12), ("远", 40)]


def test_all_of_a_filter_are_looked_at_with_their_suggestions(as_manager, present):
    supplier = SupplierFactory.create()
    for code in "AB":
        planned(f"Q-{code}", present, supplier=supplier)
    planned("Q-C", present, days=5, supplier=supplier)

    page = as_manager.post(ORDER, {"tab": "now", "all": "1"}).content.decode()

    assert [code for code in "ABC" if f">Q-{code}<" in page] == ["A", "B"]


def test_skus_without_a_supplier_are_named_and_cannot_be_confirmed(as_manager, present):
    sku = planned("Q-A", present)

    page = as_manager.post(ORDER, {"sku": [sku.pk]}).content.decode()
    sent = {"part": "confirm", f"covered-{sku.pk}": 0, f"quantity-{sku.pk}": "4"}
    refused = as_manager.post(ORDER, sent)

    assert "这些没有供应商，订不了" in page
    assert "confirm" not in page
    assert refused.status_code == 422
    assert "Q-A 没有供应商" in refused.content.decode()
    assert PurchaseOrder.objects.count() == 0


def test_a_quantity_that_is_none_is_said_at_its_row_and_the_rest_is_kept(as_manager, present):
    supplier = SupplierFactory.create()
    one, two = (planned(f"Q-{code}", present, supplier=supplier) for code in "AB")
    sent = {
        "part": "confirm",
        f"covered-{one.pk}": 0,
        f"quantity-{one.pk}": "十二",
        f"covered-{two.pk}": 0,
        f"quantity-{two.pk}": "33",
    }

    refused = as_manager.post(ORDER, sent)
    page = " ".join(refused.content.decode().split())

    assert refused.status_code == 422
    assert "写一个整数，不写或 0 是不订" in page
    assert 'value="十二"' in page
    assert 'value="33"' in page


def test_a_row_set_to_nothing_is_left_out(as_manager, present):
    supplier = SupplierFactory.create()
    one, two = (planned(f"Q-{code}", present, supplier=supplier) for code in "AB")
    sent = {
        "part": "confirm",
        f"covered-{one.pk}": 0,
        f"quantity-{one.pk}": "",
        f"covered-{two.pk}": 0,
        f"quantity-{two.pk}": "33",
    }

    as_manager.post(ORDER, sent)

    assert PurchaseOrder.objects.get().lines.get().sku == two


def test_nothing_chosen_goes_back_to_the_same_filter(as_manager):
    back = as_manager.post(ORDER, {"tab": "week", "q": "枕"})

    assert back.url == f"{HERE}?tab=week&q=%E6%9E%95"
    assert said(back) == ["先勾上要订的商品。"]


def test_who_may_not_see_costs_orders_without_them(as_lead, present):
    sku = planned("Q-A", present, supplier=SupplierFactory.create())

    page = as_lead.post(ORDER, {"sku": [sku.pk]}).content.decode()

    assert "写成 1 张采购草稿" in page
    assert "9.90" not in page
    assert "396.00" not in page
    assert "9.90" not in as_lead.get(f"{HERE}{sku.pk}/").content.decode()


# --- export, rules, checks, API -----------------------------------------------------------------


def exported(client, **filters):
    client.post("/replenishment/export/", filters)
    run = perform_inline(Run.objects.get(kind=plan_export.KIND))
    assert run.state == "done", run.error
    file = client.get(plan_export.plan_export_url(run))
    return run, sheets(b"".join(file.streaming_content))["补货建议"]


def test_an_export_holds_the_rows_of_its_filter_with_costs_for_who_may(as_manager, present):
    planned("Q-A", present, supplier=SupplierFactory.create())
    planned("Q-B", present, days=5)

    run, (head, row) = exported(as_manager, tab="now")

    cells = dict(zip(head, row, strict=True))
    assert (cells["商家编码"], cells["还要订"], cells["还要订的金额"]) == ("Q-A", "40", "396.00")
    assert run.result["rows"] == 1
    names = Operation.objects.filter(name__startswith="products.replenishment.")
    assert sorted(names.values_list("name", flat=True)) == [
        "products.replenishment.export_fetched",
        "products.replenishment.exported",
    ]


def test_an_export_holds_no_costs_for_who_may_not_and_is_nobody_elses(as_lead, as_manager, present):
    planned("Q-A", present, supplier=SupplierFactory.create())

    run, (head, row) = exported(as_lead, tab="all")

    assert "供应商单价" not in head
    assert "9.90" not in row
    assert as_manager.get(plan_export.plan_export_url(run)).status_code == 404


def test_an_old_export_is_removed(as_manager, present):
    planned("Q-A", present)
    run, _rows = exported(as_manager, tab="all")
    path = plan_export.plan_export_path(run.pk)

    plan_export.remove_old_plan_exports(present)
    assert path.exists()
    plan_export.remove_old_plan_exports(present + timedelta(hours=25))

    assert not path.exists()


RULE = {
    "service_percent": "96.5",
    "main_service_percent": "98",
    "review_days": "3",
    "lead_days": "9",
    "history_days": "400",
    "version": "0",
}


def test_rules_are_dated_logged_and_shown_beside_a_colleagues(as_manager, as_warehouse):
    url = "/settings/replenishment/"
    assert as_warehouse.post(url, RULE).status_code == 403
    as_manager.post(url, RULE)
    stale = as_manager.post(url, {**RULE, "review_days": "5"})

    assert stale.status_code == 409
    assert "你要存的" in stale.content.decode()
    row = ReplenishmentRule.objects.get()
    assert (row.review_days, row.version) == (3, 1)
    assert Operation.objects.get(name="products.replenishment_rule.set").new["lead_days"] == 9
    as_manager.post(url, {**RULE, "review_days": "5", "version": "1"})
    assert ReplenishmentRule.objects.get().review_days == 5


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"service_percent": "100"}, "在 50% 和 100% 之间"),
        ({"service_percent": "99"}, "主推款的服务水平不能比其他商品低"),
        ({"service_percent": "x"}, "写一个百分比"),
        ({"review_days": "0"}, "不能小于 1"),
        ({"lead_days": "400"}, "不能大于 365"),
        ({"history_days": "60"}, "不能小于 84"),
    ],
)
def test_rules_that_make_no_sense_are_refused_with_what_was_typed(values, words, as_manager):
    refused = as_manager.post("/settings/replenishment/", {**RULE, **values})

    assert refused.status_code == 422
    assert words in refused.content.decode()
    assert ReplenishmentRule.objects.count() == 0


def test_the_daily_check_names_what_should_have_been_ordered(present):
    day = business_date(present)
    assert goods_are_ordered_in_time(day, present).status == "unknown"
    late = planned("Q-A", present, days=-2)
    planned("Q-B", present, days=3)

    outcome = goods_are_ordered_in_time(day, present)

    assert [(one.url, one.severity) for one in outcome.findings] == [(f"{HERE}{late.pk}/", "late")]
    old = goods_are_ordered_in_time(day, present + timedelta(hours=40))
    assert old.findings[0].title == "补货计划旧了"
    ReplenishmentPlan.objects.update(suggested_quantity=0)
    assert goods_are_ordered_in_time(day, present).status == "passed"


def test_the_api_lists_plans_and_hides_costs_from_who_may_not_see_them(
    as_manager, as_lead, present
):
    sku = planned("Q-A", present, supplier=SupplierFactory.create())

    rows = [
        client.get("/api/replenishment/", {"tab": "now"}).json()["replenishment"]
        for client in (as_manager, as_lead)
    ]

    assert [row[0]["price_amount"] for row in rows] == ["9.90", None]
    assert rows[0][0]["to_order"] == 40
    one = as_lead.get(f"/api/replenishment/{sku.pk}/").json()
    assert one["back_test"][0] == {
        "begins_on": "2026-08-03",
        "actual": 12.0,
        "forecast": 10.5,
        "naive": 8.0,
    }
    assert as_lead.get("/api/replenishment/", {"tab": "?"}).status_code == 400


def test_the_api_writes_drafts_once_and_says_why_not(as_lead, present):
    planned("Q-A", present, supplier=SupplierFactory.create())

    def post(**line):
        lines = {"lines": [{"code": "Q-A", "quantity": 40, "covered": 0, **line}]}
        return as_lead.post("/api/replenishment/orders/", lines, content_type="application/json")

    made, again = post(), post()

    assert (made.status_code, made.json()["purchases"][0]["pieces"]) == (201, 40)
    assert (again.status_code, again.json()["code"]) == (409, "stale")
    assert post(code="?").status_code == 400
    assert as_lead.post("/api/replenishment/run/").status_code == 202
