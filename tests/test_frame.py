"""The navigation and the top bar around every page."""

import pytest
from django.template.loader import render_to_string

from shopops.frame import CutoffPill, navigation
from shopops.staff.rights import ALL_RIGHTS


def opened(path):
    return [group.code for group in navigation(ALL_RIGHTS, path=path, counts={}) if group.open]


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("/products/prices/", "products"),
        ("/products/p/7/", "products"),
        ("/products/prices/7/", "products"),
        ("/stock/7/", "stock"),
        ("/purchases/PO261122-01/", "stock"),
        # Reports stand on the desk, all other pages of figures among the figures.
        ("/analytics/orders/", "analytics"),
        ("/analytics/sources/", "analytics"),
        ("/analytics/reports/7/", "desk"),
    ],
)
def test_a_page_about_one_thing_leaves_its_group_open(path, group):
    assert opened(path) == [group]


@pytest.mark.parametrize("path", ["/", "/nowhere/", "/account/"])
def test_a_page_of_no_group_opens_none(path):
    assert opened(path) == []


def test_on_a_telephone_the_pill_says_day_and_count_shortly():
    pill = CutoffPill(count=21, url="/x/", none_reason="下次截单 11 月 23 日", short="11-23 截单")

    words = render_to_string("components/_cutoff_pill.html", {"cutoff": pill})

    assert '<span class="so-cut__x">下次截单 11 月 23 日</span>' in words
    assert '<span class="so-cut__s num">11-23 截单</span>' in words


def test_a_shop_without_a_cutoff_says_so_on_a_telephone_too():
    pill = CutoffPill(count=0, url="/x/", none_reason="截单还没有设置")

    words = render_to_string("components/_cutoff_pill.html", {"cutoff": pill})

    assert "<span>截单还没有设置</span>" in words
