"""What a sign-up price is held against: the 标价 of the days before, by the dated row of such an event."""

from datetime import timedelta

import pytest

from products.models import PriceChange
from promotions.models import PriceRuleRow
from promotions.queries.price_facts import price_facts
from promotions.queries.sign_ups import sign_ups
from promotions.rules.price_check import sku_points
from tests.promotions.activity_kit import NOW, Decimal, activity, line, put, sku

pytestmark = pytest.mark.django_db


def moved(code, old, new, days_ago, **given):
    PriceChange.objects.create(
        sku=code,
        kind=given.pop("kind", "list"),
        state=given.pop("state", "applied"),
        asked_at=NOW - timedelta(days=days_ago),
        old_amount=Decimal(old),
        new_amount=Decimal(new),
        reason="换季",
        **given,
    )


def asked(row):
    items = list(row.items.select_related("sku"))
    return sign_ups(row, items, now=NOW)[items[0].sku_id]


@pytest.fixture
def signed(manager):
    """A sign-up to a big event, at a price under today's list price of 139."""
    one = sku()
    row = activity(manager, kind="platform")
    put(row, line(price="120.00"), by=manager)
    return row, one


def test_without_a_change_the_price_of_today_was_that_of_all_days(signed):
    row, _one = signed

    found = asked(row)

    assert (found.days, found.price, found.least) == (15, Decimal(120), Decimal(139))


@pytest.mark.parametrize(("days_ago", "least"), [(14, "99.00"), (16, "139.00")])
def test_a_price_that_was_raised_counts_while_it_is_in_the_window(signed, days_ago, least):
    row, one = signed
    moved(one, "99.00", "139.00", days_ago)

    assert asked(row).least == Decimal(least)


def test_a_dip_within_the_days_counts_with_the_day_from_which_it_was_so(signed):
    row, one = signed
    moved(one, "139.00", "89.00", 9)
    moved(one, "89.00", "139.00", 4)

    found = asked(row)

    assert (found.least, found.date) == (Decimal(89), (NOW - timedelta(days=9)).date())


def test_a_price_that_changed_after_the_days_ended_is_not_of_them(signed):
    row, one = signed
    starts = NOW - timedelta(days=4)
    type(row).objects.filter(pk=row.pk).update(starts_at=starts)
    row.refresh_from_db()
    moved(one, "139.00", "79.00", 2)
    type(one).objects.filter(pk=one.pk).update(list_amount=Decimal(79))

    assert asked(row).least == Decimal(139)


@pytest.mark.parametrize("given", [{"kind": "cost"}, {"state": "waiting"}, {"state": "refused"}])
def test_other_prices_and_wishes_do_not_count(signed, given):
    row, one = signed
    moved(one, "99.00", "139.00", 5, **given)

    assert asked(row).least == Decimal(139)


def test_a_change_counts_from_the_day_of_its_decision(signed):
    row, one = signed
    moved(one, "99.00", "139.00", 40, decided_at=NOW - timedelta(days=10))

    assert asked(row).least == Decimal(99)


def test_the_point_fails_in_words_and_figures(signed):
    row, one = signed
    moved(one, "99.00", "139.00", 5)
    gathered = price_facts(row, now=NOW)

    (found,) = [
        point for point in sku_points(gathered.facts[0], gathered.rates) if point.code == "signup"
    ]

    assert found.outcome == "fail"
    assert found.evidence.split("|")[:3] == ["signup_above", "120.00", "99.00"]
    assert found.evidence.endswith("|15|21.00")


@pytest.mark.parametrize("kind", ["shop", "member", "ordinary"])
def test_the_shops_own_activities_are_asked_nothing(manager, kind):
    sku()
    row = activity(manager, kind=kind)
    put(row, line(), by=manager)

    assert sign_ups(row, list(row.items.select_related("sku")), now=NOW) == {}


def test_a_row_that_nobody_has_read_in_a_source_asks_only_once_it_is_on(manager):
    one = sku()
    row = activity(manager, kind="flash")
    put(row, line(), by=manager)
    items = list(row.items.select_related("sku"))
    before = sign_ups(row, items, now=NOW)
    PriceRuleRow.objects.filter(code="SU3").update(is_on=True)

    after = sign_ups(row, items, now=NOW)

    assert before == {}
    assert after[one.pk].days == 30
