"""Templates of what buyers are told: who writes them, what may not be said, how they are used."""

import pytest
from django.urls import reverse

from orders.actions import holds, start
from orders.actions.tell_templates import (
    TellTemplateRefusedError,
    TellWords,
    add_template,
    change_template,
)
from orders.choices import HOLD_DEFAULTS, BuyerAnswer, HoldKind, ToldChannel
from orders.models import Hold, TellTemplate
from orders.rules.praise_words import forbidden_promise
from orders.rules.tell_words import unknown_places
from shopops.staff.models import Operation
from tests.factories.orders import OrderFactory

pytestmark = pytest.mark.django_db

URL = reverse("orders:tell_templates")


@pytest.fixture(autouse=True)
def no_start_templates(db):
    TellTemplate.objects.all().delete()


def template(words="订单 {tid} 的「{item}」缺货", kind=HoldKind.STOCK_SHORT, **kwargs):
    return TellTemplate.objects.create(kind=kind, name="缺货", words=words, **kwargs)


def test_a_shop_begins_with_words_for_each_kind_that_must_be_told():
    start.ensure_start_data()
    start.ensure_start_data()

    rows = list(TellTemplate.objects.all())
    kinds = {row.kind for row in rows}
    assert {kind for kind, one in HOLD_DEFAULTS.items() if one.must_tell} <= kinds
    assert len(rows) == len(start.TEMPLATE_NAMES)
    for row in rows:
        assert (unknown_places(row.words), forbidden_promise(row.words)) == ([], "")


def test_a_template_that_buys_praise_is_refused_with_the_reason(as_manager):
    answer = as_manager.post(
        URL, {"kind": "", "name": "好评", "words": "好评返现 3 元", "is_on": "on"}
    )

    assert answer.status_code == 422
    assert "反不正当竞争法" in answer.content.decode()
    assert not TellTemplate.objects.exists()


def test_a_refused_template_stands_only_with_a_reason_and_the_log_has_it(as_manager):
    sent = {"kind": "", "name": "反例", "words": "不要说好评返现 3 元", "is_on": "on"}

    refused = as_manager.post(URL, sent)
    as_manager.post(URL, sent | {"overrule_reason": "给新人看的反例"})

    assert "放行的理由" in refused.content.decode()
    row = TellTemplate.objects.get()
    logged = Operation.objects.get(name="crm.words.overruled")
    assert (logged.object_key, logged.reason) == (str(row.pk), "给新人看的反例")


def test_a_place_that_nothing_fills_is_refused(manager, now):
    with pytest.raises(TellTemplateRefusedError, match="phone"):
        add_template(written=TellWords("", "电话", "您的电话 {phone}"), by=manager, now=now)


def test_a_template_is_added_changed_and_switched_off_with_a_log(as_manager):
    as_manager.post(URL, {"kind": "stock_short", "name": "缺货", "words": "等吗", "is_on": "on"})
    row = TellTemplate.objects.get()

    as_manager.post(
        URL, {"row": row.pk, "version": 1, "kind": "stock_short", "name": "缺货", "words": "等吗"}
    )

    row.refresh_from_db()
    assert (row.is_on, row.version) == (False, 2)
    names = Operation.objects.filter(object_type="tell_template").order_by("pk")
    assert [one.name for one in names] == [
        "orders.tell.template_added",
        "orders.tell.template_changed",
    ]


def test_a_colleagues_words_are_not_overwritten(manager, now):
    row = template(version=3)

    with pytest.raises(TellTemplateRefusedError, match="同事"):
        change_template(
            template_id=row.pk,
            written=TellWords("", "缺货", "新的"),
            version=2,
            by=manager,
            now=now,
        )


def held(service, now, kind=HoldKind.STOCK_SHORT, **kwargs):
    order = OrderFactory.create(**kwargs)
    holds.hold_order(tid=order.tid, kind=kind, note="", by=service, now=now)
    order.refresh_from_db()
    return order


def test_an_order_offers_the_words_of_its_kind_filled_in_with_the_receiver_masked(
    as_service, service, now
):
    template(words="{receiver}您好，订单 {tid} 的「{item}」缺货，{ship_time}前发")
    template(kind=HoldKind.LATE_SHIPPING, words="另一种")
    template(kind="", words="停用的", is_on=False)
    order = held(service, now)

    page = as_service.get(reverse("orders:order", args=[order.tid])).content.decode()

    assert f"张**您好，订单 {order.tid} 的「枕套 60支长绒棉 一对」缺货，" in page
    assert "另一种" not in page
    assert "停用的" not in page
    assert "data-copy-from" in page


def test_without_a_script_the_chosen_template_alone_is_what_was_said(as_service, service, now):
    row = template()
    order = held(service, now)

    as_service.post(
        reverse("orders:act", args=[order.tid, "tell"]),
        {"template": row.pk, "channel": "wangwang", "words": "", "answer": "wait"},
    )

    hold = order.holds.get()
    assert hold.told_words == f"订单 {order.tid} 的「枕套 60支长绒棉 一对」缺货"
    assert (hold.told_channel, hold.buyer_answer) == (ToldChannel.WANGWANG, BuyerAnswer.WAIT)


def test_nothing_said_is_not_a_record(as_service, service, now):
    order = held(service, now)

    as_service.post(
        reverse("orders:act", args=[order.tid, "tell"]),
        {"channel": "wangwang", "words": "", "answer": "wait"},
    )

    assert order.holds.get().told_at is None


def test_a_template_told_to_many_names_each_ones_own_order(as_service, service, now):
    row = template(words="订单 {tid} 缺货")
    orders = [held(service, now) for _ in range(2)]
    told = {"tell-template": row.pk, "tell-channel": "wangwang", "tell-answer": "none_yet"}

    asked = as_service.post("/orders/bulk/", {"act": "tell", "tid": [one.tid for one in orders]})
    page = as_service.post(
        "/orders/bulk/", {"act": "tell", "tid": [one.tid for one in orders], **told}
    )

    assert "tell-template" in asked.content.decode()
    assert page.context["result"]["done_count"] == 2
    for one in orders:
        assert one.holds.get().told_words == f"订单 {one.tid} 缺货"


# --- bulk acts on holds ---


def bulk(client, act, orders, **data):
    sent = {f"{act}-{key}": value for key, value in data.items()}
    page = client.post("/orders/bulk/", {"act": act, "tid": [one.tid for one in orders], **sent})
    return {row["tid"]: row for row in page.context["result"]["rows"]}


def test_closing_many_says_for_each_what_became_of_it(as_service, service, now):
    plain, untold = held(service, now, HoldKind.BUYER_MESSAGE), held(service, now)
    two = held(service, now, HoldKind.BUYER_MESSAGE)
    holds.hold_order(tid=two.tid, kind=HoldKind.HAND_SET, note="", by=service, now=now)

    rows = bulk(as_service, "close_hold", [plain, untold, two], resolution="都看过", kind="")

    assert rows[plain.tid]["ok"]
    assert "先告诉买家" in rows[untold.tid]["text"]
    assert "2 个挂起" in rows[two.tid]["text"]
    named = bulk(as_service, "close_hold", [two], resolution="看过", kind="buyer_message")
    assert named[two.tid]["ok"]
    assert [hold.kind for hold in two.holds.filter(closed_at__isnull=True)] == ["hand_set"]


def test_many_holds_go_to_a_colleague_who_may_end_them(as_service, service, warehouse, now):
    orders = [held(service, now, HoldKind.BUYER_MESSAGE) for _ in range(2)]

    rows = bulk(as_service, "pass_on", orders, to=warehouse.pk, note="帮看", kind="")

    assert all(row["ok"] for row in rows.values())
    assert set(Hold.objects.values_list("owner", flat=True)) == {warehouse.pk}


def test_nobody_hands_on_to_somebody_without_the_right(as_service, service, outsider, now):
    order = held(service, now, HoldKind.BUYER_MESSAGE)

    page = as_service.post(
        "/orders/bulk/",
        {"act": "pass_on", "tid": [order.tid], "pass_on-to": outsider.pk, "pass_on-kind": ""},
    )

    assert page.status_code == 422
    assert "路人" not in page.content.decode()
    assert order.holds.get().owner is None


def test_an_order_with_two_holds_lets_one_choose_which_is_told(as_service, service, now):
    order = held(service, now, HoldKind.BUYER_MESSAGE)
    short = holds.hold_order(tid=order.tid, kind=HoldKind.STOCK_SHORT, note="", by=service, now=now)
    url = reverse("orders:act", args=[order.tid, "tell"])
    said = {"channel": "phone", "words": "周五到货", "answer": "wait"}

    as_service.post(url, said)  # the one whose buyer must be told comes first

    short.refresh_from_db()
    assert short.told_words == "周五到货"
    other = order.holds.get(kind=HoldKind.BUYER_MESSAGE)
    as_service.post(url, {**said, "hold": other.pk, "words": "发票在包裹里"})
    other.refresh_from_db()
    assert other.told_words == "发票在包裹里"
