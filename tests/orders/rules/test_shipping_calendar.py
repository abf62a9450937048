from datetime import date, time

import pytest

from orders.rules import DayOverride, DayWhy, WeekdayRule, shipping_days, with_cutoff
from orders.rules.calendar import start_weekday_rules
from tests.orders.rules.calendars import BIG_SALE, SINCE, at, calendar


def test_a_working_day_ships_by_its_weekday_rule():
    day = calendar("2026-03-09", "2026-03-09")[date(2026, 3, 9)]

    assert day.ships
    assert day.cutoff_at == at("2026-03-09 16:00:00")
    assert day.handover_at == at("2026-03-09 19:00:00")
    assert day.next_ship_date == date(2026, 3, 10)
    assert day.next_handover_at == at("2026-03-10 19:00:00")
    assert day.why == DayWhy.WEEKDAY


@pytest.mark.parametrize(
    ("day", "ships", "next_ship_date", "why"),
    [
        ("2026-03-14", True, "2026-03-16", DayWhy.WEEKDAY),  # Saturday
        ("2026-03-15", False, "2026-03-16", DayWhy.WEEKDAY),  # Sunday
        ("2026-01-04", True, "2026-01-05", DayWhy.MAKE_UP),  # make-up Sunday
        ("2026-09-20", True, "2026-09-21", DayWhy.MAKE_UP),
        ("2026-10-10", True, "2026-10-12", DayWhy.MAKE_UP),  # make-up Saturday
        ("2026-09-24", True, "2026-09-28", DayWhy.WEEKDAY),  # eve of mid-autumn
        ("2026-09-30", True, "2026-10-08", DayWhy.WEEKDAY),  # eve of National Day
        ("2026-10-03", False, "2026-10-08", DayWhy.HOLIDAY),
        ("2026-02-28", True, "2026-03-02", DayWhy.WEEKDAY),  # month end on a Saturday
        ("2025-12-31", True, "2026-01-04", DayWhy.WEEKDAY),  # year end
    ],
)
def test_holidays_and_make_up_days_decide_over_weekdays(day, ships, next_ship_date, why):
    known = calendar(day, day)[date.fromisoformat(day)]

    assert known.ships is ships
    assert (known.cutoff_at is not None) is ships
    assert known.next_ship_date == date.fromisoformat(next_ship_date)
    assert known.why == why


def test_a_make_up_sunday_takes_mondays_times():
    rules = [
        WeekdayRule(0, time(15), time(18), SINCE),
        WeekdayRule(5, time(11), time(12), SINCE),
        WeekdayRule(6, None, None, SINCE),
    ]

    days = calendar("2026-09-20", "2026-10-10", rules=rules)

    assert days[date(2026, 9, 20)].cutoff_at == at("2026-09-20 15:00:00")
    assert days[date(2026, 10, 10)].cutoff_at == at("2026-10-10 11:00:00")  # its own rule ships


def test_an_override_beats_a_holiday_and_a_working_day():
    duty = DayOverride(date(2026, 10, 4), time(14), time(17), handover_next_day=False, note="值班")
    shut = DayOverride(date(2026, 9, 30), None, None, handover_next_day=False, note="盘点")

    days = calendar("2026-09-29", "2026-10-04", overrides=[duty, shut])

    assert days[date(2026, 9, 29)].next_handover_at == at("2026-10-04 17:00:00")
    assert not days[date(2026, 9, 30)].ships
    assert days[date(2026, 9, 30)].note == "盘点"
    assert days[date(2026, 10, 4)].why == DayWhy.OVERRIDE


def test_an_override_can_hand_over_on_the_next_day():
    days = calendar("2026-11-10", "2026-11-11", overrides=[BIG_SALE])

    assert days[date(2026, 11, 11)].handover_at == at("2026-11-12 12:00:00")
    assert days[date(2026, 11, 10)].next_handover_at == at("2026-11-12 12:00:00")


def test_the_weekday_rule_in_force_is_the_latest_that_has_begun():
    rules = [
        *start_weekday_rules(SINCE),
        WeekdayRule(0, time(17), time(20), date(2026, 3, 16)),
        WeekdayRule(0, time(10), time(11), date(2026, 4, 1)),
    ]

    days = calendar("2026-03-09", "2026-03-16", rules=rules)

    assert days[date(2026, 3, 9)].cutoff_at == at("2026-03-09 16:00:00")
    assert days[date(2026, 3, 16)].cutoff_at == at("2026-03-16 17:00:00")


def test_a_rule_that_has_not_begun_ships_nothing():
    days = calendar("2026-03-09", "2026-03-10", rules=start_weekday_rules(date(2026, 3, 10)))

    assert days[date(2026, 3, 9)].why == DayWhy.NO_RULE
    assert days[date(2026, 3, 9)].next_ship_date == date(2026, 3, 10)


def test_the_search_for_the_next_shipping_day_ends_after_sixty_days():
    rules = [WeekdayRule(0, time(16), time(19), SINCE)]
    gap = [
        DayOverride(date.fromordinal(n), None, None, handover_next_day=False, note="")
        for n in range(date(2026, 3, 10).toordinal(), date(2026, 5, 10).toordinal())
    ]

    days = calendar("2026-03-11", "2026-03-12", overrides=gap, rules=rules)

    assert days[date(2026, 3, 11)].next_ship_date is None  # 11 May is 61 days away
    assert days[date(2026, 3, 12)].next_ship_date == date(2026, 5, 11)


def test_a_date_that_the_calendar_does_not_know_is_unconfirmed():
    known = calendar("2026-10-01", "2026-10-08")

    assert known[date(2026, 10, 1)].is_confirmed
    assert not known[date(2026, 10, 8)].is_confirmed


def test_a_handover_before_its_cutoff_is_refused():
    with pytest.raises(ValueError, match="before the cutoff"):
        WeekdayRule(0, time(16), time(15), SINCE)


def test_days_in_reverse_are_refused():
    with pytest.raises(ValueError, match="before first"):
        shipping_days(
            date(2026, 3, 2), date(2026, 3, 1), weekday_rules=[], overrides=[], day_kinds={}
        )


def test_moving_the_cutoff_past_the_handover_moves_the_handover():
    moved = with_cutoff(start_weekday_rules(SINCE), time(20))

    assert (moved[0].cutoff, moved[0].handover) == (time(20), time(20))
    assert moved[6].cutoff is None
