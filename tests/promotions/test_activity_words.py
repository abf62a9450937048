"""What pages of activities tell beside the activity: its time-line, what moves along, festivals, deals."""

import pytest
from django.urls import reverse

from promotions.actions.check import check_activity
from promotions.choices import ActivityState
from tests.factories.gifts import gift_rule
from tests.promotions import activity_kit as kit
from tests.promotions.activity_page_kit import page_of, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(as_manager, as_service, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: kit.NOW)


def test_the_orders_still_protected_are_summed_before_an_activity_cuts_the_price(
    as_manager, manager
):
    kit.sku()
    kit.sold("MY-ZT60-BL", "120.00", kit.NOW - kit.HOUR, quantity=2)
    kit.sold("MY-ZT60-BL", "90.00", kit.NOW - kit.HOUR)
    kit.sold("OTHER", "500.00", kit.NOW - kit.HOUR)
    row = kit.ready(manager)
    check_activity(activity_id=row.pk, by=None, now=kit.NOW)
    page = page_of(row)
    assert "?claims=1" in as_manager.get(page).content.decode()

    shown = as_manager.get(page, {"claims": "1"}).content.decode()

    # Two pieces at 120.00 against 98.00.
    assert "还在价保期的 2 行里，1 行付得更高" in shown
    assert "¥44.00" in shown


def test_the_time_line_says_what_was_done(as_manager, manager):
    kit.sku()
    row = kit.ready(manager, kit.line(price="98.00"))
    kit.in_state(row, ActivityState.PASSED)
    task = row.tasks.get(code="page")
    here = page_of(row)

    as_manager.post(here, {"part": "tick", "task": task.pk, "version": task.version, "done": "0"})
    as_manager.post(
        here, {"part": "move", "to": "cancelled", "reason": "撞档", "version": row.version}
    )

    page = as_manager.get(here).content.decode()
    for words in ("页面和文案", "撞档；审核通过 → 已取消", "新放进 1"):
        assert words in page


def test_a_year_out_of_all_reason_is_refused_at_its_field(as_manager):
    answer = as_manager.post(
        reverse("promotions:new_activity"),
        sent(starts_at="0001-01-01T10:00", ends_at="0001-01-02T10:00"),
    )

    assert answer.status_code == 422
    assert "年份不对" in answer.content.decode()


def test_gifts_that_keep_their_old_time_are_named_when_an_activity_moves(as_manager, manager):
    row = kit.activity(manager)
    gift_rule(activity=row, starts_at=kit.STARTS, ends_at=kit.ENDS)

    moved = {"part": "move", "activity": row.pk, "version": row.version, "days": "7"}
    page = as_manager.post(reverse("promotions:calendar"), moved, follow=True).content.decode()

    assert "1 个优惠或赠品还是原来的时间" in page
    assert "超出活动时间" in as_manager.get(page_of(row)).content.decode()


def test_the_calendar_names_the_festivals_of_its_days(as_manager):
    page = as_manager.get(reverse("promotions:calendar"), {"at": "2026-10-01"}).content.decode()

    assert 'title="国庆节"' in page


def test_the_order_of_the_lowest_deal_is_one_click_away(as_manager, manager):
    kit.sku()
    order = kit.sold("MY-ZT60-BL", "90.00", kit.NOW - kit.HOUR)
    row = kit.activity(manager)
    kit.put(row, kit.line(was=kit.Decimal("139.00")), by=manager)
    check_activity(activity_id=row.pk, by=manager, now=kit.NOW)

    assert (
        reverse("orders:order", args=[order.tid]) in as_manager.get(page_of(row)).content.decode()
    )
