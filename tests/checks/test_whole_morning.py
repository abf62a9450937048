"""The manager's list in one place: the seven points of the morning and what belongs to them, none left out."""

from importlib import import_module

import pytest
from django.apps import apps

from shopops.checks.models import ListItemRule
from shopops.checks.registry import checks
from shopops.checks.rules import codes_of, matches
from shopops.checks.start_lists import DAILY
from tests.factories.staff import PersonFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db

# What the trade asks for, point by point: the line, and the checks that must be among those it is computed by.
POINTS = {
    "1 activities, activity stock and main products normal": (
        "activities",
        (
            "promotions.running_prices_pass",
            "promotions.running_stock",
            "promotions.starts_and_ends",
            "products.mains_are_well",
        ),
    ),
    "2 activity time and discount text agree with the pages": (
        "pages_agree",
        ("promotions.pages_agree", "promotions.platform_agrees"),
    ),
    "3 stock enough, shelf counts mended, purchases on their way": (
        "stock",
        (
            "products.stock_is_enough",
            "products.mains_are_covered",
            "products.shelf_counts_agree",
            "products.purchases_come_in_time",
        ),
    ),
    "5 reports, violations, penalties answered": (
        "violations",
        ("products.violations_are_answered",),
    ),
    "6 missed, short or unshipped orders followed": (
        "shipping",
        ("orders.nothing_is_late", "orders.sweep_is_followed"),
    ),
    "7 scores and after-sales against the day before": (
        "scores",
        ("analytics.dsr_against_yesterday", "analytics.after_sales_against_yesterday"),
    ),
    "conversion of shop and main products steady": (
        "conversion",
        ("analytics.breaks", "analytics.mains_convert"),
    ),
    "ad spend against cap": ("spend", ("promotions.channel_caps_hold",)),
    "unanswered bad reviews": ("reviews", ("crm.reviews_answered",)),
    "overdue holds": ("holds", ("orders.holds_are_handled",)),
    "overdue refunds": ("refunds", ("orders.refunds_are_decided", "orders.cases_are_answered")),
    "overdue follow-ups": (
        "follow_ups",
        ("crm.follow_ups", "promotions.follow_ups", "promotions.partners_are_followed"),
    ),
    "imports that did not come": ("files", ("intake.files_came", "analytics.no_missing_days")),
    "backup younger than a day": ("system", ("work.backup_is_fresh",)),
    "jobs that failed": ("system", ("work.nothing_quarantined", "work.runs_are_performed")),
    "targets and plans": (
        "goals",
        ("analytics.targets_on_pace", "analytics.score_plan_on_time"),
    ),
}


def manager_line(key):
    return ListItemRule.objects.get(role="manager", key=key, valid_until=None)


@pytest.mark.parametrize("point", POINTS)
def test_a_point_of_the_morning_is_computed_by_its_checks(point):
    key, codes = POINTS[point]
    known = {check.code for check in checks()}

    line = manager_line(key)

    assert set(codes) <= known
    assert [code for code in codes if not matches(code, line.checks)] == []
    assert not line.needs_picture


def test_point_4_home_details_categories_sign_and_wireless_are_ticked_with_a_picture():
    line = manager_line("pages")

    assert (line.checks, line.needs_picture) == ([], True)
    assert all(word in line.text for word in ("首页", "详情页", "分类", "店招", "手机端"))
    assert line.position == 4


@pytest.mark.parametrize("key", ["home", "details", "categories", "sign", "wireless"])
def test_the_designer_ticks_each_kind_of_page_with_a_picture(key):
    line = ListItemRule.objects.get(role="designer", key=key)

    assert (line.checks, line.needs_picture) == ([], True)


def test_every_check_that_a_line_names_is_there():
    known = [check.code for check in checks()]

    for rule in ListItemRule.objects.all():
        assert all(codes_of([one], known) for one in rule.checks), (rule.role, rule.key)


# --- shops that have their lists already


def bring_up_to_date():
    module = import_module("shopops.checks.migrations.0005_whole_mornings")
    module.bring_up_to_date(apps, None)


def as_before():
    """Have the lists of a shop as they were before the morning was whole."""
    mine = ListItemRule.objects.filter(role="manager")
    mine.filter(key__in=["pages", "reviews", "holds", "refunds", "follow_ups", "goals"]).delete()
    mine.filter(key="conversion").update(checks=["analytics.breaks"], position=7)
    ListItemRule.objects.filter(key="categories").update(needs_picture=False)


def test_a_shop_that_never_changed_its_lists_gets_the_new_lines():
    as_before()

    bring_up_to_date()
    bring_up_to_date()

    rows = ListItemRule.objects.filter(role="manager").order_by("position")
    assert [row.key for row in rows] == [line[0] for line in DAILY["manager"]]
    assert manager_line("conversion").checks == ["analytics.breaks", "analytics.mains_convert"]
    assert ListItemRule.objects.get(key="categories").needs_picture


@pytest.mark.parametrize(
    "change",
    [
        {"text": "自己写的", "changed_at": NOW},
        {"valid_until": NOW.date()},
    ],
)
def test_a_list_that_somebody_changed_stays_as_they_want_it(change):
    as_before()
    by = {} if "valid_until" in change else {"changed_by": PersonFactory(username="zz")}
    ListItemRule.objects.filter(role="manager", key="meeting").update(**change, **by)
    before = list(ListItemRule.objects.filter(role="manager").order_by("pk").values())

    bring_up_to_date()

    assert list(ListItemRule.objects.filter(role="manager").order_by("pk").values()) == before
    assert ListItemRule.objects.get(key="categories").needs_picture
