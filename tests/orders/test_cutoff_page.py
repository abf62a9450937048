"""The cutoff page: trying before saving, rules and the official calendar edited by hand."""

from datetime import date

import pytest
from django.urls import reverse

from orders.models import CutoffRule, RuleRow, ShippingDay
from shopops.work.models import BusinessDay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


@pytest.fixture
def page():
    return reverse("orders:cutoff")


def week(version, **changes):
    form = {"part": "weekdays", "version": version, "valid_from": "2026-12-01"}
    for number in range(6):
        form |= {f"cutoff_{number}": "16:00", f"handover_{number}": "19:00"}
    return form | {"cutoff_6": "", "handover_6": ""} | changes


def test_a_changed_week_is_tried_first_and_saved_only_when_confirmed(as_manager, page):
    version = as_manager.get(page).context["version"]
    changed = week(version, cutoff_0="17:00", handover_0="20:00")

    tried = as_manager.post(page, changed)

    assert tried.context["preview"]["moved_count"] == 0
    assert "保存会重算" in tried.content.decode()
    assert not CutoffRule.objects.filter(valid_from=date(2026, 12, 1)).exists()

    saved = as_manager.post(page, changed | {"confirm": "1"})

    assert saved.status_code == 302
    assert str(CutoffRule.objects.get(valid_from=date(2026, 12, 1), weekday=0).cutoff) == "17:00:00"


def test_a_stale_week_is_not_saved(as_manager, page):
    as_manager.post(page, week("an older state") | {"confirm": "1"})

    assert not CutoffRule.objects.filter(valid_from=date(2026, 12, 1)).exists()


def test_a_clock_that_is_none_is_said_at_its_field(as_manager, page):
    version = as_manager.get(page).context["version"]

    answer = as_manager.post(page, week(version, cutoff_2="quarter past"))

    assert answer.status_code == 422
    assert "写成 16:00 这样" in answer.content.decode()


def test_a_new_rule_row_is_added_by_its_figures(as_manager, page):
    form = {
        "part": "rule",
        "code": "late",
        "platform": "tmall",
        "valid_from": "2027-01-01",
        "percent": "6",
        "minimum": "5",
        "maximum": "60",
        "source_note": "测试",
    }

    as_manager.post(page, form)

    row = RuleRow.objects.get(code="late", platform="tmall", valid_from=date(2027, 1, 1))
    assert row.parameters == {"rate": "0.06", "minimum": "5", "maximum": "60"}
    old = RuleRow.objects.get(code="late", platform="tmall", valid_from=date(2020, 1, 1))
    assert old.valid_to == date(2026, 12, 31)


def test_a_row_in_force_can_be_ended(as_manager, page):
    row = RuleRow.objects.get(code="tracking_timeout", valid_to__isnull=True)

    as_manager.post(page, {"part": "end_rule", "row": row.pk, "valid_to": "2026-12-31"})

    row.refresh_from_db()
    assert row.valid_to == date(2026, 12, 31)


def test_a_holiday_entered_by_hand_closes_the_day(as_manager, page):
    day = date(2027, 2, 8)  # a Monday that the seed does not know as a holiday
    assert ShippingDay.objects.filter(date=day, ships=True).exists()

    as_manager.post(
        page, {"part": "business_day", "date": "2027-02-08", "kind": "holiday", "name": "春节"}
    )

    assert BusinessDay.objects.get(date=day).is_hand_set
    assert not ShippingDay.objects.get(date=day).ships


def test_a_year_can_be_confirmed_once_its_notice_was_entered(as_manager, page):
    assert BusinessDay.objects.filter(date__year=2027, is_confirmed=False).exists()

    as_manager.post(page, {"part": "confirm_year", "year": "2027"})

    assert not BusinessDay.objects.filter(date__year=2027, is_confirmed=False).exists()


def test_who_may_not_set_the_cutoff_changes_nothing(as_service, page):
    answer = as_service.post(page, {"part": "confirm_year", "year": "2027"})

    assert answer.status_code == 403
    assert BusinessDay.objects.filter(date__year=2027, is_confirmed=False).exists()
