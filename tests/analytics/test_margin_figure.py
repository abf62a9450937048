"""Gross margin as a figure of days: of which pieces it speaks, and who may see it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.actions import targets
from analytics.models import DayRollup
from analytics.queries.known import figures_of
from shopops.lib.business_time import business_date
from tests.analytics.test_breaks import paid
from tests.clients import browser_of
from tests.factories.staff import PersonFactory, RoleFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db
DAY = NOW.date() - timedelta(days=1)
CODES = ("gross_margin", "known_cost_rate")


def sold(day=DAY, **costs):
    paid(day, buyers=10, fen=120_000)
    DayRollup.objects.filter(date=day).update(**costs)


def values(day=DAY):
    found = figures_of(CODES, since=day, until=day)
    return tuple(found[code][day].value for code in CODES)


def test_the_margin_is_of_the_pieces_whose_cost_is_known_and_says_how_many_those_are():
    sold(kept_pieces=10, costed_pieces=8, costed_fen=90_000, cost_fen=50_000)

    assert values() == (Decimal("400.00"), Decimal("0.8"))


def test_without_any_cost_the_margin_is_unknown_and_not_zero():
    sold(kept_pieces=10, costed_pieces=0)

    assert values() == (None, Decimal(0))


def test_a_day_on_which_everything_came_back_has_no_margin_to_speak_of():
    sold(kept_pieces=0, costed_pieces=0)

    assert values() == (Decimal(0), None)


@pytest.fixture
def looker(shop):
    return browser_of(PersonFactory(role_codes=[RoleFactory(rights=["analytics.view"]).code]))


def test_who_may_not_see_costs_finds_no_margin_anywhere(looker):
    sold(kept_pieces=10, costed_pieces=8, costed_fen=90_000, cost_fen=50_000)

    address = f"/analytics/sources/?figure=gross_margin&day={DAY}"
    assert looker.get(address).status_code == 403
    assert "毛利" not in looker.get(f"/analytics/sources/?day={DAY}").content.decode()
    trend = looker.get(f"/analytics/trend/?figure=gross_margin&since={DAY}&until={DAY}")
    assert "400.00" not in trend.content.decode()
    assert "知道成本" not in trend.content.decode()


def test_pages_that_show_a_margin_say_of_how_many_pieces_it_speaks(as_manager, manager):
    sold(kept_pieces=10, costed_pieces=8, costed_fen=90_000, cost_fen=50_000)
    address = f"/analytics/trend/?figure=gross_margin&since={DAY}&until={DAY}"

    shown = as_manager.get(address).content.decode()

    assert "¥400.00" in shown
    assert "占没退件数的 80.0%" in shown
    assert as_manager.get(f"/analytics/sources/?figure=gross_margin&day={DAY}").status_code == 200


def test_a_target_of_margin_says_of_how_many_pieces_it_speaks(as_manager, manager):
    yesterday = business_date(timezone.now()) - timedelta(days=1)
    sold(yesterday, kept_pieces=10, costed_pieces=8, costed_fen=90_000, cost_fen=50_000)
    targets.set_targets(
        month=yesterday,
        values={"gross_margin": Decimal(777)},
        seen={},
        by=manager,
        now=timezone.now(),
    )

    shown = as_manager.get(f"/analytics/targets/?month={yesterday:%Y-%m}").content.decode()

    assert "占没退件数的 80.0%" in shown
