"""The pages of gifts: written, changed, tried, switched, and what their figures lead to."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orders.actions import audit
from orders.actions.cases.opening import NewCase, open_case
from orders.choices import CaseType
from orders.models import AuditRuleRow, GiftLine, KeywordRow, Order
from orders.queries.audit import rules_in_force
from products.models import Sku
from promotions.actions.gift_rules import change_rule, switch_rule, values_of
from promotions.actions.gift_trial import KIND as TRIAL
from promotions.checks.gifts import gifts_are_there
from promotions.choices import ActivityState
from promotions.models import Activity, GiftRule
from promotions.queries import gift_board
from shopops.checks.models import CheckResult
from shopops.staff.models import Operation
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.factories.gifts import GIFT, gift_rule
from tests.factories.goods import ProductFactory, SkuFactory, stocked
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.promotions import activity_kit as kit

pytestmark = pytest.mark.django_db

LIST, NEW = "/promotions/gifts/", "/promotions/gifts/new/"


@pytest.fixture(autouse=True)
def no_start_rules(db):
    AuditRuleRow.objects.all().delete()
    KeywordRow.objects.all().delete()


def filled(**changes):
    return {
        "name": "满百送布袋",
        "gift_code": GIFT,
        "starts_at": "2026-09-01T00:00",
        "ends_at": "2026-10-01T00:00",
        "from_amount": "100",
        "pieces": "1",
        "quota": "20",
        "when_out": "skip",
        "is_on": "on",
        **changes,
    }


def audited(now, **values):
    order = OrderFactory.create(**values)
    OrderLineFactory.create(order=order, sku_code="A")
    audit.audit_orders([order.pk], rules=rules_in_force(now=now), now=now)
    return order


def test_a_rule_is_written_on_the_page_and_gives_with_the_next_audit(as_manager, now):
    SkuFactory.create(code=GIFT, title="布袋")

    answer = as_manager.post(NEW, filled(), follow=True)

    assert "已保存" in answer.content.decode()
    rule = GiftRule.objects.get()
    assert (rule.from_amount, rule.quota, rule.is_shop_wide) == (Decimal(100), 20, True)
    order = audited(now)
    assert GiftLine.objects.get().order == order
    logged = Operation.objects.get(name="promotions.gift.rule_added")
    assert logged.new["quota"] == 20


def test_its_gift_is_on_the_order_page_once_with_a_link_to_the_rule(as_manager, now):
    rule = gift_rule()
    order = audited(now)
    Order.objects.update(stage="awaiting_audit")
    audit.audit_orders([order.pk], rules=rules_in_force(now=now), now=now)

    page = as_manager.get(reverse("orders:order", args=[order.tid])).content.decode()
    rule_page = as_manager.get(f"{LIST}{rule.pk}/").content.decode()

    assert page.count(f'href="{LIST}{rule.pk}/"') == 1
    assert page.count("ZP-DAI</span> ×") == 1
    assert order.tid in rule_page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gift_code": "nobody"}, "没有商家编码「nobody」"),
        ({"ends_at": "2026-09-01T00:00"}, "结束要晚于开始"),
        ({"goods": "A\nQQ"}, "「QQ」既不是商家编码，也不是商品ID"),
        ({"pieces": "0"}, "要大于 0"),
        ({"from_amount": "-1"}, "要大于 0"),
        ({"most_times": "2"}, "先写每几件送一份"),
        ({"quota": "1", "pieces": "2"}, "名额比一份还少"),
        ({"name": ""}, "is-bad"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_typed_is_lost(
    as_manager, changes, words
):
    SkuFactory.create(code=GIFT)
    SkuFactory.create(code="A")

    answer = as_manager.post(NEW, filled(note="别丢了我", **changes))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "别丢了我" in page
    assert not GiftRule.objects.exists()


def test_the_time_of_a_gift_lies_in_that_of_its_activity(as_manager, now):
    SkuFactory.create(code=GIFT)
    activity = Activity.objects.create(
        name="双11",
        kind="shop",
        state=ActivityState.PASSED,
        starts_at=now,
        ends_at=now + timedelta(days=2),
        changed_at=now,
    )

    page = as_manager.post(NEW, filled(activity=activity.pk)).content.decode()

    assert "赠品的时间要在活动的时间里" in page


def test_less_than_was_given_cannot_be_allowed_and_the_gift_cannot_become_another(as_manager, now):
    rule = gift_rule(quota=5, used_pieces=4, used_orders=4)
    SkuFactory.create(code="ZP-2")
    url = f"{LIST}{rule.pk}/edit/"

    less = as_manager.post(url, filled(quota="3", version="1"))
    fewer = as_manager.post(url, filled(first_orders="3", version="1"))
    other = as_manager.post(url, filled(gift_code="ZP-2", version="1"))

    assert "已经送了 4 件" in less.content.decode()
    assert "已经送了 4 单" in fewer.content.decode()
    assert "不能换赠品" in other.content.decode()


def test_of_two_who_change_a_rule_the_second_sees_both_versions(as_manager, manager, now):
    rule = gift_rule(quota=5)
    change_rule(rule_id=rule.pk, values=values_of(rule), version=1, by=manager, now=now)

    answer = as_manager.post(f"{LIST}{rule.pk}/edit/", filled(quota="9", version="1"))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "你要存的" in page
    assert GiftRule.objects.get().quota == 5
    again = as_manager.post(f"{LIST}{rule.pk}/edit/", filled(quota="9", version="2"))
    assert (again.status_code, GiftRule.objects.get().quota) == (302, 9)


def test_goods_that_count_are_kept_as_entered(as_manager):
    SkuFactory.create(code=GIFT)
    product = ProductFactory.create()
    SkuFactory.create(code="A")
    SkuFactory.create(code="B")

    as_manager.post(NEW, filled(goods=f"A\n{product.item_no}"))
    rule = GiftRule.objects.get()
    as_manager.post(f"{LIST}{rule.pk}/edit/", filled(goods="B", version="1"))

    assert not GiftRule.objects.get().is_shop_wide
    assert values_of(rule).goods == ("B",)


def test_a_rule_is_tried_on_past_orders_and_nothing_is_stored(as_manager):
    SkuFactory.create(code=GIFT, cost_amount=Decimal("2.50"))
    paid_at = timezone.now() - timedelta(days=2)
    for paid in ("150.00", "99.00", "120.00"):
        order = OrderFactory.create(paid_amount=Decimal(paid), paid_at=paid_at)
        OrderLineFactory.create(order=order)

    answer = as_manager.post(NEW, filled(**{"try": "1"}))
    perform_inline(Run.objects.get(kind=TRIAL))
    page = as_manager.get(answer.url.split("#")[0]).content.decode()

    assert "2 单会拿到" in page
    assert "5.00" in page
    assert 'value="满百送布袋"' in page
    assert not GiftRule.objects.exists()


def test_a_rule_is_switched_off_by_hand_and_twice_is_once(as_manager, manager, now):
    rule = gift_rule()

    as_manager.post(f"{LIST}{rule.pk}/", {"part": "switch", "on": "0", "version": "1"})
    page = as_manager.post(
        f"{LIST}{rule.pk}/", {"part": "switch", "on": "0", "version": "1"}, follow=True
    )

    assert not GiftRule.objects.get().is_on
    assert "被改过" in page.content.decode()
    assert Operation.objects.filter(name="promotions.gift.rule_off").count() == 1
    switch_rule(rule_id=rule.pk, on=False, version=2, by=manager, now=now)
    assert GiftRule.objects.get().version == 2


def test_what_a_gift_costs_is_for_those_who_see_costs(as_manager, as_service):
    rule = gift_rule(used_pieces=4, used_orders=4)
    Sku.objects.filter(code=GIFT).update(cost_amount=Decimal("7.77"))

    assert "31.08" in as_manager.get(f"{LIST}{rule.pk}/").content.decode()
    assert "31.08" not in as_service.get(f"{LIST}{rule.pk}/").content.decode()


def test_complaints_about_a_gift_are_counted_with_the_rule_that_gave_it(as_manager, service, now):
    rule = gift_rule()
    other = gift_rule(name="别的", is_on=False)
    order = audited(now)
    gift = GiftLine.objects.get()
    new = NewCase(next(iter(CaseType)), "布袋有味道", gift_id=gift.pk)
    open_case(tid=order.tid, new=new, by=service, now=now)
    open_case(tid=order.tid, new=NewCase(new.type, "整单的事"), by=service, now=now)

    counts = gift_board.case_counts([rule.pk, other.pk])

    assert counts == {rule.pk: 1}
    assert "布袋有味道" in as_manager.get(f"{LIST}{rule.pk}/").content.decode()


def test_a_case_about_a_gift_is_opened_on_the_page(as_manager, now):
    gift_rule()
    order = audited(now)
    url = f"{reverse('orders:case_new')}?tid={order.tid}"
    gift = GiftLine.objects.get()

    assert "赠品 布袋" in as_manager.get(url).content.decode()
    kind = next(iter(CaseType)).value
    as_manager.post(
        url,
        {
            "type": kind,
            "line": str(-gift.pk),
            "words": "破了",
            "channel": "wangwang",
            "tid": order.tid,
        },
    )
    assert order.cases.get().sku_code == GIFT


@pytest.mark.parametrize("tab", ["current", "over", "all", "nonsense"])
def test_every_tab_of_the_list_is_shown_also_empty(as_manager, tab):
    assert as_manager.get(f"{LIST}?tab={tab}").status_code == 200


def test_the_queries_of_the_list_and_of_a_rule_do_not_grow_with_their_rows(as_manager, now):
    rule = gift_rule()

    def asked(url):
        with CaptureQueriesContext(connection) as taken:
            as_manager.get(url)
        return len(taken)

    asked(LIST), asked(f"{LIST}{rule.pk}/")
    few = asked(LIST), asked(f"{LIST}{rule.pk}/")
    for _ in range(5):
        gift_rule(SkuFactory.create(), starts_at=now + timedelta(hours=1))
        audited(now)

    assert (asked(LIST), asked(f"{LIST}{rule.pk}/")) == few


# --- the check ----------------------------------------------------------------------------------


def findings(now):
    outcome = gifts_are_there(now.date(), now)
    return [one.title.split("：")[0] for one in outcome.findings]


def test_the_check_passes_while_there_is_enough(now):
    stocked(GIFT, 50)
    gift_rule(quota=100, used_pieces=0)

    outcome = gifts_are_there(now.date(), now)
    assert outcome.status == CheckResult.Status.PASSED


@pytest.mark.parametrize(("used", "found"), [(8, []), (9, ["赠品快送完了", "赠品数对不上"])])
def test_a_quota_of_which_a_tenth_is_left_is_nearly_out(used, found, now):
    rule = gift_rule(quota=10, used_pieces=used, used_orders=used)

    assert [one for one in findings(now) if one == "赠品快送完了"] == found[:1]
    assert gift_board.miscounted() == [(rule, 0)]


def test_stock_for_less_than_two_days_at_the_pace_of_late_is_nearly_out(now):
    stocked(GIFT, 9)
    gift_rule()
    for _ in range(7):
        audited(now)

    assert findings(now) == ["赠品快送完了"]


@pytest.mark.parametrize(
    "values",
    [
        {"is_on": False},
        {"ends_at": None},
        {"quota": 1, "used_pieces": 1, "used_orders": 1},
        {"first_orders": 1, "used_pieces": 1, "used_orders": 1},
    ],
    ids=["off", "over", "quota", "first orders"],
)
def test_a_running_activity_that_promises_what_is_over_is_a_finding(values, now):
    activity = Activity.objects.create(
        name="双11",
        kind="shop",
        state=ActivityState.RUNNING,
        starts_at=now - timedelta(days=9),
        ends_at=now + timedelta(days=2),
        changed_at=now,
    )
    gift_rule(activity=activity)
    assert findings(now) == []
    GiftRule.objects.update(**{k: now if v is None else v for k, v in values.items()})

    assert "活动还在说送赠品" in findings(now)


# --- for programs -------------------------------------------------------------------------------


def test_a_program_writes_reads_changes_and_switches_a_rule(as_manager, now):
    SkuFactory.create(code=GIFT)
    values = {
        "name": "送",
        "gift_code": GIFT,
        "starts_at": "2026-09-01T00:00:00+08:00",
        "ends_at": "2026-10-01T00:00:00+08:00",
    }
    kind = {"content_type": "application/json"}

    made = as_manager.post("/api/promotions/gifts/new/", values, **kind)
    order = audited(now)
    pk = made.json()["id"]
    one = as_manager.get(f"/api/promotions/gifts/{pk}/").json()
    url = f"/api/promotions/gifts/{pk}/"
    changed = as_manager.post(f"{url}edit/", {**values, "quota": 7, "version": 1}, **kind)
    stale = as_manager.post(f"{url}switch/", {"on": False, "version": 1}, **kind)
    off = as_manager.post(f"{url}switch/", {"on": False, "version": 2}, **kind)
    refused = as_manager.post("/api/promotions/gifts/new/", {**values, "gift_code": "?"}, **kind)

    assert made.status_code == 201
    assert [row["tid"] for row in one["grants"]] == [order.tid]
    assert changed.json()["quota"] == 7
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert off.json()["is_on"] is False
    assert refused.status_code == 409
    assert len(as_manager.get("/api/promotions/gifts/?tab=all").json()["gifts"]) == 1


def test_a_gift_of_an_activity_starts_with_its_span_and_goods(as_manager, manager):
    kit.sku()
    activity = kit.activity(manager)
    kit.put(activity, kit.line(), by=manager)

    form = as_manager.get(NEW, {"activity": activity.pk}).content.decode()

    assert f'value="{activity.pk}" selected' in form
    assert "MY-ZT60-BL</textarea>" in form
    gift_rule(name="送香包", activity=activity)
    page = as_manager.get(reverse("promotions:activity", args=[activity.pk])).content.decode()
    assert "送香包" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pieces": "99999999999"}, "超过一百万"),
        ({"quota": "99999999999999999999"}, "超过一百万"),
        ({"starts_at": "0001-01-01T00:00"}, "年份不对"),
    ],
)
def test_figures_out_of_all_reason_are_refused_and_kept_on_the_page(as_manager, changes, words):
    SkuFactory.create(code=GIFT)

    answer = as_manager.post(NEW, filled(**changes))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not GiftRule.objects.exists()
