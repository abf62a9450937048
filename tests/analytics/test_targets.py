"""Targets of a month: who may set them, that every word is kept, and how they go."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from analytics.actions import rollup, targets
from analytics.actions.targets import TargetRefusedError
from analytics.models import Target
from analytics.queries.target_pace import goings
from products.actions.errors import StaleGoodsError
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff.models import Operation, User
from tests.clients import browser_of
from tests.factories.orders import BuyerFactory, OrderFactory
from tests.factories.staff import PersonFactory, RoleFactory

NOW = datetime(2026, 9, 17, 9, tzinfo=SHANGHAI)
MONTH = date(2026, 9, 1)


@pytest.fixture
def boss(db: None) -> User:
    return PersonFactory(role_codes=["manager"])


def say(boss: User, value: str | None, *, seen: int = 0, code: str = "paid_amount") -> list[Target]:
    number = None if value is None else Decimal(value)
    return targets.set_targets(
        month=MONTH, values={code: number}, seen={code: seen}, by=boss, now=NOW
    )


def test_every_word_is_kept_and_the_last_counts(boss: User) -> None:
    say(boss, "1000")
    say(boss, "1200", seen=1)

    stored = list(Target.objects.order_by("version").values_list("version", "value"))
    assert stored == [(1, Decimal(1000)), (2, Decimal(1200))]
    assert Operation.objects.filter(name="analytics.targets.set").count() == 2


def test_the_same_target_again_is_no_new_word(boss: User) -> None:
    say(boss, "1000")

    assert say(boss, "1000", seen=1) == []
    assert Target.objects.count() == 1


def test_a_target_that_somebody_else_set_meanwhile_is_not_written_over(boss: User) -> None:
    say(boss, "1000")

    with pytest.raises(StaleGoodsError):
        say(boss, "1500", seen=0)


def test_a_month_that_is_over_keeps_its_targets(boss: User) -> None:
    with pytest.raises(TargetRefusedError, match="已经过完"):
        targets.set_targets(
            month=date(2026, 8, 1), values={"paid_amount": Decimal(1)}, seen={}, by=boss, now=NOW
        )


def test_a_target_of_nought_is_refused(boss: User) -> None:
    with pytest.raises(TargetRefusedError, match="大于 0"):
        say(boss, "0")


def test_a_rate_over_all_is_refused(boss: User) -> None:
    with pytest.raises(TargetRefusedError, match="百分之百"):
        say(boss, "1.2", code="pay_rate")


def test_a_target_goes_as_its_known_days_went(boss: User) -> None:
    say(boss, "3000")
    for day in (date(2026, 9, 1), date(2026, 9, 2)):
        moment = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)
        OrderFactory(
            buyer=BuyerFactory(), created_at=moment, paid_at=moment, paid_amount=Decimal(90)
        )
    rollup.mark_days(since=None, until=None, now=NOW)
    while rollup.roll_some(now=NOW, limit=30):
        pass

    going = goings(MONTH, until=date(2026, 9, 3))[0]

    assert going.pace is not None
    assert going.value == 180
    assert going.pace.due == 200
    assert (going.known_days, going.past_days) == (2, 3)
    assert going.rate == Decimal("0.9")
    assert going.pace.outlook == 2700


def test_the_page_sets_a_target_and_the_morning_shows_it(as_manager: Client) -> None:
    month = business_date(timezone.now())
    as_manager.post(f"/analytics/targets/?month={month:%Y-%m}", {"paid_amount": "1710000"})

    page = as_manager.get("/analytics/targets/").content.decode()

    assert "¥1,710,000.00" in page
    assert Target.objects.get().set_by.username


def test_the_page_shows_both_when_somebody_was_quicker(as_manager: Client, boss: User) -> None:
    now = timezone.now()
    month = business_date(now)
    targets.set_targets(month=month, values={"paid_amount": Decimal(5)}, seen={}, by=boss, now=now)

    response = as_manager.post("/analytics/targets/", {"paid_amount": "7"})

    assert response.status_code == 409
    assert Target.objects.count() == 1


def test_who_may_not_set_targets_sees_them_without_a_form(db: None) -> None:
    client = browser_of(PersonFactory(role_codes=[RoleFactory(rights=["analytics.view"]).code]))

    page = client.get("/analytics/targets/").content.decode()

    assert "定目标" not in page
    assert client.post("/analytics/targets/", {"paid_amount": "7"}).status_code == 403


def test_a_target_of_margin_is_for_who_sees_costs(boss: User) -> None:
    now = timezone.now()
    targets.set_targets(
        month=business_date(now) + timedelta(days=0),
        values={"gross_margin": Decimal(777)},
        seen={},
        by=boss,
        now=now,
    )
    client = browser_of(PersonFactory(role_codes=[RoleFactory(rights=["analytics.view"]).code]))

    assert "777" not in client.get("/analytics/targets/").content.decode()
