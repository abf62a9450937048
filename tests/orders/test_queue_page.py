"""The queue page: what it shows, what it costs, what may be done from it."""

import html
import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from orders.actions.counts import refresh_queue_counts
from orders.choices import Flag, HoldKind, Stage
from orders.models import Hold, Order, OrderContact, RuleRow
from orders.queries.queues import QUEUES, queue_page
from orders.queries.risk import RiskBook
from orders.views.columns import COLUMNS, STANDARD, Layout
from orders.views.row_html import rows_html
from orders.views.rows import HoldTag, rows_of
from shopops.lib.sealing import seal
from shopops.lib.words import listed
from shopops.staff.models import Operation, Shop
from tests.factories.orders import OrderFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\"'&\u2028{{ 7|add:7 }}"


def plain(text):
    """Give HTML without what no browser tells apart: space around tags, how an apostrophe is written."""
    text = re.sub(r"\s+", " ", text).replace("&#x27;", "'")
    return re.sub(r"\s*([<>])\s*", r"\1", text).strip()


def as_template(rows, now, layout=STANDARD):
    source = (Path(__file__).parent / "row.html").read_text()
    cells = [(code, "") for code in layout.shown] + [(code, " so-off") for code in layout.off]
    values = {"rows": rows, "now": now, "comma": listed(["", ""]), "cells": cells}
    return engines["django"].from_string(source).render(values)


def rows_at(now, code="all", **kwargs):
    page = queue_page(queue=QUEUES[code], now=now, size=200)
    book = RiskBook(platform="tmall")
    return rows_of(page.rows, book=book, now=now, may_see_contact=True, **kwargs)


def every_kind_of_order(person):
    """Make orders that between them show all that a row can show."""
    spans = [timedelta(days=-400), timedelta(days=-3), timedelta(minutes=-1), timedelta(0)]
    spans += [timedelta(hours=4), timedelta(hours=4, seconds=1), timedelta(days=1, hours=5)]
    spans += [timedelta(days=6), timedelta(days=40)]
    for span in spans:
        OrderFactory.create(ship_due_at=NOW + span, platform_due_at=NOW + span)
    for stage in Stage:
        OrderFactory.create(stage=stage)
    for flag in Flag:
        OrderFactory.create(flag=flag, is_urgent=True, buyer_message="快", seller_memo="好")
    OrderFactory.create(ship_due_at=None, platform_due_at=None, paid_amount=0, total_amount=1234)
    OrderFactory.create(title="", piece_count=3, receiver_province="", buyer_nick="")
    OrderFactory.create(tid="12345", has_open_refund=True, is_presale=True)
    OrderFactory.create(buyer_nick=HOSTILE, title=HOSTILE, receiver_province="<b>")
    held = OrderFactory.create(stage=Stage.HELD)
    for kind in (HoldKind.STOCK_SHORT, HoldKind.HAND_SET, HoldKind.BUYER_MESSAGE):
        hold_with(held, kind, person, must_tell_buyer=kind == HoldKind.STOCK_SHORT)


def hold_with(order, kind, person, **kwargs):
    return Hold.objects.create(
        order=order, kind=kind, owner_role="service", opened_at=NOW, due_at=NOW, **kwargs
    )


OWN = Layout(tuple(reversed(COLUMNS)))
FEW = Layout(("item", "tid", "refund"), ("due", "plat", "stage", "hold", "amt", "mark"))


@pytest.mark.parametrize("layout", [STANDARD, OWN, FEW], ids=["usual", "all", "few"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_rows_are_written_exactly_as_their_template_says(language, layout, service):
    every_kind_of_order(service)

    with translation.override(language):
        rows = rows_at(NOW)

        assert len(rows) > 30
        for row in rows:  # one by one, so that a difference is short
            written = rows_html([row], now=NOW, layout=layout)
            assert plain(written) == plain(as_template([row], NOW, layout))


def test_nothing_that_a_buyer_or_a_file_wrote_becomes_markup(as_service, now):
    order = OrderFactory.create(
        buyer_nick=HOSTILE,
        title=HOSTILE,
        receiver_province="<img src=x>",
        tid="1<i>2",
        buyer_message=HOSTILE,
        seller_memo=HOSTILE,
    )

    page = as_service.get("/orders/all/").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'value="1<i>2"' not in page
    assert html.escape(HOSTILE) in page  # and is shown all the same, unchanged
    assert order.tid in html.unescape(re.sub(r"</?i>", "", page))


def test_hostile_words_of_holds_are_escaped():
    order = OrderFactory.create()
    (row,) = rows_at(NOW)
    tags = (HoldTag(label=HOSTILE, tone="late"), HoldTag(label=HOSTILE, tone='"><b>'))
    values = {name: getattr(row, name) for name in row.__slots__}
    hostile = type(row)(**{**values, "holds": tags, "stage_tone": '"><b>', "due_title": HOSTILE})

    written = rows_html([hostile], now=NOW)

    assert "<script>" not in written
    assert "<b>" not in written
    assert plain(written) == plain(as_template([hostile], NOW))
    assert order.tid == row.tid


def queries_of(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize(
    ("url", "most"),
    [("/orders/all/", 9), ("/orders/held/", 10), ("/orders/held/?sort=hold_due", 12)],
)
def test_a_page_costs_the_same_few_queries_whether_three_orders_wait_or_fifty(
    as_service, service, url, most
):
    for _n in range(3):
        hold_with(OrderFactory.create(stage=Stage.HELD), HoldKind.HAND_SET, service)
    as_service.get(url)  # marks the session as seen
    few = queries_of(as_service, url)
    for _n in range(60):
        hold_with(OrderFactory.create(stage=Stage.HELD), HoldKind.HAND_SET, service)

    many = queries_of(as_service, url)

    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= most, "\n".join(many)


def test_the_second_factor_and_the_roles_cost_no_query_of_their_own(as_manager):
    OrderFactory.create()
    as_manager.get("/orders/all/")

    asked = queries_of(as_manager, "/orders/all/")

    assert len(asked) <= 9, "\n".join(asked)


def test_htmx_gets_the_list_and_nothing_around_it(as_service):
    for _n in range(51):
        OrderFactory.create()

    whole = as_service.get("/orders/all/")
    older = "/orders/all/" + whole.context["page"]["older_url"]
    part = as_service.get(older, headers={"HX-Request": "true"})

    text = part.content.decode().strip()
    assert text.startswith('<section class="so-queue" id="list"')
    assert text.count("data-tid=") == 1
    assert "so-nav" not in text
    assert whole.content.decode().count("data-tid=") == 50
    assert "HX-Request" in part.headers["Vary"]


def test_a_queue_is_not_filtered_unless_asked(as_service):
    order = OrderFactory.create(is_urgent=False)

    page = as_service.get("/orders/awaiting_audit/")

    assert page.context["chips"] == []
    assert f'data-tid="{order.tid}"' in page.content.decode()


def test_each_condition_is_a_chip_whose_address_lacks_it_only(as_service):
    page = as_service.get("/orders/held/?kind=stock_short&province=浙江省&urgent=on")

    chips = {chip.label: chip.remove_url for chip in page.context["chips"]}
    assert len(chips) == 3
    assert "kind=" not in chips["挂起"]
    assert "urgent=on" in chips["挂起"]
    assert "urgent" not in chips["只看"]
    assert 'value="浙江省"' in page.content.decode()  # the filter form keeps what was chosen


def test_the_unused_filter_is_the_same_for_all_and_holds_nobodys_words(as_service, as_manager):
    as_service.get("/orders/held/?province=海南省")

    page = as_manager.get("/orders/held/").content.decode()

    assert "海南省" not in page
    assert 'name="province"' in page


def test_the_bulk_bar_offers_what_the_person_may_do(as_service, as_warehouse):
    OrderFactory.create()

    for_service = as_service.get("/orders/all/").content.decode()
    for_warehouse = as_warehouse.get("/orders/all/").content.decode()

    assert 'data-act="approve"' in for_service
    assert 'data-act="approve"' not in for_warehouse
    assert 'data-act="hand_over"' in for_warehouse


def test_switching_the_language_switches_cached_parts_too(as_service, service):
    OrderFactory.create()
    chinese = as_service.get("/orders/all/").content.decode()
    service.language = "en"
    service.save(update_fields=["language"])

    english = as_service.get("/orders/all/").content.decode()

    assert '<html lang="zh-CN"' in chinese
    assert '<html lang="en"' in english
    with translation.override("en"):
        due = html.escape(translation.gettext("应出"))
    assert due in english


def test_new_counts_and_a_renamed_shop_show_at_once(as_service, shop, now):
    as_service.get("/orders/past_due/")
    for _n in range(2):
        OrderFactory.create(ship_due_at=now - timedelta(days=1))
    refresh_queue_counts(platform="tmall", now=now)
    Shop.objects.update(name="换了名字的店")

    page = as_service.get("/orders/past_due/").content.decode()

    assert "换了名字的店" in page
    assert re.search(r'已超时 <span class="late">2</span>', page)


def test_a_changed_rule_changes_the_money_at_risk_at_once(as_service, shop):
    now = timezone.now()
    OrderFactory.create(
        paid_at=now - timedelta(days=3),
        platform_due_at=now - timedelta(hours=1),
        ship_due_at=now - timedelta(hours=9),
        paid_amount=Decimal("1000.00"),
    )
    before = as_service.get("/orders/past_due/").content.decode()
    RuleRow.objects.all().delete()

    after = as_service.get("/orders/past_due/").content.decode()

    assert re.search(r'q-risk n t-late strong">¥', before)
    assert re.search(r'q-risk n muted">—', after)


def test_bulk_approval_reports_what_became_of_each_order(as_service):
    good = [OrderFactory.create() for _n in range(2)]
    stale = OrderFactory.create(version=2)
    refunding = OrderFactory.create(has_open_refund=True)
    orders = [*good, stale, refunding]
    sent = {"act": "approve", "tid": [one.tid for one in orders], "next": "/orders/all/"}
    sent |= {f"version_{one.tid}": "1" for one in orders}

    page = as_service.post("/orders/bulk/", sent)

    result = page.context["result"]
    assert (result["done_count"], result["stale_count"], result["refused_count"]) == (2, 1, 1)
    stages = dict(Order.objects.values_list("tid", "stage"))
    assert [stages[one.tid] for one in orders] == [
        Stage.APPROVED,
        Stage.APPROVED,
        Stage.AWAITING_AUDIT,
        Stage.AWAITING_AUDIT,
    ]
    assert "正在退款" in page.content.decode()


def test_an_act_on_an_order_that_another_changed_shows_both(as_service):
    order = OrderFactory.create(version=3, seller_memo="先来的")

    page = as_service.post(
        f"/orders/o/{order.tid}/memo/", {"version": "2", "text": "后来的", "flag": "0"}
    )

    assert page.status_code == 409
    text = page.content.decode()
    assert "先来的" in text
    assert "后来的" in text
    order.refresh_from_db()
    assert order.seller_memo == "先来的"


def test_the_drawer_shows_one_order(as_service):
    order = OrderFactory.create()

    page = as_service.get(f"/orders/o/{order.tid}/drawer/")

    assert page.status_code == 200
    assert order.tid in page.content.decode()


def test_a_contact_is_revealed_with_a_reason_and_never_without(as_manager):
    order = OrderFactory.create()
    words = {"name": "张三丰", "phone": "13800005552", "address": "文一西路 1 号"}
    OrderContact.objects.create(order=order, sealed=seal(json.dumps(words).encode()))
    path = f"/orders/o/{order.tid}/reveal/"

    refused = as_manager.post(path, {"reason": ""}, follow=True).content.decode()
    shown = as_manager.post(path, {"reason": "买家要求改地址"}).content.decode()

    assert "13800005552" not in refused
    assert "13800005552" in shown
    assert Operation.objects.get(name="staff.contact.revealed").reason == "买家要求改地址"


def test_the_desk_sorts_by_hold_due_with_a_chip_and_gives_the_next_ones(as_service, service, now):
    first, second = (OrderFactory.create(stage=Stage.HELD) for _ in range(2))
    hold_with(first, HoldKind.HAND_SET, service)
    hold = hold_with(second, HoldKind.BUYER_MESSAGE, service)
    Hold.objects.filter(pk=hold.pk).update(due_at=NOW - timedelta(hours=2))

    page = as_service.get("/orders/held/?sort=hold_due&province=浙江省").content.decode()

    assert page.index(f'data-tid="{second.tid}"') < page.index(f'data-tid="{first.tid}"')
    assert "挂起先到期的在前" in page
    assert 'href="?province=%E6%B5%99%E6%B1%9F%E7%9C%81" aria-label="去掉 排序' in page
    assert 'name="sort" value="hold_due"' in page

    answer = as_service.post("/orders/claim/", {"limit": "5"})

    assert answer["Location"] == "/orders/held/?whose=mine&sort=hold_due"
    assert set(Hold.objects.filter(owner=service)) == set(Hold.objects.all())
    assert Operation.objects.filter(name="orders.hold.claimed", actor=service).count() == 2


def test_only_held_orders_can_be_sorted_by_their_holds(as_service):
    page = as_service.get("/orders/all/?sort=hold_due").content.decode()

    assert "挂起先到期的在前" not in page
    assert "so-desk" not in page
