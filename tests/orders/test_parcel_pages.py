"""Merging, splitting and gifts on the pages and over the API."""

import re
from typing import Any

import pytest
from django.test import Client

from orders.actions import merging, parcels
from orders.actions.merge_keys import refresh_merge_keys
from orders.models import GiftLine, Order, Parcel, ParcelChange, ShipApart
from tests.factories.orders import BuyerFactory
from tests.orders.parcels import OFFICE, pair, placed

pytestmark = pytest.mark.django_db


def texts(response):
    return response.content.decode()


@pytest.fixture
def partners():
    first, second = pair()
    refresh_merge_keys()
    return first, second


def merged(first, second, *, by, now):
    return merging.merge_orders(
        tids=[first.tid, second.tid], address_of=first.tid, consent=None, by=by, now=now
    )


# --- groups


def test_partners_stand_together_and_those_without_are_left_out(partners, as_service):
    lonely = placed()

    page = texts(as_service.get("/orders/merge/"))

    assert all(one.tid in page for one in partners)
    assert lonely.tid not in page


def test_groups_come_by_the_most_urgent_and_page_by_key(as_service, monkeypatch):
    from orders.queries import mergeable

    pairs = [pair() for _ in range(3)]
    for at, (first, _second) in enumerate(reversed(pairs)):
        Order.objects.filter(pk=first.pk).update(ship_due_at=first.ship_due_at.replace(hour=8 + at))
    refresh_merge_keys()

    groups, after = mergeable.merge_groups(size=2)
    rest, end = mergeable.merge_groups(after=after, size=2)

    firsts = [group.orders[0].pk for group in [*groups, *rest]]
    assert firsts == [first.pk for first, _second in reversed(pairs)]
    assert (len(rest), end) == (1, "")
    assert as_service.get("/orders/merge/?after=damaged").status_code == 200


def test_a_page_of_groups_costs_the_same_for_two_and_for_twenty(
    as_service, django_assert_max_num_queries
):
    for _ in range(2):
        pair()
    refresh_merge_keys()
    as_service.get("/orders/merge/")
    with django_assert_max_num_queries(12) as few:
        as_service.get("/orders/merge/")
    for _ in range(18):
        pair()
    refresh_merge_keys()

    with django_assert_max_num_queries(len(few)):
        as_service.get("/orders/merge/")


def test_chosen_groups_are_merged_and_each_says_what_became_of_it(as_service, service):
    good, stale = pair(), pair()
    refresh_merge_keys()
    keys = {one[0].pk: Order.objects.get(pk=one[0].pk).merge_key for one in (good, stale)}
    data: dict[str, Any] = {"group": [str(key) for key in keys.values()]}
    for found in (good, stale):
        data[f"tids_{keys[found[0].pk]}"] = [one.tid for one in found]
        data |= {f"version_{one.tid}": "1" for one in found}
    Order.objects.filter(pk=stale[1].pk).update(version=2)

    page = texts(as_service.post("/orders/merge/now/", data))

    assert "合成一个包裹" in page
    assert "被改过" in page
    assert list(Parcel.objects.filter(order_count=2).values_list("order", flat=True)) == [
        good[0].pk
    ]


def test_without_groups_the_page_says_how_they_come(as_service):
    assert "会自己出现在这里" in texts(as_service.get("/orders/merge/"))


def test_both_queues_list_their_orders(partners, as_service):
    urgent = placed(is_urgent=True)

    assert partners[0].tid in texts(as_service.get("/orders/mergeable/"))
    assert urgent.tid not in texts(as_service.get("/orders/mergeable/"))
    assert urgent.tid in texts(as_service.get("/orders/urgent/"))


# --- one order's partners


def test_partners_are_shown_side_by_side_with_what_differs(as_service):
    buyer = BuyerFactory.create()
    first, same = placed(buyer=buyer), placed(buyer=buyer)
    elsewhere, stranger = placed(buyer=buyer, address=OFFICE), placed()
    unpaid = placed(buyer=buyer, stage="awaiting_payment", paid_at=None)

    page = texts(as_service.get(f"/orders/o/{first.tid}/merge/"))

    assert all(one.tid in page for one in (first, same, elsewhere, stranger, unpaid))
    assert page.count("so-differs") == 2
    assert "不能合：还没付款" in page


def test_where_all_go_to_one_address_it_is_chosen_already_and_else_it_is_not(partners, as_service):
    first, second = partners
    chosen = re.compile(r'name="address_of"[^>]*value="(\d+)"[^>]*\schecked')

    assert chosen.findall(texts(as_service.get(f"/orders/o/{first.tid}/merge/"))) == [first.tid]
    Order.objects.filter(pk=second.pk).update(**OFFICE)
    assert not chosen.findall(texts(as_service.get(f"/orders/o/{first.tid}/merge/")))


def test_any_order_can_be_named_and_one_that_is_not_there_is_said(as_service):
    first, other = placed(), placed(address=OFFICE)

    named = texts(as_service.get(f"/orders/o/{first.tid}/merge/?with={other.tid}"))
    missing = texts(as_service.get(f"/orders/o/{first.tid}/merge/?with=12345"))

    assert "买家和收货地址都不一样" in named
    assert "没有这张订单" in missing


def post_merge(client, first, *others, **more):
    data = {
        "tid": [one.tid for one in others],
        "address_of": first.tid,
        "version_" + first.tid: "1",
    } | more
    return client.post(f"/orders/o/{first.tid}/merge/", data)


def test_a_merge_on_the_page_leads_back_to_the_order(partners, as_service):
    first, second = partners

    response = post_merge(as_service, first, second)

    assert response.url == f"/orders/o/{first.tid}/"
    page = texts(as_service.get(response.url))
    assert "2 个包裹合成 1 个" in page
    assert second.tid in page


def test_what_was_filled_in_stays_when_consent_is_missing(as_service):
    buyer = BuyerFactory.create()
    first, second = placed(buyer=buyer), placed(buyer=buyer, address=OFFICE)

    response = post_merge(as_service, first, second, reason="买家在群里说的")

    assert response.status_code == 422
    page = texts(response)
    assert "先问过买家" in page
    assert "买家在群里说的" in page
    assert not ParcelChange.objects.exists()

    consent = {"consent_channel": "wangwang", "consent_words": "好的一起发"}
    assert post_merge(as_service, first, second, **consent).status_code == 302
    assert "好的一起发" in texts(as_service.get(f"/orders/o/{first.tid}/"))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"consent_words": "好"}, "选一下买家在哪里同意的"),
        ({"consent_channel": "phone"}, "写下买家同意的原话"),
        ({"address_of": ""}, "选一下用哪一单的收货地址"),
    ],
)
def test_half_a_form_is_asked_for_the_other_half(sent, words, partners, as_service):
    response = post_merge(as_service, *partners, **sent)

    assert response.status_code == 422
    assert words in texts(response)


def test_a_stale_page_says_so_and_merges_nothing(partners, as_service):
    first, second = partners
    Order.objects.filter(pk=first.pk).update(version=3)

    response = post_merge(as_service, first, second)

    assert response.status_code == 409
    assert not ParcelChange.objects.exists()


def test_set_apart_on_the_page_takes_the_group_away(partners, as_service):
    first, second = partners

    post_merge(as_service, first, second, apart="1", reason="两个礼盒")

    assert ShipApart.objects.get().reason == "两个礼盒"
    assert first.tid not in texts(as_service.get("/orders/merge/"))


# --- split, undo, gifts


def split(client, order, **data):
    return client.post(f"/orders/o/{order.tid}/split/", {"way": "hand"} | data)


def test_a_split_on_the_page_makes_two_parcels_and_undo_one_again(as_service, now):
    order = placed(((3, "30.00"),))
    assert "拆成两个包裹" in texts(as_service.get(f"/orders/o/{order.tid}/split/"))

    response = split(as_service, order, take_0="1", reason="太大")

    assert response.status_code == 302
    assert len(parcels.parcels_of([order], now=now)[order.pk]) == 2
    as_service.post(f"/orders/o/{order.tid}/undo_parcels/", {"version": "2"})
    assert len(parcels.parcels_of([order], now=now)[order.pk]) == 1
    assert "已撤销" in texts(as_service.get(f"/orders/o/{order.tid}/"))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"take_0": "9"}, "3"),
        ({"take_0": "3"}, "至少要留一件"),
        ({"way": "weight", "most_grams": "100"}, "还没有重量"),
        ({"way": "weight", "most_grams": "0"}, "1"),
        ({"way": "stock"}, "没有库存数据"),
    ],
)
def test_a_split_that_cannot_be_says_why_on_the_page(sent, words, as_service):
    order = placed(((3, "30.00"),))

    response = split(as_service, order, **sent)

    assert response.status_code == 422
    assert words in texts(response)
    assert not ParcelChange.objects.exists()


@pytest.mark.parametrize("data", [{"way": "magic"}, {"way": "hand", "parcel": "999999"}])
def test_a_split_of_what_is_not_there_is_not_found(data, as_service):
    assert split(as_service, placed(), **data).status_code == 404


def test_a_gift_is_added_and_taken_off_on_the_page(as_service):
    order = placed()

    as_service.post(
        f"/orders/o/{order.tid}/gift/", {"sku_code": "ZP-DAI", "quantity": "2", "version": "1"}
    )

    gift = GiftLine.objects.get()
    assert "ZP-DAI" in texts(as_service.get(f"/orders/o/{order.tid}/"))
    as_service.post(f"/orders/o/{order.tid}/gift-off/", {"gift": gift.pk})
    assert not GiftLine.objects.exists()


def test_an_order_is_taken_out_on_its_page(partners, as_service, service, now):
    first, second = partners
    merged(first, second, by=service, now=now)

    as_service.post(f"/orders/o/{second.tid}/take_out/", {"reason": "这单先退款"})

    assert not Parcel.objects.filter(order_count=2).exists()


def test_the_warehouse_may_look_and_not_merge(partners, as_warehouse: Client):
    page = texts(as_warehouse.get("/orders/merge/"))

    assert partners[0].tid in page
    assert "合并勾选的组" not in page


# --- API


def post(client, path, data):
    return client.post(f"/api/{path}", data, content_type="application/json")


def test_the_api_merges_splits_and_undoes(partners, as_service):
    first, second = partners
    tids = [first.tid, second.tid]

    response = post(as_service, "parcels/merge/", {"tids": tids, "address_of": first.tid})

    (parcel,) = response.json()["parcels"]
    assert parcel["tids"] == tids
    line = next(one["line"] for one in parcel["lines"] if one["quantity"] == 2)
    parts = {"parts": [[{"line": line, "quantity": 1}]]}
    response = post(as_service, f"orders/{second.tid}/split/", parts)
    assert len(response.json()["parcels"]) == 2
    for change in response.json()["changes"]:
        assert post(as_service, f"parcels/changes/{change['id']}/undo/", {}).status_code == 200
    found = as_service.get(f"/api/orders/{first.tid}/parcels/").json()
    assert [one["tids"] for one in found["parcels"]] == [[first.tid]]


def test_the_api_refuses_in_words(partners, as_service):
    first, second = partners
    tids = [first.tid, second.tid]

    stale = post(
        as_service,
        "parcels/merge/",
        {"tids": tids, "address_of": first.tid, "versions": {first.tid: 9}},
    )
    half = post(
        as_service,
        "parcels/merge/",
        {"tids": tids, "address_of": first.tid, "consent_words": "好"},
    )
    none = post(as_service, f"orders/{first.tid}/split/", {})

    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert (half.status_code, none.status_code) == (400, 400)


def test_the_api_gives_gifts_and_sets_apart(partners, as_service):
    first, second = partners

    gift = {"sku_code": "ZP-DAI", "quantity": 2}
    assert post(as_service, f"orders/{first.tid}/gifts/", gift).status_code == 200
    apart = {"tids": [first.tid, second.tid], "reason": "两个礼盒"}
    assert post(as_service, "parcels/apart/", apart).status_code == 200

    assert (GiftLine.objects.count(), ShipApart.objects.count()) == (1, 1)
