"""The proof of each morning: newest days, others by turns, what was found until it is right."""

from datetime import date, datetime, timedelta

import pytest

from analytics.actions import rollup
from analytics.checks.proof import CODE, OTHERS, by_turns, figures_are_right
from analytics.models import ChangedBuyers, DayRollup, MonthRollup, RolledDay
from orders.models import DirtyDay
from shopops.checks.actions.running import run_check
from shopops.checks.models import Issue
from shopops.checks.registry import checks
from shopops.lib.business_time import SHANGHAI
from tests.factories.orders import OrderFactory
from tests.times import NOW

DAY = date(2026, 9, 17)
FIRST = date(2026, 8, 20)
NUMBER = (DAY - FIRST).days


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    for n in range(NUMBER):
        at = datetime.combine(FIRST + timedelta(days=n), datetime.min.time(), SHANGHAI)
        OrderFactory(paid_at=at + timedelta(hours=9), created_at=at + timedelta(hours=8))
        mark(FIRST + timedelta(days=n))
    roll()


def mark(day: date) -> None:
    for basis in ("created", "paid"):
        DirtyDay.objects.update_or_create(basis=basis, date=day, defaults={"marked_at": NOW})


def roll() -> None:
    while rollup.roll_some(now=NOW, limit=60):
        pass


def spoil(day: date) -> None:
    cell = DayRollup.objects.get(basis="paid", dim="total", date=day)
    DayRollup.objects.filter(pk=cell.pk).update(gross_fen=cell.gross_fen + 1)


def test_it_passes_while_everything_agrees() -> None:
    assert figures_are_right(DAY, NOW).status == "passed"


def test_the_newest_days_are_looked_at_each_morning_and_a_waiting_one_is_left_out() -> None:
    yesterday = DAY - timedelta(days=1)
    spoil(yesterday)

    (found,) = figures_are_right(DAY, NOW).findings
    assert found.key == yesterday.isoformat()
    assert f"--since {yesterday} --until {yesterday}" in found.evidence

    mark(yesterday)
    assert figures_are_right(DAY, NOW).status == "passed"
    roll()
    assert figures_are_right(DAY, NOW).status == "passed"


def test_all_have_their_turn_though_a_day_more_comes_each_day() -> None:
    days = [FIRST + timedelta(days=n) for n in range(1_200)]
    seen: set[date] = set()
    # 700 days when it begins; a round goes over 1,024 places, six at a time.
    mornings = 1_024 // OTHERS + 1
    for morning in range(mornings):
        known = days[: 700 + morning]
        found = by_turns(known, known[-1], OTHERS)
        assert len(found) <= OTHERS
        seen |= set(found)

    assert set(days[:700]) <= seen


def test_what_was_found_is_looked_at_until_it_is_right() -> None:
    wrong = FIRST + timedelta(days=10)
    spoil(wrong)
    back = next(
        timedelta(days=n) for n in range(40) if wrong in by_turns(rolled(), later(n), OTHERS)
    )

    def look(after: int) -> Issue:
        run_check(check, day=DAY + back + timedelta(days=after), now=NOW + back + timedelta(after))
        return Issue.objects.get(code=CODE, key=wrong.isoformat())

    (check,) = (one for one in checks() if one.code == CODE)
    assert all(look(after).closed_at is None for after in range(4))
    # Neither a day that waits nor one whose buyers may be others is read; both stay open.
    mark(wrong)
    assert look(4).closed_at is None
    DirtyDay.objects.all().delete()
    ChangedBuyers.objects.create(date=FIRST, turn=1, ids=[1])
    assert look(5).closed_at is None
    mark(wrong)
    roll()
    assert look(6).closed_at is not None


def rolled() -> list[date]:
    return sorted(set(RolledDay.objects.values_list("date", flat=True)))


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def test_a_month_that_is_not_its_days_is_found() -> None:
    cell = MonthRollup.objects.get(basis="paid", dim="total", month=date(2026, 8, 1))
    MonthRollup.objects.filter(pk=cell.pk).update(gross_fen=cell.gross_fen + 1)

    (found,) = figures_are_right(DAY, NOW).findings
    assert found.key == "2026-08"
