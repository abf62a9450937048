"""Activities through their pages: what a person does, sees and is refused."""

import pytest
from django.test import Client
from django.urls import reverse

from promotions.actions.check import check_activity
from promotions.choices import ActivityState
from promotions.models import Activity, ActivityApproval, ActivityItem, ActivityTask
from shopops.staff.models import Operation, User
from tests.clients import browser_of
from tests.promotions import activity_kit as kit
from tests.promotions.activity_page_kit import page_of, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(as_manager, as_service, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: kit.NOW)


def test_a_new_activity_is_an_idea_with_its_preparation_list(as_manager, manager):
    answer = as_manager.post(reverse("promotions:new_activity"), sent())

    row = Activity.objects.get()
    assert answer.url == page_of(row)
    assert row.state == ActivityState.IDEA
    assert row.tasks.count() == 7
    assert Operation.objects.filter(name="promotions.activity.created", actor=manager).exists()
    assert "利润核算" in as_manager.get(page_of(row)).content.decode()


def test_an_end_before_the_start_is_refused_and_nothing_is_lost(as_manager):
    answer = as_manager.post(
        reverse("promotions:new_activity"), sent(ends_at="2026-10-01T00:00", name="早结束")
    )

    assert answer.status_code == 422
    assert "不晚于开始" in answer.content.decode()
    assert "早结束" in answer.content.decode()
    assert not Activity.objects.exists()


def test_an_edit_over_a_colleagues_shows_both_versions(as_manager, manager):
    row = kit.activity(manager)
    Activity.objects.filter(pk=row.pk).update(name="中秋正式", version=row.version + 1)

    answer = as_manager.post(
        reverse("promotions:edit_activity", args=[row.pk]),
        sent(name="我的名字", version=row.version),
    )

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "中秋正式" in text
    assert "我的名字" in text
    row.refresh_from_db()
    assert row.name == "中秋正式"


def test_bad_lines_of_a_pasted_list_are_named_and_none_is_stored(as_manager, manager):
    kit.sku()
    row = kit.activity(manager)
    text = "\n".join(
        ("MY-ZT60-BL\t98.00\t200", "KEIN-SKU\t9.90", "MY-ZT60-BL\t-3", "MY-ZT60-BL\tabc")
    )

    answer = as_manager.post(
        reverse("promotions:activity_items", args=[row.pk]), {"text": text, "version": row.version}
    )

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "价格看不懂" in shown
    assert "KEIN-SKU" in shown
    assert not ActivityItem.objects.exists()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("KEIN-SKU\t9.90", "没有这个商家编码"),
        ("MY-ZT60-BL\t0", "价格要大于 0"),
        ("MY-ZT60-BL\t-3", "价格要大于 0"),
        ("MY-ZT60-BL\t139.01", "高过一口价"),
        ("MY-ZT60-BL\t98\t0", "报名件数要是大于 0"),
        ("MY-ZT60-BL\t98\t\t90", "划线价 ¥90.00 低于活动价"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_in_words(as_manager, manager, cells, words):
    kit.sku()
    row = kit.activity(manager)

    answer = as_manager.post(
        reverse("promotions:activity_items", args=[row.pk]), {"text": cells, "version": row.version}
    )

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_good_list_is_put_in_and_checked(as_manager, manager):
    kit.sku()
    row = kit.activity(manager)

    as_manager.post(
        reverse("promotions:activity_items", args=[row.pk]),
        {"text": "商家编码\t活动价\t报名件数\nMY-ZT60-BL\t98.00\t200", "version": row.version},
    )

    item = ActivityItem.objects.get()
    assert (str(item.price_amount), item.promised_quantity) == ("98.00", 200)
    assert str(item.lowest_amount) == "98.00"
    assert item.points
    assert "¥98.00" in as_manager.get(page_of(row)).content.decode()


def test_a_refused_sign_up_needs_its_reason_and_whom_to_ask(as_manager, manager):
    row = kit.in_state(kit.activity(manager, kind="platform"), ActivityState.IN_REVIEW)
    move = {"part": "move", "to": "refused", "version": row.version}

    as_manager.post(page_of(row), {**move, "reason": "销量不够"})
    row.refresh_from_db()
    assert row.state == ActivityState.IN_REVIEW

    as_manager.post(page_of(row), {**move, "reason": "销量不够", "contact": "小二 云舒"})
    row.refresh_from_db()
    assert (row.state, row.refusal_reason, row.contact) == ("refused", "销量不够", "小二 云舒")


def test_a_sign_up_keeps_its_day_and_when_to_ask_again(as_manager, manager):
    row = kit.activity(manager, kind="platform")
    move = {"part": "move", "to": "signed_up", "version": row.version}

    as_manager.post(page_of(row), move)
    row.refresh_from_db()
    assert row.state == ActivityState.IDEA

    as_manager.post(page_of(row), {**move, "follow_up_on": "2026-09-19"})
    row.refresh_from_db()
    assert row.state == ActivityState.SIGNED_UP
    assert row.signed_up_at == kit.NOW
    assert row.follow_up_on.isoformat() == "2026-09-19"


def test_dragging_moves_an_activity_by_days_and_keeps_its_clock(as_manager, manager):
    row = kit.activity(manager)

    as_manager.post(
        reverse("promotions:calendar"),
        {"part": "move", "activity": row.pk, "version": row.version, "days": "-2"},
    )

    row.refresh_from_db()
    assert row.starts_at == kit.STARTS.replace(day=20)
    assert row.ends_at == kit.ENDS.replace(day=24)
    assert Operation.objects.filter(name="promotions.activity.moved_dates").count() == 1


def test_a_move_over_a_colleagues_change_is_refused(as_manager, manager):
    row = kit.activity(manager)

    as_manager.post(
        reverse("promotions:calendar"),
        {"part": "move", "activity": row.pk, "version": row.version - 1, "days": "3"},
    )

    row.refresh_from_db()
    assert row.starts_at == kit.STARTS


def broken(manager: User) -> Activity:
    """Have an activity that breaks floor, cost and the seven days."""
    kit.sku()
    kit.sold("MY-ZT60-BL", "98.60", kit.NOW - kit.HOUR)
    return kit.ready(manager, kit.line(price="39.90", was=kit.Decimal("139.00")))


def test_an_activity_that_breaks_floor_cost_and_seven_days_is_refused_and_approved(
    as_manager, manager
):
    row = broken(manager)

    as_manager.post(page_of(row), {"part": "publish", "version": row.version})

    row.refresh_from_db()
    assert row.published_at is None
    shown = as_manager.get(page_of(row)).content.decode()
    assert "到手价 ¥39.90 低于底价 ¥86.00，差 ¥46.10" in shown
    assert "低于全成本" in shown
    assert "卖一件亏" in shown
    assert "划线价 ¥139.00 高于" in shown
    assert "最低成交 ¥98.60" in shown
    assert "发布被拦住" in shown

    check = row.checks.get(is_latest=True)
    as_manager.post(
        page_of(row),
        {"part": "approve", "check": check.pk, "reason": "清 120 件换季库存，亏在预算里"},
    )
    row.refresh_from_db()
    as_manager.post(page_of(row), {"part": "publish", "version": row.version})

    row.refresh_from_db()
    assert row.published_at == kit.NOW
    assert ActivityApproval.objects.get().by == manager
    assert "清 120 件换季库存" in as_manager.get(page_of(row)).content.decode()


def test_whoever_may_not_approve_is_refused(manager, shop):
    from tests.factories.staff import PersonFactory

    row = broken(manager)
    client = browser_of(PersonFactory(username="tuiguang", role_codes=["promotion"]))
    client.post(page_of(row), {"part": "publish", "version": row.version})
    check = row.checks.get(is_latest=True)

    answer = client.post(page_of(row), {"part": "approve", "check": check.pk, "reason": "我说行"})

    assert answer.status_code == 403
    assert not ActivityApproval.objects.exists()


def test_whoever_may_not_see_costs_reads_no_floor_and_no_margin(manager, as_service):
    row = broken(manager)

    check_activity(activity_id=row.pk, by=None, now=kit.NOW)
    shown = as_service.get(page_of(row)).content.decode()

    assert "低于底价，是破价。" in shown
    assert "卖一件亏一件。" in shown
    assert "¥86.00" not in shown
    assert "¥46.50" not in shown
    assert "毛利</th>" not in shown


def test_a_point_that_shopops_sees_is_not_ticked_by_hand(as_manager, manager):
    row = kit.activity(manager)
    own = ActivityTask.objects.get(activity=row, code="profit")
    by_hand = ActivityTask.objects.get(activity=row, code="service")

    for task in (own, by_hand):
        as_manager.post(
            page_of(row), {"part": "tick", "task": task.pk, "version": task.version, "done": "1"}
        )

    own.refresh_from_db()
    by_hand.refresh_from_db()
    assert own.done_at is None
    assert by_hand.done_by == manager


def test_a_pasted_page_names_what_differs_from_the_plan(as_manager, manager):
    row = kit.activity(manager, page_text="满 199 减 20 元\n前 100 名送毛巾")

    as_manager.post(
        page_of(row),
        {
            "part": "page",
            "version": row.version,
            "seen": "活动 9月22日 00:00 至 9月26日 23:59\n满 199 减 30 元",
        },
    )

    shown = as_manager.get(page_of(row)).content.decode()
    assert "结束：页面写 9-26 23:59，计划是 9-26 00:00" in shown
    assert "页面上没有这一句：前 100 名送毛巾" in shown
    assert "计划里的 ¥20.00，页面上没有" in shown


def test_an_ended_activity_is_summed_up_only_with_a_lesson(as_manager, manager):
    kit.sku()
    row = kit.in_state(kit.activity(manager), ActivityState.ENDED)

    as_manager.post(page_of(row), {"part": "sum_up", "version": row.version, "lesson": "  "})
    row.refresh_from_db()
    assert row.state == ActivityState.ENDED

    as_manager.post(page_of(row), {"part": "sum_up", "version": row.version, "lesson": "备货少了"})
    row.refresh_from_db()
    assert (row.state, row.lesson) == ("summed_up", "备货少了")
    assert row.result


@pytest.mark.parametrize("view", ["month", "week"])
def test_the_calendar_shows_what_falls_on_it(as_manager, manager, view):
    kit.activity(manager)

    shown = as_manager.get(reverse("promotions:calendar"), {"view": view, "at": "2026-09-23"})

    assert "中秋预热" in shown.content.decode()


def test_the_board_shows_progress_and_follow_ups(as_manager, manager):
    kit.activity(manager, follow_up_on=kit.NOW.date())

    shown = as_manager.get(reverse("promotions:board")).content.decode()

    assert "中秋预热" in shown
    assert "0/7" in shown
    assert "跟进 9-17" in shown
    empty = as_manager.get(reverse("promotions:board"), {"show": "closed"}).content.decode()
    assert "还没有活动" in empty


def items(manager: User, count: int) -> Activity:
    row = kit.activity(manager)
    skus = [kit.sku(f"Q-{n:04d}") for n in range(count)]
    kit.put(row, *(kit.line(one.code) for one in skus), by=manager)

    check_activity(activity_id=row.pk, by=None, now=kit.NOW)
    return row


def queries(client: Client, url: str, count) -> int:
    client.get(url)
    with count() as seen:
        client.get(url)
    return len(seen)


def test_a_page_of_an_activity_asks_as_often_for_three_items_as_for_forty(
    as_manager, manager, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    few, many = items(manager, 3), None
    asked = queries(as_manager, page_of(few), lambda: CaptureQueriesContext(connection))
    ActivityItem.objects.all().delete()
    kit.Sku.objects.all().delete()
    many = items(manager, 40)

    assert queries(as_manager, page_of(many), lambda: CaptureQueriesContext(connection)) == asked


@pytest.mark.parametrize("name", ["board", "calendar"])
def test_lists_ask_as_often_for_two_activities_as_for_twelve(as_manager, manager, name):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        url = reverse(f"promotions:{name}")
        return queries(as_manager, url, lambda: CaptureQueriesContext(connection))

    kit.activity(manager), kit.activity(manager)
    before = asked()
    for n in range(10):
        kit.activity(manager, name=f"活动 {n}")

    assert asked() == before


def test_rates_are_set_from_a_day_on_with_their_source(as_manager):
    url = reverse("promotions:profit")
    rates = {
        "commission_rate": "0.04", "points_rate": "0.005", "service_rate": "0.006",
        "postage_amount": "3.80", "packing_amount": "1", "return_rate": "0.05",
        "return_amount": "9", "least_margin_rate": "0.2", "return_pieces": "30",
    }  # fmt: skip

    assert as_manager.post(url, {**rates, "valid_from": "2026-09-01"}).status_code == 422
    answer = as_manager.post(
        url, {**rates, "valid_from": "2026-09-01", "source": "2026 合同", "version": 0}
    )

    assert answer.status_code == 302
    assert "2026 合同" in as_manager.get(url).content.decode()
    assert as_manager.post(url, {**rates, "commission_rate": "5", "valid_from": "2026-09-01",
                                 "source": "x", "version": 1}).status_code == 422  # fmt: skip
