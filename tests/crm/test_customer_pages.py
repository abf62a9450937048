"""The pages of customers: what is shown to whom, what an act does, what a stale write meets."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from crm.actions import caring, follow, recompute, rfm, segments, tags, valuing
from crm.actions.customer_errors import CustomerRefusedError
from crm.choices import PairKind
from crm.models import (
    Consent,
    Customer,
    CustomerStat,
    CustomerTag,
    Outlook,
    ProductInterval,
    ProductPair,
    RfmRule,
    Tag,
)
from crm.queries.cohorts import cohorts
from orders.models import BlackListEntry, OrderContact
from shopops.lib.business_time import SHANGHAI
from shopops.lib.sealing import blind_index, seal
from tests.clients import browser_of
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory
from tests.factories.staff import PersonFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 17)
NOW = datetime(2026, 9, 18, 5, tzinfo=SHANGHAI)


def paid(buyer, day=DAY, **more):
    at = datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
    return OrderFactory(buyer=buyer, paid_at=at, **more)


def customers(count):
    buyers = [BuyerFactory(key=f"青禾{n}号", nick=f"青禾{n}号") for n in range(count)]
    for place, buyer in enumerate(buyers):
        paid(buyer, DAY - timedelta(days=place // 2))
    return catch_up(buyers)


def catch_up(buyers):
    follow.mark_everybody()
    recompute.recompute_all_marked(now=NOW)
    return [Customer.objects.get(identities__buyer=one) for one in buyers]


def shown(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return [one["row"].id for one in response.context["rows"]], response


@pytest.mark.parametrize("sort", ["last", "value", "first"])
def test_pages_of_the_list_hold_everybody_once_forth_and_back(as_manager, sort):
    people = customers(120)

    first, page = shown(as_manager, f"/customers/?sort={sort}")
    second, page = shown(as_manager, "/customers/" + page.context["page"]["older_url"])
    third, last = shown(as_manager, "/customers/" + page.context["page"]["older_url"])

    assert sorted(first + second + third) == sorted(one.pk for one in people)
    assert last.context["page"]["older_url"] is None
    assert shown(as_manager, "/customers/" + page.context["page"]["newer_url"])[0] == first


def test_the_list_asks_the_same_number_of_questions_at_any_size(
    as_manager, django_assert_max_num_queries
):
    customers(3)
    as_manager.get("/customers/")
    with django_assert_max_num_queries(30) as few:
        as_manager.get("/customers/")
    customers_more = [BuyerFactory() for _n in range(40)]
    for buyer in customers_more:
        paid(buyer)
    catch_up(customers_more)

    with django_assert_max_num_queries(30) as many:
        as_manager.get("/customers/")

    assert len(many) == len(few)


def test_a_customer_is_found_by_a_part_of_the_name_and_by_the_whole_phone(as_manager):
    first, second = customers(2)
    order = second.identities.get().buyer.orders.get()
    OrderContact.objects.create(
        order=order, sealed=seal(b"{}"), phone_index=blind_index("13987650421")
    )

    assert shown(as_manager, "/customers/?q=青禾0")[0] == [first.pk]
    assert shown(as_manager, "/customers/?q=139 8765 0421")[0] == [second.pk]
    assert shown(as_manager, "/customers/?q=13987650422")[0] == []


def test_who_may_not_see_contacts_finds_nobody_by_phone_and_reads_masked_names(shop):
    (one,) = customers(1)
    order = one.identities.get().buyer.orders.get()
    OrderContact.objects.create(
        order=order, sealed=seal(b"{}"), phone_index=blind_index("13987650421")
    )
    promoter = browser_of(PersonFactory(username="tuiguang", name="推广", role_codes=["promotion"]))

    assert shown(promoter, "/customers/?q=13987650421")[0] == []
    assert "青禾0号" not in promoter.get("/customers/").content.decode()
    assert "青禾0号" not in promoter.get(f"/customers/{one.pk}/").content.decode()


@pytest.mark.parametrize("key", ["stage", "segment", "tag", "province"])
def test_the_list_is_narrowed(as_manager, manager, key):
    people = customers(6)
    chosen = people[0]
    tags.put_tag(customer_id=chosen.pk, name="老板", by=manager, now=NOW)
    CustomerStat.objects.filter(pk=chosen.pk).update(
        life_stage="lost", segment="keep", province="西藏自治区"
    )
    tag = CustomerTag.objects.get().tag_id
    value = {"stage": "lost", "segment": "keep", "tag": tag, "province": "西藏自治区"}[key]

    assert shown(as_manager, f"/customers/?{key}={value}")[0] == [chosen.pk]


def test_one_customer_has_everything_on_one_line(as_manager, manager):
    (one,) = customers(1)
    caring.give_consent(customer_id=one.pk, channel="sms", proof="旺旺说好", by=manager, now=NOW)

    page = as_manager.get(reverse("crm:customer", args=[one.pk])).content.decode()

    assert "付款 ¥150.00" in page
    assert "旺旺说好" in page
    assert "记下同意" in page


def test_a_stale_write_shows_both_versions(as_manager, manager):
    (one,) = customers(1)
    about = caring.About("同事写的", None, None, None)
    caring.change_customer(customer_id=one.pk, version=1, about=about, by=manager, now=NOW)

    answer = as_manager.post(
        reverse("crm:customer", args=[one.pk]), {"part": "about", "version": "1", "note": "我写的"}
    )

    one.refresh_from_db()
    assert (answer.status_code, one.note) == (409, "同事写的")
    assert "我写的" in answer.content.decode()


@pytest.mark.parametrize(("month", "day", "words"), [(2, 30, "没有这一天"), (5, None, "月和日")])
def test_a_birthday_is_a_day(manager, month, day, words):
    (one,) = customers(1)

    with pytest.raises(CustomerRefusedError, match=words):
        caring.change_customer(
            customer_id=one.pk, version=1, about=caring.About("", month, day, None),
            by=manager, now=NOW,
        )  # fmt: skip


def test_a_consent_needs_proof_and_stands_once(manager):
    (one,) = customers(1)
    with pytest.raises(CustomerRefusedError, match="凭据"):
        caring.give_consent(customer_id=one.pk, channel="sms", proof=" ", by=manager, now=NOW)
    caring.give_consent(customer_id=one.pk, channel="sms", proof="好", by=manager, now=NOW)

    with pytest.raises(CustomerRefusedError, match="已经同意"):
        caring.give_consent(customer_id=one.pk, channel="sms", proof="好", by=manager, now=NOW)

    caring.withdraw_consent(customer_id=one.pk, channel="sms", words="T", by=None, now=NOW)
    caring.withdraw_consent(customer_id=one.pk, channel="sms", words="T", by=None, now=NOW)
    assert Consent.objects.get().withdrawn_by_words == "T"


def test_the_black_list_ends_on_its_day(manager):
    (one,) = customers(1)
    caring.black_list(
        customer_id=one.pk, reason="骗赔", until=DAY + timedelta(days=3), by=manager, now=NOW
    )
    with pytest.raises(CustomerRefusedError, match="已经在"):
        caring.black_list(customer_id=one.pk, reason="骗赔", until=None, by=manager, now=NOW)

    assert caring.end_expired(now=NOW + timedelta(days=2)) == 0
    assert caring.end_expired(now=NOW + timedelta(days=3)) == 1

    assert BlackListEntry.objects.get().removed_at is not None


def test_the_black_list_asks_why_and_for_a_day_to_come(manager):
    (one,) = customers(1)
    with pytest.raises(CustomerRefusedError, match="为什么"):
        caring.black_list(customer_id=one.pk, reason="", until=None, by=manager, now=NOW)
    with pytest.raises(CustomerRefusedError, match="过了"):
        caring.black_list(
            customer_id=one.pk, reason="骗赔", until=DAY - timedelta(days=1), by=manager, now=NOW
        )


def test_a_rule_puts_its_tag_and_takes_away_only_its_own(manager):
    first, _second = customers(2)
    rule = {"fact": "paid_orders", "op": "least", "a": 1}
    tag = tags.save_rule(name="买过", rule=rule, version=0, by=manager, now=NOW)
    tags.put_tag(customer_id=first.pk, name="买过", by=manager, now=NOW)

    tags.save_rule(name="买过", rule={**rule, "a": 9}, version=1, by=manager, now=NOW)

    assert list(CustomerTag.objects.filter(tag=tag).values_list("customer", flat=True)) == [
        first.pk
    ]


@pytest.mark.parametrize(
    ("rule", "words"),
    [({"fact": "password"}, "password"), ({"fact": "tag", "values": ["买过"]}, "不能再拿标签")],
)
def test_a_rule_that_cannot_be_asked_is_refused(rule, words, manager):
    with pytest.raises(CustomerRefusedError, match=words):
        tags.save_rule(name="买过", rule=rule, version=0, by=manager, now=NOW)

    assert not Tag.objects.exists()


def test_a_tag_takes_a_segments_conditions_on_its_page_and_says_them(as_manager, manager):
    customers(2)
    asked = {"fact": "paid_orders", "op": "least", "a": 1}
    seg = segments.save_segment(
        segment_id=None, name="买过的", conditions=asked, by=manager, now=NOW
    )

    page = as_manager.post(
        "/customers/tags/", {"part": "rule", "name": "买过", "segment": seg.pk}, follow=True
    ).content.decode()

    assert "现在贴着 2 人" in page
    assert "付款订单满 1 单" in page or "付款订单至少" in page
    change = {"part": "change", "how": "hand", "is_on": "on", "version": 1}
    as_manager.post(f"/customers/tags/?tag={Tag.objects.get().pk}", change)
    assert not CustomerTag.objects.exists()


def test_a_tag_that_a_colleague_changed_shows_both_and_keeps_theirs(as_manager, manager):
    customers(1)
    rule = {"fact": "paid_orders", "op": "least", "a": 1}
    tag = tags.save_rule(name="买过", rule=rule, version=0, by=manager, now=NOW)
    tags.save_rule(name="买过", rule={**rule, "a": 2}, version=1, by=manager, now=NOW)
    sent = {"part": "change", "how": "hand", "is_on": "on", "version": 1}

    page = as_manager.post(f"/customers/tags/?tag={tag.pk}", sent)

    tag.refresh_from_db()
    assert (page.status_code, tag.version, tag.rule["a"]) == (409, 2, 2)
    assert 'name="version" value="2"' in page.content.decode()


def test_a_new_tag_of_a_name_that_is_there_takes_nothing_away(as_manager, manager):
    customers(1)
    rule = {"fact": "paid_orders", "op": "least", "a": 1}
    tags.save_rule(name="买过", rule=rule, version=0, by=manager, now=NOW)

    page = as_manager.post("/customers/tags/", {"part": "rule", "name": "买过", "segment": ""})

    assert page.status_code == 422
    assert "已经有标签「买过」" in page.content.decode()
    assert CustomerTag.objects.count() == 1


def test_a_tag_switched_off_goes_from_those_its_rule_named_and_comes_back(as_manager, manager):
    customers(1)
    rule = {"fact": "paid_orders", "op": "least", "a": 1}
    tag = tags.save_rule(name="买过", rule=rule, version=0, by=manager, now=NOW)

    address = f"/customers/tags/?tag={tag.pk}"
    as_manager.post(address, {"part": "change", "how": "keep", "version": 1})
    assert not CustomerTag.objects.exists()

    as_manager.post(address, {"part": "change", "how": "keep", "is_on": "on", "version": 2})
    assert CustomerTag.objects.count() == 1


def test_a_rule_is_applied_again_every_day(manager):
    customers(1)
    rule = {"fact": "last_paid", "op": "within", "a": 3}
    tag = tags.save_rule(name="刚买过", rule=rule, version=0, by=manager, now=NOW)
    assert tag.customers.count() == 1

    tags.apply_rules(now=NOW + timedelta(days=30))

    assert tag.customers.count() == 0


def test_people_with_one_phone_are_proposed_and_merged_by_hand_on_the_page(as_manager):
    first, second = customers(2)
    for one in (first, second):
        OrderContact.objects.create(
            order=one.identities.get().buyer.orders.get(), sealed=seal(b"{}"),
            phone_index=blind_index("13987650421"),
        )  # fmt: skip
    page = as_manager.get(reverse("crm:customer", args=[first.pk]))
    assert [one["pk"] for one in page.context["proposed"]] == [second.pk]
    preview = as_manager.get(reverse("crm:merge", args=[first.pk]) + f"?other={second.pk}")
    assert preview.context["gone"]["nicks"] == ["青禾1号"]
    sent = {"part": "merge", "other": second.pk, "version": 1, "other_version": 1}

    as_manager.post(reverse("crm:merge", args=[first.pk]), sent | {"reason": "同一个电话"})

    second.refresh_from_db()
    assert second.merged_into_id == first.pk
    moved = as_manager.get(reverse("crm:customer", args=[second.pk]))
    assert moved.url == reverse("crm:customer", args=[first.pk])
    made = first.took_in.get()
    as_manager.post(
        reverse("crm:customer", args=[first.pk]), {"part": "part_again", "merge": made.pk}
    )
    second.refresh_from_db()
    assert second.merged_into_id is None


def test_the_page_of_value_shows_what_was_worked_out_and_takes_rules(as_manager):
    assert "还没有算过" in as_manager.get("/customers/value/").content.decode()
    customers(12)
    rfm.keep_rfm(as_of=DAY, now=NOW)

    page = as_manager.get("/customers/value/")

    assert sum(one["buyers"] for one in page.context["segments"]) == 12
    cells = [cell for row in page.context["grid"] for cell in row["cells"]]
    for cell in cells:
        assert len(shown(as_manager, cell["url"])[0]) == cell["buyers"]
    assert sum(cell["buyers"] for cell in cells) == 12
    bad = {"part": "rfm", "window_days": 90, "method": "fixed", "recency": "9 3 4 5",
           "frequency": "1 2 3 4", "monetary": "1 2 3"}  # fmt: skip
    as_manager.post("/customers/value/", bad)
    assert not RfmRule.objects.exists()
    as_manager.post(
        "/customers/value/", bad | {"recency": "3 4 5 9", "monetary": "100 200 300 400"}
    )
    assert RfmRule.objects.get().cuts["monetary"] == [10000, 20000, 30000, 40000]


def test_a_service_agent_may_not_change_by_what_value_is_worked_out(as_service):
    answer = as_service.post("/customers/value/", {"part": "rfm", "window_days": 90})

    assert answer.status_code == 403


def test_baskets_and_sequences_have_support_confidence_and_lift_by_definition():
    buyers = [BuyerFactory() for _n in range(10)]
    for place, buyer in enumerate(buyers):
        first = paid(buyer, DAY - timedelta(days=40))
        OrderLineFactory(order=first, item_no="PAN", sku_code="P")
        if place < 6:
            OrderLineFactory(order=first, item_no="LID", sku_code="L", position=2)
        if place < 5:
            OrderLineFactory(order=paid(buyer, DAY), item_no="POT", sku_code="T")
    catch_up(buyers)

    valuing.value_all(as_of=DAY, now=NOW)

    basket = ProductPair.objects.get(kind=PairKind.BASKET, first="PAN", then="LID")
    assert (basket.both_count, basket.total, basket.first_count) == (6, 15, 10)
    assert (basket.support, basket.confidence) == pytest.approx((6 / 15, 0.6))
    assert basket.lift == pytest.approx(0.6 / (6 / 15))
    after = ProductPair.objects.get(kind=PairKind.SEQUENCE, first="PAN", then="POT")
    assert (after.both_count, after.total) == (5, 10)
    assert not ProductPair.objects.filter(kind=PairKind.SEQUENCE, first="POT").exists()


def test_a_person_is_due_by_their_own_interval_else_by_the_product_s():
    regular, once, *others = [BuyerFactory() for _n in range(8)]
    for days in (60, 40, 20, 0):
        OrderLineFactory(order=paid(regular, DAY - timedelta(days=days)), item_no="TEA")
    for other in others:
        for days in (70, 40):
            OrderLineFactory(order=paid(other, DAY - timedelta(days=days)), item_no="SOAP")
    OrderLineFactory(order=paid(once, DAY), item_no="SOAP")
    catch_up([regular])

    valuing.value_all(as_of=DAY, now=NOW)

    due = {one.customer.name: one for one in Outlook.objects.select_related("customer")}
    assert (due[regular.nick].due_date, due[regular.nick].due_by) == (
        DAY + timedelta(days=20),
        "own",
    )
    assert (due[once.nick].due_date, due[once.nick].due_by) == (DAY + timedelta(days=30), "product")
    assert ProductInterval.objects.get(product="SOAP").days == 30


def test_cohorts_count_who_paid_again_by_month_since_the_first():
    early, again, new = BuyerFactory(), BuyerFactory(), BuyerFactory()
    for buyer in (early, again):
        paid(buyer, date(2026, 7, 30))
    paid(again, date(2026, 8, 1))
    paid(again, date(2026, 8, 9))
    paid(new, date(2026, 9, 2))
    catch_up([early])

    found = cohorts(as_of=DAY)

    assert [(one.month, one.buyers, one.again[:3]) for one in found] == [
        (date(2026, 7, 1), 2, (1, 0, None)),
        (date(2026, 8, 1), 0, (0, None, None)),
        (date(2026, 9, 1), 1, (None, None, None)),
    ]


def test_the_list_is_narrowed_to_who_first_paid_in_a_month_and_who_of_them_came_again(as_manager):
    early, again, late, new = (BuyerFactory() for _n in range(4))
    for buyer in (early, again):
        paid(buyer, date(2026, 7, 30))
    paid(late, date(2026, 7, 31))
    paid(again, date(2026, 8, 31))
    paid(late, date(2026, 9, 1))
    paid(new, date(2026, 8, 1))
    ids = {one.identities.get().buyer_id: one.pk for one in catch_up([early, again, late, new])}

    def of(address):
        return set(shown(as_manager, f"/customers/?{address}")[0])

    july = {ids[one.pk] for one in (early, again, late)}
    assert of("first=2026-07") == july
    assert of("first=2026-07&until=2026-07-30") == july - {ids[late.pk]}
    assert of("first=2026-07&again=2026-08") == {ids[again.pk]}
    assert of("first=2026-07&again=2026-08&until=2026-08-30") == set()
    assert of("first=2026-08") == {ids[new.pk]}


@pytest.mark.parametrize("address", ["again=2026-08", "first=2026-13", "first=x&until=2026-02-30"])
def test_a_month_that_is_none_is_said_to_be_wrong_and_narrows_nothing(as_manager, address):
    everybody = customers(3)

    found, page = shown(as_manager, f"/customers/?{address}")

    assert len(found) == len(everybody)
    assert page.context["filter_form"].errors
    assert page.context["chips"] == []
